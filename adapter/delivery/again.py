"""Doing it again: a delivery on request, and a conversion after maps have changed, with the difference shown first."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, update

from adapter.conversion import Conversion
from adapter.delivery.outbox import Outbox
from adapter.delivery.record import DocumentRecord, EventRecord, StoredDocument, counting
from adapter.delivery.shelf import Shelf
from adapter.delivery.store import Store
from adapter.delivery.store_table import ENCOUNTER
from adapter.delivery.work import Work
from adapter.issues import ConflictError, Issue, IssueType, NotFoundError, Severity
from adapter.json_types import JsonMapping, JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What another conversion would change: a resource (`Type/id`), whether it is new, gone or other, and in which elements."""

    reference: str
    change: str
    elements: tuple[str, ...] = ()


def redeliver(store: Store, connection: Connection, encounter: str, *, caller: str, target: str | None = None) -> list[str]:
    """Have an encounter delivered again, to one target or to all; the targets.

    Raises NotFoundError where there is nothing, and ConflictError where the Bundle was removed.
    """
    store.encounter(connection, encounter, locked=True)
    outbox = Outbox(store)
    deliveries = [one for one in outbox.deliveries(connection, encounter) if target in (None, one.target)]
    targets = [one.target for one in deliveries]
    if not targets:
        text = "there is nothing to deliver: no Bundle was made of this encounter, or it goes to no such destination"
        raise NotFoundError(Issue(severity=Severity.ERROR, code=IssueType.NOT_FOUND, rule="encounters/no-delivery", text=text))
    if not outbox.is_kept(connection, encounter):
        raise ConflictError(_removed("the Bundle of this encounter was removed, so it cannot be delivered again"))
    now = store.now()
    for one in deliveries:
        since = None if one.state == "pending" else now
        outbox.set(connection, encounter, one.target, state="pending", due=now, since=since)
        line = EventRecord(at=now, caller=caller, what="delivery asked for", detail={}, target=one.target, encounter=encounter)
        store.note(connection, line)
    store.put_off(connection, encounter, 0)
    return targets


def reprocess(store: Store, connection: Connection, encounter: str, *, caller: str) -> None:
    """Have an encounter converted again from its documents; raises ConflictError where they were removed."""
    _kept(store, connection, encounter)
    connection.execute(update(ENCOUNTER).where(ENCOUNTER.c.id == encounter).values(made=0))
    line = EventRecord(at=store.now(), caller=caller, what="conversion asked for", detail={}, encounter=encounter)
    store.note(connection, line)
    store.put_off(connection, encounter, 0)


def converted_anew(work: Work, encounter: str) -> Conversion:
    """What would be made now of the documents of an encounter; nothing is kept. Raises ConflictError where they were removed."""
    with work.store.reading() as connection:
        documents = _documents(work.store, connection, encounter)
        anchor = Outbox(work.store).anchor(connection, encounter)
    return work.converted(documents, anchor)


def _documents(store: Store, connection: Connection, encounter: str) -> list[StoredDocument]:
    """The documents of an encounter; raises ConflictError where those that count were removed."""
    return Shelf(store).documents(connection, encounter, of=_kept(store, connection, encounter))


def _kept(store: Store, connection: Connection, encounter: str) -> list[DocumentRecord]:
    """The documents that count; raises ConflictError where one of them was removed."""
    store.encounter(connection, encounter)
    records = counting(Shelf(store).records(connection, encounter))
    if not records or not all(record.is_kept for record in records):
        raise ConflictError(_removed("documents of this encounter were removed, so it cannot be converted again"))
    return records


def _removed(text: str) -> Issue:
    return Issue(severity=Severity.ERROR, code=IssueType.CONFLICT, rule="encounters/removed", text=text)


def changes_between(before: JsonMapping | None, after: JsonMapping | None) -> list[Change]:
    """What differs between two Bundles, resource by resource."""
    old, new = _resources(before), _resources(after)
    return list(_changes(old, new))


def _changes(old: dict[str, JsonObject], new: dict[str, JsonObject]) -> Iterator[Change]:
    for reference in dict.fromkeys((*old, *new)):
        if reference not in old:
            yield Change(reference=reference, change="new")
        elif reference not in new:
            yield Change(reference=reference, change="gone")
        elif old[reference] != new[reference]:
            names = dict.fromkeys((*old[reference], *new[reference]))
            other = tuple(name for name in names if old[reference].get(name) != new[reference].get(name))
            yield Change(reference=reference, change="other", elements=other)


def _resources(bundle: JsonMapping | None) -> dict[str, JsonObject]:
    entries = bundle["entry"] if bundle is not None else ()
    return {f"{entry['resource']['resourceType']}/{entry['resource'].get('id')}": entry["resource"] for entry in entries}
