"""What goes out: what was made of an encounter, and how far its delivery to each target has come."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from adapter.conversion import Conversion, conversion_from_json
from adapter.delivery.prepared import Prepared
from adapter.delivery.record import DeliveryRecord, DeliveryState, EncounterState
from adapter.delivery.store import Store
from adapter.delivery.store_table import DELIVERY, DELIVERY_COUNT, ENCOUNTER, MADE
from adapter.fhir.json import read_any_json
from adapter.issues import IssueType
from adapter.json_types import JsonObject

_OF_MADE, _OF_DELIVERY = MADE.c.encounter == bindparam("of"), DELIVERY.c.encounter == bindparam("of")
_OUTGOING = Prepared(select(MADE.c.outgoing).where(_OF_MADE))
_ANCHOR = Prepared(select(ENCOUNTER.c.anchor).where(ENCOUNTER.c.id == bindparam("of")))
_COLUMNS = ("target", "state", "digest", "attempts", "due", "changed")
_DELIVERIES = Prepared(select(*(DELIVERY.c[name] for name in _COLUMNS)).where(_OF_DELIVERY).order_by(DELIVERY.c.target))
_MADE_FIRST, _MADE_AGAIN = Prepared(insert(MADE)), Prepared(update(MADE).where(_OF_MADE))
_WANTED = Prepared(insert(DELIVERY))
_SET = Prepared(update(DELIVERY).where(_OF_DELIVERY, DELIVERY.c.target == bindparam("at_target")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was made of the first `number` documents of an encounter; `outgoing` is what its targets are to hold."""

    number: int
    at: float
    digest: str
    conversion: Conversion | None = field(repr=False)
    outgoing: JsonObject | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedResult:
    """As `Made`, encrypted, to be written down; the encounter is then in this `state`."""

    number: int
    state: EncounterState
    digest: str
    conversion: bytes = field(repr=False)
    outgoing: bytes | None = field(repr=False)


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
            outgoing=read_any_json(opened(row.outgoing), "outgoing") if row.outgoing else None,
        )

    def outgoing(self, connection: Connection, encounter: str) -> JsonObject | None:
        """What the targets are to hold; nothing if there is nothing yet."""
        (sealed,) = _OUTGOING.first(connection, {"of": encounter}) or (None,)
        bundle: JsonObject | None = read_any_json(self._store.seal.open(sealed), "outgoing") if sealed else None
        return bundle

    def is_kept(self, connection: Connection, encounter: str) -> bool:
        """Whether what the targets are to hold is still there."""
        kept = select(MADE.c.encounter).where(MADE.c.encounter == encounter, MADE.c.outgoing.is_not(None))
        return connection.execute(kept).first() is not None

    def anchor(self, connection: Connection, encounter: str) -> str | None:
        """By what the encounter was first known, which its ids are made from."""
        ((sealed,),) = _ANCHOR.rows(connection, {"of": encounter})
        return self._store.seal.open(sealed).decode() if sealed else None

    def sealed(self, conversion: Conversion, outgoing: bytes | None, *, number: int) -> SealedResult:
        """What is kept of the conversion of so many documents, and of what the targets are to hold."""
        seal = self._store.seal
        return SealedResult(
            number=number,
            state=_state_of(conversion),
            conversion=seal.close(conversion.to_json()),
            outgoing=seal.close(outgoing) if outgoing is not None else None,
            digest=sha256(outgoing).hexdigest() if outgoing is not None else "",
        )

    def keep(self, connection: Connection, encounter: str, result: SealedResult, *, targets: Sequence[str]) -> None:
        """Keep a result, and have it delivered where it differs from what a target is to hold."""
        now = self._store.now()
        values = {
            "number": result.number,
            "at": now,
            "conversion": result.conversion,
            "outgoing": result.outgoing,
            "digest": result.digest,
        }
        if _MADE_AGAIN.change(connection, {"of": encounter, **values}) == 0:
            _MADE_FIRST.insert(connection, [{"encounter": encounter, **values}])
        self._store.change(connection, encounter, {"state": result.state, "made": result.number, "changed": now})
        if result.outgoing is not None:
            self._want(connection, encounter, result.digest, targets=targets)

    def leave(self, connection: Connection, encounter: str, *, number: int) -> None:
        """Note that so many documents were looked at, and what was made stays."""
        self._store.change(connection, encounter, {"made": number, "changed": self._store.now()})

    def _want(self, connection: Connection, encounter: str, digest: str, *, targets: Sequence[str]) -> None:
        held = {delivery.target: delivery for delivery in self.deliveries(connection, encounter)}
        now = self._store.now()
        for target in targets:
            if target not in held:
                fresh = {"state": "pending", "digest": digest, "attempts": 0, "due": now, "changed": now, "since": now}
                _WANTED.insert(connection, [{"encounter": encounter, "target": target, **fresh}])
            elif held[target].digest != digest:
                since = None if held[target].state == "pending" else now
                self.set(connection, encounter, target, state="pending", digest=digest, due=now, since=since)

    def deliveries(self, connection: Connection, encounter: str) -> list[DeliveryRecord]:
        """How far the delivery to each target has come."""
        found = _DELIVERIES.rows(connection, {"of": encounter})
        return [DeliveryRecord(**dict(zip(_COLUMNS, row, strict=True))) for row in found]

    def in_state(self, connection: Connection, state: DeliveryState) -> list[tuple[str, DeliveryRecord]]:
        """Deliveries in a state, with their encounters."""
        query = select(DELIVERY).where(DELIVERY.c.state == state).order_by(DELIVERY.c.target, DELIVERY.c.encounter)
        return [(row.encounter, _record(row)) for row in connection.execute(query)]

    def counted(self, connection: Connection, state: DeliveryState) -> dict[str, int]:
        """How many deliveries are in a state, by target."""
        query = select(DELIVERY_COUNT.c.target, func.sum(DELIVERY_COUNT.c.number)).where(DELIVERY_COUNT.c.state == state)
        counts = connection.execute(query.group_by(DELIVERY_COUNT.c.target).order_by(DELIVERY_COUNT.c.target)).all()
        return {target: int(number) for target, number in counts if number}

    def oldest(self, connection: Connection) -> dict[str, float]:
        """Since when the delivery is wanted that waits longest, by target."""
        query = select(DELIVERY.c.target, func.min(DELIVERY.c.since)).where(DELIVERY.c.state == "pending")
        return {target: since for target, since in connection.execute(query.group_by(DELIVERY.c.target)) if since is not None}

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
        since: float | None = None,
    ) -> None:
        """Note how far a delivery has come; `since` when it is wanted, where that begins now."""
        values: dict[str, object] = {"state": state, "attempts": attempts, "due": due, "changed": self._store.now()}
        values |= {"digest": digest} if digest is not None else {}
        values |= {"since": since} if since is not None else {}
        _SET.change(connection, {"of": encounter, "at_target": target, **values})


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
