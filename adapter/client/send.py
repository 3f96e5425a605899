"""Sending a bundle and making sure of it: carried out, read back the same, and found valid by the server."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from adapter.client.answer import JsonObject
from adapter.client.comparison import Difference, differences, own_part
from adapter.client.fhir_client import FhirClient
from adapter.client.remark import remarks_behind
from adapter.client.transaction import EntryResult, TransactionResult
from adapter.client.triage import TriagedRemark, TriageEntry, Verdict, triage
from adapter.issues import AdapterError, Issue, IssueType, Severity

_FIRST_NOT_DONE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class SentResource:
    """What became of one resource: where it is, what the server changed, and what its validator says.

    `reference` is `Type/id`. `skipped` says why it could not be read back or validated; then the other findings are those made
    until then. `outcome` is the OperationOutcome of $validate as sent, empty if skipped; `words` are what the server said when it
    refused to give or validate the resource. Both may quote patient data.
    """

    reference: str | None
    result: EntryResult
    differences: tuple[Difference, ...] = ()
    remarks: tuple[TriagedRemark, ...] = ()
    outcome: JsonObject = field(default_factory=dict, repr=False)
    skipped: tuple[Issue, ...] = ()
    words: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_good(self) -> bool:
        """Whether everything was checked, nothing was changed (labels may be kept), and nothing is left to fix."""
        done = self.result.status < _FIRST_NOT_DONE and not self.skipped
        as_sent = all(each.kind == "kept" for each in self.differences)
        return done and as_sent and all(each.verdict is not Verdict.TO_FIX for each in self.remarks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A transaction that was carried out, and what became of each of its resources, in the order of the Bundle."""

    transaction: TransactionResult
    resources: tuple[SentResource, ...]

    @property
    def is_good(self) -> bool:
        """Whether every resource is good."""
        return all(resource.is_good for resource in self.resources)


def send_bundle(client: FhirClient, bundle: Mapping[str, Any], *, table: Iterable[TriageEntry] = ()) -> Delivery:
    """Carry out a transaction, read back and validate each of its resources, and triage the remarks by `table`.

    Raises an AdapterError if the transaction is not carried out; what goes wrong afterwards is told in the Delivery.
    """
    lines = tuple(table)
    transaction = client.transaction(bundle)
    pairs = list(zip(bundle.get("entry", []), transaction.entries, strict=True))
    references = {entry["fullUrl"]: _reference(entry, result) for entry, result in pairs if "fullUrl" in entry}
    known = {url: reference for url, reference in references.items() if reference is not None}
    resources = [_checked(client, pair, known=known, lines=lines) for pair in pairs if "resource" in pair[0]]
    return Delivery(transaction=transaction, resources=tuple(resources))


def _checked(
    client: FhirClient,
    pair: tuple[Mapping[str, Any], EntryResult],
    *,
    known: Mapping[str, str],
    lines: tuple[TriageEntry, ...],
) -> SentResource:
    entry, result = pair
    sent = SentResource(reference=_reference(entry, result), result=result)
    if sent.reference is None:
        return replace(sent, skipped=(_nowhere(client.source),))
    try:
        read = client.read(*sent.reference.split("/"))
        sent = replace(sent, differences=differences(entry["resource"], read, references=known))
        validation = client.validate(own_part(read))
    except AdapterError as error:
        return replace(sent, skipped=error.issues, words=tuple(remark.words for remark in remarks_behind(error)))
    return replace(sent, remarks=triage(validation.remarks, lines), outcome=validation.outcome)


def _reference(entry: Mapping[str, Any], result: EntryResult) -> str | None:
    request = entry["request"]
    return result.reference or (request["url"] if request["method"] == "PUT" and "?" not in request["url"] else None)


def _nowhere(source: str) -> Issue:
    text = "The FHIR server does not say where it keeps this resource, so it was not read back: search for it by its identifier."
    return Issue(severity=Severity.WARNING, code=IssueType.INCOMPLETE, text=text, source=source)
