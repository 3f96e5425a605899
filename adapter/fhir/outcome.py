"""Issues as a FHIR OperationOutcome."""

from collections.abc import Iterable

from adapter.issues import Issue
from adapter.json_types import JsonObject

Resource = JsonObject


def operation_outcome(issues: Iterable[Issue], *, claim_edit_system: str | None = None) -> Resource:
    """The OperationOutcome of some issues (http://hl7.org/fhir/R4/operationoutcome.html); no issues say `All OK`.

    `expression` holds the places in the output, `location` those in the input; `details.coding` the rule, in the system that is
    given, where the rule is one of the claim edits.
    """
    said = [_issue(issue, claim_edit_system) for issue in issues]
    all_is_well = {"severity": "information", "code": "informational", "details": {"text": "All OK"}}
    return {"resourceType": "OperationOutcome", "issue": said or [all_is_well]}


def _issue(issue: Issue, system: str | None) -> Resource:
    text = f"{issue.text} ({issue.suggestion})" if issue.suggestion else issue.text
    details: Resource = {"text": text}
    if system and issue.rule and "/" not in issue.rule:
        details = {"coding": [{"system": system, "code": issue.rule}], **details}
    said: Resource = {"severity": issue.severity.value, "code": issue.code.value, "details": details}
    diagnostics = "; ".join(each for each in (issue.rule, issue.source) if each)
    if diagnostics:
        said["diagnostics"] = diagnostics
    if issue.location:
        said["location"] = list(issue.location)
    if issue.expression:
        said["expression"] = list(issue.expression)
    return said
