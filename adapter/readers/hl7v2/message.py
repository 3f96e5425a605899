"""The text of HL7 v2 becomes messages of segments; what is cut off or run together is refused with its place."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adapter.fhir.json import NOT_IN_XML
from adapter.readers.hl7v2 import reading_problem
from adapter.readers.hl7v2.reading_problem import unreadable

_START, _END = "\x0b", "\x1c"
_NAME = re.compile(r"[A-Z][A-Z0-9]{2}")
# CR ends segments; where there is one, an LF after it or before a segment's name is a line end, and any other is text.
_MIXED_ENDS = re.compile(r"\r\n|\r|\n(?=[A-Z][A-Z0-9]{2}[^\w\s])|\n\Z")
_LF = re.compile(r"\n")
_ENVELOPE = ("FHS", "BHS", "BTS", "FTS")
_CARRYING = "PID|PV1|FT1|OBR|OBX|DG1|IN1|GT1|PR1|EVN|ORC|TXA|MSH"
_MOST_ENCODING_CHARACTERS = 5

Line = tuple[int, str]
"""A line with its number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Separators:
    """What separates fields, components, repetitions and subcomponents, and what escapes them; "" where there is none."""

    field: str
    component: str
    repetition: str
    escape: str
    subcomponent: str

    @property
    def marks(self) -> str:
        """All of them."""
        return self.field + self.component + self.repetition + self.escape + self.subcomponent


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A segment as it was sent; `line` counts from 1 in its file, `occurrence` among those of its name in its message.

    `fields` begin with the name of the segment, so that field n is `fields[n]`; those of MSH begin with MSH-1, the separator.
    """

    name: str
    occurrence: int
    line: int
    fields: tuple[str, ...]

    def field(self, number: int) -> str:
        """A field as it was sent; "" where it is missing."""
        index = number - 1 if self.name == "MSH" else number
        return self.fields[index] if index < len(self.fields) else ""

    def column(self, number: int) -> int:
        """The column in which a field begins, 1 first."""
        before = ("MSH", *self.fields[1 : number - 1]) if self.name == "MSH" else self.fields[:number]
        return sum(map(len, before)) + len(before) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The segments of one message, the header first."""

    separators: Separators
    segments: tuple[Segment, ...]

    def field(self, number: int) -> str:
        """A field of the header, as it was sent; "" where it is missing."""
        return self.segments[0].field(number)

    @property
    def recorded_event(self) -> str:
        """The event as EVN has it (EVN-1); "" where it is missing."""
        return next((segment.field(1) for segment in self.segments if segment.name == "EVN"), "")


def messages_of(text: str, name: str) -> list[Message]:
    """The messages of a file, of a batch, or of MLLP frames; raises UnreadableError with the place of what is wrong."""
    lines = list(_lines(_unframed(text, name)))
    messages: list[list[Line]] = []
    for number, line in lines:
        if unfit := NOT_IN_XML.search(line):
            raise unreadable(reading_problem.CONTROL_CHARACTER, f"{name}:{number}:{unfit.start() + 1}")
        if line.startswith("MSH"):
            messages.append([(number, line)])
        elif not line.startswith(_ENVELOPE):
            if not messages:
                raise unreadable(reading_problem.NO_HEADER, f"{name}:{number}:1")
            messages[-1].append((number, line))
    _check_batch(lines, len(messages), name)
    return [_message(message, name) for message in messages]


def _unframed(text: str, name: str) -> str:
    """The text without the marks of MLLP frames."""
    if text.count(_START) != text.count(_END):
        raise unreadable(reading_problem.CUT_FRAME, name)
    return text.replace(_START, "").replace(_END, "")


def _lines(text: str) -> Iterator[Line]:
    """The lines that are not empty, with their numbers."""
    ends = _MIXED_ENDS if "\r" in text else _LF
    for number, line in enumerate(ends.split(text), start=1):
        if line.strip():
            yield number, line


def _message(lines: Sequence[Line], name: str) -> Message:
    number, header = lines[0]
    separators = _separators(header, f"{name}:{number}")
    _check_run_together(lines, separators, name)
    counts: dict[str, int] = {}
    segments = []
    for line_number, line in lines:
        label, *fields = line.split(separators.field)
        if not _NAME.fullmatch(label):
            raise unreadable(reading_problem.NO_NAME, f"{name}:{line_number}:1")
        counts[label] = counts.get(label, 0) + 1
        first = separators.field if label == "MSH" else label
        segments.append(Segment(name=label, occurrence=counts[label], line=line_number, fields=(first, *fields)))
    return Message(separators=separators, segments=tuple(segments))


def _separators(header: str, place: str) -> Separators:
    """The separators that a header declares (MSH-1 and MSH-2)."""
    field = header[3:4]
    if not field or field.isalnum() or field.isspace():
        raise unreadable(reading_problem.NO_FIELD_SEPARATOR, f"{place}:4")
    encoding = header[4:].split(field, maxsplit=1)[0]
    if any(mark.isalnum() or mark.isspace() for mark in encoding) or not 1 <= len(encoding) <= _MOST_ENCODING_CHARACTERS:
        raise unreadable(reading_problem.NO_ENCODING, f"{place}:5")
    if len(set(encoding)) < len(encoding):
        raise unreadable(reading_problem.SAME_SEPARATOR, f"{place}:5")
    parts = [*encoding, "", "", ""]
    return Separators(field=field, component=parts[0], repetition=parts[1], escape=parts[2], subcomponent=parts[3])


def _check_run_together(lines: Sequence[Line], separators: Separators, name: str) -> None:
    """Refuse a line in which another segment begins: its name at the end of a field, and a set id, if any, in the next."""
    mark = re.escape(separators.field)
    pattern = re.compile(rf"({_CARRYING})(?<=[\w\s.]...){mark}(?=\d{{0,4}}{mark}|\^)")
    for number, line in lines:
        match = pattern.search(line, 4)
        if match:
            raise unreadable(reading_problem.RUN_TOGETHER, f"{name}:{number}:{match.start() + 1}", name=match[1])


def _check_batch(lines: Sequence[Line], count: int, name: str) -> None:
    """Refuse a batch that does not end, or that says that it has more or fewer messages than there are."""
    names = {line[:3] for _, line in lines}
    for begin, end in (("FHS", "FTS"), ("BHS", "BTS")):
        if begin in names and end not in names:
            raise unreadable(reading_problem.CUT_BATCH, name, begin=begin, end=end)
    trailers = [(number, line.split(line[3:4])[1]) for number, line in lines if line.startswith("BTS") and line[3:4]]
    if trailers and all(claimed.isdigit() for _, claimed in trailers):
        total = sum(int(claimed) for _, claimed in trailers)
        if total != count:
            raise unreadable(reading_problem.WRONG_COUNT, f"{name}:{trailers[-1][0]}:5", said=total, count=count)
