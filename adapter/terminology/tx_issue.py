"""Issues of terminology operations, with the tx-issue-type codes that validators act upon."""

from collections.abc import Iterable
from dataclasses import dataclass

from adapter.issues import IssueType, Severity
from adapter.json_types import JsonObject

Resource = JsonObject

_KINDS = "http://hl7.org/fhir/tools/CodeSystem/tx-issue-type"
_MESSAGE_ID = "http://hl7.org/fhir/StructureDefinition/operationoutcome-message-id"


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminologyIssue:
    """One finding: `kind` is a tx-issue-type code, `message` HL7's id of the wording, `place` a path in the input."""

    severity: Severity
    code: IssueType
    text: str
    kind: str | None = None
    message: str | None = None
    place: str | None = None

    def to_json(self) -> Resource:
        """As OperationOutcome.issue."""
        details: Resource = {"text": self.text}
        if self.kind:
            details = {"coding": [{"system": _KINDS, "code": self.kind}], **details}
        said: Resource = {"severity": self.severity.value, "code": self.code.value, "details": details}
        if self.message:
            said = {"extension": [{"url": _MESSAGE_ID, "valueString": self.message}], **said}
        if self.place:
            said["expression"] = [self.place]
        return said


class OperationRefusedError(Exception):
    """An operation that cannot be carried out; its issues say why, and their codes which HTTP status fits."""

    def __init__(self, *issues: TerminologyIssue) -> None:
        """Keep the issues, at least one."""
        super().__init__("; ".join(issue.text for issue in issues))
        self.issues = issues


def operation_outcome(issues: Iterable[TerminologyIssue]) -> Resource:
    """The OperationOutcome of some issues (http://hl7.org/fhir/R4/operationoutcome.html)."""
    return {"resourceType": "OperationOutcome", "issue": [issue.to_json() for issue in issues]}
