"""The reader of HL7 v2."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from adapter.path import Path
from adapter.readers.document import Document, ReadDocument
from adapter.readers.hl7v2 import reading_problem
from adapter.readers.hl7v2.charset import decoded
from adapter.readers.hl7v2.field_value import MORE, MORE_COMPONENTS, FieldReader
from adapter.readers.hl7v2.message import Message, Segment, messages_of
from adapter.readers.hl7v2.message_structure import Arrangement
from adapter.readers.hl7v2.reading_problem import unreadable
from adapter.readers.hl7v2.segment_tables import Tables, tables

FORM = "hl7v2"
PLACE_OF_SERVICE = "place_of_service"
"""The part of a location (PL) with its place of service; HL7 has none, the sender's file says it."""
ACCESSION = "accession"
"""The part of a field of OBR with its text, where that is known to be an accession number; HL7 has a field for it in IPC only."""
_ADDED = (PLACE_OF_SERVICE, ACCESSION)
_BEGINNING = re.compile(rb"(?:\xef\xbb\xbf)?[\x0b\s]*(?:MSH|FHS|BHS)[^\w\s]")
_MESSAGE_TYPE = 9
_ONLY_EVENT = {"ORU": "R01", "ORM": "O01", "DFT": "P03"}
"""The event of messages that name none, as those of version 2.1 do, where there is but one that they can mean."""
_FIELD = re.compile(rf"(\d+)([{re.escape(MORE + MORE_COMPONENTS)}]?)")


@dataclass(frozen=True, kw_only=True)
class Hl7Document(ReadDocument):
    """A message that was read: groups and segments by name, fields, components and subcomponents by number.

    `segments` are the segments by their paths in the tree.
    """

    segments: Mapping[Path, Segment]

    def positions(self, path: Path) -> tuple[str, ...]:
        """`name#FT1[2]-26[1].1`: segment and field as HL7 names them, of a value or of the nearest above it that is there."""
        near = self.nearest(path)
        return (f"{self.name}#{self.position(near)}",)

    def position(self, path: Path) -> str:
        """`FT1[2]-26[1].1`; the segment that a group begins with stands for the group."""
        depth = next((depth for depth in range(len(path), 0, -1) if path[:depth] in self.segments), None)
        if depth is None:
            return _name(self._first[path]) if path in self._first else ""
        return _name(self.segments[path[:depth]]) + _field_name(path[depth:])

    @cached_property
    def _first(self) -> dict[Path, Segment]:
        """The first segment of each group, by the group's path."""
        first: dict[Path, Segment] = {}
        for path, segment in self.segments.items():
            for depth in range(1, len(path)):
                first.setdefault(path[:depth], segment)
        return first

    def line_and_column(self, path: Path) -> tuple[int, int]:
        """The line and column, 1 first, in which the field of a value begins in the file."""
        depth = next(depth for depth in range(len(path), 0, -1) if path[:depth] in self.segments)
        segment = self.segments[path[:depth]]
        field = _FIELD.match(str(path[depth])) if len(path) > depth else None
        return segment.line, segment.column(int(field[1])) if field else 1


def _name(segment: Segment) -> str:
    return f"{segment.name}[{segment.occurrence}]" if segment.occurrence > 1 else segment.name


def _field_name(path: Path) -> str:
    """`-26[1].1`; of what a field may not have, `-44[2]` is a repetition and `-44.2` a component."""
    if not path:
        return ""
    match = _FIELD.match(str(path[0]))
    assert match is not None  # noqa: S101 - fields are numbers
    number, more = match.groups()
    first = 2 if more == MORE else 1
    steps = [step for step in path[1:] if step not in _ADDED]
    parts = [f"[{step + first}]" if isinstance(step, int) else f".{step}" for step in steps]
    return f"-{number}{'.2' if more == MORE_COMPONENTS else ''}{''.join(parts)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hl7Reader:
    """The reader of HL7 v2."""

    name: str = "HL7 v2"

    def recognises(self, content: bytes) -> bool:
        """Whether the bytes begin with an MSH segment or a batch header, also within an MLLP frame."""
        return _BEGINNING.match(content) is not None

    def read(self, document: Document) -> tuple[ReadDocument, ...]:
        """The messages of the document; raises UnreadableError with the line and column of what is wrong."""
        messages = messages_of(decoded(document.content, document.name), document.name)
        if not messages:
            raise unreadable(reading_problem.EMPTY, document.name)
        return tuple(_read(message, name, document) for message, name in _named(messages, document.name))


def _named(messages: list[Message], name: str) -> Iterator[tuple[Message, str]]:
    """Each message with the name of its file, and its number if there are several."""
    for number, message in enumerate(messages, start=1):
        yield message, name if len(messages) == 1 else f"{name}[{number}]"


def _read(message: Message, name: str, document: Document) -> Hl7Document:
    known = tables()
    form = _form_of(message, document, known)
    arrangement = Arrangement(structure=known.structures.get(form.removeprefix(f"{FORM}.")))
    reader = FieldReader(separators=message.separators, tables=known)
    for segment in message.segments:
        arrangement.add(segment.name, reader.fields(segment))
    _check_patient(message, arrangement, document)
    segments = dict(zip(arrangement.paths, message.segments, strict=True))
    return Hl7Document(name=name, form=form, tree=arrangement.tree, segments=segments)


def _form_of(message: Message, document: Document, known: Tables) -> str:
    """`hl7v2.DFT_P03`: the structure that MSH-9 names, or that belongs to its event."""
    line = message.segments[0].line
    parts = message.field(_MESSAGE_TYPE).split(message.separators.component or "^")
    kind, event, declared = (*parts, "", "", "")[:3]
    event = event or message.recorded_event or _ONLY_EVENT.get(kind, "")
    if not re.fullmatch(r"[A-Z]{3}", kind):
        raise unreadable(reading_problem.NO_TYPE, f"{document.name}:{line}:{message.segments[0].column(_MESSAGE_TYPE)}")
    return f"{FORM}.{known.structure_name(kind, event, declared)}"


def _check_patient(message: Message, arrangement: Arrangement, document: Document) -> None:
    """Refuse a message about one patient that has no PID segment, or two."""
    structure = arrangement.structure
    if structure and "PID" in structure.names and all(segment.name != "PID" for segment in message.segments):
        raise unreadable(reading_problem.NO_PATIENT, f"{document.name}:{message.segments[-1].line}:1")
    is_about_one = structure is not None and sum("PID" in part.names for part in structure.parts) == 1
    for path, segment in zip(arrangement.paths, message.segments, strict=True):
        if is_about_one and "PID" + MORE in path:
            raise unreadable(reading_problem.TWO_PATIENTS, f"{document.name}:{segment.line}:1")
