"""What comes in: documents are kept, and the encounter that they belong to is found or begun."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import chain
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, insert, or_, select, update

from adapter.delivery.identity_merge import Merges
from adapter.delivery.known_orders import KnownOrders, another_patient
from adapter.delivery.prepared import Parameters, Prepared
from adapter.delivery.record import (
    Accepted,
    Arrival,
    DocumentRecord,
    EncounterName,
    EncounterState,
    EventRecord,
    Identity,
    Merge,
    StoredDocument,
    pack,
    unpack,
)
from adapter.delivery.resends import KEEP, Resends
from adapter.delivery.store import NOTE, Store
from adapter.delivery.store_table import DELIVERY, DOCUMENT, ENCOUNTER, KNOWN_AS, KNOWN_ORDER, MADE, MERGED, RECEIPT
from adapter.issues import ConflictError, InvalidError, Issue, IssueType, Severity, TooLargeError
from adapter.readers.document import Document

NamesOf = Callable[[Sequence[Document]], Iterable[EncounterName]]
"""Reads by what documents name their encounter."""

_MOST_READ = 500
"""So many documents are asked for in a statement."""

_FEW = 50
_PAUSE = 0.002
"""An encounter with more than a few documents waits so many seconds for each further one before it is made anew, about as long as
that takes: however fast they come, it keeps a worker busy for half of the time."""

_RECEIPT_OF = Prepared(select(RECEIPT.c.body, RECEIPT.c.encounter).where(RECEIPT.c.key == bindparam("receipt")))
_FIRST_LOOK = Prepared(
    select(
        exists().where(or_(MERGED.c.former == bindparam("patient"), MERGED.c.patient == bindparam("patient"))),
        *(
            select(KNOWN_AS.c.encounter).where(KNOWN_AS.c.digest == bindparam(key)).scalar_subquery().label(key)
            for key in ("one", "other")
        ),
    )
)
"""Whether anything of a patient was merged, and which encounters are known by two keys: of nearly all documents that is all."""
_KNOWN = Prepared(
    select(KNOWN_AS.c.digest, KNOWN_AS.c.encounter).where(KNOWN_AS.c.digest.in_([bindparam("one"), bindparam("other")]))
)
_LOCKED = Prepared(
    select(*(ENCOUNTER.c[name] for name in ("state", "patient", "received", "due", "anchor")))
    .where(ENCOUNTER.c.id == bindparam("of"))
    .with_for_update()
)
_NEWEST = Prepared(
    select(DOCUMENT.c.digest)
    .where(DOCUMENT.c.encounter == bindparam("of"), DOCUMENT.c.subject == bindparam("about"))
    .order_by(DOCUMENT.c.number.desc())
    .limit(1)
)
_RECORDS = (
    *(DOCUMENT.c[name] for name in ("number", "subject", "form", "digest", "size", "received", "caller")),
    DOCUMENT.c.content.is_not(None).label("is_kept"),
)
"""The columns of a `DocumentRecord`."""
_BEGUN, _KNOW, _ANSWERED = (Prepared(insert(table)) for table in (ENCOUNTER, KNOWN_AS, RECEIPT))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """Who the patient of an arrival is now, by which names and keys its encounter is looked for, and which those found.

    A key that an earlier number of the patient gives is among the found ones only.
    """

    identity: Identity
    patient: str
    names: tuple[EncounterName, ...]
    keys: tuple[str, ...]
    found: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where documents are kept: an encounter, how many it has, when it is due, and whether its anchor is known.

    One that is yet to begin is known by its `keys` (digests), and is one of a patient (a digest).
    """

    encounter: str
    received: int = 0
    due: float | None = None
    has_anchor: bool = False
    patient: str = ""
    keys: tuple[str, ...] | None = None


