"""Where in the text of a document a position stands: for JSON a pointer, for HL7 v2 a segment and field."""

import json
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from adapter.issues import AdapterError
from adapter.path import pointer
from adapter.readers.document import Document
from adapter.readers.hl7v2.charset import decoded
from adapter.readers.hl7v2.message import Message, messages_of

_TOKEN = re.compile(r'[\s\ufeff]*+(?:(?P<mark>[{}\[\],:])|(?P<text>"(?:[^"\\]|\\.)*+")|(?P<plain>[^\s{}\[\],:"]++))')
_POSITION = re.compile(
    r"(?P<segment>[A-Z][A-Z0-9]{2})(?:\[(?P<occurrence>\d+)\])?"
    r"(?:-(?P<field>\d+)(?:\[(?P<repetition>\d+)\])?(?:\.(?P<component>\d+)(?:\.(?P<subcomponent>\d+))?)?)?"
)
_MESSAGE = re.compile(r"(?P<name>.*?)(?:\[(?P<number>\d+)\])?", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From a line and column to another, both counted from 1; what stands at the end is not part of it."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, kw_only=True)
class Spans:
    """Finds the positions of issues and of lineage (`encounter.json#/billing/lines/0`, `adt.hl7#PID-3[2].1`) in the documents."""

    documents: Sequence[Document]
    _texts: dict[str, "_JsonText | _Hl7Text | None"] = field(default_factory=dict, repr=False)

    def find(self, position: str) -> tuple[str, Span] | None:
        """The name of the document and where in it the position stands; nothing for what is not a place of a document."""
        name, _, place = position.partition("#")
        for document in self.documents:
            match = _MESSAGE.fullmatch(name)
            number = "1" if document.name == name else match["number"] if match and match["name"] == document.name else None
            if number:
                text = self._text(document)
                span = text.span(place, int(number)) if text else None
                return (document.name, span) if span else None
        return None

    def _text(self, document: Document) -> "_JsonText | _Hl7Text | None":
        if document.name not in self._texts:
            self._texts[document.name] = _text_of(document)
        return self._texts[document.name]


def _text_of(document: Document) -> "_JsonText | _Hl7Text | None":
    start = document.content.lstrip(b"\xef\xbb\xbf\x0b \t\r\n")[:1]
    if start in (b"{", b"["):
        return _JsonText(text=document.content.decode("utf-8", "replace"))
    return _Hl7Text(document=document) if start.isalpha() else None


@dataclass(frozen=True, kw_only=True)
class _JsonText:
    """JSON, with the places of all of its values."""

    text: str

    def span(self, place: str, _number: int) -> Span | None:
        known = self._places.get(place)
        if known is None:
            return None
        (line, column), (end_line, end_column) = map(self._line_and_column, known)
        return Span(line=line, column=column, end_line=end_line, end_column=end_column)

    @cached_property
    def _places(self) -> dict[str, tuple[int, int]]:
        return _places_in(self.text)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def _line_and_column(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1


def _places_in(text: str) -> dict[str, tuple[int, int]]:
    """Where each value of a JSON text begins and ends, by its pointer; of a text that is cut off, what ends before that."""
    places: dict[str, tuple[int, int]] = {}
    path: list[str | int] = []  # of each container that is open, the key or index that was reached
    starts: list[int] = []
    is_key = False
    for token in _TOKEN.finditer(text):
        mark, end = token["mark"], token.end()
        start = token.start(str(token.lastgroup))
        if mark in ("{", "["):
            starts.append(start)
            path.append(0 if mark == "[" else "")
            is_key = mark == "{"
        elif mark is None and not is_key:
            places[pointer(tuple(path))] = (start, end)
        elif not path:
            break
        elif mark is None:
            path[-1], is_key = _key(text[start:end]), False
        elif mark in ("}", "]"):
            path.pop()
            places[pointer(tuple(path))] = (starts.pop(), end)
            is_key = False
        elif mark == ",":
            is_key = not isinstance(path[-1], int)
            path[-1] = path[-1] + 1 if isinstance(path[-1], int) else ""
    return places


def _key(token: str) -> str:
    try:
        return str(json.loads(token, strict=False))
    except ValueError:
        return token


@dataclass(frozen=True, kw_only=True)
class _Hl7Text:
    """HL7 v2, with its messages."""

    document: Document

    @cached_property
    def _messages(self) -> list[Message]:
        try:
            return messages_of(decoded(self.document.content, self.document.name), self.document.name)
        except AdapterError:
            return []

    def span(self, place: str, number: int) -> Span | None:
        match = _POSITION.fullmatch(place)
        if match is None or number > len(self._messages):
            return None
        message, occurrence = self._messages[number - 1], int(match["occurrence"] or 1)
        for segment in message.segments:
            if (segment.name, segment.occurrence) == (match["segment"], occurrence):
                field = int(match["field"] or 0)
                before, part = _part(segment.field(field) if field else segment.name, match, message)
                column = before + (segment.column(field) if field else 1)
                return Span(line=segment.line, column=column, end_line=segment.line, end_column=column + len(part))
        return None


def _part(text: str, match: re.Match[str], message: Message) -> tuple[int, str]:
    """How many characters stand before the repetition, component and subcomponent of a field, and that part of it."""
    separators, before = message.separators, 0
    for separator, index in (
        (separators.repetition, match["repetition"]),
        (separators.component, match["component"]),
        (separators.subcomponent, match["subcomponent"]),
    ):
        if index and separator:
            parts = text.split(separator)
            number = min(int(index), len(parts)) - 1
            before += sum(len(part) + 1 for part in parts[:number])
            text = parts[number]
    return before, text
