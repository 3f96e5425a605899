"""The published JSON Schemas take what the service takes, refuse what it refuses, and teach."""

import json
from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal
from functools import cache
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import adapter.case
from adapter.assembly import default_runtime
from adapter.document_schema import DOCUMENTS, document_words
from adapter.fhir.json import canonical_bytes, read_json
from adapter.issues import Issue, UnreadableError
from adapter.merging.merge import merge
from adapter.merging.validate import to_case
from adapter.path import Path, at
from adapter.readers.document import Document
from adapter.readers.json_reader import JsonReader
from tests.examples.ground import EXAMPLES, pipeline

BASE = "https://example.org"
READER = JsonReader(forms={})
NAMES = tuple(DOCUMENTS)


@cache
def schema_of(name: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads(canonical_bytes(default_runtime().document_words.schema(name, base=BASE)))


@cache
def validator(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema_of(name), validate_formats=True)


def properties(schema: Any, path: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - JSON
    """All properties of a schema and of its parts."""
    if isinstance(schema, dict):
        for name, child in schema.get("properties", {}).items():
            yield f"{path}/{name}", child
        for name, child in schema.items():
            yield from properties(child, f"{path}/{name}")
    elif isinstance(schema, list):
        for child in schema:
            yield from properties(child, path)


def is_number(schema: Any) -> bool:  # noqa: ANN401 - JSON
    parts = [schema, schema.get("items", {}), *schema.get("anyOf", ())]
    return any(part.get("type") in ("number", "integer") for part in parts)


@pytest.mark.parametrize("name", NAMES)
def test_every_property_has_words_an_example_that_fits_and_its_unit(name: str) -> None:
    schema = schema_of(name)
    found = dict(properties(schema))

    assert len(found) > {"encounter": 200, "ai-report": 60}[name]
    assert [path for path, part in found.items() if not part.get("description")] == []
    assert [path for path, part in found.items() if not part.get("examples")] == []
    assert [path for path, part in found.items() if is_number(part) != ("Unit: " in part["description"])] == []
    for path, part in found.items():
        own = jsonschema_rs.Draft202012Validator({**part, "$defs": schema["$defs"]}, validate_formats=True)
        assert all(map(own.is_valid, part["examples"])), path


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_says_what_it_is(name: str) -> None:
    schema = schema_of(name)

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"{BASE}/schemas/{name}.json"
    assert jsonschema_rs.meta.is_valid(schema)


def test_no_words_are_left_over() -> None:
    words = default_runtime().document_words
    asked = {(kind.__name__, field) for name in NAMES for kind, field in fields_of(name)}
    written = {(part, field) for part, rows in words.fields.items() for field in rows}

    assert written == asked
    assert {(part, field) for part, names in words.template.items() for field in names} <= {
        (part.__name__, field) for name in NAMES for part in parts_of(name) for field in part.model_fields
    }


def parts_of(name: str) -> list[Any]:
    """A document's model and the models of its parts."""
    names = {DOCUMENTS[name].__name__, *schema_of(name)["$defs"]}
    return [part for part in vars(adapter.case).values() if getattr(part, "__name__", "") in names]


def fields_of(name: str) -> Iterator[tuple[Any, str]]:
    """The fields of a document, each with the class in which it is written."""
    for part in parts_of(name):
        for field in part.model_fields:
            yield next(kind for kind in reversed(part.__mro__) if field in getattr(kind, "model_fields", {})), field


def test_words_that_are_none_are_refused() -> None:
    with pytest.raises(ValidationError):
        document_words({"Patient": {"mrn": "text"}})


# ------------------------------------------------------------------------------------------------- what fits is what is taken

ENCOUNTER = (EXAMPLES / "complete" / "encounter.json").read_bytes()
REPORT = (EXAMPLES / "complete" / "ai_report.json").read_bytes()
VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    1,
    2**31,
    1 - 2**63,
    Decimal("1.50"),
    Decimal("2.0"),
    Decimal("2E+3"),
    Decimal("1E+20"),
    "",
    " ",
    "x",
    " x",
    "x  y",
    "180.00",
    "one",
    "01/14/2026",
    "2026-01-14",
    "2026-02-30",
    "0000",
    "0000-01-14",
    "2026-02-30T09:30:00Z",
    "a\u0007b",
    "\u0085",
    "\uffff",
    "2026-01",
    "2026",
    "2026-01-14T09:30:00",
    "2026-01-14T09:30:00+14:30",
    "2026-01-14T09:30:00-05:00",
    "HP:316",
    "HP:0000316",
    "male",
    "active",
    "completed",
    "claim",
    "USD",
    "CI",
    "a" * 40,
    "x" * 1001,
    "x" * 4001,
    [],
    [[]],
    [None],
    ["x"],
    [1],
    [{}],
    {},
    {"zzz": 1},
    {"code": "x"},
    {"$comment": "x"},
    {"$comment": 1},
    {"$comment": ["x", 1]},
]
NOT_SHAPE = {"document/value-error", "document/diagnosis-order", "document/contradiction", "document/duplicate"}
"""What a JSON Schema cannot say: days that do not exist in a date that may be a year, and how values stand to each other."""


def places(value: Any, path: Path = ()) -> Iterator[Path]:  # noqa: ANN401 - JSON
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from places(child, (*path, key))


def below(name: str) -> list[Path]:
    """Places to be changed; what a report says of the case itself may be said by the encounter as well."""
    tree: Any = read_json(ENCOUNTER if name == "encounter" else REPORT, name)
    return [path for path in places(tree) if path and (name == "encounter" or (len(path) > 1 and path[0] != "patient"))]


PLACES = [(name, path) for name in NAMES for path in below(name)]


def problems(name: str, content: bytes) -> list[Issue]:
    """Why the service refuses a document, the other one being as it should be."""
    documents = [content] if name == "encounter" else [ENCOUNTER, content]
    try:
        merged = merge([read for document in documents for read in READER.read(Document(name="x", content=document))])
    except UnreadableError as error:
        return list(error.issues)
    try:
        to_case(merged)
    except Exception as error:  # noqa: BLE001 - its issues, or a failure that the caller shows
        return [*merged.issues, *getattr(error, "issues", [error])]
    return list(merged.issues)


@settings(max_examples=1500, deadline=None)
@given(st.sampled_from(PLACES), st.sampled_from(["replace", "remove", "add"]), st.sampled_from(VALUES))
def test_what_fits_the_schema_is_taken_and_what_does_not_is_refused(place: tuple[str, Path], how: str, value: Any) -> None:  # noqa: ANN401 - JSON
    name, path = place
    tree: Any = deepcopy(read_json(ENCOUNTER if name == "encounter" else REPORT, name))
    parent: Any = at(tree, path[:-1])
    if how == "replace":
        parent[path[-1]] = value
    elif how == "remove":
        del parent[path[-1]]
    elif isinstance(parent, dict):
        parent["zzz"] = value
    else:
        parent.append(value)
    content = canonical_bytes(tree)
    found = problems(name, content)

    if validator(name).is_valid(json.loads(content)):
        assert [issue for issue in found if issue.rule not in NOT_SHAPE] == []
    else:
        assert found


@pytest.mark.parametrize("name", NAMES)
def test_every_whole_number_has_its_limits(name: str) -> None:
    numbers = {
        path: part
        for path, field in properties(schema_of(name))
        for part in (field, field.get("items", {}), *field.get("anyOf", ()))
        if part.get("type") == "integer"
    }

    assert numbers
    assert [path for path, part in numbers.items() if "minimum" not in part] == []
    assert [path for path, part in numbers.items() if not {"maximum", "exclusiveMaximum"} & part.keys()] == []


@pytest.mark.parametrize(
    ("field", "value"), [("charge", "180.00"), ("units", "one"), ("dos_start", "2026-02-30"), ("dos_start", "01/14/2026")]
)
def test_what_the_service_refuses_is_not_valid(field: str, value: object) -> None:
    tree: Any = json.loads(ENCOUNTER)
    assert validator("encounter").is_valid(tree)

    tree["billing"]["lines"][0][field] = value
    assert not validator("encounter").is_valid(tree)


def test_a_whole_number_with_a_point_says_what_it_says_without() -> None:
    tree: Any = read_json(ENCOUNTER, "encounter")
    for line in tree["billing"]["lines"]:
        line["dx_pointers"] = [Decimal(f"{number}.0") for number in line["dx_pointers"]]
    contents = (ENCOUNTER, canonical_bytes(tree))
    plain, pointed = (
        pipeline().convert([Document(name="x", content=content), Document(name="y", content=REPORT)]) for content in contents
    )

    assert contents[0].count(b".0") < contents[1].count(b".0")
    assert pointed.content == plain.content is not None


# ------------------------------------------------------------------------------------------------- templates and remarks


def template(name: str) -> bytes:
    return canonical_bytes(default_runtime().document_words.template_of(name))


def test_a_template_converts_alone_and_with_its_report() -> None:
    encounter, report = (Document(name=f"{name}.json", content=template(name)) for name in NAMES)
    for documents in ([encounter], [encounter, report]):
        made = pipeline().convert(documents, default_runtime().options({}))

        assert made.bundle is not None
        assert [issue.text for issue in made.issues if issue.is_error] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_template_fits_its_schema_and_explains_its_fields(name: str) -> None:
    tree = json.loads(template(name))

    assert validator(name).is_valid(tree)
    for path in places(tree):
        value: Any = at(tree, path)
        if isinstance(value, dict):
            fields = [field for field in value if field != "$comment"]
            assert [remark.partition(":")[0] for remark in value["$comment"]][: len(fields)] == fields


@pytest.mark.parametrize("remark", ["for people", ["for", "people"], []])
def test_remarks_are_not_read(remark: object) -> None:
    tree = {
        "$schema": "x",
        "$comment": remark,
        "patient": {"mrn": "m", "$comment": remark},
        "images": [{"id": "1", "$comment": remark}],
    }
    (read,) = READER.read(Document(name="x", content=json.dumps(tree).encode()))

    assert read.tree == {"patient": {"mrn": "m"}, "images": [{"id": "1"}]}


@pytest.mark.parametrize("remark", [1, None, {}, ["x", 1]])
def test_what_is_not_words_is_no_remark(remark: object) -> None:
    tree = {"$schema": 1, "$comment": remark}
    (read,) = READER.read(Document(name="x", content=json.dumps(tree).encode()))

    assert read.tree == tree
