"""Parameters of operations: a table says which there are, and a request is read by it, so that nothing is ignored."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any

from adapter.fhir.resource import Element
from adapter.issues import MOST_ISSUES, Issue
from adapter.json_types import JsonList, JsonValue
from adapter.terminology import messages
from adapter.terminology.operation_error import OperationRefusedError

_INTEGER = re.compile(r"-?\d{1,9}", re.ASCII)
_TEXTS = frozenset(
    f"value{name}"
    for name in ("String", "Code", "Uri", "Canonical", "Url", "Id", "Uuid", "Oid", "Markdown", "Date", "DateTime", "Instant")
)
_VALUE_KEYS = re.compile(r"_?value[A-Z]\w*|resource|part", re.ASCII)
_BOOLEANS = {"true": True, "false": False}
_CODING = ("system", "version", "code", "display")
_MOST_PARAMETERS = 10_000


class ParameterType(Enum):
    """What a parameter holds; the kinds of text are read alike, for clients mix them."""

    TEXT = "string"
    CODE = "code"
    URI = "uri"
    CANONICAL = "canonical"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DATE_TIME = "dateTime"
    CODING = "Coding"
    CONCEPT = "CodeableConcept"
    RESOURCE = "Resource"
    PARTS = "parts"

    @property
    def is_text(self) -> bool:
        """Whether it can stand in a query."""
        return self not in _STRUCTURED


# A tuple: members of an Enum are compared by identity, and hashed slowly.
_STRUCTURED = (ParameterType.CODING, ParameterType.CONCEPT, ParameterType.RESOURCE, ParameterType.PARTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationParameter:
    """A row of a table: `also` are other names (of R4 or R5), `only` the values that are supported, `holds` resource types.

    `is_empty_absent` says that an empty text is as good as none, `pattern` which form a text must have.
    """

    name: str
    kind: ParameterType
    says: str
    repeats: bool = False
    is_supported: bool = True
    also: tuple[str, ...] = ()
    only: tuple[str | bool, ...] = ()
    holds: tuple[str, ...] = ()
    is_empty_absent: bool = False
    pattern: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The parameters of an operation, found by any of their names; `needed` are those that a GET must have."""

    operation: str
    rows: tuple[OperationParameter, ...]
    needed: frozenset[str] = frozenset()
    by_name: Mapping[str, OperationParameter] = field(init=False)

    def __post_init__(self) -> None:
        """Index the rows by every name."""
        names = {name: row for row in self.rows for name in (row.name, *row.also)}
        object.__setattr__(self, "by_name", names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What a request says: values by parameter name, and what of it cannot be taken."""

    values: Mapping[str, tuple[Any, ...]]
    issues: tuple[Issue, ...] = ()

    def one(self, name: str) -> JsonValue:
        """The value of a parameter, or None."""
        values = self.values.get(name, ())
        return values[0] if values else None

    def all(self, name: str) -> tuple[Any, ...]:
        """All values of a parameter."""
        return self.values.get(name, ())

    def has(self, name: str) -> bool:
        """Whether a parameter is there."""
        return name in self.values

    def refuse_issues(self) -> None:
        """Raise OperationRefusedError if something cannot be taken."""
        if self.issues:
            raise OperationRefusedError(*self.issues)


def read_parameters(table: Table, body: object) -> Arguments:
    """Read a Parameters resource by a table; raises OperationRefusedError for any other resource, collects all other issues."""
    if not isinstance(body, dict) or body.get("resourceType") != "Parameters":
        raise messages.NOT_PARAMETERS.refusal(what="this is something else")
    listed = body.get("parameter", [])
    if not isinstance(listed, list) or not all(_is_parameter(entry) for entry in listed):
        raise messages.NOT_PARAMETERS.refusal(place="Parameters.parameter", what="these have another form")
    if len(listed) > _MOST_PARAMETERS:
        raise messages.TOO_MANY.refusal(what="parameters", limit=_MOST_PARAMETERS)
    return _arguments(table, [(entry["name"], entry) for entry in listed])


def read_query(table: Table, query: Iterable[tuple[str, str]]) -> Arguments:
    """Read query parameters by a table; what is not text cannot stand in a query."""
    return _arguments(table, [(name, {"name": name, "valueString": value}) for name, value in query])


def own_arguments(table: Table, own: Mapping[str, JsonValue], query: Sequence[tuple[str, str]]) -> Arguments:
    """The arguments of a caller that has values by name already (None: not said), and query parameters beside them."""
    given = {name: (value,) for name, value in own.items() if value is not None}
    also = {name for row in table.rows if row.name in given for name in (row.name, *row.also)}
    read = read_query(table, query)
    repeated = [messages.REPEATED_PARAMETER.issue(name, name=name) for name, _ in query if name in also]
    return Arguments(values={**read.values, **given}, issues=(*read.issues, *repeated))


def _is_parameter(value: object) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return False
    keys = [key for key in value if key not in {"name", "id", "extension"}]
    return len(keys) == 1 and all(_VALUE_KEYS.fullmatch(key) for key in keys)


def _arguments(table: Table, given: list[tuple[str, Element]]) -> Arguments:
    values: dict[str, JsonList] = {}
    issues: list[Issue] = []
    for number, (name, element) in enumerate(given):
        if len(issues) > MOST_ISSUES:
            break
        row = table.by_name.get(name)
        if row is None:
            # The name of what is not known may be a part of a value; it is told by its place.
            known = ", ".join(row.name for row in table.rows if row.is_supported)
            place = f"Parameters.parameter[{number}].name"
            issues.append(messages.UNKNOWN_PARAMETER.issue(place, operation=table.operation, names=known))
        elif row.is_empty_absent and "" in element.values():
            continue
        elif refused := list(_refused(table, row, (name, element))):
            issues += refused
        elif row.name in values and not row.repeats:
            issues.append(messages.REPEATED_PARAMETER.issue(name, name=name))
        else:
            values.setdefault(row.name, []).append(_value(row.kind, element))
    return Arguments(values={name: tuple(listed) for name, listed in values.items()}, issues=tuple(issues))


def _refused(table: Table, row: OperationParameter, given: tuple[str, Element]) -> Iterator[Issue]:
    """Why a parameter cannot be taken."""
    name, element = given
    if not row.is_supported:
        yield messages.UNSUPPORTED_PARAMETER.issue(name, name=name, operation=table.operation)
    else:
        value = _value(row.kind, element)
        if value is None:
            yield messages.WRONG_TYPE.issue(name, name=name, type=f"of type {row.kind.value}")
        elif row.only and value not in row.only:
            yield messages.UNSUPPORTED_VALUE.issue(name, name=name, values=" or ".join(str(value).lower() for value in row.only))
        elif row.holds and value.get("resourceType") not in row.holds:
            yield messages.WRONG_RESOURCE.issue(name, name=name, types=" or ".join(row.holds), what="this is another resource")


def _value(kind: ParameterType, element: Element) -> JsonValue:
    """The value of a parameter, or None if it is of another type."""
    key = next(key for key in element if key not in {"name", "id", "extension"})
    value = element[key]
    if kind is ParameterType.BOOLEAN:
        return value if isinstance(value, bool) else _BOOLEANS.get(str(value)) if key in _TEXTS else None
    if kind is ParameterType.INTEGER:
        return _integer(key, value)
    if kind.is_text:
        return value if key in _TEXTS and isinstance(value, str) and value else None
    return value if key == _KEYS[kind] and _FORMS[kind](value) else None


def _is_coding(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(name, ""), str) for name in _CODING)


def _is_concept(value: object) -> bool:
    codings = value.get("coding", []) if isinstance(value, dict) else None
    return isinstance(codings, list) and all(map(_is_coding, codings))


def _is_resource(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("resourceType"), str)


_KEYS = {
    ParameterType.RESOURCE: "resource",
    ParameterType.PARTS: "part",
    ParameterType.CODING: "valueCoding",
    ParameterType.CONCEPT: "valueCodeableConcept",
}
_FORMS: Mapping[ParameterType, Callable[[object], bool]] = {
    ParameterType.RESOURCE: _is_resource,
    ParameterType.PARTS: lambda value: isinstance(value, list) and all(map(_is_parameter, value)),
    ParameterType.CODING: _is_coding,
    ParameterType.CONCEPT: _is_concept,
}


def _integer(key: str, value: object) -> int | None:
    if key in {"valueInteger", "valueUnsignedInt", "valuePositiveInt"}:
        # JSON Schema takes 5.0 for a whole number, and so do writers of JSON that know no other numbers.
        if isinstance(value, Decimal) and value == value.to_integral_value():
            return int(value)
        return value if isinstance(value, int) and not isinstance(value, bool) else None
    return int(value) if key in _TEXTS and isinstance(value, str) and _INTEGER.fullmatch(value) else None
