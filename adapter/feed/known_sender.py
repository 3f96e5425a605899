"""What is special about a sender: the files `senders/NAME.yaml` of the mappings, and which of them counts for a document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated

from pydantic import Field

from adapter.feed.arrivals import with_value
from adapter.feed.statement import Statement, text_at
from adapter.issues import InvalidError, Issue, IssueType, Severity
from adapter.json_types import JsonObject
from adapter.mapping.function import NotConvertible
from adapter.mapping.time_functions import local_time
from adapter.plain_value import AbsoluteUri
from adapter.readers.document import NATIVE, ReadDocument
from adapter.readers.hl7v2.reader import Hl7Document
from adapter.strict_yaml.model import FileModel, form, known, read_model
from adapter.strict_yaml.nodes import MappingNode, TextNode, read_yaml
from adapter.strict_yaml.problem import BadFileError, Problem, problem

_CODED = (("FT1", "25"), ("FT1", "7"), ("FT1", "26"), ("PR1", "3"), ("PR1", "16"), ("OBR", "44"), ("OBR", "45"))
"""The fields in which a sender may name a code system in its own way."""


def _is_zone(name: str) -> bool:
    try:
        return bool(local_time("2026-01-01 12:00:00", name))
    except NotConvertible:
        return False


class SenderTerms(FileModel):
    """What a file says of a sender.

    `applications` and `facilities` are the values of MSH-3 and MSH-4 by which its messages are known; `zone` is that of its times
    without an offset, `assigner` who assigned its patients' numbers that come without. `code_systems` says for its names of code
    systems which of HL7 table 0396 they mean. `case` is what it never sends: parts of the Case, such as the clinic's NPI.
    """

    applications: tuple[str, ...] = ()
    facilities: tuple[str, ...] = ()
    zone: Annotated[str, form(_is_zone, "a time zone", "write an IANA name such as Europe/Berlin, or +01:00")] | None = None
    assigner: AbsoluteUri | None = None
    code_systems: Mapping[str, str] = Field(default_factory=dict)
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

    def translated(self, document: ReadDocument) -> ReadDocument:
        """The document with the sender's names of code systems as HL7 has them."""
        if not isinstance(document, Hl7Document) or not self.terms.code_systems:
            return document
        for segment, number in _CODED:
            for path, content in Statement(document=document).segments(segment):
                value = content.get(number)
                for place, item in enumerate(value if isinstance(value, list) else [value]):
                    own = text_at(item, ("3",))
                    if own in self.terms.code_systems:
                        where = (*path, number, place, "3") if isinstance(value, list) else (*path, number, "3")
                        document = replace(document, tree=with_value(document.tree, where, self.terms.code_systems[own]))
        return document


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


def load_senders(files: Mapping[str, str]) -> KnownSenders:
    """The senders of some files (name to text); raises BadSenderError with every mistake of all of them."""
    found: dict[str, KnownSender] = {}
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
            found[name.text] = KnownSender(name=name.text, file=file, terms=terms)
    if problems:
        raise BadSenderError(problems)
    return KnownSenders(by_name=found)


def _no_sender(name: str, names: Mapping[str, KnownSender]) -> Issue:
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.NOT_FOUND,
        rule="options/sender",
        text="there is no file of this sender",
        suggestion=known(name, names) if names else "write senders/NAME.yaml in your folder of mappings (docs/sources.md)",
        location=("options#/sender",),
    )


def with_assigner(document: ReadDocument, sender: KnownSender) -> ReadDocument:
    """The document, in the form of the Case, with the sender as the assigner of a number that names none."""
    patient = document.tree.get("patient")
    if sender.terms.assigner is None or not isinstance(patient, dict) or "mrn" not in patient or "mrn_system" in patient:
        return document
    return replace(document, tree={**document.tree, "patient": {**patient, "mrn_system": sender.terms.assigner}})


def facts_of_senders(senders: Sequence[KnownSender | None]) -> list[ReadDocument]:
    """What the senders of some documents never send, once for each of them."""
    named = {sender.name: sender for sender in senders if sender is not None and sender.terms.case}
    return [sender.document for sender in named.values()]
