"""What the store gives and takes: encounters, documents, deliveries and events as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from adapter.readers.document import Document

EncounterState = Literal["waiting", "refused", "made", "deleted"]
"""Nothing was made yet; what is known was refused; there is a Bundle; only the tombstone is left."""

DeliveryState = Literal["pending", "delivered", "parked"]

SettingsOfSender = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Documents that were read and can be kept.

    `keys` are the business keys of the encounter, `patient` that of the patient, `subjects` what each document is about: a later
    one about the same takes its place. `anchor` is nothing as long as nobody has said the number of the encounter.
    """

    documents: tuple[Document, ...]
    subjects: tuple[str, ...]
    forms: tuple[str, ...]
    keys: tuple[str, ...]
    patient: str
    anchor: str | None
    caller: str
    settings: SettingsOfSender = field(default_factory=dict)
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What was kept: the encounter, how many documents were new, and whether it, or the whole request, was known before."""

    encounter: str
    documents: int
    is_new: bool
    is_repeated: bool = False


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
class StoredDocument:
    """A document as it was sent; no content when it was removed."""

    number: int
    subject: str
    form: str
    digest: str
    size: int
    received: float
    caller: str
    settings: SettingsOfSender
    document: Document | None = field(repr=False)


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
