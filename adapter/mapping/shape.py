"""Makes shapes from pydantic models, from JSON Schema, and from the FHIR element table."""

from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from adapter import plain_value
from adapter.annotation import Hint
from adapter.fhir.table import Element, ElementTable
from adapter.json_types import JsonMapping
from adapter.mapping.types import Field, Fields, Kind, Shape, Type

_ALIASES: tuple[tuple[Hint, str], ...] = (
    (plain_value.Text, "string"),
    (plain_value.Token, "code"),
    (plain_value.Url, "url"),
    (plain_value.ServiceSystem, "url"),
    (plain_value.Date, "date"),
    (plain_value.PartialDate, "date"),
    (plain_value.DateTime, "dateTime"),
)
_PLAIN: dict[Hint, str] = {str: "string", bool: "boolean", int: "integer", Decimal: "decimal"}


def _origin(hint: Hint) -> object:
    return get_origin(hint)


class ModelShapes:
    """Shapes of pydantic models, one per model; `access` is `attribute` to read models and `key` to make their documents."""

    def __init__(self, access: Literal["attribute", "key"]) -> None:
        """Start with no shapes."""
        self._access = access
        self._shapes: dict[type[BaseModel], Shape] = {}

    def __call__(self, model: type[BaseModel]) -> Shape:
        """The shape of a model; fields of types that the language does not know are not in it."""
        if model not in self._shapes:
            self._shapes[model] = Shape(model.__name__, Fields(lambda: self._fields(model)), self._access)
        return self._shapes[model]

    def _fields(self, model: type[BaseModel]) -> dict[str, Field]:
        hints = get_type_hints(model, include_extras=True)
        hints_read = ((name, info, self._read(hints[name])) for name, info in model.model_fields.items())
        return {name: self._field(name, info, read) for name, info, read in hints_read if read}

    def _field(self, name: str, info: FieldInfo, read: tuple[Type, bool, bool]) -> Field:
        kind, many, optional = read
        always = info.is_required() if self._access == "key" else not optional
        return Field(name=name, type=kind, many=many, required=always and not many)

    def _read(self, hint: Hint) -> tuple[Type, bool, bool] | None:
        """(type, whether it repeats, whether it may be nothing)."""
        origin = _origin(hint)
        if origin in (Union, UnionType):
            return self._read_union(get_args(hint))
        if origin is tuple:
            item = self._read(get_args(hint)[0])
            return (item[0], True, True) if item else None
        if origin is Annotated and get_args(hint)[0] is not str:
            return self._read(get_args(hint)[0])
        kind = self._single(hint)
        return (kind, False, False) if kind else None

    def _single(self, hint: Hint) -> Type | None:
        alias, origin = next((kind for known, kind in _ALIASES if known == hint), None), _origin(hint)
        if alias is not None or origin is Annotated:
            return Kind(alias or "code")
        if origin is Literal:
            return Kind("code", frozenset(map(str, get_args(hint))))
        if isinstance(hint, type) and issubclass(hint, BaseModel):
            return self(hint)
        return Kind(_PLAIN[hint]) if hint in (str, bool, int, Decimal) else None

    def _read_union(self, members: tuple[Hint, ...]) -> tuple[Type, bool, bool] | None:
        rest = [member for member in members if member is not NoneType]
        optional = len(rest) < len(members)
        number = [get_args(member)[0] if _origin(member) is Annotated else member for member in rest] == [Decimal, int]
        read = (Kind("decimal"), False, False) if number else self._read(rest[0])
        return (read[0], read[1], optional or read[2]) if read else None


_JSON_KINDS = {"string": "string", "integer": "integer", "number": "decimal", "boolean": "boolean"}


def shape_of_json_schema(schema: JsonMapping, name: str) -> Shape:
    """The shape that a JSON Schema (draft 2020-12: type, properties, required, items, enum, local $ref) describes."""
    definitions = schema.get("$defs", {})

    def read(part: JsonMapping, where: str) -> tuple[Type, bool]:
        if "$ref" in part:
            target = part["$ref"].removeprefix("#/$defs/")
            return read(definitions[target], target)
        types = {*([part["type"]] if isinstance(part.get("type"), str) else part.get("type", ()))} - {"null"}
        if types == {"array"}:
            return read(part.get("items", {}), where)[0], True
        if types == {"object"}:
            return Shape(where, Fields(lambda: fields(part, where)), "key"), False
        codes = frozenset(map(str, part["enum"])) if "enum" in part else None
        kind = _JSON_KINDS[types.pop()] if len(types) == 1 else "any"
        return Kind("code" if kind == "string" and (codes or "pattern" in part) else kind, codes), False

    def fields(part: JsonMapping, where: str) -> dict[str, Field]:
        fields_made = {}
        for key, value in part.get("properties", {}).items():
            kind, many = read(value, f"{where}.{key}")
            fields_made[key] = Field(name=key, type=kind, many=many)
        return fields_made

    shape, _ = read(schema, name)
    if not isinstance(shape, Shape):
        message = f"the JSON Schema of {name} must describe an object"
        raise TypeError(message)
    return shape


def _with_codings(concept: Shape, codes: frozenset[tuple[str, str]]) -> Shape:
    """The shape of a CodeableConcept whose codings must be among some."""
    coding = concept.fields["coding"]._replace(codes=codes)
    return Shape(concept.name, Fields(lambda: {**concept.fields, "coding": coding}), concept.access)


class FhirShapes:
    """Shapes of FHIR types, one per type of an element table."""

    def __init__(self, table: ElementTable) -> None:
        """Start with no shapes."""
        self._table = table
        self._shapes: dict[str, Type] = {}

    def __call__(self, name: str) -> Type:
        """The type of this FHIR name: a kind for a primitive, otherwise a shape."""
        if name not in self._shapes:
            is_primitive = self._table.is_primitive(name)
            self._shapes[name] = Kind(name) if is_primitive else Shape(name, Fields(lambda: self._fields(name)), "key")
        return self._shapes[name]

    def __contains__(self, name: str) -> bool:
        """Whether FHIR has a type of this name."""
        return name in self._table

    def _fields(self, name: str) -> dict[str, Field]:
        fields: dict[str, Field] = {}
        for element in self._table[name].elements.values():
            fields[element.name] = field_made = self._field(element)
            if isinstance(field_made.type, Kind):
                sibling = "_" + element.name
                fields[sibling] = Field(name=sibling, type=self("Element"), many=field_made.many)
        return fields

    def _field(self, element: Element) -> Field:
        kind = self(element.type)
        if isinstance(kind, Kind) and element.codes is not None:
            kind = Kind(kind.name, frozenset(code if isinstance(code, str) else code[1] for code in element.codes))
        pairs = frozenset(pair for pair in element.codes or () if isinstance(pair, tuple)) or None
        if pairs and isinstance(kind, Shape) and "coding" in kind.fields:
            kind = _with_codings(kind, pairs)
        return Field(
            name=element.name,
            type=kind,
            required=element.minimum > 0,
            many=element.maximum != 1,
            choice=element.choice,
            targets=element.targets,
            codes=pairs,
        )


class _SentShapes(FhirShapes):
    """The same for FHIR as it is sent: nothing is sure to be there."""

    def _field(self, element: Element) -> Field:
        return super()._field(element)._replace(required=False)


def shape_of_resources(table: ElementTable) -> Shape:
    """The shape of resources that were sent: a list of each type, by its name."""
    shapes = _SentShapes(table)
    return Shape(
        "resources",
        Fields(lambda: {name: Field(name=name, type=shapes(name), many=True) for name in table.resource_types}),
        "key",
    )
