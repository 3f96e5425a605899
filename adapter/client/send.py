"""Sending a bundle and making sure of it: carried out, read back with the same meaning, and found valid by the server."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from adapter.client.ability import Abilities
from adapter.client.courier import Carried, carry_out
from adapter.client.fhir_client import FhirClient
from adapter.client.plan import PlannedEntry, Planner, only_one
from adapter.client.proof import Proof, SentResource, reference_of
from adapter.client.remark import status_behind
from adapter.client.transaction import EntryResult
from adapter.client.triage import TriageEntry
from adapter.client.wire import Retries
from adapter.fhir.ownership import Shared, matched_identifier
from adapter.fhir.table import ElementTable, packaged_table
from adapter.issues import AdapterError, ConflictError, Issue, IssueType, Severity
from adapter.json_types import JsonMapping

_PASSING = frozenset({409, 412, 500, 502, 503, 504})
"""The statuses with which an idempotent transaction is refused that may be carried out, or may have been, nonetheless."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of each resource of a Bundle that was sent, in its order.

    `requests` is in how many requests it was sent (1: one transaction; 0: the server had it all), `is_validated` whether the
    server has $validate, `is_lost` whether it stopped to answer after it took the Bundle, `issues` what is wrong with it.
    """

    resources: tuple[SentResource, ...]
    requests: int = 1
    is_validated: bool = True
    is_lost: bool = False
    issues: tuple[Issue, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether every resource is good."""
        return not self.issues and all(resource.is_good for resource in self.resources)


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Sends Bundles to one server.

    `shared` says what becomes of resources that others may own, `triage_table` how the server's remarks are judged, `retries` how
    often a transaction is tried that another client's write stood in the way of. With `looks_first` a Bundle that was sent before
    is compared with what the server holds, so that nothing gets a new version for nothing; some servers give one to every PUT.
    """

    client: FhirClient
    shared: Shared = "put"
    abilities: Abilities = field(default_factory=Abilities)
    triage_table: tuple[TriageEntry, ...] = ()
    looks_first: bool = False
    retries: Retries = field(default_factory=lambda: Retries(attempts=6, first_wait=0.2, longest_wait=3.0))
    elements: ElementTable = field(default_factory=lambda: packaged_table("R4"))

    def send(self, bundle: JsonMapping) -> Delivery:
        """Carry out a transaction, read back and validate each of its resources, and triage the remarks.

        Raises an AdapterError if the transaction is not carried out; what goes wrong afterwards is told in the Delivery.
        """
        self.client.target.check_may_go(bundle)  # before anything is asked about the people in it
        plan, carried = self._carried_out(bundle)
        proof = Proof(
            self.client,
            names=_names(plan, carried.results),
            triage_table=self.triage_table,
            validates=self.abilities.validates,
        )
        pairs = [(planned, result) for planned, result in zip(plan, carried.results, strict=True) if "resource" in planned.entry]
        resources = tuple(proof.of(planned, result) for planned, result in pairs)
        return Delivery(
            resources=resources,
            requests=carried.requests,
            is_validated=proof.validates,
            is_lost=proof.lost is not None,
            issues=() if proof.lost else tuple(self._doubled(pairs)),
        )

    def _carried_out(self, bundle: JsonMapping) -> tuple[list[PlannedEntry], Carried]:
        """The plan that was carried out; after a refusal that may pass the server is looked at before the next try."""
        planner = Planner(client=self.client, shared=self.shared, abilities=self.abilities, table=self.elements)
        was_sent = self.looks_first and planner.was_sent(bundle)
        for attempt in range(1, self.retries.attempts):
            plan = planner.plan(bundle, look=was_sent or attempt > 1)
            try:
                return plan, carry_out(self.client, plan, transactions=self.abilities.transactions)
            except AdapterError as error:
                if not _may_pass(error, attempt):
                    raise
            self.retries.sleep(self.retries.pause(attempt))
        plan = planner.plan(bundle, look=True)
        try:
            return plan, carry_out(self.client, plan, transactions=self.abilities.transactions)
        except ConflictError as error:
            raise ConflictError(*error.issues, _crowded(self.retries.attempts, self.client.source)) from error.__cause__

    def _doubled(self, pairs: Iterable[tuple[PlannedEntry, EntryResult]]) -> Iterable[Issue]:
        """A server that does not honour `ifNoneExist` holds several now."""
        for planned, result in pairs:
            resource = planned.entry["resource"]
            identifier = matched_identifier(resource) if planned.is_created and result.was_created else None
            if identifier is None:
                continue
            try:
                only_one(self.client, resource["resourceType"], identifier)
            except ConflictError as error:
                yield _not_heeded(error.issues[0], self.client.source)


def send_bundle(client: FhirClient, bundle: JsonMapping, *, table: Iterable[TriageEntry] = ()) -> Delivery:
    """Send a Bundle as it is; see `Sender`."""
    return Sender(client=client, triage_table=tuple(table)).send(bundle)


def _names(plan: Sequence[PlannedEntry], results: Sequence[EntryResult]) -> dict[str, str]:
    """Where each resource is by now, by its fullUrl."""
    places = (
        (planned.entry.get("fullUrl"), reference_of(planned, result)) for planned, result in zip(plan, results, strict=True)
    )
    return {full_url: reference for full_url, reference in places if full_url is not None and reference is not None}


def _may_pass(error: AdapterError, attempt: int) -> bool:
    """Whether it is worth to look and to try again; after a time-out once, since each costs the whole wait."""
    timed_out = any(issue.code is IssueType.TIMEOUT for issue in error.issues)
    return status_behind(error) in _PASSING or (timed_out and attempt == 1)


def _crowded(attempts: int, source: str) -> Issue:
    text = f"Another client wrote to the same resources in each of {attempts} tries: send again later."
    return Issue(severity=Severity.ERROR, code=IssueType.CONFLICT, rule="send/crowded", text=text, source=source)


def _not_heeded(issue: Issue, source: str) -> Issue:
    text = f"{issue.text.removesuffix(', so nothing was sent.')}: it ignores ifNoneExist, or two clients wrote at once."
    hint = "join them there, and send with --shared merge or put"
    return Issue(severity=Severity.ERROR, code=IssueType.CONFLICT, rule="send/doubled", text=text, suggestion=hint, source=source)
