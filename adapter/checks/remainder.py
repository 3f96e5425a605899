"""What of a JSON Schema is left to ask of values whose outline is known: all that data decides, and nothing else.

For every value of the outline the remainder holds where the schema holds, and only there. So what holds whatever comes in costs
nothing when it comes in (http://json-schema.org/draft/2020-12, as far as `schema.py` and the filters of invariants use it).
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from adapter.checks.narrative import PARAGRAPHS
from adapter.fhir.outline import Anything, Constant, Either, ListOutline, ObjectOutline, Outline, Scalar
from adapter.json_types import JsonList, JsonObject, JsonValue

Remainder: TypeAlias = JsonObject | bool
"""A schema that is left; True if it always holds, False if it never does."""

_LOCAL = "#/$defs/"
_ANNOTATIONS = frozenset({"$schema", "$defs", "id"})
_OF_NUMBERS = frozenset({"integer", "unsignedInt", "positiveInt", "integer64"})
# A value of these kinds was checked when it was read or made, by no less than FHIR's own pattern.
_PROVED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "date": frozenset({"date"}),
        "dateTime": frozenset({"date", "dateTime", "instant"}),
        "instant": frozenset({"instant"}),
        "id": frozenset({"id"}),
        "string": frozenset({"id", "uuid", "date", "dateTime", "instant"}),
        "uri": frozenset({"uuid"}),
        "xhtml": frozenset({"narrative"}),
        "boolean": frozenset({"boolean"}),
        "decimal": frozenset({"decimal", *_OF_NUMBERS}),
    }
)
_PATTERNS: Mapping[str, str] = MappingProxyType({"narrative": PARAGRAPHS})
"""The pattern that every text of a kind has."""


@dataclass(frozen=True, slots=True)
class Reducer:
    """Works out remainders of schemas that refer to these definitions."""

    definitions: Mapping[str, JsonObject]
    _known: dict[tuple[str, int], tuple[Outline, Remainder]] = field(default_factory=dict)

    def remainder(self, schema: Remainder, outline: Outline) -> Remainder:
        """What is left of a schema: True if it always holds, False if it never does."""
        if isinstance(schema, bool) or isinstance(outline, Anything):
            return schema
        if isinstance(outline, Either):
            several = [self.remainder(schema, option) for option in outline.options]
            return several[0] if all(part == several[0] for part in several) else schema
        return _all(_answer(_Question(self, name, schema, outline)) for name in schema if name not in _ANNOTATIONS)

    def definition(self, name: str, outline: Outline) -> Remainder:
        """What is left of a definition; worked out once for each outline."""
        key = (name, id(outline))
        if key not in self._known:
            self._known[key] = (outline, self.remainder(self.definitions[name], outline))
        return self._known[key][1]


class _Question(NamedTuple):
    """One keyword of a schema, asked of an outline."""

    reducer: Reducer
    keyword: str
    schema: JsonObject
    outline: Scalar | Constant | ObjectOutline | ListOutline

    @property
    def value(self) -> JsonValue:
        """What the keyword says."""
        return self.schema[self.keyword]

    @property
    def whole(self) -> JsonObject:
        """The keyword by itself, to be asked as it is."""
        return {self.keyword: self.value}

    def left_of(self, schema: Remainder) -> Remainder:
        """What is left of another schema for the same outline."""
        return self.reducer.remainder(schema, self.outline)


def _answer(question: _Question) -> Remainder:
    """What one keyword leaves; one that speaks of values of another kind holds (`items` of an object, `pattern` of a number)."""
    handler = _COMBINING.get(question.keyword)
    if handler is not None:
        return handler(question)
    outline = question.outline
    if isinstance(outline, ObjectOutline):
        return _OF_OBJECTS.get(question.keyword, _holds)(question, outline)
    if isinstance(outline, ListOutline):
        return _OF_LISTS.get(question.keyword, _holds)(question, outline)
    if question.keyword in _OF_OBJECTS.keys() | _OF_LISTS.keys() and question.keyword not in _OF_ALL:
        return True
    return _of_scalar(question, outline)


def _holds(_: _Question, __: Outline) -> Remainder:
    return True


# ------------------------------------------------------------------------------------------- schemas made of schemas


def _reference(question: _Question) -> Remainder:
    reference = str(question.value)
    name = reference.removeprefix(_LOCAL).rpartition(":")[2]
    if isinstance(question.outline, Scalar):
        return question.outline.kind in _PROVED.get(name, frozenset()) or question.whole
    return question.reducer.definition(name, question.outline) if reference.startswith(_LOCAL) else question.whole


def _one_of(question: _Question) -> Remainder:
    parts = [part for schema in question.value if (part := question.left_of(schema)) is not False]
    if all(part is True for part in parts):
        return len(parts) == 1
    return parts[0] if len(parts) == 1 else {"oneOf": parts}


def _if(question: _Question) -> Remainder:
    condition = question.left_of(question.value)
    if isinstance(condition, bool):
        return question.left_of(question.schema.get("then" if condition else "else", True))
    then, otherwise = (question.left_of(question.schema.get(name, True)) for name in ("then", "else"))
    return True if then is otherwise is True else {"if": condition, "then": then, "else": otherwise}


_COMBINING: Mapping[str, Callable[[_Question], Remainder]] = MappingProxyType(
    {
        "$ref": _reference,
        "allOf": lambda question: _all(map(question.left_of, question.value)),
        "anyOf": lambda question: _any(map(question.left_of, question.value)),
        "oneOf": _one_of,
        "not": lambda question: _denied(question.left_of(question.value)),
        "if": _if,
        "then": lambda _: True,
        "else": lambda _: True,
    }
)


# ------------------------------------------------------------------------------------------------------------ objects


def _required(question: _Question, outline: ObjectOutline) -> Remainder:
    missing = [name for name in question.value if name not in outline.certain]
    if any(name not in outline.members for name in missing):
        return False
    return {"required": missing} if missing else True


def _properties(question: _Question, outline: ObjectOutline) -> Remainder:
    parts = {
        name: question.reducer.remainder(schema, outline.members[name])
        for name, schema in question.value.items()
        if name in outline.members
    }
    left = {name: part for name, part in parts.items() if not isinstance(part, bool)}
    absent = _absent([name for name, part in parts.items() if part is False], outline)
    return _all([absent, {"properties": left} if left else True])


def _additional(question: _Question, outline: ObjectOutline) -> Remainder:
    """Only `additionalProperties: false` is in use."""
    return _absent([name for name in outline.members if name not in question.schema.get("properties", {})], outline)


def _names(question: _Question, outline: ObjectOutline) -> Remainder:
    """A member's name is known, so that a schema of it is decided."""
    unfit = [name for name in outline.members if question.reducer.remainder(question.value, Constant(name)) is False]
    return _absent(unfit, outline)


