"""What goes out: what was made of an encounter, and how far its delivery to each target has come."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from sqlalchemy import Connection, Row, func, insert, select, update

from adapter.conversion import Conversion, conversion_from_json
from adapter.delivery.record import DeliveryRecord, DeliveryState, EncounterState
from adapter.delivery.store import Store
from adapter.delivery.store_table import DELIVERY, ENCOUNTER, MADE
from adapter.fhir.json import canonical_bytes, read_json
from adapter.issues import IssueType
from adapter.json_types import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was made of the first `number` documents of an encounter; `outgoing` is what its targets are to hold."""

    number: int
    at: float
    digest: str
    conversion: Conversion | None = field(repr=False)
    outgoing: JsonObject | None = field(repr=False)


class Outbox:
    """Results and deliveries of all encounters; each call is part of a transaction of the caller's."""

    def __init__(self, store: Store) -> None:
        """Keep them in a store."""
        self._store = store

    def made(self, connection: Connection, encounter: str) -> Made | None:
        """What was made last; nothing if nothing was, or if it was removed."""
        row = connection.execute(select(MADE).where(MADE.c.encounter == encounter)).first()
        if row is None:
            return None
        opened = self._store.seal.open
        return Made(
            number=row.number,
            at=row.at,
            digest=row.digest,
            conversion=conversion_from_json(opened(row.conversion)) if row.conversion else None,
            outgoing=read_json(opened(row.outgoing), "outgoing") if row.outgoing else None,
        )

    def outgoing(self, connection: Connection, encounter: str) -> JsonObject | None:
        """What the targets are to hold; nothing if there is nothing yet."""
        sealed = connection.scalars(select(MADE.c.outgoing).where(MADE.c.encounter == encounter)).first()
        bundle: JsonObject | None = read_json(self._store.seal.open(sealed), "outgoing") if sealed else None
        return bundle

    def anchor(self, connection: Connection, encounter: str) -> str | None:
        """By what the encounter was first known, which its ids are made from."""
        sealed = connection.scalars(select(ENCOUNTER.c.anchor).where(ENCOUNTER.c.id == encounter)).one()
        return self._store.seal.open(sealed).decode() if sealed else None

    def keep(
        self,
        connection: Connection,
        encounter: str,
        conversion: Conversion,
        *,
        number: int,
        outgoing: JsonObject | None,
        targets: Sequence[str],
    ) -> None:
        """Keep a result, and have it delivered where it differs from what a target is to hold."""
        now, seal = self._store.now(), self._store.seal
        content = canonical_bytes(outgoing) if outgoing is not None else None
        digest = sha256(content).hexdigest() if content else ""
        values = {
            "number": number,
            "at": now,
            "conversion": seal.close(conversion.to_json()),
            "outgoing": seal.close(content) if content else None,
            "digest": digest,
        }
        if connection.execute(update(MADE).where(MADE.c.encounter == encounter).values(values)).rowcount == 0:
            connection.execute(insert(MADE).values(encounter=encounter, **values))
        state = _state_of(conversion)
        connection.execute(update(ENCOUNTER).where(ENCOUNTER.c.id == encounter).values(state=state, made=number, changed=now))
        if content:
            self._want(connection, encounter, digest, targets=targets)

    def leave(self, connection: Connection, encounter: str, *, number: int) -> None:
        """Note that so many documents were looked at, and what was made stays."""
        changes = {"made": number, "changed": self._store.now()}
        connection.execute(update(ENCOUNTER).where(ENCOUNTER.c.id == encounter).values(changes))

    def _want(self, connection: Connection, encounter: str, digest: str, *, targets: Sequence[str]) -> None:
        held = {delivery.target: delivery for delivery in self.deliveries(connection, encounter)}
        now = self._store.now()
        for target in targets:
            if target not in held:
                fresh = {"state": "pending", "digest": digest, "attempts": 0, "due": now, "changed": now}
                connection.execute(insert(DELIVERY).values(encounter=encounter, target=target, **fresh))
            elif held[target].digest != digest:
                self.set(connection, encounter, target, state="pending", digest=digest, due=now)

    def deliveries(self, connection: Connection, encounter: str) -> list[DeliveryRecord]:
        """How far the delivery to each target has come."""
        query = select(DELIVERY).where(DELIVERY.c.encounter == encounter).order_by(DELIVERY.c.target)
        return [_record(row) for row in connection.execute(query)]

    def in_state(self, connection: Connection, state: DeliveryState, *, most: int) -> list[tuple[str, DeliveryRecord]]:
        """Deliveries in a state, with their encounters."""
        query = select(DELIVERY).where(DELIVERY.c.state == state).order_by(DELIVERY.c.target, DELIVERY.c.encounter).limit(most)
        return [(row.encounter, _record(row)) for row in connection.execute(query)]

    def counted(self, connection: Connection, state: DeliveryState) -> dict[str, int]:
        """How many deliveries are in a state, by target."""
        query = select(DELIVERY.c.target, func.count()).where(DELIVERY.c.state == state).group_by(DELIVERY.c.target)
        return dict(connection.execute(query).all())

    def set(
        self,
        connection: Connection,
        encounter: str,
        target: str,
        *,
        state: DeliveryState,
        digest: str | None = None,
        attempts: int = 0,
        due: float | None = None,
    ) -> None:
        """Note how far a delivery has come."""
        values: dict[str, object] = {"state": state, "attempts": attempts, "due": due, "changed": self._store.now()}
        values |= {"digest": digest} if digest is not None else {}
        here = (DELIVERY.c.encounter == encounter) & (DELIVERY.c.target == target)
        connection.execute(update(DELIVERY).where(here).values(values))


def _state_of(conversion: Conversion) -> EncounterState:
    """Made, or refused for good, or only waiting for what another document has to say."""
    if conversion.content is not None:
        return "made"
    lacks = all(issue.code is IssueType.REQUIRED for issue in conversion.problems if issue.is_error)
    return "waiting" if lacks else "refused"


def _record(row: Row[tuple[object, ...]]) -> DeliveryRecord:
    return DeliveryRecord(
        target=row.target, state=row.state, digest=row.digest, attempts=row.attempts, due=row.due, changed=row.changed
    )
