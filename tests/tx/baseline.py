"""The baseline: the verdict of every one of HL7's cases that we know, and what has changed since."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.tx.runner import Verdict

FILE = Path(__file__).parent / "baseline.json"
_SAYS = "Verdicts of HL7's terminology test cases; written by `python -m tests.tx --promote`, reasons are in docs/terminology.md."


def read_baseline() -> dict[str, str]:
    """The promoted verdict (`pass` or `fail`) of every case."""
    cases: dict[str, str] = json.loads(FILE.read_text())["cases"]
    return cases


def write_baseline(verdicts: Iterable[Verdict]) -> None:
    """Promote verdicts."""
    cases = {verdict.case: _word(verdict) for verdict in sorted(verdicts, key=lambda each: each.case)}
    FILE.write_text(json.dumps({"about": _SAYS, "cases": cases}, indent=1) + "\n")


def changes(verdicts: Iterable[Verdict], baseline: dict[str, str]) -> Iterator[str]:
    """What is not as it was, one line each."""
    found = {verdict.case: verdict for verdict in verdicts}
    for case in sorted({*found, *baseline}):
        now = _word(found[case]) if case in found else "not run"
        before = baseline.get(case, "unknown")
        if now != before:
            yield f"{case}: {before} -> {now} {found[case].message if case in found else ''}".rstrip()


def _word(verdict: Verdict) -> str:
    return "pass" if verdict.has_passed else "fail"
