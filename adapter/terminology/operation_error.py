"""Says why a terminology operation cannot be carried out."""

from collections.abc import Mapping

from adapter.issues import AdapterError, FailureKind, Issue, IssueType

_FAILURES: Mapping[IssueType, FailureKind] = {
    IssueType.NOT_FOUND: FailureKind.NOT_FOUND,
    IssueType.NOT_SUPPORTED: FailureKind.NOT_OFFERED,
    IssueType.TOO_COSTLY: FailureKind.TOO_COSTLY,
}


class OperationRefusedError(AdapterError):
    """An operation that cannot be carried out; its issues say why, and the first one what kind of failure it is."""

    issues: tuple[Issue, ...]

    def __init__(self, *issues: Issue) -> None:
        """Keep the issues, at least one."""
        super().__init__(*issues)
        self.kind = _FAILURES.get(issues[0].code, FailureKind.BAD_REQUEST)
