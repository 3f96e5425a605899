"""Run HL7's terminology test cases: `python -m tests.tx [--promote] [SUITE]`.

The cases are those of `$ADAPTER_TEST_DATA/tx-tests`. `--promote` makes today's verdicts the baseline.
"""

import os
import sys
from pathlib import Path

from tests.tx.baseline import changes, read_baseline, write_baseline
from tests.tx.runner import running_service, verdicts


def main(arguments: list[str]) -> int:
    """Run, print what failed and what changed, promote if asked to; 1 if something changed and was not promoted."""
    suites = [argument for argument in arguments if not argument.startswith("-")]
    folder = Path(os.environ["ADAPTER_TEST_DATA"]) / "tx-tests"
    with running_service() as url:
        found = verdicts(url, folder, suites[0] if suites else None)
    for each in found:
        if not each.has_passed:
            print(f"FAIL {each.case}  {each.message}")  # noqa: T201 - a command that prints
    print(f"{sum(each.has_passed for each in found)} of {len(found)} pass")  # noqa: T201 - as above
    if "--promote" in arguments:
        write_baseline(found)
        return 0
    baseline = {case: verdict for case, verdict in read_baseline().items() if not suites or case.startswith(f"{suites[0]}/")}
    changed = list(changes(found, baseline))
    print("\n".join(changed) or "as in the baseline")  # noqa: T201 - as above
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
