"""Documents at the door: read as far as it takes to know whose they are, and kept in one transaction before the answer."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from itertools import chain
from types import MappingProxyType

from adapter.conversion import Options
from adapter.delivery.figures import Figures
from adapter.delivery.identity_merge import merges_of, patient_of
from adapter.delivery.record import Accepted, Arrival, EncounterName, EventRecord, MergedPatients, OrderName, SettingsOfSender
from adapter.delivery.shelf import Shelf
from adapter.delivery.store import Store
from adapter.feed.feed_problem import BESIDE_OTHERS
from adapter.feed.statement import Statement, text_at
from adapter.fhir.json import canonical_bytes
from adapter.issues import (
    AdapterError,
    ConflictError,
    InvalidError,
    Issue,
    IssueType,
    NotFoundError,
    Severity,
    UnavailableError,
    UnknownFormError,
)
from adapter.json_types import JsonMapping, JsonValue
from adapter.merging.merge import Merged
from adapter.merging.validate import check_said
from adapter.pipeline import Pipeline
from adapter.readers.document import Document, MappedDocument, ReadDocument
from adapter.readers.hl7v2.reader import Hl7Document

_NAMED_BY: Mapping[str, tuple[str, tuple[int, ...]]] = MappingProxyType(
    {"hl7v2.ORU": ("OBR", (3, 2)), "hl7v2.MDM": ("TXA", (12,)), "hl7v2.DFT": ("FT1", (2,))}
)
"""By which fields of which segment a message names the order, document or charge that it is about, the most telling first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What somebody posts: documents of one encounter, and who it is."""

    documents: tuple[Document, ...]
    caller: str
    settings: SettingsOfSender
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """The one way in, for HTTP, MLLP and the command line."""

    pipeline: Pipeline
    store: Store
    figures: Figures = field(default_factory=Figures)

    def accept(self, posted: Posted, options: Options) -> Accepted | MergedPatients:
        """Keep documents; when this returns they are on disk. Raises an AdapterError where nothing was kept but an audit line."""
        with self.figures.intake.time():
            try:
                self.store.check_room()
                accepted = self._kept(posted, options)
            except (InvalidError, ConflictError, NotFoundError) as refusal:
                self.figures.accepted.labels(str(refusal.kind)).inc()
                line = self._refusal(posted, refusal)
                self.store.write(lambda connection: self.store.note(connection, line))
                raise
            except UnavailableError:
                self.figures.accepted.labels("unavailable").inc()
                raise
        self.figures.accepted.labels("accepted").inc()
        return accepted

    def _kept(self, posted: Posted, options: Options) -> Accepted | MergedPatients:
        shelf = Shelf(self.store)
        try:
            arrival = arrival_of(self.pipeline, posted, options)
        except UnknownFormError:
            told = [(document, list(merges_of(self.pipeline, document, options))) for document in posted.documents]
            merges = [merge for _, found in told for merge in found]
            if not merges:
                raise
        else:
            accepted = self.store.write(lambda connection: shelf.accept(connection, arrival))
            return replace(accepted, remarks=(*arrival.remarks, *accepted.remarks))
        names_of = partial(_names_in, self.pipeline, options)
        keep = partial(shelf.merge, caller=posted.caller, names_of=names_of)
        changed = [self.store.write(partial(keep, merge=merge)) for merge in merges]
        others = tuple(document for document, found in told if not found)
        if others:
            return self._kept(replace(posted, documents=others), options)
        return MergedPatients(encounters=tuple(dict.fromkeys(chain.from_iterable(changed))))

    def _refusal(self, posted: Posted, refusal: AdapterError) -> EventRecord:
        hashes = [sha256(document.content).hexdigest() for document in posted.documents]
        rules = sorted({issue.rule for issue in refusal.issues if issue.rule is not None})
        detail = {"sha256": hashes, "outcome": str(refusal.kind), "rules": rules}
        return EventRecord(at=self.store.now(), caller=posted.caller, what="refused", detail=detail)


def arrival_of(pipeline: Pipeline, posted: Posted, options: Options) -> Arrival:
    """What is known of documents once they are read; raises an AdapterError for what cannot be accepted.

    Documents that lack something may still be waiting for others to say it; what is wrong stays wrong whatever comes.
    """
    told = [pipeline.read_with_remarks([document], options) for document in posted.documents]
    alone = [merged for merged, _ in told]
    together = alone[0] if len(alone) == 1 else pipeline.read(posted.documents, options)
    check_content(together)
    tree = together.tree
    names = tuple(_names(together, options.assigner))
    orders = tuple(order for merged in alone for part in merged.documents for order in _orders(part))
    patient = patient_of(tree, options.assigner)
    if patient is None or not (names or orders):
        raise InvalidError(_nobody())
    return Arrival(
        documents=posted.documents,
        subjects=tuple(subject_of(merged) for merged in alone),
        forms=tuple(_form(merged.documents[0]) for merged in alone),
        control_ids=tuple(_control_id(merged) for merged in alone),
        names=names,
        orders=orders,
        is_by_account={given.kind for part in alone for one in _statements(part) for given in one.visit_numbers} == {"account"},
        patient=patient,
        has_number=bool(text_at(tree, ("encounter", "id"))),
        anchor=options.anchor,
        caller=posted.caller,
        settings=posted.settings,
        idempotency_key=posted.idempotency_key,
        remarks=tuple(remark for _, remarks in told for remark in remarks if remark.rule not in BESIDE_OTHERS),
    )


def check_content(together: Merged) -> None:
    """Raise InvalidError or ConflictError for what no further document can put right."""
    if any(issue.is_error for issue in together.issues):
        raise ConflictError(*together.issues)
    check_said(together)


def _names_in(pipeline: Pipeline, options: Options, documents: Sequence[Document]) -> Iterator[EncounterName]:
    """By what kept documents name their encounter."""
    for document in documents:
        with suppress(UnknownFormError):  # the merges among them
            yield from _names(pipeline.read([document], options), options.assigner)


def _names(read: Merged, assigner: str | None) -> Iterator[EncounterName]:
    """By what the encounter is known: as `identity.encounter_key` has it, and by the number of the case."""
    if number := text_at(read.tree, ("encounter", "id")):
        system = text_at(read.tree, ("encounter", "system")) or assigner
        yield EncounterName(number=number, system=system, places=partial(read.positions, ("encounter", "id")))
    if case := text_at(read.tree, ("id",)):
        yield EncounterName(number=case, kind="case|", places=partial(read.positions, ("id",)))


def _statements(read: Merged) -> list[Statement]:
    """The messages of a document."""
    originals = (part.original for part in read.documents if isinstance(part, MappedDocument))
    return [Statement(document=original) for original in originals if isinstance(original, Hl7Document)]


def _control_id(read: Merged) -> str:
    """Who sent a message, and the number that it has there (MSH-10); nothing of a document that is not one message."""
    statements = _statements(read)
    if len(statements) != 1 or not statements[0].control_id:
        return ""
    return "|".join([*statements[0].sender, statements[0].control_id])


def _orders(part: ReadDocument) -> Iterator[OrderName]:
    """By what orders and accounts are known; where nobody says who assigned a number, it is one of the sender's, if known."""
    original = part.original if isinstance(part, MappedDocument) else part
    statement = Statement(document=original) if isinstance(original, Hl7Document) else None
    sender = "|".join(statement.sender) if statement else ""
    for place, number in enumerate(part.tree.get("order_numbers") or ()):
        kind, system, value = (text_at(number, (name,)) for name in ("kind", "system", "value"))
        system = system or (f"sender|{sender}" if sender.strip("|") else "")
        if kind and system and value:
            places = partial(part.positions, ("order_numbers", place, "value"))
            yield OrderName(kind=kind, system=system, number=value, places=places)
    for given in statement.visit_numbers if statement else ():
        if given.kind == "account":
            places = partial(original.positions, given.path)
            yield OrderName(kind=given.kind, system=given.system or f"sender|{sender}", number=given.value, places=places)


