"""Input forms of other tools: known by their JSON Schema, which also checks their structure."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

import jsonschema_rs

from adapter.fhir.json import read_json
from adapter.issues import MOST_ISSUES, Issue, IssueType, SetupError, Severity, UnreadableError
from adapter.json_types import JsonMapping, JsonObject, JsonValue
from adapter.path import Path, at, with_values
from adapter.readers.document import ReadDocument

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?([eE]-[0-9]{1,2})?")
_TRUTHS = {"0": False, "1": True, "false": False, "true": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class InputForm:
    """An input form: its name, its JSON Schema (draft 2020-12), and the fields by which a document is known.

    A document `of_rows` is a table, or a JSON list of objects; its rows stand under `rows`.
    """

    name: str
    schema: JsonMapping
    marks: frozenset[str]
    of_rows: bool
    validator: jsonschema_rs.Draft202012Validator

    @property
    def strangers(self) -> frozenset[str]:
        """The fields of which a document of this form has none: those that its schema lets be null only."""
        fields: JsonMapping = {} if self.of_rows else self.schema.get("properties", {})
        return frozenset(name for name, field in fields.items() if isinstance(field, Mapping) and field.get("type") == "null")

    @property
    def fields(self) -> frozenset[str]:
        """The fields that a document of this form may have at its top, or in its rows."""
        return self.columns if self.of_rows else self.marks | frozenset(self.schema.get("properties", ()))

    @property
    def numbers(self) -> frozenset[str]:
        """The columns of numbers, whose schema has `"format": "number"`."""
        return frozenset(name for name, column in self._properties.items() if column.get("format") == "number")

    @property
    def of_all(self) -> frozenset[str]:
        """The columns that say something of all rows together, whichever row has it; their schema has `"of": "rows"`."""
        return frozenset(name for name, column in self._properties.items() if column.get("of") == "rows")

    @property
    def columns(self) -> frozenset[str]:
        """The columns that a document of rows may have."""
        return frozenset({*(self.marks if self.of_rows else ()), *self._properties})

    @property
    def _properties(self) -> JsonMapping:
        rows = self.schema["properties"]["rows"] if self.of_rows else {}
        properties: JsonMapping = rows.get("items", {}).get("properties", {})
        return properties


def input_form(name: str, schema: JsonMapping) -> InputForm:
    """The form that a JSON Schema describes: a document is known by the fields that the schema has as `required` at its top.

    The schema of a list describes rows; those are known by the columns that the schema names as `columns`, filled or not.

    Raises ValueError for what is not a JSON Schema, or refers to another file or address: nothing is fetched.
    """
    of_rows = schema.get("type") == "array"
    whole = _under_rows(schema) if of_rows else dict(schema)
    validator = jsonschema_rs.Draft202012Validator(whole, retriever=_refused)
    marks = frozenset(schema.get("columns" if of_rows else "required", ()))
    return InputForm(name=name, schema=whole, marks=marks, of_rows=of_rows, validator=validator)


def _under_rows(schema: JsonMapping) -> JsonObject:
    """The schema of a list as that of an object that has the list under `rows`."""
    rows = {key: value for key, value in schema.items() if key != "$defs"}
    return {"$defs": schema.get("$defs", {}), "type": "object", "required": ["rows"], "properties": {"rows": rows}}


def read_input_form(name: str, content: bytes, file: str) -> InputForm:
    """The form of a file that holds a JSON Schema; raises SetupError with what is wrong with it."""
    try:
        schema = read_json(content, file)
    except UnreadableError as error:
        raise SetupError(*error.issues) from None
    if not isinstance(schema, dict):
        raise SetupError(_schema_issue("a JSON Schema of an input form is an object", file))
    try:
        return input_form(name, schema)
    except ValueError as error:
        text = f"this is not a JSON Schema (draft 2020-12): {str(error).partition(chr(10))[0]}"
        raise SetupError(_schema_issue(text, file)) from None


def _refused(uri: str) -> JsonObject:
    message = f"{uri} is not fetched; write what it defines into `$defs`"
    raise ValueError(message)


def _schema_issue(text: str, file: str) -> Issue:
    return Issue(severity=Severity.ERROR, code=IssueType.STRUCTURE, rule="map/schema", text=text, location=(file,))


def in_types_of_form(form: InputForm, tree: JsonObject) -> JsonObject:
    """The tree with what only its type keeps from fitting in the type that the form has.

    Releases of one tool differ in it: 0.5 and "0.5", 12 and "12", null in place of an empty list, an empty text in place of null.
    """
    changes: dict[Path, JsonValue] = {}
    for error in form.validator.iter_errors(tree):
        path = tuple(error.instance_path)
        if path and isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Type):
            changes[path] = _in_type(at(tree, path), error.kind.types)
    return with_values(tree, changes) if changes else tree


def _in_type(value: JsonValue, types: Collection[str]) -> JsonValue:
    """The value in one of these types, if that changes nothing of what it says; else as it is."""
    if value is None:
        return [] if "array" in types else {} if "object" in types else None
    if value == "" and "null" in types:
        return None
    if isinstance(value, str) and (number := _NUMBER.fullmatch(value.strip())) and not {"integer", "number"}.isdisjoint(types):
        return Decimal(number[0]) if number[2] or number[3] else int(number[0])
    if "boolean" in types:
        return _TRUTHS.get(str(value), value)
    return str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) and "string" in types else value


def structure_issues(form: InputForm, document: ReadDocument) -> list[Issue]:
    """What in a document breaks the structure of its form, without any value from it."""
    return [_issue(form, document, error) for error in islice(form.validator.iter_errors(document.tree), MOST_ISSUES + 1)]


def _issue(form: InputForm, document: ReadDocument, error: jsonschema_rs.ValidationError) -> Issue:
    own = _own_words(form, error)
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.STRUCTURE,
        rule="document/shape",
        text=own or f"this does not fit the form {form.name}: {_words(error)}",
        suggestion=None if own else "send the file as the tool wrote it, or say which form it has",
        location=document.positions(tuple(error.instance_path)),
    )


def _own_words(form: InputForm, error: jsonschema_rs.ValidationError) -> str | None:
    """What the schema itself says of a value that does not fit: the `errorMessage` beside the rule that was broken."""
    part: JsonValue = form.schema
    for step in error.schema_path[:-1]:
        part = part.get(step) if isinstance(part, Mapping) else part[int(step)]
    return part.get("errorMessage") if isinstance(part, Mapping) else None


def _words(error: jsonschema_rs.ValidationError) -> str:
    kind = error.kind
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.Required):
        return f"`{kind.property}` is missing, which is always there"
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.Enum):
        return f"this code is not known; use one of {', '.join(map(str, kind.options))}"
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.Type):
        return f"another type is needed here ({' or '.join(kind.types)})"
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.Pattern):
        return f"the text does not have the form that is needed (`{kind.pattern}`)"
    return f"the rule `{kind.name}` of the form's JSON Schema does not hold"
