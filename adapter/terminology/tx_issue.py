"""Issues of terminology operations, with the tx-issue-type codes that validators act upon."""

from collections.abc import Mapping
from dataclasses import dataclass

from adapter.issues import AdapterError, FailureKind, Issue, IssueType

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


class OperationRefusedError(AdapterError):
    """An operation that cannot be carried out; its issues say why, and the first one what kind of failure it is."""

    issues: tuple[TerminologyIssue, ...]

    def __init__(self, *issues: TerminologyIssue) -> None:
        """Keep the issues, at least one."""
        super().__init__(*issues)
        self.kind = _FAILURES.get(issues[0].code, FailureKind.BAD_REQUEST)