def _value(value: JsonValue, *path: str) -> JsonValue:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def subject_of(read: Merged) -> str:
    """What a document is about; a later one about the same takes its place.

    Messages are about the visit, unless they name an order, a document or a charge; reports of AI software about a run.
    """
    form = _form(read.documents[0])
    return canonical_bytes([form, *(_about(part, form) for part in read.documents)]).decode()


def _about(part: ReadDocument, form: str) -> JsonValue:
    if form in _NAMED_BY and isinstance(part, MappedDocument):
        segment, fields = _NAMED_BY[form]
        return [_first_field(segment_fields, fields) for segment_fields in _segments(part.original.tree, segment)]
    run = [_value(part.tree, "ai", *path) for path in (("tool", "vendor"), ("tool", "product"), ("run_id",))]
    return [[str(name) for name in run] if "ai" in part.tree else None, "encounter" in part.tree]


def _segments(tree: JsonValue, name: str) -> Iterator[JsonValue]:
    """The segments of a name, in the order of the message."""
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting.extend(reversed(part))
        elif isinstance(part, dict):
            segments = part.get(name, [])
            yield from segments if isinstance(segments, list) else [segments]
            waiting.extend(reversed([child for key, child in part.items() if key != name]))


def _first_field(segment: JsonMapping, fields: Iterable[int]) -> str:
    return next((repr(segment[str(field)]) for field in fields if segment.get(str(field))), "")


def _form(part: ReadDocument) -> str:
    """The kind of a document: an input form, and of HL7 v2 the type of the message without its event."""
    form = part.original.form if isinstance(part, MappedDocument) else part.form
    return form.partition("_")[0] if form.startswith("hl7v2.") else form


def _nobody() -> Issue:
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.REQUIRED,
        rule="intake/nobody",
        text="the documents do not say whose they are: the number of the patient, or of the encounter or its order, is missing",
        suggestion=(
            "send them together with the encounter (multipart), or say `patient.mrn` with `encounter.id`, or with the `id` of "
            "the case that the encounter names as well"
        ),
    )
