"""Fields become values by their data types: text, components by number, or a list of these."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, count, repeat
from typing import Any

from adapter.readers.document import NULL
from adapter.readers.hl7v2.escape import unescaped
from adapter.readers.hl7v2.message import Segment, Separators
from adapter.readers.hl7v2.segment_tables import UNKNOWN, FieldType, Tables

_DELETE = '""'
_OF_TEXT = ("ST", "TX", "FT")
"""What OBX-2 says of an OBX-5 that is one text: its repetitions are paragraphs, a stray component separator is a character."""
_TEXT = FieldType(type="text", repeats=True)
_OBSERVATION_VALUE = 5
MORE, MORE_COMPONENTS = "+", "^"
"""What follows the number of a field under which stand the repetitions, or the components, that it may not have."""

_PLAIN = repeat(object=False)
"""Components beyond those of a type have no subcomponents."""
_WRITTEN = tuple(map(str, range(1, 101)))

Value = Any
"""A text, NULL, or components by number, or a list of these."""


@dataclass(frozen=True, kw_only=True)
class FieldReader:
    """Reads the fields of one message."""

    separators: Separators
    tables: Tables

    def fields(self, segment: Segment) -> dict[str, Value]:
        """The fields of a segment that hold something, by number."""
        if segment.name == "MSH":
            made, texts, first = {"1": segment.fields[0], "2": segment.fields[1]}, segment.fields[2:], 3
        else:
            made, texts, first = {}, segment.fields[1:], 1
        kinds = chain(self._kinds(segment)[first - 1 :], repeat(UNKNOWN))
        for number, text, kind in zip(_numbers(first), texts, kinds, strict=False):
            if not text:
                continue
            if self._has_parts(text):
                made.update(self._field(number, text, kind))
            else:
                made[number] = kind.holding(text)
        return made

    @cached_property
    def _has_parts(self) -> Callable[[str], object]:
        """Whether a field is more than one plain text: it has a separator, an escape, or says that something is empty."""
        return re.compile(f'[{re.escape(self.separators.marks)}"]').search

    @cached_property
    def _has_inner_parts(self) -> Callable[[str], object]:
        """Whether a component is more than one plain text."""
        return re.compile(f'[{re.escape(self.separators.escape + self.separators.subcomponent)}"]').search

    def _kinds(self, segment: Segment) -> tuple[FieldType, ...]:
        """The types of the fields; OBX-2 says whether OBX-5 is a text."""
        kinds = self.tables.segments.get(segment.name, ())
        if segment.name == "OBX" and segment.field(2) in _OF_TEXT:
            return (*kinds[: _OBSERVATION_VALUE - 1], _TEXT, *kinds[_OBSERVATION_VALUE:])
        return kinds

    def _field(self, number: str, text: str, kind: FieldType) -> dict[str, Value]:
        """The value of a field under its number; what was sent beyond what it may hold stands beside it: nothing is dropped."""
        if kind.type == "DTM" and self.separators.component and self.separators.component in text:
            text, beyond = text.split(self.separators.component, maxsplit=1)
            return {number: self._text(text), number + MORE_COMPONENTS: self._text(beyond)}
        parts = text.split(self.separators.repetition) if self.separators.repetition else [text]
        if kind is _TEXT:
            return {number: [{"1": NULL if text == _DELETE else "\n".join(unescaped(part, self.separators) for part in parts)}]}
        values = [self._repetition(part, kind.type) for part in parts]
        if kind.repeats:
            # Repetitions that hold nothing keep their place, so that the others keep theirs.
            return {number: values} if any(map(_is_there, values)) else {}
        components = {number: values[0]} if _is_there(values[0]) else {}
        return components | ({number + MORE: values[1:]} if any(map(_is_there, values[1:])) else {})

    def _repetition(self, text: str, kind: str) -> Value:
        nesting = self.tables.nesting.get(kind)
        return self._text(text) if nesting is None else self._components(text, nesting)

    def _components(self, text: str, nesting: Sequence[bool]) -> dict[str, Value]:
        parts = text.split(self.separators.component) if self.separators.component else (text,)
        placed = zip(_numbers(1), parts, chain(nesting, _PLAIN), strict=False)
        if not self._has_inner_parts(text):
            return {place: {"1": part} if nested else part for place, part, nested in placed if part}
        values = {place: part and self._component(part, nested=nested) for place, part, nested in placed}
        return {number: value for number, value in values.items() if _is_there(value)}

    def _component(self, text: str, *, nested: bool) -> Value:
        """Subcomponents by number if its data type has such, else a text in which their separator is a character."""
        if not nested:
            return self._text(text)
        parts = text.split(self.separators.subcomponent) if self.separators.subcomponent else [text]
        return {place: self._text(part) for place, part in zip(_numbers(1), parts, strict=False) if part}

    def _text(self, text: str) -> Value:
        if text == _DELETE:
            return NULL
        return unescaped(text, self.separators) if self.separators.escape in text else text


def _numbers(first: int) -> Iterator[str]:
    """The numbers of fields, components and subcomponents from the first one on, as they are written."""
    return chain(_WRITTEN[first - 1 :] if first > 1 else _WRITTEN, map(str, count(len(_WRITTEN) + 1)))


def _is_there(value: Value) -> bool:
    return bool(value) or value is NULL
