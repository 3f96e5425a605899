"""The store: one database, its transactions, who is due for work, and the audit trail."""

import json
import os
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, func, insert, or_, select, update

from adapter.delivery.batch import Batch
from adapter.delivery.committer import Committer, Result, Write
from adapter.delivery.database import transaction, unavailable
from adapter.delivery.prepared import Parameters, Prepared
from adapter.delivery.record import EncounterRecord, EncounterState, EventRecord
from adapter.delivery.seal import Seal
from adapter.delivery.store_table import ENCOUNTER, EVENT, KNOWN_AS, SECRET
from adapter.issues import Issue, IssueType, NotFoundError, Severity, UnavailableError

LONGEST_WAIT = 3600.0
"""What is due later than this was put off under a clock that has since been set back, and is due now."""

_LEAST_ROOM = 64 * 1024 * 1024
"""So many bytes must be free on the disk before more is taken in."""

_HASTE = 0.1
"""What is due within so many seconds is done now."""

_NO_CHANGES: Parameters = MappingProxyType({})
_COLUMNS = ("id", "state", "received", "made", "created", "changed")
_RECORD = select(*(ENCOUNTER.c[name] for name in _COLUMNS)).where(ENCOUNTER.c.id == bindparam("of"))
_ENCOUNTER, _LOCKED = Prepared(_RECORD), Prepared(_RECORD.with_for_update())
_CHANGE = Prepared(update(ENCOUNTER).where(ENCOUNTER.c.id == bindparam("of")))
_SECRET = Prepared(select(SECRET.c.value).where(SECRET.c.name == bindparam("name")))
_NOTHING = update(SECRET).where(SECRET.c.name == "").values(name="")
"""Changes nothing, and is refused by a database that may only be read."""
PEPPER = "pepper"
"""What digests are made with: the one secret of a store."""
NOTE = Prepared(insert(EVENT))
"""Adds lines to the audit trail."""

Transaction = Connection
"""What is read and written together, or not at all."""

Announce = Callable[[Connection, Mapping[str, float]], None]
"""Tells the workers, within a transaction, which encounters have work in how many seconds."""


def to_those_who_look(_connection: Connection, _due: Mapping[str, float]) -> None:
    """Tell nobody: the workers look for themselves."""


