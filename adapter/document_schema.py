"""The JSON Schemas of our own documents: they take what the service takes, say what every field means, and give a template."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import get_origin

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from adapter.annotation import models_in
from adapter.case import AiReportDocument, EncounterDocument
from adapter.json_types import JsonMapping, JsonObject, JsonValue
from adapter.plain_value import DAY, DAY_AND_TIME, YEAR_OR_MONTH

DOCUMENTS: Mapping[str, type[BaseModel]] = MappingProxyType({"encounter": EncounterDocument, "ai-report": AiReportDocument})
"""The forms of our own documents by name."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MOST = Decimal("1E+28")
_CALENDAR: Mapping[str, JsonSchemaValue] = MappingProxyType(
    {
        YEAR_OR_MONTH: {"type": "string", "pattern": YEAR_OR_MONTH, "not": {"pattern": "^0000"}},
        DAY: {"type": "string", "pattern": DAY, "format": "date"},
        DAY_AND_TIME: {"type": "string", "pattern": DAY_AND_TIME, "format": "date-time"},
    }
)
_NOT_CARRIED = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff"
_NO_SPACE = rf"[^\s\u0085{_NOT_CARRIED}]"  # U+0085 is white space in Unicode, not in the patterns of JSON Schema
_CARRIED = rf"^[^{_NOT_CARRIED}]*$"
_REMARK: JsonMapping = {
    "description": "A remark for people. It is not read, and becomes no part of the output.",
    "anyOf": [{"type": "string", "pattern": _CARRIED}, {"type": "array", "items": {"type": "string", "pattern": _CARRIED}}],
    "examples": ["copied from the intake form"],
}
_SCHEMA_NAME: JsonMapping = {
    "description": "Where the JSON Schema of the document is, for editors. It is not read.",
    "type": "string",
    "pattern": _CARRIED,
    "examples": ["encounter.schema.json"],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWords:
    """What a field means: in words, by an example (of a leaf), and in which unit (of a number)."""

    description: str
    example: JsonValue = None
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentWords:
    """What the fields of our documents mean, by part of the Case and field, and those that a template shows beside the needed."""

    fields: Mapping[str, Mapping[str, FieldWords]]
    template: Mapping[str, tuple[str, ...]]

    def of(self, part: type[BaseModel], field: str) -> FieldWords:
        """What a field of a part means; what a part inherits is said once."""
        return self.all_of(part, field)[0]

    def all_of(self, part: type[BaseModel], field: str) -> Sequence[FieldWords]:
        """What is said of a field, of the part itself before those that it inherits from; nothing if it is in no document."""
        return [self.fields[kind.__name__][field] for kind in part.__mro__ if field in self.fields.get(kind.__name__, {})]

    def schema(self, name: str, *, base: str, ref_template: str = "#/$defs/{model}") -> JsonObject:
        """The JSON Schema (draft 2020-12) of a form of DOCUMENTS; `base` is what its `$id` begins with."""
        model = DOCUMENTS[name]
        schema: JsonObject = model.model_json_schema(schema_generator=_Schemas, ref_template=ref_template)
        definitions = {model.__name__: schema, **schema.get("$defs", {})}
        for part in _parts_of(model):
            for variant in definitions[part.__name__].get("anyOf", [definitions[part.__name__]]):
                if "properties" in variant:
                    self._explain(variant, part)
        schema["properties"]["$schema"] = _SCHEMA_NAME
        return {"$schema": _DIALECT, "$id": f"{base}/schemas/{name}.json", **schema}

    def _explain(self, definition: JsonObject, part: type[BaseModel]) -> None:
        for field, schema in definition["properties"].items():
            words = self.of(part, field)
            schema["description"] = f"{words.description} Unit: {words.unit}." if words.unit else words.description
            schema["examples"] = [self.example(part, field)]
            if "anyOf" in schema and schema["anyOf"][0].get("type") == "number":
                schema["anyOf"] = [kind for kind in schema["anyOf"] if kind["type"] != "integer"]
        definition["properties"]["$comment"] = _REMARK

    def example(self, part: type[BaseModel], field: str, *, commented: bool = False) -> JsonValue:
        """An example of a field; of an object the needed fields and those of the template, with remarks if they are wanted."""
        hint = part.model_fields[field].annotation
        inner = next(models_in(hint), None)
        words = self.of(part, field)
        if inner is not None:
            value: JsonValue = self._object(inner, commented=commented)
        else:
            value = Decimal(words.example) if words.unit and isinstance(words.example, str) else words.example
        return [value] if get_origin(hint) is tuple else value

    def template_of(self, name: str) -> JsonObject:
        """A small document of a form of DOCUMENTS that converts, with a remark on each of its fields."""
        template = self._object(DOCUMENTS[name], commented=True)
        others = [field for field in DOCUMENTS[name].model_fields if field not in template]
        more = f"The JSON Schema tells all fields, also those left out here: {', '.join(others)}."
        return {**template, "$comment": [*template["$comment"], *([more] if others else [])]}

    def _object(self, part: type[BaseModel], *, commented: bool) -> JsonObject:
        shown = self.template.get(part.__name__, ())
        names = [name for name, field in part.model_fields.items() if field.is_required() or name in shown]
        names = names or list(part.model_fields)[:1]
        remark = [f"{name}: {self.of(part, name).description}" for name in names]
        fields = {name: self.example(part, name, commented=commented) for name in names}
        return {"$comment": remark, **fields} if commented else fields


class _Schemas(GenerateJsonSchema):
    """Schemas as strict as the Case: money and scores are JSON numbers, never texts; a day is a day that exists."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:  # noqa: ARG002 - pydantic's signature
        """A number of at most 28 digits."""
        return {"type": "number", "exclusiveMinimum": -_MOST, "exclusiveMaximum": _MOST}

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        """As pydantic's, with days and times of the calendar, and without the characters that FHIR cannot carry."""
        schema_of_text = super().str_schema(schema)
        pattern = schema_of_text.get("pattern", "")
        if pattern.startswith(YEAR_OR_MONTH):
            return {"anyOf": [dict(calendar) for part, calendar in _CALENDAR.items() if part in pattern]}
        return dict(_CALENDAR.get(pattern) or {**schema_of_text, "pattern": _carried(pattern)})


def _carried(pattern: str) -> str:
    """The same pattern for texts without the characters that FHIR cannot carry."""
    if pattern == r"\S":
        return rf"^[^{_NOT_CARRIED}]*{_NO_SPACE}[^{_NOT_CARRIED}]*$"
    return pattern.replace(r"[^\s]", _NO_SPACE).replace(r"\S", _NO_SPACE)


def document_words(table: object) -> DocumentWords:
    """The words of a table: for each part and field `[description, example, unit]`, and for each part the fields of templates.

    Raises pydantic's ValidationError for another table.
    """
    parts = _TABLE.validate_python(table)
    template = {part: tuple(map(str, names)) for part, names in parts.pop("template").items()}
    return DocumentWords(
        fields={part: {field: _field_words(row) for field, row in rows.items()} for part, rows in parts.items()},
        template=template,
    )


def _field_words(row: list[str | int | bool]) -> FieldWords:
    description, example, unit = (*row, None, None)[:3]
    return FieldWords(description=str(description), example=example, unit=None if unit is None else str(unit))


_TABLE = TypeAdapter(dict[str, dict[str, list[str | int | bool]]])


def _parts_of(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The model, and all models that its fields name."""
    parts = {model: None}
    for part in (waiting := [model]):
        inner = [kind for field in part.model_fields.values() for kind in models_in(field.annotation) if kind not in parts]
        parts.update(dict.fromkeys(inner))
        waiting += dict.fromkeys(inner)
    return iter(parts)
