"""What is expected of a server, case by case, and what two runs differ in."""

from collections.abc import Mapping
from dataclasses import dataclass

from adapter.issues import InvalidError, Issue, IssueType, Severity
from adapter.json_types import JsonObject, JsonValue

Verdicts = Mapping[str, str]
"""The verdict of each case by its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictChange:
    """A case whose verdict differs; an empty text where a side does not have the case."""

    case: str
    before: str
    after: str

    def __str__(self) -> str:
        """The line that a person reads."""
        return f"{self.case}: {self.before or 'not there'} → {self.after or 'not there'}"


def changes_between(before: Verdicts, after: Verdicts) -> tuple[VerdictChange, ...]:
    """The cases whose verdicts differ, also those that only one side has, by name."""
    names = sorted({*before, *after})
    pairs = ((name, before.get(name, ""), after.get(name, "")) for name in names)
    return tuple(VerdictChange(case=name, before=one, after=other) for name, one, other in pairs if one != other)


def verdicts_in(report: JsonValue, *, name: str) -> dict[str, str]:
    """The verdicts in a report or a baseline that was read from a file; raises InvalidError for anything else."""
    cases = report.get("cases") if isinstance(report, Mapping) else None
    if isinstance(cases, Mapping) and all(isinstance(verdict, str) for verdict in cases.values()):
        return dict(cases)
    entries = cases if isinstance(cases, list) else [None]
    pairs = [(entry.get("case"), entry.get("verdict")) if isinstance(entry, Mapping) else (None, None) for entry in entries]
    if any(not isinstance(part, str) for pair in pairs for part in pair):
        text = "This is neither a report nor a baseline of `adapter conformance run`: give the JSON file that it wrote."
        raise InvalidError(Issue(severity=Severity.ERROR, code=IssueType.STRUCTURE, text=text, location=(name,)))
    return {str(case): str(verdict) for case, verdict in pairs}


def baseline_of(software: str, known: Verdicts, *, chosen: Verdicts, verdicts: Verdicts) -> JsonObject:
    """The baseline after a run: of what is `known`, what was `chosen` to be run is replaced by what was found."""
    kept = {case: verdict for case, verdict in known.items() if case in verdicts or case not in chosen}
    return {"software": software, "cases": kept | dict(verdicts)}