class Shelf:
    """The documents of all encounters; each call is part of a transaction of the caller's."""

    def __init__(self, store: Store) -> None:
        """Keep them in a store."""
        self._store = store
        self._seal = store.seal
        self._merges = Merges(store)
        self._orders = KnownOrders(store)
        self._resends = Resends(store)

    def accept(self, connection: Connection, arrival: Arrival) -> Accepted:
        """Keep documents, and say that there is work.

        Raises InvalidError for a number of another patient, ConflictError for what contradicts what is kept otherwise.
        """
        if arrival.idempotency_key is None:
            return self._accept(connection, arrival)
        body = _digest_of(arrival)
        receipt = self._seal.digest("receipt", arrival.caller, arrival.idempotency_key)
        if (known := self._receipt(connection, receipt, body)) is not None:
            return replace(known, remarks=tuple(self._resends.taken(connection, arrival)))
        accepted = self._accept(connection, arrival)
        answered = {"key": receipt, "body": body, "encounter": accepted.encounter, "at": self._store.now()}
        _ANSWERED.insert(connection, [answered])
        return accepted

    def _accept(self, connection: Connection, arrival: Arrival) -> Accepted:
        look = self._look(connection, arrival)
        named = set(look.found.values())
        orders = self._orders.find(connection, arrival, patient=look.patient, named=named)
        if arrival.is_by_account and orders.encounters and not named:  # the account is no name of a visit that has one
            look, arrival = replace(look, keys=()), replace(arrival, has_number=False)
        place = self._place_of(connection, look, sorted({*named, *orders.encounters}))
        remarks = tuple(self._resends.taken(connection, arrival))
        kept = self._keep(connection, place, arrival.of(look.identity))
        self._orders.know(connection, orders.unknown, place.encounter, is_new=place.keys is not None)
        return Accepted(encounter=place.encounter, documents=kept, is_new=place.received == 0, remarks=remarks)

    def _look(self, connection: Connection, arrival: Arrival) -> _Look:
        patient, keys = self._seal.digest("patient", arrival.patient), self._keys(arrival, arrival.patient)
        self._store.settle(connection, _KNOW, column="digest", values=keys)
        first, last = (keys[0], keys[-1]) if keys else ("", "")
        ((is_merged, one, other),) = _FIRST_LOOK.rows(connection, {"patient": patient, "one": first, "other": last})
        if is_merged:
            return self._look_for_all(connection, arrival)
        found = {key: encounter for key, encounter in ((first, one), (last, other)) if encounter is not None}
        identity = Identity(patient=arrival.patient)
        return _Look(identity=identity, patient=patient, names=arrival.names, keys=keys, found=found)

    def _look_for_all(self, connection: Connection, arrival: Arrival) -> _Look:
        """The same for a patient with numbers of before, under which the encounter may be known as well."""
        if self._store.batch is not None:
            self._store.batch.write(connection)
        identity = self._merges.identity(connection, arrival.patient)
        keys = self._keys(arrival, identity.patient)
        found = self._known(connection, keys)
        for former in () if found else identity.former:
            found |= self._known(connection, self._keys(arrival, former))
        patient = self._seal.digest("patient", identity.patient)
        return _Look(identity=identity, patient=patient, names=arrival.names, keys=keys, found=found)

    def merge(self, connection: Connection, merge: Merge, *, caller: str, names_of: NamesOf) -> list[str]:
        """Have what is kept of a patient belong to the one that this is now; gives the encounters that changed.

        `names_of` reads by what documents name their encounter. Raises ConflictError where the patient became a third one before.
        """
        if self._store.batch is not None:
            self._store.batch.write(connection)
        now = self._merges.add(connection, merge)
        former, patient = (self._seal.digest("patient", known) for known in (merge.former, now.patient))
        if former == patient:
            return []
        theirs = select(ENCOUNTER.c.id).where(ENCOUNTER.c.patient == former, ENCOUNTER.c.state != "deleted").with_for_update()
        encounters = list(connection.scalars(theirs))
        connection.execute(update(ENCOUNTER).where(ENCOUNTER.c.patient == former).values(patient=patient))
        arrival = Arrival(documents=(), subjects=(), forms=(), control_ids=(), patient=merge.former, caller=caller).of(now)
        changed = [self._twin(connection, encounter, now.patient, names_of=names_of) or encounter for encounter in encounters]
        for encounter in changed:
            ((_, _, received, due, _),) = _LOCKED.rows(connection, {"of": encounter})
            self._keep(connection, _Place(encounter=encounter, received=received, due=due, has_anchor=True), arrival)
        return changed

    def _twin(self, connection: Connection, encounter: str, patient: str, *, names_of: NamesOf) -> str | None:
        """The encounter of this patient that has the same name; this one becomes part of it, unless it is being delivered."""
        kept = self.documents(connection, encounter, of=self.records(connection, encounter))
        documents = [stored.document for stored in kept if stored.document is not None]
        keys = [self._seal.digest("encounter", name.under(patient)) for name in names_of(documents)]
        twin = next(iter(self._known(connection, keys).values()), encounter)
        left = connection.execute(select(DELIVERY.c.target).where(DELIVERY.c.encounter == encounter).limit(1)).first()
        if twin == encounter or left is not None:
            return None
        self._move(connection, encounter, twin)
        return twin

    def _receipt(self, connection: Connection, receipt: str, body: str) -> Accepted | None:
        found = _RECEIPT_OF.first(connection, {"receipt": receipt})
        if found is None:
            return None
        known, encounter = found
        if known != body:
            text = "this Idempotency-Key came with another body or other settings before: take a new key for another request"
            raise ConflictError(_conflict("intake/key", text))
        return Accepted(encounter=encounter, documents=0, is_new=False, is_repeated=True)

    def _place_of(self, connection: Connection, look: _Look, encounters: Sequence[str]) -> _Place:
        """The encounter that the documents belong to; a new one if they belong to none of those that are kept."""
        if not encounters:
            return _Place(encounter=self._store.new_id(), patient=look.patient, keys=tuple(dict.fromkeys(look.keys)))
        encounter = encounters[0] if len(encounters) == 1 else self._join(connection, encounters)
        ((state, owner, received, due, anchor),) = _LOCKED.rows(connection, {"of": encounter})
        _check_same(state, look.names, is_same_patient=owner == look.patient)
        _KNOW.insert(connection, [{"digest": key, "encounter": encounter} for key in look.keys if key not in look.found])
        return _Place(encounter=encounter, received=received, due=due, has_anchor=anchor is not None)

    def _keys(self, arrival: Arrival, patient: str) -> tuple[str, ...]:
        """The digests of the business keys of the encounter, as that of a patient."""
        return tuple(self._seal.digest("encounter", name.under(patient)) for name in arrival.names)

    def _known(self, connection: Connection, keys: Sequence[str]) -> dict[str, str]:
        """The encounters that are known by these keys."""
        # Two are asked for at once, since most encounters have two: their own number, and that of the case.
        pairs = [{"one": keys[at], "other": keys[min(at + 1, len(keys) - 1)]} for at in range(0, len(keys), 2)]
        return dict(chain.from_iterable(_KNOWN.rows(connection, pair) for pair in pairs))

    def _begin(self, connection: Connection, place: _Place, values: Parameters) -> None:
        """Begin a new encounter; that another process began one for its keys is a collision, and found at the next try."""
        now = self._store.now()
        known = {"id": place.encounter, "patient": place.patient, "state": "waiting", "made": 0, "created": now, "changed": now}
        self._store.add(connection, _BEGUN, [{**known, "due": now, "anchor": None, **values}])
        self._store.add(connection, _KNOW, [{"digest": key, "encounter": place.encounter} for key in place.keys or ()])
        self._store.announce(connection, place.encounter, 0)

    def _join(self, connection: Connection, encounters: Sequence[str]) -> str:
        """One encounter of several that turn out to be the same; raises ConflictError where two have an anchor already."""
        rows = connection.execute(select(ENCOUNTER).where(ENCOUNTER.c.id.in_(encounters)).with_for_update()).all()
        anchored = [row.id for row in rows if row.anchor is not None or row.state == "deleted"]
        if len(anchored) > 1:
            text = "these documents name two encounters that are kept apart: correct the number of the encounter or of the case"
            raise ConflictError(_conflict("intake/two-encounters", text))
        winner: str = (anchored or [rows[0].id])[0]
        for loser in (row for row in rows if row.id != winner):
            self._move(connection, loser.id, winner)
        return winner

    def _move(self, connection: Connection, loser: str, winner: str) -> None:
        received = connection.scalars(select(ENCOUNTER.c.received).where(ENCOUNTER.c.id == winner)).one()
        moved = connection.execute(
            update(DOCUMENT).where(DOCUMENT.c.encounter == loser).values(encounter=winner, number=DOCUMENT.c.number + received)
        ).rowcount
        for table in (KNOWN_AS, KNOWN_ORDER):
            connection.execute(update(table).where(table.c.encounter == loser).values(encounter=winner))
        connection.execute(update(ENCOUNTER).where(ENCOUNTER.c.id == winner).values(received=received + moved))
        connection.execute(
            update(ENCOUNTER)
            .where(ENCOUNTER.c.id == loser)
            .values(state="deleted", received=0, due=None, changed=self._store.now())
        )
        connection.execute(delete(MADE).where(MADE.c.encounter == loser))
        self._store.note(
            connection,
            EventRecord(at=self._store.now(), caller="adapter", what="joined", detail={"into": winner}, encounter=loser),
        )

    def _keep(self, connection: Connection, place: _Place, arrival: Arrival) -> int:
        """Keep the documents that are new; gives how many those are."""
        new: list[Parameters] = []
        lines: list[EventRecord] = []
        for row, document, is_new in self._looked_up(connection, place, arrival):
            detail = {"kind": row["form"], "sha256": row["digest"], "bytes": row["size"]}
            what = "posted" if is_new else "posted again"
            lines.append(
                EventRecord(at=self._store.now(), caller=arrival.caller, what=what, detail=detail, encounter=place.encounter)
            )
            if is_new:
                number = place.received + len(new) + 1
                new.append({**row, "encounter": place.encounter, "number": number, "content": self._seal.close(pack(document))})
        received = place.received + len(new)
        if received > self._store.most_documents:
            raise TooLargeError(_too_many(self._store.most_documents))
        anchor = {} if place.has_anchor or arrival.anchor is None else {"anchor": self._seal.close(arrival.anchor.encode())}
        values = {"received": received, **anchor}
        if place.keys is not None:
            self._begin(connection, place, values)
            self._store.add(connection, KEEP, new)
            self._store.add(connection, NOTE, [self._store.row_of(line) for line in lines])
            return len(new)
        if new or anchor:
            self._put_off(connection, place, values, seconds=max(0, received - _FEW) * _PAUSE)
        self._store.note(connection, *lines)
        KEEP.insert(connection, new)
        return len(new)

    def _put_off(self, connection: Connection, place: _Place, values: Parameters, *, seconds: float) -> None:
        """Have the encounter made anew in so many seconds, unless it is due before."""
        if place.due is not None and place.due <= self._store.now() + seconds:
            self._store.change(connection, place.encounter, values)
        else:
            self._store.put_off(connection, place.encounter, seconds, changes=values)

    def _looked_up(
        self, connection: Connection, place: _Place, arrival: Arrival
    ) -> Iterator[tuple[dict[str, object], Document, bool]]:
        """What is kept of each document, and whether it is new: neither the newest of its subject nor a resend."""
        newest: dict[str, str | None] = {}
        parts = zip(arrival.documents, arrival.subjects, arrival.forms, arrival.control_ids, strict=True)
        for document, subject, form, control_id in parts:
            about, digest = self._seal.digest("subject", subject), sha256(document.content).hexdigest()
            if about not in newest:
                newest[about] = _newest(connection, place, about)
            row = {
                "subject": about,
                "form": form,
                "digest": digest,
                "size": len(document.content),
                "received": self._store.now(),
                "caller": arrival.caller,
                "settings": json.dumps(dict(arrival.settings)),
                "control_id": self._resends.digest(control_id),
            }
            is_known = newest[about] == digest or (place.received > 0 and self._resends.is_one(connection, place.encounter, row))
            yield row, document, not is_known
            newest[about] = digest

    def documents(self, connection: Connection, encounter: str, *, of: Sequence[DocumentRecord]) -> list[StoredDocument]:
        """Some documents of an encounter, opened, in the order in which they came."""
        query = select(*_RECORDS, DOCUMENT.c.settings, DOCUMENT.c.content).where(DOCUMENT.c.encounter == encounter)
        numbers = [record.number for record in of]
        parts = (numbers[begin : begin + _MOST_READ] for begin in range(0, len(numbers), _MOST_READ))
        return [
            StoredDocument(**_record(known), settings=json.loads(settings), document=self._opened(content))
            for some in parts
            for *known, settings, content in connection.execute(
                query.where(DOCUMENT.c.number.in_(some)).order_by(DOCUMENT.c.number)
            )
        ]

    def records(self, connection: Connection, encounter: str) -> list[DocumentRecord]:
        """What is known of these documents without opening them: of thousands, that would be all that the memory holds."""
        query = select(*_RECORDS).where(DOCUMENT.c.encounter == encounter).order_by(DOCUMENT.c.number)
        return [DocumentRecord(**_record(known)) for known in connection.execute(query)]

    def document(self, connection: Connection, encounter: str, number: int) -> Document | None:
        """One document of an encounter; nothing where no document has this number, or it was removed."""
        query = select(DOCUMENT.c.content).where(DOCUMENT.c.encounter == encounter, DOCUMENT.c.number == number)
        return self._opened(connection.scalars(query).first())

    def _opened(self, content: bytes | None) -> Document | None:
        return unpack(self._seal.open(content)) if content else None


