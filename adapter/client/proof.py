"""The proof that what was sent arrived: read back with the same meaning, and found valid by the server."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from adapter.client.fhir_client import FhirClient
from adapter.client.plan import PlannedEntry
from adapter.client.read_back import Difference, differences, own_part
from adapter.client.remark import Remark, remarks_behind, status_behind
from adapter.client.transaction import EntryResult
from adapter.client.triage import TriagedRemark, TriageEntry, Verdict, triage
from adapter.issues import AdapterError, Issue, IssueType, NotFoundError, NotSupportedError, Severity
from adapter.json_types import JsonObject

Action = Literal["created", "updated", "unchanged"]

_FIRST_NOT_DONE = 300
_NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True, kw_only=True)
class SentResource:
    """What became of one resource: where it is, what the server changed, and what its validator says.

    `reference` is `Type/id`. `changed` and `kept` say by element path what became of the server's own copy where ours was merged
    with it. `answered` are errors and warnings with which the server answered the entry. `skipped` says why it could not be read
    back or validated; then the other findings are those made until then. `outcome` is the OperationOutcome of $validate as
    sent, empty if skipped; `words` are what the server said when it refused to give or validate the resource. Both may quote
    patient data.
    """

    reference: str | None
    result: EntryResult
    action: Action = "updated"
    changed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    answered: tuple[Remark, ...] = ()
    differences: tuple[Difference, ...] = ()
    remarks: tuple[TriagedRemark, ...] = ()
    outcome: JsonObject = field(default_factory=dict, repr=False)
    skipped: tuple[Issue, ...] = ()
    words: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_taken(self) -> bool:
        """Whether the server took the entry."""
        return self.result.status < _FIRST_NOT_DONE or self.result.status == _NOT_MODIFIED

    @property
    def is_good(self) -> bool:
        """Whether everything was checked, nothing was changed (labels may be kept), and nothing is left to fix."""
        as_sent = all(difference.kind == "kept" for difference in self.differences)
        return (
            self.is_taken
            and not self.skipped
            and as_sent
            and all(remark.verdict is not Verdict.TO_FIX for remark in self.remarks)
        )


class Proof:
    """Looks at what became of each entry, until the server does not answer any more.

    `names` says where each resource is by now, by its fullUrl. `validates` becomes false when the server turns out to have no
    $validate, `lost` is why it does not answer any more.
    """

    def __init__(
        self, client: FhirClient, *, names: Mapping[str, str], triage_table: tuple[TriageEntry, ...], validates: bool
    ) -> None:
        """Take what is the same for all entries."""
        self.validates = validates
        self.lost: AdapterError | None = None
        self._client = client
        self._names = names
        self._triage_table = triage_table

    def of(self, planned: PlannedEntry, result: EntryResult) -> SentResource:
        """What became of one resource."""
        sent = _sent(planned, result)
        if not sent.is_taken:
            return replace(sent, skipped=(_refused(result.status, self._client.source),))
        if sent.reference is None:
            return replace(sent, skipped=(_nowhere(self._client.source),))
        if not planned.is_sent or (planned.is_created and not result.was_created):
            return replace(sent, action="unchanged")
        return replace(sent, skipped=self.lost.issues) if self.lost else self._looked_at(sent, planned.entry["resource"])

    def _looked_at(self, sent: SentResource, resource: JsonObject) -> SentResource:
        try:
            read = self._client.read(*(sent.reference or "").split("/"))
            sent = replace(sent, differences=differences(resource, read, references=self._names))
            return self._validated(sent, read) if self.validates else sent
        except AdapterError as error:
            if status_behind(error) is None:
                self.lost = error
            return replace(sent, skipped=error.issues, words=tuple(remark.words for remark in remarks_behind(error)))

    def _validated(self, sent: SentResource, read: JsonObject) -> SentResource:
        try:
            validation = self._client.validate(own_part(read))
        except (NotFoundError, NotSupportedError):
            self.validates = False
            return sent
        return replace(sent, remarks=triage(validation.remarks, self._triage_table), outcome=validation.outcome)


def _sent(planned: PlannedEntry, result: EntryResult) -> SentResource:
    grave = tuple(remark for remark in result.remarks if remark.issue.severity is not Severity.INFORMATION)
    both = planned.reconciled
    return SentResource(
        reference=reference_of(planned, result),
        result=result,
        action="created" if result.was_created else "updated",
        changed=both.changed if both else (),
        kept=both.kept if both else (),
        answered=grave,
    )


def reference_of(planned: PlannedEntry, result: EntryResult) -> str | None:
    """Where a resource is (`Type/id`): as the server says, or where it was put."""
    request = planned.entry["request"]
    put = request["url"] if request["method"] == "PUT" and "?" not in request["url"] else None
    return result.reference or planned.reference or put


def _refused(status: int, source: str) -> Issue:
    text = f"The FHIR server refused this entry (HTTP {status}), and took others."
    return Issue(severity=Severity.ERROR, code=IssueType.PROCESSING, rule="send/entry", text=text, source=source)


def _nowhere(source: str) -> Issue:
    text = "The FHIR server does not say where it keeps this resource, so it was not read back: search for it by its identifier."
    return Issue(severity=Severity.WARNING, code=IssueType.INCOMPLETE, text=text, source=source)
