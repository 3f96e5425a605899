"""Writes docs/triage.md from mappings/triage/hapi.yaml.

python scripts/make_triage_page.py
"""

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from adapter.client import TriageEntry, Verdict, triage_table  # noqa: E402 - found through the line above
from adapter.strict_yaml.plain import read_plain_yaml  # noqa: E402 - as above

TABLE = ROOT / "mappings" / "triage" / "hapi.yaml"
PAGE = ROOT / "docs" / "triage.md"
START = """# What a HAPI server says of our resources, and what that means

Written by `python scripts/make_triage_page.py` from `mappings/triage/hapi.yaml`: change that, not this page.

A FHIR server's validator remarks on good resources too: it lacks a code system, or it recommends what the input does not give.
This table gives each remark one of three verdicts. For `adapter send` a resource is good if nothing is to be fixed; an error or
warning that no line knows is to be fixed. The live tests send every example to a HAPI FHIR JPA server 8.8.0 (plain R4) and fail
at an error, and at any remark that no line knows.

A line fits if its pattern is found in the id or the words of the remark, if the severity is the same, and if the element is the
one that the line names, should it name one. The first line that fits decides.
"""
_MEANING = {
    Verdict.EXPECTED: ("Expected", "True of our output, and meant so."),
    Verdict.SERVER_LIMIT: ("Limits of the server", "The server does not have what it would need to judge."),
    Verdict.TO_FIX: ("To be fixed", "Our output would be wrong; no example causes one of these."),
}


def page() -> str:
    """The whole page."""
    table = triage_table(read_plain_yaml(TABLE.read_text("utf-8"), TABLE.name))
    return START + "".join(text for verdict in _MEANING for text in _section(verdict, table))


def _section(verdict: Verdict, table: tuple[TriageEntry, ...]) -> Iterator[str]:
    title, meaning = _MEANING[verdict]
    yield f"\n## {title}\n\n{meaning}\n\n| what is said | severity | at | why it is so |\n|---|---|---|---|\n"
    for line in table:
        if line.verdict is verdict:
            place = _code(line.path.pattern) if line.path else ""
            yield f"| {_code(line.match.pattern)} | {line.severity} | {place} | {line.why} |\n"


def _code(pattern: str) -> str:
    """A regular expression as a cell of a table, in which a bar would end the cell."""
    return "`" + pattern.strip("^$ ").replace("|", "\\|") + "`"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
