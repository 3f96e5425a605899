"""What is special about a sender: the files `senders/NAME.yaml` of the mappings, and which of them counts for a document."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated

from pydantic import Field

from adapter.feed.accession import USUAL, AccessionField, accessions
from adapter.feed.excerpt import Column, Excerpt, also_used, case_hint, fields_of, table_of
from adapter.feed.statement import Statement, text_at
from adapter.issues import InvalidError, Issue, IssueType, Severity
from adapter.json_types import JsonObject, JsonValue
from adapter.mapping.function import NotConvertible
from adapter.mapping.time_functions import local_time
from adapter.path import Path, with_values
from adapter.plain_value import AbsoluteUri
from adapter.readers.document import NATIVE, MappedDocument, ReadDocument
from adapter.readers.hl7v2.reader import PLACE_OF_SERVICE, Hl7Document
from adapter.strict_yaml.model import FileModel, form, known, read_model
from adapter.strict_yaml.nodes import MappingNode, TextNode, read_yaml
from adapter.strict_yaml.problem import BadFileError, Problem, problem

_CODED = (("FT1", "25"), ("FT1", "7"), ("FT1", "26"), ("PR1", "3"), ("PR1", "16"), ("OBR", "44"), ("OBR", "45"))
"""The fields in which a sender may name a code system in its own way."""
_LOCATIONS = (("FT1", "16"), ("PV1", "3"))
"""The fields (PL) with the location of a patient."""
_FIELD = re.compile(r"[A-Z][A-Z0-9]{2}-[1-9][0-9]*(\.[1-9][0-9]*)?")


def _is_zone(name: str) -> bool:
    try:
        return bool(local_time("2026-01-01 12:00:00", name))
    except NotConvertible:
        return False


FieldName = Annotated[str, form(_FIELD.fullmatch, "a field of HL7 v2", "write it as ZPI-4, or ZPI-4.1 for a component")]
CaseField = Annotated[str, form(case_hint, "a field of the Case with a plain value", "see `adapter schema encounter`")]
PlaceOfService = Annotated[
    str, form(re.compile("[0-9]{2}").fullmatch, "a place of service", "write its two digits in quotes, '11'")
]


class SenderTerms(FileModel):
    """What a file says of a sender.

    `applications` and `facilities` are the values of MSH-3 and MSH-4 by which its messages are known; `zone` is that of its times
    without an offset, `assigner` who assigned its patients' numbers that come without. `code_systems` says for its names of
    code systems which of HL7 table 0396 they mean, and `places_of_service` for its locations (PL.1, else PL.4) which place of
    service they are. `observations` says for codes of results (OBX-3.1) which column of the table of an AI report they are, and
    `run` what that table has in each of its runs. `accession` is the field that has the accession number of an order, or
    `none`. `fields` says for fields of its messages, Z-segments included, which fields of the Case they are, and `words` for
    fields of the Case what its words mean there. `case` is what it never sends: parts of the Case, such as the clinic's NPI.
    """

    applications: tuple[str, ...] = ()
    facilities: tuple[str, ...] = ()
    zone: Annotated[str, form(_is_zone, "a time zone", "write an IANA name such as Europe/Berlin, or +01:00")] | None = None
    assigner: AbsoluteUri | None = None
    code_systems: Mapping[str, str] = Field(default_factory=dict)
    places_of_service: Mapping[str, PlaceOfService] = Field(default_factory=dict)
    observations: Mapping[str, Column] = Field(default_factory=dict)
    run: Mapping[Column, str] = Field(default_factory=dict)
    accession: AccessionField = USUAL
    fields: Mapping[FieldName, CaseField] = Field(default_factory=dict)
    words: Mapping[CaseField, Mapping[str, str]] = Field(default_factory=dict)
    case: JsonObject = Field(default_factory=dict)


class BadSenderError(BadFileError):
    """Files of senders that cannot be used; raised with all of their problems at once."""

    file_kind = "sender"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSender:
    """A sender: its name, its file, and what the file says."""

    name: str
    file: str
    terms: SenderTerms

    @property
    def document(self) -> ReadDocument:
        """What the sender never sends, as a document."""
        return ReadDocument(name=self.file, form=NATIVE, tree=self.terms.case)

    def knows(self, statement: Statement) -> bool:
        """Whether a message is from this sender, by MSH-3 and MSH-4."""
        application, facility = statement.sender
        named = [(self.terms.applications, application), (self.terms.facilities, facility)]
        return any(values for values, _ in named) and all(value in values for values, value in named if values)

    def gathered(self, document: ReadDocument) -> tuple[Excerpt, ...]:
        """What a message says in the sender's own way."""
        if not isinstance(document, Hl7Document):
            return ()
        terms = self.terms
        constants = {name: (text, f"{self.file}#/run/{name}") for name, text in terms.run.items()}
        parts = (table_of(document, terms.observations, constants), fields_of(document, terms.fields, terms.words))
        return tuple(part for part in parts if part is not None)

    def translated(self, document: ReadDocument) -> ReadDocument:
        """The document with the sender's names of code systems as HL7 has them, and what the sender's file says of its fields."""
        if not isinstance(document, Hl7Document):
            return document
        terms = self.terms
        changes = (*_code_systems(document, terms.code_systems), *_places(document, terms.places_of_service))
        return _changed(document, (*changes, *accessions(document, terms.accession)))

    def completed(self, document: ReadDocument) -> ReadDocument:
        """The document, in the form of the Case, with the sender as the assigner of a number that names none."""
        if isinstance(document, MappedDocument):
            document = also_used(document, self.gathered(document.original))
        patient = document.tree.get("patient")
        if self.terms.assigner is None or not isinstance(patient, dict) or "mrn" not in patient or "mrn_system" in patient:
            return document
        return replace(document, tree={**document.tree, "patient": {**patient, "mrn_system": self.terms.assigner}})


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSenders:
    """All senders of which there are files, by name."""

    by_name: Mapping[str, KnownSender] = field(default_factory=dict)

    def of(self, document: ReadDocument, chosen: str | None) -> KnownSender | None:
        """The sender of a document: the chosen one, else the one that knows the message, else nobody.

        Raises InvalidError for a chosen sender of which there is no file.
        """
        if chosen is not None:
            if chosen not in self.by_name:
                raise InvalidError(_no_sender(chosen, self.by_name))
            return self.by_name[chosen]
        if not isinstance(document, Hl7Document):
            return None
        statement = Statement(document=document)
        fitting = [sender for sender in self.by_name.values() if sender.knows(statement)]
        return max(fitting, key=lambda sender: bool(sender.terms.applications) + bool(sender.terms.facilities), default=None)

    def translated(self, document: ReadDocument, chosen: str | None) -> ReadDocument:
        """The document as its sender means it; raises InvalidError for a chosen sender of which there is no file."""
        sender = self.of(document, chosen)
        if sender is not None:
            return sender.translated(document)
        return _changed(document, tuple(accessions(document, USUAL))) if isinstance(document, Hl7Document) else document


