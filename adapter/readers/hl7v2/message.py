"""The text of HL7 v2 becomes messages of segments; what is cut off or run together is refused with its place."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from adapter.readers.hl7v2.problem import unreadable

_START, _END = "\x0b", "\x1c"
_NAME = re.compile(r"[A-Z][A-Z0-9]{2}")
_ENVELOPE = ("FHS", "BHS", "BTS", "FTS")
_CARRYING = "PID|PV1|FT1|OBR|OBX|DG1|IN1|GT1|PR1|EVN|ORC|TXA|MSH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Separators:
    """What separates fields, components, repetitions and subcomponents, and what escapes them; "" where there is none."""

    field: str
    component: str
    repetition: str
    escape: str
    subcomponent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A segment as it was sent; `line` counts from 1 in its file, `occurrence` among those of its name in its message."""

    name: str
    occurrence: int
    line: int
    fields: tuple[str, ...]

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
        fields = self.segments[0].fields
        return fields[number - 1] if number <= len(fields) else ""


def messages_of(text: str, name: str) -> list[Message]:
    """The messages of a file, of a batch, or of MLLP frames; raises UnreadableError with the place of what is wrong."""
    lines = list(_lines(text, name))
    messages: list[Message] = []
    current: list[tuple[int, str]] = []
    for number, line in lines:
        if line.startswith(("MSH", *_ENVELOPE)) and current:
            messages.append(_message(current, name))
            current = []
        if line.startswith(_ENVELOPE):
            _check_envelope(line, number, name)
        elif current or line.startswith("MSH"):
            current.append((number, line))
        else:
            raise unreadable("header", "a message begins with an MSH segment, and here is another", f"{name}:{number}:1")
    if current:
        messages.append(_message(current, name))
    _check_counts(lines, len(messages), name)
    return messages


def _lines(text: str, name: str) -> Iterator[tuple[int, str]]:
    """The lines that are not empty, with their numbers; the start and end of MLLP frames are taken off."""
    text = _unframed(text, name)
    if "\r" in text:
        # CR ends segments; an LF after it, or before a segment's name, belongs to the line end, any other to the text.
        text = re.sub(r"\r\n|\n(?=[A-Z][A-Z0-9]{2}[^\w\s])|\n\Z", "\r", text)
    else:
        text = text.replace("\n", "\r")
    for number, line in enumerate(text.split("\r"), start=1):
        if line.strip():
            yield number, line


def _unframed(text: str, name: str) -> str:
    if _START not in text and _END not in text:
        return text
    if text.count(_START) != text.count(_END):
        raise unreadable("frame", "an MLLP frame has no end (0x1C) or no beginning (0x0B); the message is cut off", name)
    return text.replace(_START, "").replace(_END, "")


def _message(lines: Sequence[tuple[int, str]], name: str) -> Message:
    number, header = lines[0]
    separators = _separators(header, f"{name}:{number}")
    _check_run_together(lines, separators, name)
    counts: dict[str, int] = {}
    segments = []
    for line_number, line in lines:
        fields = tuple(line.split(separators.field))
        if not _NAME.fullmatch(fields[0].strip()):
            text = "this line does not begin with the name of a segment; a line end within a text is written as \\.br\\"
            raise unreadable("segment", text, f"{name}:{line_number}:1")
        label = fields[0].strip()
        counts[label] = counts.get(label, 0) + 1
        segments.append(Segment(name=label, occurrence=counts[label], line=line_number, fields=fields))
    # MSH-1 is the separator itself, so MSH-2 stands where other segments have their first field.
    first = segments[0]
    segments[0] = Segment(name="MSH", occurrence=1, line=first.line, fields=(separators.field, *first.fields[1:]))
    return Message(separators=separators, segments=tuple(segments))


def _separators(header: str, place: str) -> Separators:
    """The separators that a header declares (MSH-1 and MSH-2)."""
    field = header[3:4]
    encoding = header[4:].split(field, maxsplit=1)[0] if field else ""
    marks = field + encoding
    if not field or field.isalnum() or field.isspace():
        raise unreadable("separators", "MSH-1 is the field separator, and here is none", f"{place}:4")
    if any(mark.isalnum() or mark.isspace() for mark in encoding) or not 1 <= len(encoding) <= 5:  # noqa: PLR2004 - with truncation
        raise unreadable("separators", "MSH-2 holds the encoding characters (usually ^~\\&), and here are others", f"{place}:5")
    if len(set(marks)) < len(marks):
        text = "MSH-1 and MSH-2 hold one character twice, so that it is not clear what it separates"
        raise unreadable("separators", text, f"{place}:5", suggestion="a text editor may have added a backslash: send ^~\\&")
    component, repetition, escape, subcomponent = (encoding + "\0" * 4)[:4]
    parts = [mark if mark != "\0" else "" for mark in (component, repetition, escape, subcomponent)]
    return Separators(field=field, component=parts[0], repetition=parts[1], escape=parts[2], subcomponent=parts[3])


def _check_run_together(lines: Iterable[tuple[int, str]], separators: Separators, name: str) -> None:
    """Refuse a line in which another segment begins: its name at the end of a field, and a set id, if any, in the next."""
    mark = re.escape(separators.field)
    pattern = re.compile(rf"(?<=[\w\s.])({_CARRYING}){mark}(?=\d{{0,4}}{mark}|\^)")
    for number, line in lines:
        found = pattern.search(line, 4)
        if found:
            text = f"a {found[1]} segment begins in the middle of this line; segments are separated by a carriage return"
            raise unreadable("run-together", text, f"{name}:{number}:{found.start() + 1}")


def _check_envelope(line: str, number: int, name: str) -> None:
    if len(line) > 3 and (line[3].isalnum() or line[3].isspace()):  # noqa: PLR2004 - the length of a name
        raise unreadable("separators", "a field separator follows the name of a segment", f"{name}:{number}:4")


def _check_counts(lines: Sequence[tuple[int, str]], count: int, name: str) -> None:
    """Refuse a batch that says that it has more or fewer messages than there are, or that does not end."""
    names = [line[:3] for _, line in lines]
    for begin, end in (("FHS", "FTS"), ("BHS", "BTS")):
        if begin in names and end not in names:
            raise unreadable("batch", f"this batch has {begin} and no {end}: it is cut off", name)
    said = [(number, line.split(line[3:4])) for number, line in lines if line.startswith("BTS") and line[3:4]]
    total = sum(int(fields[1]) for _, fields in said if fields[1].isdigit())
    if said and all(fields[1].isdigit() for _, fields in said) and total != count:
        text = f"BTS-1 says {total} messages, and there are {count}"
        raise unreadable("batch", text, f"{name}:{said[-1][0]}:5")
