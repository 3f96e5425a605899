"""Issues of terminology operations as OperationOutcome, with the codes and ids that validators act upon."""

from collections.abc import Iterable

from adapter.fhir.resource import Resource
from adapter.issues import Issue

_KINDS = "http://hl7.org/fhir/tools/CodeSystem/tx-issue-type"
_MESSAGE_ID = "http://hl7.org/fhir/StructureDefinition/operationoutcome-message-id"


def tx_outcome(issues: Iterable[Issue]) -> Resource:
    """The OperationOutcome of some issues (http://hl7.org/fhir/R4/operationoutcome.html)."""
    return {"resourceType": "OperationOutcome", "issue": [_issue(issue) for issue in issues]}


def _issue(issue: Issue) -> Resource:
    details: Resource = {"text": issue.text}
    if issue.detail:
        details = {"coding": [{"system": _KINDS, "code": issue.detail}], **details}
    entry: Resource = {"severity": issue.severity.value, "code": issue.code.value, "details": details}
    if issue.message_id:
        entry = {"extension": [{"url": _MESSAGE_ID, "valueString": issue.message_id}], **entry}
    if issue.place:
        entry["expression"] = [issue.place]
    return entry
