"""What the store gives and takes: encounters, documents, deliveries and events as values."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Literal, TypeVar

from adapter.issues import AnyIssue
from adapter.readers.document import Document

EncounterState = Literal["waiting", "refused", "made", "deleted"]
"""Nothing was made yet; what is known was refused; there is a Bundle; only the tombstone is left."""

DeliveryState = Literal["pending", "delivered", "parked"]

SettingsOfSender = Mapping[str, object]

Places = Callable[[], tuple[str, ...]]
"""Works out where documents say something, if somebody has to be told."""

_MESSAGES = "hl7v2."
_MERGE = "hl7v2.ADT"
"""The form of a message that merges patients."""


def nowhere() -> tuple[str, ...]:
    """No place at all."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EncounterName:
    """By what an encounter is known: a number with who assigned it, else with the patient."""

    number: str
    system: str | None = None
    kind: str = ""
    places: Places = field(default=nowhere, compare=False, repr=False)

    def under(self, patient: str) -> str:
        """The business key, for the encounter of a patient."""
        return f"{self.kind}{self.system or patient}|{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderName:
    """By what an order is known: a number of a kind with who assigned it, or else with who sent it."""

    kind: str
    system: str
    number: str
    places: Places = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """One patient is another one: their business keys, and the message that says so."""

    former: str
    patient: str
    document: Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who a patient is now, by which numbers that patient was known before, and the messages that said so."""

    patient: str
    former: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Documents that were read and can be kept.

    `names` are those of the encounter (of an account, where messages name no visit: `is_by_account`), `orders` those of its
    orders and account, `patient` is the business key of the patient. `subjects` say what each document is about, a later one
    about the same takes its place; `control_ids` under which sender's number it came, if it is one message. `anchor` is what the
    sender sets; without it the number of the encounter, which is the first name if anybody has said it (`has_number`), makes one.
    """

    documents: tuple[Document, ...]
    subjects: tuple[str, ...]
    forms: tuple[str, ...]
    control_ids: tuple[str, ...]
    patient: str
    caller: str
    names: tuple[EncounterName, ...] = ()
    is_by_account: bool = False
    orders: tuple[OrderName, ...] = ()
    has_number: bool = False
    anchor: str | None = None
    settings: SettingsOfSender = field(default_factory=dict)
    idempotency_key: str | None = None
    remarks: tuple[AnyIssue, ...] = field(default=(), compare=False)

    def of(self, identity: Identity) -> "Arrival":
        """The arrival as that of who the patient is now, with the messages that said so where that is another one."""
        anchor = self.anchor or (self.names[0].under(identity.patient) if self.has_number else None)
        added = identity.documents if identity.patient != self.patient else ()
        subjects = (f"merge|{sha256(document.content).hexdigest()}" for document in added)
        return replace(
            self,
            documents=(*added, *self.documents),
            subjects=(*subjects, *self.subjects),
            forms=(*[_MERGE] * len(added), *self.forms),
            control_ids=(*[""] * len(added), *self.control_ids),
            patient=identity.patient,
            anchor=anchor,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What was kept: the encounter, how many documents were new, and whether it, or the whole request, was known before.

    `remarks` is what there is to say of each document alone, and beside those that came before.
    """

    encounter: str
    documents: int
    is_new: bool
    is_repeated: bool = False
    remarks: tuple[AnyIssue, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedPatients:
    """What became of messages that merge patients: the encounters that belong to another patient now."""

    encounters: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EncounterRecord:
    """An encounter as the store has it."""

    id: str
    state: EncounterState
    received: int
    made: int
    created: float
    changed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRecord:
    """What is known of a document without opening it; `is_kept` until its content is removed."""

    number: int
    subject: str
    form: str
    digest: str
    size: int
    received: float
    caller: str
    is_kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDocument(DocumentRecord):
    """A document as it was sent; nothing when it was removed."""

    settings: SettingsOfSender
    document: Document | None = field(repr=False)


AnyRecord = TypeVar("AnyRecord", bound=DocumentRecord)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRecord:
    """How far the delivery of an encounter to a target has come."""

    target: str
    state: DeliveryState
    digest: str
    attempts: int
    due: float | None
    changed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRecord:
    """One line of the audit trail; `answer` is what a server answered, for the eyes of who may read the encounter."""

    at: float
    caller: str
    what: str
    detail: Mapping[str, object]
    target: str | None = None
    encounter: str | None = None
    answer: str | None = field(default=None, repr=False)


def counting(documents: Sequence[AnyRecord]) -> list[AnyRecord]:
    """The documents that count: of each subject the newest, and every message, since `adapter.feed` says which of them stand."""
    newest = {document.subject: document.number for document in documents}
    return [
        document for document in documents if document.form.startswith(_MESSAGES) or newest[document.subject] == document.number
    ]


def pack(document: Document) -> bytes:
    """A document with its name, which may name a patient, as bytes."""
    return json.dumps({"name": document.name, "form": document.form}).encode() + b"\n" + document.content


def unpack(packed: bytes) -> Document:
    """The document that was packed."""
    head, _, content = packed.partition(b"\n")
    return Document(content=content, **json.loads(head))
