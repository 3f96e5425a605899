"""The triage of what a server's validator says: to be expected there, to be fixed by us, or a limit of that server."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from adapter.client.remark import Remark
from adapter.issues import InvalidError, Issue, IssueType, Severity

_REQUIRED = frozenset({"match", "severity", "verdict", "why"})
_KNOWN = _REQUIRED | {"path"}


class Verdict(StrEnum):
    """What a server's remark means for us."""

    EXPECTED = "expected"
    TO_FIX = "to-fix"
    SERVER_LIMIT = "server-limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageEntry:
    """One line of a triage table: remarks of this severity whose message id or words match, at these paths if it names any."""

    match: re.Pattern[str]
    path: re.Pattern[str] | None
    severity: Severity
    verdict: Verdict
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TriagedRemark:
    """A remark with its verdict and the reason for that; `is_known` says whether a line of the table gave them."""

    remark: Remark
    verdict: Verdict
    why: str
    is_known: bool


def triage_table(tree: object) -> tuple[TriageEntry, ...]:
    """The table in a parsed file such as mappings/triage/hapi.yaml: `{entries: [{match, path?, severity, verdict, why}]}`.

    All members are text; `match` and `path` are regular expressions that are searched for. Raises InvalidError with every
    line that cannot be used.
    """
    lines = tree.get("entries") if isinstance(tree, Mapping) else None
    if not isinstance(lines, list):
        raise InvalidError(_mistake("A triage table has a list of `entries`: write one."))
    entries = [_entry(line, index) for index, line in enumerate(lines)]
    if mistakes := [entry for entry in entries if isinstance(entry, Issue)]:
        raise InvalidError(*mistakes)
    return tuple(entry for entry in entries if isinstance(entry, TriageEntry))


def triage(remarks: Iterable[Remark], table: Iterable[TriageEntry]) -> tuple[TriagedRemark, ...]:
    """Every remark with the verdict of the first line that fits; an error or warning that no line knows is to be fixed."""
    lines = tuple(table)
    return tuple(_triaged(remark, lines) for remark in remarks)


def _triaged(remark: Remark, lines: tuple[TriageEntry, ...]) -> TriagedRemark:
    for line in lines:
        if _fits(line, remark):
            return TriagedRemark(remark=remark, verdict=line.verdict, why=line.why, is_known=True)
    if remark.issue.severity is Severity.INFORMATION:
        return TriagedRemark(remark=remark, verdict=Verdict.EXPECTED, why="Information only.", is_known=False)
    return TriagedRemark(remark=remark, verdict=Verdict.TO_FIX, why="No line of the triage table knows it.", is_known=False)


def _fits(line: TriageEntry, remark: Remark) -> bool:
    issue = remark.issue
    here = line.path is None or any(line.path.search(path) for path in issue.expression)
    says = line.match.search(issue.rule or "") or line.match.search(remark.words)
    return here and says is not None and line.severity is issue.severity


def _entry(line: object, index: int) -> TriageEntry | Issue:
    if not (isinstance(line, Mapping) and set(line) >= _REQUIRED and set(line) <= _KNOWN):
        return _mistake(
            f"entries[{index}] of the triage table needs match, severity, verdict, why, and may have path: correct it."
        )
    try:
        return TriageEntry(
            match=re.compile(line["match"]),
            path=re.compile(line["path"]) if "path" in line else None,
            severity=Severity(line["severity"]),
            verdict=Verdict(line["verdict"]),
            why=line["why"],
        )
    except (ValueError, TypeError, re.error):
        return _mistake(f"entries[{index}] of the triage table has an unknown severity or verdict, or a bad pattern: correct it.")


def _mistake(text: str) -> Issue:
    return Issue(severity=Severity.ERROR, code=IssueType.VALUE, text=text)