def _digest_of(arrival: Arrival) -> str:
    """A digest of what was posted: the documents, and how they are to be read."""
    settings = [json.dumps(dict(arrival.settings), sort_keys=True).encode()] if arrival.settings else []
    return sha256(b"\0".join([document.content for document in arrival.documents] + settings)).hexdigest()


def _record(known: Iterable[Any]) -> dict[str, Any]:
    """The fields of a record, by name, of a row that begins with its columns."""
    return {column.name: value for column, value in zip(_RECORDS, known, strict=True)}


def _newest(connection: Connection, place: _Place, about: str) -> str | None:
    """The digest of the newest document about a subject."""
    if place.received == 0:
        return None
    found = _NEWEST.first(connection, {"of": place.encounter, "about": about})
    return found[0] if found is not None else None


def _check_same(state: EncounterState, names: Sequence[EncounterName], *, is_same_patient: bool) -> None:
    """Raise ConflictError for an encounter that was deleted, InvalidError for one of another patient."""
    if state == "deleted":
        text = "this encounter was deleted, so nothing more is kept of it"
        raise ConflictError(_conflict("intake/deleted", text))
    if not is_same_patient:
        raise InvalidError(another_patient("number of the encounter", names[0].places()))


def _too_many(most: int) -> Issue:
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.TOO_LONG,
        rule="intake/too-many",
        text=f"an encounter may have {most} documents (setting ADAPTER_MAX_DOCUMENTS), and this one has as many",
        suggestion="stop what sends the same encounter again and again, or set a higher limit and send this document again",
    )


def _conflict(rule: str, text: str) -> Issue:
    return Issue(severity=Severity.ERROR, code=IssueType.CONFLICT, rule=rule, text=text)
