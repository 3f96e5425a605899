"""What the description says of the parameters of operations: JSON Schemas, made from their tables."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from adapter.json_types import JsonMapping, JsonObject
from adapter.terminology.wire.parameter import OperationParameter, ParameterType, Table

_TEXT: JsonMapping = {"$ref": "#/components/schemas/FhirText"}
_OTHERS: JsonMapping = {"additionalProperties": {"$ref": "#/components/schemas/FhirJson"}, "propertyNames": {"pattern": r"^\w+$"}}
_CODING: JsonMapping = {
    "type": "object",
    "properties": dict.fromkeys(("system", "version", "code", "display"), _TEXT),
    "required": ["system", "code"],
    **_OTHERS,
}
_CONCEPT: JsonMapping = {
    "type": "object",
    "properties": {"coding": {"type": "array", "items": _CODING}, "text": _TEXT},
    **_OTHERS,
}
_PARTS: JsonMapping = {
    "type": "array",
    "items": {"type": "object", "properties": {"name": _TEXT}, "required": ["name"], **_OTHERS},
}
_SCHEMAS: Mapping[ParameterType, JsonMapping] = MappingProxyType(
    {
        ParameterType.BOOLEAN: {"type": "boolean"},
        ParameterType.INTEGER: {"type": "integer", "minimum": 0, "maximum": 999_999_999},
        ParameterType.CODING: _CODING,
        ParameterType.CONCEPT: _CONCEPT,
        ParameterType.PARTS: _PARTS,
    }
)
_ELEMENTS = {ParameterType.RESOURCE: "resource", ParameterType.PARTS: "part"}


def resource_schema(types: Sequence[str]) -> JsonMapping:
    """A resource of one of these types."""
    return {"type": "object", "properties": {"resourceType": {"enum": [*types]}}, "required": ["resourceType"], **_OTHERS}


def query_schema(row: OperationParameter) -> JsonMapping:
    """What may stand in a parameter of a query: any text, where it is a text."""
    schema = value_schema(row)
    return {"type": "string", "minLength": 1} if schema is _TEXT else schema


def value_schema(row: OperationParameter) -> JsonMapping:
    """What may stand in a parameter."""
    if row.kind is ParameterType.RESOURCE:
        return resource_schema(row.holds)
    if row.only:
        return {"enum": [*row.only]}
    return _SCHEMAS.get(row.kind) or ({"type": "string", "pattern": row.pattern} if row.pattern else _TEXT)


def body_schema(table: Table) -> JsonObject:
    """The Parameters resource of an operation: each parameter with the value of its kind."""
    return {
        "type": "object",
        "properties": {
            "resourceType": {"const": "Parameters"},
            "parameter": {"type": "array", "items": {"anyOf": [_parameter(row) for row in table.rows if row.is_supported]}},
        },
        "required": ["resourceType"],
        "additionalProperties": False,
    }


def _parameter(row: OperationParameter) -> JsonObject:
    kind = row.kind.value
    element = _ELEMENTS.get(row.kind, f"value{kind[0].upper()}{kind[1:]}")
    return {
        "type": "object",
        "description": f"{row.says[0].upper()}{row.says[1:]}.",
        "properties": {"name": {"const": row.name}, element: value_schema(row)},
        "required": ["name", element],
        "additionalProperties": False,
    }
