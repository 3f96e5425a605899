"""What is removed: an encounter that somebody deletes, raw documents and cases in their time. The audit trail stays."""

from sqlalchemy import Connection, delete, select, update

from adapter.delivery.record import EventRecord
from adapter.delivery.store import Store
from adapter.delivery.store_table import DELIVERY, DOCUMENT, ENCOUNTER, EVENT, KNOWN_ORDER, MADE, RECEIPT

_DAY = 86_400.0
_REMOVED = {"content": None, "control_id": None}
"""What is left of a document says nothing, and keeps its hash."""


def remove(store: Store, connection: Connection, encounter: str, *, caller: str) -> None:
    """Delete an encounter; a tombstone is left, so that nothing more is kept of it. Raises NotFoundError."""
    store.encounter(connection, encounter)
    connection.execute(update(DOCUMENT).where(DOCUMENT.c.encounter == encounter).values(_REMOVED))
    connection.execute(delete(MADE).where(MADE.c.encounter == encounter))
    connection.execute(delete(KNOWN_ORDER).where(KNOWN_ORDER.c.encounter == encounter))
    connection.execute(delete(DELIVERY).where(DELIVERY.c.encounter == encounter))
    connection.execute(update(EVENT).where(EVENT.c.encounter == encounter).values(sealed=None))
    tombstone = {"state": "deleted", "anchor": None, "due": None, "changed": store.now()}
    connection.execute(update(ENCOUNTER).where(ENCOUNTER.c.id == encounter).values(tombstone))
    store.note(connection, EventRecord(at=store.now(), caller=caller, what="deleted", detail={}, encounter=encounter))


def remove_all_old(store: Store, *, days: int) -> int:
    """As `remove_old`, some encounters at a time so that others may write too; gives the number of all.

    Each Idempotency-Key that is as old is forgotten: documents that are sent again are known by what is in them.
    """
    before, removed = store.now() - days * _DAY, 0
    store.write(lambda connection: connection.execute(delete(RECEIPT).where(RECEIPT.c.at < before)))
    while some := store.write(lambda connection: remove_old(store, connection, days=days)):
        removed += some
    return removed


def remove_old(store: Store, connection: Connection, *, days: int, most: int = 500) -> int:
    """Remove raw documents and cases that are older than so many days, of encounters that have nothing left to be done.

    The numbers of their orders are forgotten with them: some assigners give them out again after years.
    Gives the number of encounters of which something was removed, so many at most.
    """
    before = store.now() - days * _DAY
    undelivered = select(DELIVERY.c.encounter).where(DELIVERY.c.state.in_(["pending", "parked"]))
    old = (
        select(DOCUMENT.c.encounter)
        .join(ENCOUNTER, ENCOUNTER.c.id == DOCUMENT.c.encounter)
        .where(DOCUMENT.c.content.is_not(None), DOCUMENT.c.received < before, ENCOUNTER.c.changed < before)
        .where(ENCOUNTER.c.due.is_(None), ENCOUNTER.c.id.not_in(undelivered))
        .distinct()
        .limit(most)
    )
    encounters = list(connection.scalars(old))
    connection.execute(update(DOCUMENT).where(DOCUMENT.c.encounter.in_(encounters)).values(_REMOVED))
    connection.execute(delete(KNOWN_ORDER).where(KNOWN_ORDER.c.encounter.in_(encounters)))
    connection.execute(update(MADE).where(MADE.c.encounter.in_(encounters)).values(conversion=None, outgoing=None))
    connection.execute(update(EVENT).where(EVENT.c.encounter.in_(encounters)).values(sealed=None))
    for encounter in encounters:
        line = EventRecord(at=store.now(), caller="adapter", what="removed", detail={"after days": days}, encounter=encounter)
        store.note(connection, line)
    return len(encounters)
