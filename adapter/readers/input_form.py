"""Input forms of other tools: known by their JSON Schema, which also checks their structure."""

from dataclasses import dataclass
from itertools import islice

import jsonschema_rs

from adapter.fhir.json import read_json
from adapter.issues import Issue, IssueType, SetupError, Severity, UnreadableError
from adapter.json_types import JsonMapping, JsonObject
from adapter.path import pointer
from adapter.readers.document import ReadDocument

_MANY = 50
"""More problems than this are not listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputForm:
    """An input form: its name, its JSON Schema (draft 2020-12), and the top-level fields by which a document is known."""

    name: str
    schema: JsonMapping
    marks: frozenset[str]
    validator: jsonschema_rs.Draft202012Validator


def input_form(name: str, schema: JsonMapping) -> InputForm:
    """The form that a JSON Schema describes; its top-level `required` fields are what a document is known by.

    Raises ValueError for what is not a JSON Schema, or refers to another file or address: nothing is fetched.
    """
    validator = jsonschema_rs.Draft202012Validator(dict(schema), retriever=_refused)
    return InputForm(name=name, schema=schema, marks=frozenset(schema.get("required", ())), validator=validator)


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


def structure_issues(form: InputForm, document: ReadDocument) -> list[Issue]:
    """What in a document breaks the structure of its form, without any value from it."""
    if form.validator.is_valid(document.tree):
        return []
    errors = islice(form.validator.iter_errors(document.tree), _MANY)
    return [
        Issue(
            severity=Severity.ERROR,
            code=IssueType.STRUCTURE,
            rule="document/shape",
            text=f"this does not fit the form {form.name}: {_words(error)}",
            suggestion="send the file as the tool wrote it, or say which form it has",
            location=(f"{document.name}#{pointer(tuple(error.instance_path))}",),
        )
        for error in errors
    ]


def _words(error: jsonschema_rs.ValidationError) -> str:
    keyword = next((str(step) for step in reversed(error.schema_path) if isinstance(step, str)), "schema")
    return {
        "type": "another type is needed here",
        "required": "a field that is always there is missing",
        "enum": "this code is not known",
        "pattern": "the text does not have the form that is needed",
    }.get(keyword, f"the rule `{keyword}` of the form's JSON Schema does not hold")
