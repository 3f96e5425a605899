"""Issues of terminology operations, with the tx-issue-type codes that validators act upon."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from adapter.issues import AdapterError, FailureKind, Issue, IssueType
from adapter.json_types import JsonObject

Resource = JsonObject

_KINDS = "http://hl7.org/fhir/tools/CodeSystem/tx-issue-type"
_MESSAGE_ID = "http://hl7.org/fhir/StructureDefinition/operationoutcome-message-id"

_FAILURES: Mapping[IssueType, FailureKind] = {
    IssueType.NOT_FOUND: FailureKind.NOT_FOUND,
    IssueType.NOT_SUPPORTED: FailureKind.NOT_OFFERED,
    IssueType.TOO_COSTLY: FailureKind.TOO_COSTLY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminologyIssue(Issue):
    """One finding: `kind` is a tx-issue-type code, `message` HL7's id of the wording.

    Its text names codes and displays of the request, as HL7's sentences do: it is for the answer, never for a log.
    """

    kind: str | None = None
    message: str | None = None

    @property
    def place(self) -> str | None:
        """The path in the request, if the issue is about one."""
        return self.location[0] if self.location else None

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


class OperationRefusedError(AdapterError):
    """An operation that cannot be carried out; its issues say why, and the first one what kind of failure it is."""

    issues: tuple[TerminologyIssue, ...]

    def __init__(self, *issues: TerminologyIssue) -> None:
        """Keep the issues, at least one."""
        super().__init__(*issues)
        self.kind = _FAILURES.get(issues[0].code, FailureKind.BAD_REQUEST)


def operation_outcome(issues: Iterable[TerminologyIssue]) -> Resource:
    """The OperationOutcome of some issues (http://hl7.org/fhir/R4/operationoutcome.html)."""
    return {"resourceType": "OperationOutcome", "issue": [issue.to_json() for issue in issues]}
