"""What a run found as issues in the files of its cases, for SARIF."""

from collections import defaultdict

from adapter.conformance.suite import SuiteResult
from adapter.conformance.verdict import CaseResult, CaseVerdict
from adapter.export.ci_report import Checked
from adapter.issues import Issue, IssueType, Severity

_SEVERITIES = {
    CaseVerdict.FAIL: Severity.ERROR,
    CaseVerdict.COULD_NOT_JUDGE: Severity.ERROR,
    CaseVerdict.WARN: Severity.WARNING,
    CaseVerdict.BLOCKED: Severity.INFORMATION,
}


def issues_of_run(result: SuiteResult) -> Checked:
    """The reasons of all cases that were run and did not pass, by the file of the case; one that was skipped is not an issue."""
    files: defaultdict[str, list[Issue]] = defaultdict(list)
    for one in result.results:
        if one.verdict in _SEVERITIES:
            files[one.place.rsplit(":", 2)[0]] += [_issue(one, reason) for reason in one.reasons]
    return files


def _issue(one: CaseResult, reason: str) -> Issue:
    severity = Severity.INFORMATION if one.explained else _SEVERITIES[one.verdict]
    text = f"{one.identity}: {reason}" + (f" ({one.explained.verdict.value}: {one.explained.why})" if one.explained else "")
    kind = IssueType.PROCESSING
    return Issue(severity=severity, code=kind, rule=f"conformance/{one.verdict.value}", text=text, location=(one.place,))
