"""Issues as a FHIR OperationOutcome."""

from collections.abc import Iterable

from adapter.fhir.resource import Resource
from adapter.issues import Issue


def operation_outcome(issues: Iterable[Issue], *, claim_edit_system: str | None = None) -> Resource:
    """The OperationOutcome of some issues (http://hl7.org/fhir/R4/operationoutcome.html); no issues say `All OK`.

    `expression` holds the places in the output, `location` those in the input and the same places in the output as JSON pointers
    into the Bundle (`Bundle#/entry/8/resource/item/0`); `details.coding` the rule, in the system that is
    given, where the rule is one of the claim edits.
    """
    entries = [_issue(issue, claim_edit_system) for issue in issues]
    all_is_well = {"severity": "information", "code": "informational", "details": {"text": "All OK"}}
    return {"resourceType": "OperationOutcome", "issue": entries or [all_is_well]}


def _issue(issue: Issue, system: str | None) -> Resource:
    text = f"{issue.text} ({issue.suggestion})" if issue.suggestion else issue.text
    details: Resource = {"text": text}
    if system and issue.rule and "/" not in issue.rule:
        details = {"coding": [{"system": system, "code": issue.rule}], **details}
    entry: Resource = {"severity": issue.severity.value, "code": issue.code.value, "details": details}
    diagnostics = "; ".join(part for part in (issue.rule, issue.source) if part)
    if diagnostics:
        entry["diagnostics"] = diagnostics
    if issue.location or issue.pointer:
        entry["location"] = [*issue.location, *(f"Bundle#{pointer}" for pointer in issue.pointer)]
    if issue.expression:
        entry["expression"] = list(issue.expression)
    return entry
