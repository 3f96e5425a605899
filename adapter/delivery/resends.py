"""Messages that are sent again (the same control id and content), and control ids that came with another content before."""

from collections.abc import Iterator
from hashlib import sha256

from sqlalchemy import Connection, bindparam, insert, select

from adapter.delivery.prepared import Prepared
from adapter.delivery.record import Arrival
from adapter.delivery.store import Store
from adapter.delivery.store_table import DOCUMENT
from adapter.feed import feed_problem
from adapter.issues import Issue

KEEP = Prepared(insert(DOCUMENT))
"""Adds documents."""
_FIRST = Prepared(select(DOCUMENT.c.digest).where(DOCUMENT.c.control_id == bindparam("sent_as")).order_by(DOCUMENT.c.id).limit(1))
_SAME = Prepared(
    select(DOCUMENT.c.id)
    .where(DOCUMENT.c.encounter == bindparam("of"), DOCUMENT.c.subject == bindparam("about"))
    .where(DOCUMENT.c.digest == bindparam("content"), DOCUMENT.c.control_id == bindparam("sent_as"))
    .limit(1)
)


class Resends:
    """The control ids of all messages; each call is part of a transaction of the caller's."""

    def __init__(self, store: Store) -> None:
        """Keep them in a store."""
        self._store = store

    def digest(self, control_id: str) -> str | None:
        """A control id as it is kept; nothing of a document that has none."""
        return self._store.seal.digest("control", control_id) if control_id else None

    def taken(self, connection: Connection, arrival: Arrival) -> Iterator[Issue]:
        """Messages whose control id came with another content before; a resend is told what the message was told."""
        contents: dict[str, str] = {}
        for document, control_id in zip(arrival.documents, arrival.control_ids, strict=True):
            if (number := self.digest(control_id)) is not None:
                content = sha256(document.content).hexdigest()
                if number not in contents:
                    contents[number] = self._first(connection, number) or content
                if contents[number] != content:
                    yield feed_problem.CONTROL_ID.at(f"{document.name}#MSH-10")

    def _first(self, connection: Connection, number: str) -> str | None:
        """The content (a digest) of the first message with a control id."""
        self._store.settle(connection, KEEP, column="control_id", values=(number,))
        found = _FIRST.first(connection, {"sent_as": number})
        return found[0] if found is not None else None

    @staticmethod
    def is_one(connection: Connection, encounter: str, row: dict[str, object]) -> bool:
        """Whether an encounter has this message already."""
        asked = {"of": encounter, "about": row["subject"], "content": row["digest"], "sent_as": row["control_id"]}
        return row["control_id"] is not None and _SAME.first(connection, asked) is not None