def _absent(names: Sequence[str], outline: ObjectOutline) -> Remainder:
    """That none of these members is there."""
    if outline.certain.intersection(names):
        return False
    return {"not": {"anyOf": [{"required": [name]} for name in names]}} if names else True


_OF_OBJECTS: Mapping[str, Callable[[_Question, ObjectOutline], Remainder]] = MappingProxyType(
    {
        "type": lambda question, _: _is_allowed("object", question.value),
        "required": _required,
        "properties": _properties,
        "additionalProperties": _additional,
        "propertyNames": _names,
        "minProperties": lambda question, outline: max(1, len(outline.certain)) >= question.value or question.whole,
        "maxProperties": lambda question, outline: len(outline.members) <= question.value or question.whole,
        "const": lambda question, _: question.whole,
        "enum": lambda question, _: question.whole,
    }
)


# -------------------------------------------------------------------------------------------------------------- lists


def _of_items(question: _Question, outline: ListOutline) -> Remainder:
    """`items` and `contains`: a list is never empty, so that both say the same of items that are all decided."""
    part = question.reducer.remainder(question.value, outline.item)
    return part if isinstance(part, bool) else {question.keyword: part}


_OF_LISTS: Mapping[str, Callable[[_Question, ListOutline], Remainder]] = MappingProxyType(
    {
        "type": lambda question, _: _is_allowed("array", question.value),
        "items": _of_items,
        "contains": _of_items,
        "minItems": lambda question, _: question.value <= 1 or question.whole,
        "maxItems": lambda question, _: question.whole,
        "const": lambda question, _: question.whole,
        "enum": lambda question, _: question.whole,
    }
)
_OF_ALL = frozenset({"type", "const", "enum"})


# --------------------------------------------------------------------------------------- texts, numbers and booleans


def _of_scalar(question: _Question, outline: Scalar | Constant) -> Remainder:
    if question.keyword == "type":
        return _is_allowed(_type_of(outline), question.value)
    if question.keyword in ("const", "enum"):
        return _among(question, outline, [question.value] if question.keyword == "const" else question.value)
    if isinstance(outline, Scalar) and question.keyword == "pattern":
        return question.value == _PATTERNS.get(outline.kind) or question.whole
    if isinstance(outline, Constant) and isinstance(outline.value, str) and question.keyword == "pattern":
        return re.search(question.value, outline.value) is not None
    if isinstance(outline, Constant) and isinstance(outline.value, str) and question.keyword == "minLength":
        return bool(len(outline.value) >= question.value)
    return question.whole


def _among(question: _Question, outline: Scalar | Constant, allowed: JsonList) -> Remainder:
    if isinstance(outline, Constant):
        return outline.value in allowed
    inside = outline.codes.intersection(allowed) if outline.codes is not None else None
    if inside is None or (inside and inside != outline.codes):
        return question.whole
    return bool(inside)


def _type_of(outline: Scalar | Constant) -> str:
    if isinstance(outline, Constant):
        kinds = ((bool, "boolean"), (str, "string"), (int, "integer"))
        return next((name for kind, name in kinds if isinstance(outline.value, kind)), "number")
    if outline.kind in _OF_NUMBERS:
        return "integer"
    return {"boolean": "boolean", "decimal": "number"}.get(outline.kind, "string")


def _is_allowed(actual: str, allowed: JsonValue) -> bool:
    names = allowed if isinstance(allowed, list) else [allowed]
    return actual in names or (actual == "integer" and "number" in names)


# -------------------------------------------------------------------------------------------------- several remainders


def _all(parts: Iterable[Remainder]) -> Remainder:
    left: list[JsonObject] = []
    for part in parts:
        if part is False:
            return False
        if part is not True:
            left.append(part)
    if len({name for part in left for name in part}) == sum(map(len, left)):
        return {name: value for part in left for name, value in part.items()} or True
    return {"allOf": left}


def _any(parts: Iterable[Remainder]) -> Remainder:
    left: list[JsonObject] = []
    for part in parts:
        if part is True:
            return True
        if part is not False:
            left.append(part)
    if not left or any(_denied(part) in left for part in left):
        return bool(left)
    return left[0] if len(left) == 1 else {"anyOf": left}


def _denied(part: Remainder) -> Remainder:
    return not part if isinstance(part, bool) else {"not": part}
