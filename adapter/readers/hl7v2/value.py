"""Fields become values by their data types: text, components by number, or a list of these."""

from typing import Any

from adapter.readers.document import NULL
from adapter.readers.hl7v2.escape import unescaped
from adapter.readers.hl7v2.message import Segment, Separators
from adapter.readers.hl7v2.table import GENERIC, FieldType, Tables

_DELETE = '""'
_TEXTS = ("ST", "TX", "FT")
"""What OBX-2 says of an OBX-5 in which a stray component separator is text."""
MORE, MORE_COMPONENTS = "+", "^"
"""What follows the number of a field under which stand the repetitions, or the components, that it may not have."""

Value = Any
"""A text, NULL, or components by number, or a list of these."""


def fields_of(segment: Segment, separators: Separators, tables: Tables) -> dict[str, Value]:
    """The fields of a segment that hold something, by number."""
    if segment.name == "MSH":
        made, texts, first = {"1": segment.fields[0], "2": segment.fields[1]}, segment.fields[2:], 3
    else:
        made, texts, first = {}, segment.fields[1:], 1
    kind = texts[1] if segment.name == "OBX" and len(texts) > 1 else ""
    for number, text in enumerate(texts, start=first):
        if text:
            made.update(_field(str(number), text, _type_of(segment.name, number, kind, tables), separators, tables))
    return made


def _type_of(segment: str, number: int, kind: str, tables: Tables) -> FieldType:
    """The type of a field; OBX-2 says whether OBX-5 is a text."""
    if segment == "OBX" and number == 5:  # noqa: PLR2004 - the observation itself
        return FieldType(type="text" if kind in _TEXTS else GENERIC, repeats=True)
    return tables.field(segment, number)


def _field(number: str, text: str, kind: FieldType, separators: Separators, tables: Tables) -> dict[str, Value]:
    """The value of a field under its number; what was sent beyond what it may hold stands beside it, for nothing is dropped."""
    if kind.type == "DTM" and separators.component and separators.component in text:
        text, beyond = text.split(separators.component, maxsplit=1)
        return {number: unescaped(text, separators), number + MORE_COMPONENTS: unescaped(beyond, separators)}
    parts = text.split(separators.repetition) if separators.repetition else [text]
    values = [_repetition(part, kind.type, separators, tables) for part in parts]
    if kind.repeats:
        # Repetitions that hold nothing keep their place, so that the others keep theirs.
        return {number: values} if any(map(_is_there, values)) else {}
    made = {number: values[0]} if _is_there(values[0]) else {}
    return made | ({number + MORE: values[1:]} if any(map(_is_there, values[1:])) else {})


def _is_there(value: Value) -> bool:
    return value not in ("", {})


def _repetition(text: str, kind: str, separators: Separators, tables: Tables) -> Value:
    if kind == "text":
        return {} if text == "" else {"1": NULL if text == _DELETE else unescaped(text, separators)}
    if kind == GENERIC:
        return _components(text, (), separators, tables)
    if kind in tables.types:
        return _components(text, tables.types[kind], separators, tables)
    return NULL if text == _DELETE else unescaped(text, separators)


def _components(text: str, kinds: tuple[str, ...], separators: Separators, tables: Tables) -> dict[str, Value]:
    parts = text.split(separators.component) if separators.component else [text]
    made: dict[str, Value] = {}
    for place, part in enumerate(parts):
        kind = kinds[place] if place < len(kinds) else ""
        value = _component(part, tables.types.get(kind), separators)
        if _is_there(value):
            made[str(place + 1)] = value
    return made


def _component(text: str, kinds: tuple[str, ...] | None, separators: Separators) -> Value:
    """A component: subcomponents by number if its data type has such, else a text in which their separator is a character."""
    if text == _DELETE and kinds is None:
        return NULL
    if kinds is None:
        return unescaped(text, separators)
    parts = text.split(separators.subcomponent) if separators.subcomponent else [text]
    values = {str(place): NULL if part == _DELETE else unescaped(part, separators) for place, part in enumerate(parts, start=1)}
    return {number: value for number, value in values.items() if value != ""}