class Store:
    """What is kept, in one database.

    `now` gives seconds since 1970, `new_id` an id that says nothing; `announce` tells workers that do not look for themselves.
    """

    def __init__(
        self,
        engine: Engine,
        seal: Seal,
        *,
        now: Callable[[], float],
        new_id: Callable[[], str],
        announce: Announce = to_those_who_look,
        most_waiting: int = 256,
    ) -> None:
        """Take the database, already in its newest form."""
        self.engine = engine
        self.seal = seal
        self.now = now
        self.new_id = new_id
        self._announce = announce
        self.batch: Batch | None = None
        self.most_documents = 1000
        self._secret = b""
        self._file = engine.url.database if engine.dialect.name == "sqlite" else None
        self._committer = Committer(self._writing, most=most_waiting)

    def close(self) -> None:
        """Finish what is being written, and let go of the database."""
        self._committer.close()
        self.engine.dispose()

    def write(self, write: Write[Result]) -> Result:
        """The result of a write; when this returns it is on disk. Raises UnavailableError where it cannot be.

        What is written at the same time goes there together: a file takes one writer at a time, and a server waits for the disk
        once.
        """
        return self._committer.write(write)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction of the committer, at whose end is done at once what would cost as much one by one."""
        self.batch = batch = Batch()
        try:
            with transaction(self.engine, writes=True) as connection:
                self.check_keys(connection)
                yield connection
                batch.write(connection)
                if batch.due:
                    self._announce(connection, batch.due)
        finally:
            self.batch = None

    def check_keys(self, connection: Connection) -> None:
        """Raise UnavailableError where no key of this process opens the store any more, since its keys were rotated meanwhile.

        What such a process wrote nobody could open once the old key is gone.
        """
        ((secret,),) = _SECRET.rows(connection, {"name": PEPPER})
        if secret != self._secret:
            self.seal.open(secret)
            self._secret = secret

    def add(self, connection: Connection, insert: Prepared, rows: Sequence[Parameters]) -> None:
        """Insert rows that nobody but this group of writes can ask for yet: at its end, where the write is one of a group."""
        if self.batch is None:
            insert.insert(connection, rows)
        else:
            self.batch.add(insert, rows)

    def settle(self, connection: Connection, insert: Prepared, *, column: str, values: Container[object]) -> None:
        """Write what waits for the end of the transaction, if one of these rows is to be asked for by one of the values."""
        if self.batch is not None and any(row[column] in values for row in self.batch.rows(insert)):
            self.batch.write(connection)

    def check_writable(self) -> None:
        """Raise UnavailableError unless documents could be kept now: there is room, and the database lets us write."""
        self.check_room()
        self.write(lambda connection: connection.execute(_NOTHING))

    def check_room(self) -> None:
        """Raise UnavailableError before the disk of a file is full; a server sees to its own."""
        if not self._file:
            return
        with unavailable():
            disk = os.statvfs(self._file)
        if disk.f_bavail * disk.f_frsize < _LEAST_ROOM:
            text = "the disk of the store is nearly full, so nothing more is kept: make room, and send again"
            issue = Issue(severity=Severity.ERROR, code=IssueType.THROTTLED, rule="store/full", text=text)
            raise UnavailableError(issue)

    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction that reads."""
        return transaction(self.engine, writes=False)

    # ------------------------------------------------------------------------------------------------------------- work

    def put_off(self, connection: Connection, encounter: str, seconds: float, *, changes: Parameters = _NO_CHANGES) -> None:
        """Have an encounter worked on in so many seconds, and change what else of its row has changed."""
        self.change(connection, encounter, {"due": self.now() + seconds, **changes})
        self.announce(connection, encounter, seconds)

    def announce(self, connection: Connection, encounter: str, seconds: float) -> None:
        """Tell the workers, in the transaction in which it arises, that an encounter has work in so many seconds."""
        if self.batch is None:
            self._announce(connection, {encounter: seconds})
        else:
            self.batch.announce(encounter, seconds)

    def finish(self, connection: Connection, encounter: str) -> None:
        """Note that nothing is left to be done."""
        self.change(connection, encounter, {"due": None})

    def is_due(self, connection: Connection, encounter: str) -> bool:
        """Whether an encounter has work now."""
        due = connection.scalars(select(ENCOUNTER.c.due).where(ENCOUNTER.c.id == encounter)).first()
        now = self.now()
        return due is not None and not now + _HASTE < due <= now + LONGEST_WAIT

    def due(self, connection: Connection, most: int, *, since: float = 0.0) -> list[str]:
        """The encounters that have waited longest for work, so many at most, and each for so many seconds."""
        now = self.now() - since
        is_due = or_(ENCOUNTER.c.due <= now, ENCOUNTER.c.due > now + LONGEST_WAIT)
        return list(connection.scalars(select(ENCOUNTER.c.id).where(is_due).order_by(ENCOUNTER.c.due).limit(most)))

    def oldest_due(self, connection: Connection) -> float | None:
        """When the encounter that waits longest was due; nothing if none waits."""
        due: float | None = connection.scalars(select(func.min(ENCOUNTER.c.due))).one()
        return due

    # ------------------------------------------------------------------------------------------------------- encounters

    def encounter(self, connection: Connection, encounter: str, *, locked: bool = False) -> EncounterRecord:
        """An encounter, perhaps `locked` for the rest of the transaction; raises NotFoundError for an id that nobody gave."""
        row = (_LOCKED if locked else _ENCOUNTER).first(connection, {"of": encounter})
        if row is None:
            text = "there is no encounter with this id"
            raise NotFoundError(Issue(severity=Severity.ERROR, code=IssueType.NOT_FOUND, rule="encounters/unknown", text=text))
        return EncounterRecord(**dict(zip(_COLUMNS, row, strict=True)))

    def change(self, connection: Connection, encounter: str, values: Parameters) -> None:
        """Change what the row of an encounter says."""
        _CHANGE.change(connection, {"of": encounter, **values})

    def encounters(
        self,
        connection: Connection,
        *,
        state: EncounterState | None = None,
        business_key: str | None = None,
        after: tuple[float, str] | None = None,
        most: int = 50,
    ) -> list[EncounterRecord]:
        """Encounters in the order in which they began: of a state, of a business key, and after a place in that order."""
        query = select(*(ENCOUNTER.c[name] for name in _COLUMNS)).order_by(ENCOUNTER.c.created, ENCOUNTER.c.id).limit(most)
        if state is not None:
            query = query.where(ENCOUNTER.c.state == state)
        if business_key is not None:
            known = select(KNOWN_AS.c.encounter).where(KNOWN_AS.c.digest == self.seal.digest("encounter", business_key))
            query = query.where(ENCOUNTER.c.id.in_(known))
        if after is not None:
            began, last = after
            later = (ENCOUNTER.c.created == began) & (ENCOUNTER.c.id > last)
            query = query.where(or_(ENCOUNTER.c.created > began, later))
        return [EncounterRecord(**dict(zip(_COLUMNS, row, strict=True))) for row in connection.execute(query)]

    # ------------------------------------------------------------------------------------------------------ audit trail

    def note(self, connection: Connection, *lines: EventRecord) -> None:
        """Add lines to the audit trail."""
        NOTE.insert(connection, [self.row_of(line) for line in lines])

    def note_access(self, what: str, *, caller: str, encounter: str | None = None) -> None:
        """Write down who looked at what."""
        line = EventRecord(at=self.now(), caller=caller, what=what, detail={}, encounter=encounter)
        self.write(lambda connection: self.note(connection, line))

    def row_of(self, line: EventRecord) -> Parameters:
        """A line of the audit trail as it is kept."""
        return {
            "encounter": line.encounter,
            "at": line.at,
            "caller": line.caller,
            "what": line.what,
            "target": line.target,
            "detail": json.dumps(dict(line.detail)),
            "sealed": self.seal.close(line.answer.encode()) if line.answer else None,
        }

    def events(self, connection: Connection, encounter: str) -> list[EventRecord]:
        """The audit trail of an encounter."""
        return self._lines(connection.execute(select(EVENT).where(EVENT.c.encounter == encounter).order_by(EVENT.c.id)))

    def events_of_none(self, connection: Connection, *, most: int) -> list[EventRecord]:
        """The newest lines of the audit trail that are of no encounter: what was refused, and who searched."""
        query = select(EVENT).where(EVENT.c.encounter.is_(None)).order_by(EVENT.c.id.desc()).limit(most)
        return self._lines(connection.execute(query))

    def _lines(self, rows: Iterable[Row[Any]]) -> list[EventRecord]:
        return [
            EventRecord(
                at=row.at,
                caller=row.caller,
                what=row.what,
                target=row.target,
                detail=json.loads(row.detail),
                encounter=row.encounter,
                answer=self.seal.open(row.sealed).decode() if row.sealed else None,
            )
            for row in rows
        ]
