"""The types that mappings are checked against: scalar kinds and shapes with fields, made from models, JSON Schema or FHIR."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

Access = Literal["attribute", "key", "index"]


class Kind(NamedTuple):
    """A scalar type by its FHIR name; `codes` if only these values are allowed."""

    name: str
    codes: frozenset[str] | None = None

    def __str__(self) -> str:
        """The name that messages show."""
        return self.name


class Fields(Mapping[str, "Field"]):
    """The fields of a shape, made when first asked for, since FHIR's types refer to each other in circles."""

    def __init__(self, make: Callable[[], dict[str, "Field"]]) -> None:
        """Remember how to make them."""
        self._make = make

    @cached_property
    def _fields(self) -> dict[str, "Field"]:
        return self._make()

    def __contains__(self, name: object) -> bool:
        """Whether there is a field of this name; asked for every step of every path, and told without an exception."""
        return name in self._fields

    def __getitem__(self, name: str) -> "Field":
        """The field of this name."""
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        """The names in order."""
        return iter(self._fields)

    def __len__(self) -> int:
        """How many."""
        return len(self._fields)


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A type with fields; `access` says how Python reaches them; two shapes are the same if they have the same name."""

    name: str
    fields: Mapping[str, "Field"]
    access: Access = "key"

    def __str__(self) -> str:
        """The name that messages show."""
        return self.name

    def with_optional_fields(self) -> "Shape":
        """This shape with no field required."""
        optional = {name: field._replace(required=False) for name, field in self.fields.items() if field.required}
        return Shape(self.name, {**self.fields, **optional}, self.access)


Type = Kind | Shape


class Field(NamedTuple):
    """A field of a shape: `required` if it is always there, `many` if it repeats, `explicit_null` if a sender can empty it.

    A tuple, as kinds are: loading all maps makes ten thousand of them.
    """

    name: str
    type: Type
    required: bool = False
    many: bool = False
    explicit_null: bool = False
    choice: str | None = None
    targets: tuple[str, ...] = ()
    codes: frozenset[tuple[str, str]] | None = None


_TEXT = frozenset({"string", "markdown", "xhtml"})
_WORD = frozenset({"code", "id"})
_ADDRESS = frozenset({"uri", "url", "canonical", "oid", "uuid"})
_NUMBER = frozenset({"decimal"})
_WHOLE = frozenset({"integer", "positiveInt", "unsignedInt", "integer64"})

_ACCEPTS: dict[str, frozenset[str]] = {
    **dict.fromkeys(_TEXT - {"xhtml"}, _TEXT | _WORD | _ADDRESS | {"date", "dateTime", "instant", "time", "base64Binary"}),
    **dict.fromkeys(_WORD, _WORD),
    **dict.fromkeys(_ADDRESS, _ADDRESS | _WORD),
    **dict.fromkeys(_WHOLE, _WHOLE),
    "xhtml": frozenset({"xhtml"}),
    "decimal": _NUMBER | _WHOLE,
    "boolean": frozenset({"boolean"}),
    "date": frozenset({"date"}),
    "dateTime": frozenset({"date", "dateTime", "instant"}),
    "instant": frozenset({"instant"}),
    "time": frozenset({"time"}),
    "base64Binary": frozenset({"base64Binary"}),
}


def accepts(target: str, source: str) -> bool:
    """Whether an element of kind `target` can take every value of kind `source`."""
    return target == "any" or source in _ACCEPTS.get(target, frozenset({target}))


def family(kind: str) -> str:
    """The family within which two kinds can be compared: text, number, or the kind itself."""
    if kind in _WHOLE | _NUMBER:
        return "number"
    return "text" if kind in _TEXT | _WORD | _ADDRESS | {"date", "dateTime", "instant", "time", "any"} else kind


def is_whole(kind: str) -> bool:
    """Whether a kind holds whole numbers."""
    return kind in _WHOLE
