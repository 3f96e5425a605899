"""One try to bring a Bundle to a destination, and what it means: done, later, or never."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from adapter.client import Abilities, FhirClient, abilities_in, differences, remarks_behind, status_behind
from adapter.client.courier import carry_out
from adapter.client.plan import PlannedEntry, Planner
from adapter.client.proof import reference_of
from adapter.client.remark import wait_behind
from adapter.client.transaction import EntryResult
from adapter.delivery.destination import Destination
from adapter.delivery.status_guard import Guarded, Kept, guarded
from adapter.fhir.table import ElementTable
from adapter.issues import (
    AdapterError,
    InvalidError,
    Issue,
    IssueType,
    NotFoundError,
    NotSupportedError,
    SetupError,
    Severity,
    UnavailableError,
)
from adapter.json_types import JsonObject

_OURSELVES = "adapter-0731t"
_PASSING = frozenset({408, 409, 412, 423, 425, 429})
"""The refusals (4xx) that may pass; of the others only those for want of rights (401, 403) are tried a few times."""
_LOCKED = frozenset({401, 403})
_TRIES_WHEN_LOCKED = 3
_FIRST_REFUSAL, _FIRST_FAULT, _NOT_MODIFIED = 300, 500, 304


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The destination holds the Bundle, but for what was `kept` as it has it."""

    kept: tuple[Kept, ...] = ()
    changed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The destination did not take it, as far as is known.

    `is_final`: no further try will do. `is_down`: the destination itself does not answer. `answer` holds the server's own words,
    which may quote patient data; `wait` is how many seconds it asks to wait.
    """

    issues: tuple[Issue, ...]
    is_final: bool = False
    is_down: bool = False
    status: int | None = None
    tries: int | None = None
    wait: float | None = None
    answer: str = field(default="", repr=False)


class Carrier(Protocol):
    """Brings Bundles to one destination."""

    def ship(self, bundle: JsonObject, *, is_again: bool) -> Delivered | Failed:
        """Bring one there; `is_again` says that an earlier try may have been carried out."""
        ...


class FhirCarrier:
    """Brings Bundles to a FHIR server: what it holds counts, and after a try whose end is unknown it is looked at first."""

    def __init__(self, destination: Destination, client: FhirClient, table: ElementTable) -> None:
        """Take the destination and a client of it."""
        self._destination = destination
        self._client = client
        self._table = table
        self._abilities: Abilities | None = None

    def ship(self, bundle: JsonObject, *, is_again: bool) -> Delivered | Failed:
        """Bring a Bundle there."""
        try:
            self._client.target.check_may_go(bundle)
            planner = Planner(
                client=self._client, shared=self._destination.shared, abilities=self._known_abilities(), table=self._table
            )
            was_sent = is_again or planner.was_sent(bundle)
            allowed = guarded(self._client, bundle) if was_sent else Guarded(bundle=bundle)
            plan = planner.plan(allowed.bundle, look=was_sent)
            carried = carry_out(self._client, plan, transactions=planner.abilities.transactions)
        except AdapterError as error:
            return _failure(error)
        refused = [result for result in carried.results if _is_refused(result)]
        if refused:
            return _of_entries(refused)
        if self._destination.read_back and (issue := self._difference(plan, carried.results)):
            return Failed(issues=(issue,))
        return Delivered(kept=allowed.kept, changed=sum(planned.is_sent for planned in plan))

    def _known_abilities(self) -> Abilities:
        """What the server can do, asked once; raises SetupError if it is this adapter."""
        if self._abilities is None:
            try:
                statement = self._client.capabilities()
            except (NotFoundError, NotSupportedError):
                statement = {}
            software = statement.get("software")
            if isinstance(software, dict) and software.get("name") == _OURSELVES:
                text = "this destination is the adapter itself: name a FHIR server that keeps resources"
                raise SetupError(Issue(severity=Severity.ERROR, code=IssueType.VALUE, rule="delivery/itself", text=text))
            self._abilities = abilities_in(statement)
        return self._abilities

    def _difference(self, plan: Sequence[PlannedEntry], results: Sequence[EntryResult]) -> Issue | None:
        """What is wrong with a resource that was written and read back."""
        places = [(planned, result, reference_of(planned, result)) for planned, result in zip(plan, results, strict=True)]
        names = {planned.entry["fullUrl"]: reference for planned, _, reference in places if reference is not None}
        for planned, result, reference in places:
            if not planned.is_sent or reference is None or (planned.is_created and not result.was_created):
                continue
            try:
                held = self._client.read(*reference.split("/"))
            except AdapterError as error:
                return error.issues[0]
            if any(difference.kind != "kept" for difference in differences(planned.entry["resource"], held, references=names)):
                text = (
                    f"the destination gives back something other than it was given: {planned.entry['resource']['resourceType']}"
                )
                return Issue(severity=Severity.ERROR, code=IssueType.PROCESSING, rule="delivery/read-back", text=text)
        return None


def _is_refused(result: EntryResult) -> bool:
    return result.status >= _FIRST_REFUSAL and result.status != _NOT_MODIFIED


def _failure(error: AdapterError) -> Failed:
    status = status_behind(error)
    never = status is not None and _FIRST_REFUSAL <= status < _FIRST_FAULT and status not in _PASSING | _LOCKED
    ours = status is None and isinstance(error, InvalidError)
    return Failed(
        issues=error.issues,
        is_final=never or ours,
        is_down=isinstance(error, UnavailableError) and status not in _LOCKED,
        status=status,
        tries=_TRIES_WHEN_LOCKED if status in _LOCKED else None,
        wait=wait_behind(error),
        answer="\n".join(remark.words for remark in remarks_behind(error)),
    )


def _of_entries(refused: Sequence[EntryResult]) -> Failed:
    statuses = {result.status for result in refused}
    text = f"{len(refused)} resources were refused (HTTP {', '.join(map(str, sorted(statuses)))})"
    never = all(status < _FIRST_FAULT and status not in _PASSING | _LOCKED for status in statuses)
    return Failed(
        issues=(Issue(severity=Severity.ERROR, code=IssueType.PROCESSING, rule="delivery/entries", text=text),),
        is_final=never,
        status=min(statuses),
        answer="\n".join(remark.words for result in refused for remark in result.remarks),
    )