def load_senders(files: Mapping[str, str]) -> KnownSenders:
    """The senders of some files (name to text); raises BadSenderError with every mistake of all of them."""
    senders: dict[str, KnownSender] = {}
    problems: list[Problem] = []
    for file, text in files.items():
        nodes, wrong = read_yaml(text, file=file)
        problems += wrong
        for node in nodes:
            entries = {key.text: value for key, value in node.entries} if isinstance(node, MappingNode) else {}
            name = entries.get("sender")
            if not isinstance(node, MappingNode) or not isinstance(name, TextNode) or not name.text:
                problems.append(problem("not-a-sender", node.mark, "this is not a sender", "begin with `sender: name`"))
                continue
            own = tuple((key, value) for key, value in node.entries if key.text != "sender")
            terms, wrong = read_model(SenderTerms, MappingNode(mark=node.mark, entries=own))
            problems += wrong
            senders[name.text] = KnownSender(name=name.text, file=file, terms=terms)
    if problems:
        raise BadSenderError(problems)
    return KnownSenders(by_name=senders)


def _changed(document: Hl7Document, changes: Sequence[tuple[Path, JsonValue]]) -> Hl7Document:
    return replace(document, tree=with_values(document.tree, dict(changes))) if changes else document


def _code_systems(document: Hl7Document, names: Mapping[str, str]) -> Iterator[tuple[Path, JsonValue]]:
    """The codes whose systems the sender names in its own way, with HL7's names."""
    for segment, number in _CODED if names else ():
        for path, content in Statement(document=document).segments(segment):
            value = content.get(number)
            for place, item in enumerate(value if isinstance(value, list) else [value]):
                if (name := names.get(text_at(item, ("3",)))) is not None:
                    where = (*path, number, place) if isinstance(value, list) else (*path, number)
                    yield where, item | {"3": name}


def _places(document: Hl7Document, known_places: Mapping[str, str]) -> Iterator[tuple[Path, JsonValue]]:
    """The locations of which the place of service is known, with that."""
    for segment, number in _LOCATIONS if known_places else ():
        for path, content in Statement(document=document).segments(segment):
            location = text_at(content, (number, "1", "1")) or text_at(content, (number, "4", "1"))
            if (place := known_places.get(location)) is not None:
                yield (*path, number), content[number] | {PLACE_OF_SERVICE: place}


def _no_sender(name: str, names: Mapping[str, KnownSender]) -> Issue:
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.NOT_FOUND,
        rule="options/sender",
        text="there is no file of this sender",
        suggestion=known(name, names) if names else "write senders/NAME.yaml in your folder of mappings (docs/sources.md)",
        location=("options#/sender",),
    )


def facts_of_senders(senders: Sequence[KnownSender | None]) -> list[ReadDocument]:
    """What the senders of some documents never send, once for each of them."""
    named = {sender.name: sender for sender in senders if sender is not None and sender.terms.case}
    return [sender.document for sender in named.values()]
