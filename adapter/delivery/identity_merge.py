"""Patients that turned out to be one (ADT^A40): they stay one when a feed that does not know of it sends the old number."""

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from adapter.conversion import Options
from adapter.delivery.prepared import Prepared
from adapter.delivery.record import Identity, Merge, pack, unpack
from adapter.delivery.store import Store
from adapter.delivery.store_table import MERGED
from adapter.feed.arrivals import merged_numbers
from adapter.feed.statement import Statement, text_at
from adapter.issues import ConflictError, Issue, IssueType, Severity
from adapter.json_types import JsonObject
from adapter.pipeline import Pipeline
from adapter.readers.document import Document, ReadDocument
from adapter.readers.hl7v2.reader import Hl7Document

_REGISTRATION = "hl7v2.ADT_A01"
_OF = Prepared(
    select(MERGED.c.former, MERGED.c.former_name, MERGED.c.name, MERGED.c.content).where(
        or_(MERGED.c.former == bindparam("known"), MERGED.c.patient == bindparam("known"))
    )
)


class Merges:
    """All merges of a store; each call is part of a transaction of the caller's."""

    def __init__(self, store: Store) -> None:
        """Keep them in a store."""
        self._seal = store.seal
        self._now = store.now

    def identity(self, connection: Connection, patient: str) -> Identity:
        """Who a patient is now."""
        digest = self._digest(patient)
        merges = _OF.rows(connection, {"known": digest})
        for former, _, name, _ in merges:
            if former == digest:
                return self.identity(connection, self._text(name))
        return Identity(
            patient=patient,
            former=tuple(self._text(former_name) for _, former_name, _, _ in merges),
            documents=tuple(unpack(self._seal.open(content)) for _, _, _, content in merges),
        )

    def add(self, connection: Connection, merge: Merge) -> Identity:
        """Note that a patient is another one; gives who that is now.

        Raises ConflictError where the patient became a third one before.
        """
        now = self.identity(connection, merge.patient)
        before = self.identity(connection, merge.former)
        if before.patient == now.patient:
            return now
        if before.patient != merge.former:
            raise ConflictError(_became_another())
        known = {"patient": self._digest(now.patient), "name": self._seal.close(now.patient.encode())}
        former = self._digest(merge.former)
        connection.execute(update(MERGED).where(MERGED.c.patient == former).values(known))
        own = {"former": former, "former_name": self._seal.close(merge.former.encode()), "at": self._now()}
        connection.execute(insert(MERGED).values({**known, **own, "content": self._seal.close(pack(merge.document))}))
        return self.identity(connection, now.patient)

    def _digest(self, patient: str) -> str:
        return self._seal.digest("patient", patient)

    def _text(self, sealed: bytes) -> str:
        return self._seal.open(sealed).decode()


def merges_of(pipeline: Pipeline, document: Document, options: Options) -> Iterator[Merge]:
    """The merges that a document tells of, if it is a message that does."""
    for message in pipeline.readers.read(document):
        statement = Statement(document=message) if isinstance(message, Hl7Document) else None
        if statement is not None and statement.is_merge:
            for numbers in merged_numbers(statement):
                trees = [as_registered(pipeline, statement.document, number, options=options).tree for number in numbers]
                former, patient = (patient_of(tree, options.assigner) for tree in trees)
                if former is not None and patient is not None:
                    yield Merge(former=former, patient=patient, document=document)


def as_registered(pipeline: Pipeline, message: Hl7Document, number: JsonObject, *, options: Options) -> ReadDocument:
    """Whom a number of a merge names, read as a registration would be."""
    tree = {"MSH": message.tree["MSH"], "PID": {"3": [number]}}
    mapped, _ = pipeline.in_case_form(replace(message, form=_REGISTRATION, tree=tree, segments={}), options)
    return mapped


def patient_of(tree: JsonObject, assigner: str | None) -> str | None:
    """The business key of the patient of a case: the number with who assigned it; nothing without a number."""
    system, number = text_at(tree, ("patient", "mrn_system")) or assigner, text_at(tree, ("patient", "mrn"))
    return "|".join(part for part in (system, number) if part) if number else None


def _became_another() -> Issue:
    text = "this patient was merged into another one before: correct one of the two merges"
    return Issue(severity=Severity.ERROR, code=IssueType.CONFLICT, rule="intake/two-merges", text=text)
