"""Carries out a plan: as one transaction, in parts where a server takes only so many entries, or one request after the other."""

import re
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from adapter.client.dependency import dependency_groups
from adapter.client.fhir_client import FhirClient
from adapter.client.plan import PlannedEntry, put_references, with_references
from adapter.client.remark import remarks_behind, status_behind
from adapter.client.transaction import EntryResult
from adapter.issues import AdapterError, Issue, IssueType, Severity
from adapter.json_types import JsonMapping, JsonObject

Sent = TypeVar("Sent")

_TOO_LARGE = 413
_REFUSALS = frozenset({400, 409, 413, 422, 429})
_NOT_OFFERED = frozenset({405, 501})
_NO_TRANSACTIONS = re.compile(
    r"\btransactions?\b.{0,40}\b(not|un)\W?(supported|enabled|allowed|implemented)|\b(no|not support)\b.{0,20}\btransactions\b",
    re.IGNORECASE,
)
_OF_MANY = r"(entr(y|ies)|operations?|resources|bundle|transaction|request|payload)"
_TOO_MANY = re.compile(
    rf"\b{_OF_MANY}\b.{{0,80}}(too (many|large|big)|than allowed|exceed|maxim|limit)"
    rf"|(too (many|large|big)|more than|exceed\w*|maxim\w*|limit of).{{0,80}}\b{_OF_MANY}\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What became of every entry of a plan, in its order, and in how many requests it was sent."""

    results: tuple[EntryResult, ...]
    requests: int


def carry_out(client: FhirClient, plan: Sequence[PlannedEntry], *, transactions: bool) -> Carried:
    """Carry out a plan; `transactions` says whether the server takes them. Raises an AdapterError."""
    places = [place for place, planned in enumerate(plan) if planned.is_sent]
    entries = [plan[place].entry for place in places]
    sent, requests = _sent(client, entries, transactions=transactions) if entries else ([], 0)
    results = dict(zip(places, sent, strict=True))
    return Carried(results=tuple(results.get(place) or _kept(planned) for place, planned in enumerate(plan)), requests=requests)


def _sent(client: FhirClient, entries: list[JsonObject], *, transactions: bool) -> tuple[list[EntryResult], int]:
    if not transactions:
        return _Parts(client, entries).one_by_one()
    try:
        return list(client.transaction(_bundle(entries)).entries), 1
    except AdapterError as error:
        if takes_no_transactions(error):
            return _Parts(client, entries).one_by_one()
        if len(entries) == 1 or not is_too_many(error):
            raise
    return _Parts(client, entries).in_parts(limit=(len(entries) + 1) // 2)


class _Parts:
    """Sends entries in the order of their references, each under the references that are known by then."""

    def __init__(self, client: FhirClient, entries: list[JsonObject]) -> None:
        self._client = client
        self._entries = entries
        self._known = put_references(entries)
        self._results: dict[int, EntryResult] = {}
        self._requests = 0

    def one_by_one(self) -> tuple[list[EntryResult], int]:
        for group in dependency_groups(self._entries):
            for place in group:
                self._note([place], [self._attempt(self._client.carry_out, self._ready(place))])
        return self._answer()

    def in_parts(self, *, limit: int) -> tuple[list[EntryResult], int]:
        waiting = deque(dependency_groups(self._entries))
        while waiting:
            part = _first_groups(waiting, limit)
            places = [place for group in part for place in group]
            try:
                self._note(
                    places, self._attempt(self._client.transaction, _bundle([self._ready(place) for place in places])).entries
                )
            except AdapterError as error:
                if len(part) == 1 or not is_too_many(error):
                    raise
                waiting.extendleft(reversed(part))
                limit = (len(places) + 1) // 2
        return self._answer()

    def _attempt(self, send: Callable[[JsonObject], Sent], body: JsonObject) -> Sent:
        try:
            return send(body)
        except AdapterError as error:
            if not self._results or is_too_many(error):
                raise
            raise type(error)(*error.issues, self._partly()) from error.__cause__

    def _partly(self) -> Issue:
        text = (
            f"{len(self._results)} of {len(self._entries)} resources were taken before that: send again, which repeats nothing."
        )
        return Issue(severity=Severity.WARNING, code=IssueType.INCOMPLETE, rule="send/partly", text=text)

    def _ready(self, place: int) -> JsonObject:
        entry: JsonObject = with_references(self._entries[place], self._known)
        return entry

    def _note(self, places: Sequence[int], results: Sequence[EntryResult]) -> None:
        self._requests += 1
        for place, result in zip(places, results, strict=True):
            self._results[place] = result
            full_url = self._entries[place].get("fullUrl")
            if result.reference is not None and isinstance(full_url, str):
                self._known[full_url] = result.reference

    def _answer(self) -> tuple[list[EntryResult], int]:
        return [self._results[place] for place in range(len(self._entries))], self._requests


def takes_no_transactions(error: AdapterError) -> bool:
    """Whether a server refused a transaction because it takes none, which its CapabilityStatement did not say."""
    status = status_behind(error)
    return status in _NOT_OFFERED or (
        status in _REFUSALS and any(_NO_TRANSACTIONS.search(remark.words) for remark in remarks_behind(error))
    )


def is_too_many(error: AdapterError) -> bool:
    """Whether a server refused a transaction since it has too many entries, or too many bytes."""
    status = status_behind(error)
    if status == _TOO_LARGE:
        return True
    remarks = remarks_behind(error)
    costly = any(remark.issue.code is IssueType.TOO_COSTLY for remark in remarks)
    return status in _REFUSALS and (costly or any(_TOO_MANY.search(remark.words) for remark in remarks))


def _first_groups(waiting: deque[list[int]], limit: int) -> list[list[int]]:
    """The groups that come next, as many as fit, and one at least; they are taken away."""
    part, size = [waiting.popleft()], 0
    size = len(part[0])
    while waiting and size + len(waiting[0]) <= limit:
        part.append(waiting.popleft())
        size += len(part[-1])
    return part


def _bundle(entries: Sequence[JsonMapping]) -> JsonObject:
    return {"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}


def _kept(planned: PlannedEntry) -> EntryResult:
    return EntryResult(status=200, reference=planned.reference, version=planned.version, etag=None, remarks=(), outcome={})
