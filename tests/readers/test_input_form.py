"""An input form of another tool is known, and checked, by its JSON Schema."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from adapter.issues import SetupError
from adapter.mapping.shape import shape_of_json_schema
from adapter.readers.document import ReadDocument
from adapter.readers.input_form import input_form, read_input_form, structure_issues

FORM = input_form(
    "lab",
    {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["number", "rows"],
        "properties": {
            "number": {"type": "string", "pattern": "^[0-9]+$"},
            "kind": {"enum": ["a", "b"]},
            "rows": {"type": "array", "maxItems": 2, "items": {"type": "object", "required": ["x"]}},
        },
    },
)


def issues_of(tree: dict[str, Any]) -> list[Any]:
    return structure_issues(FORM, ReadDocument(name="lab.json", form="lab", tree=tree))


def test_a_form_is_known_by_the_fields_that_are_always_there() -> None:
    assert FORM.marks == {"number", "rows"}
    assert input_form("loose", {"type": "object"}).marks == frozenset()


def test_a_document_that_fits_has_no_issues() -> None:
    assert issues_of({"number": "1", "rows": [{"x": 1}], "more": True}) == []


@pytest.mark.parametrize(
    ("tree", "place", "said"),
    [
        ({"number": 1, "rows": []}, "/number", "another type is needed here (string)"),
        ({"number": "1", "rows": [{"x": 1}, {}]}, "/rows/1", "`x` is missing, which is always there"),
        ({"number": "1", "rows": [], "kind": "secret"}, "/kind", "this code is not known; use one of a, b"),
        ({"number": "secret", "rows": []}, "/number", "the text does not have the form that is needed (`^[0-9]+$`)"),
        ({"number": "1", "rows": [{"x": 1}] * 3}, "/rows", "the rule `maxItems`"),
    ],
)
def test_what_does_not_fit_is_said_with_its_place_and_without_its_value(tree: dict[str, Any], place: str, said: str) -> None:
    (issue,) = issues_of(tree)

    assert issue.rule == "document/shape"
    assert issue.location == (f"lab.json#{place}",)
    assert said in issue.text
    assert "the form lab" in issue.text
    assert "secret" not in issue.text


def test_a_schema_never_fetches_what_it_refers_to(tmp_path: Path) -> None:
    (tmp_path / "text.json").write_text('{"type": "string"}')
    asked: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        web = f"http://127.0.0.1:{server.server_port}/text.json"
        for reference in (web, f"{tmp_path.as_uri()}/text.json", "text.json"):
            with pytest.raises(ValueError, match="is not present in a registry"):
                input_form("lab", {"type": "object", "properties": {"x": {"$ref": reference}}})
        server.shutdown()

    assert asked == []


def test_no_more_than_one_beyond_fifty_is_built() -> None:
    form = input_form("list", {"type": "object", "properties": {"x": {"type": "array", "items": {"type": "string"}}}})

    issues = structure_issues(form, ReadDocument(name="a", form="list", tree={"x": list(range(60))}))

    assert len(issues) == 51


def test_a_schema_that_describes_no_object_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="must describe an object"):
        shape_of_json_schema({"type": "string"}, "visit")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "the document ends too early"),
        (b"[]", "is an object"),
        (b'{"type": 7}', "not a JSON Schema"),
        (b'{"pattern": "("}', "not a JSON Schema"),
        (b'{"required": [7]}', "not a JSON Schema"),
        (b'{"$ref": "#/nowhere"}', "not a JSON Schema"),
        (b'{"$ref": "http://127.0.0.1:9/x"}', "http://127.0.0.1:9/x is not fetched"),
        (b'{"$ref": "file:///etc/passwd"}', "file:///etc/passwd is not fetched"),
    ],
)
def test_a_file_that_describes_no_form_is_a_mistake_in_the_setup(content: bytes, words: str) -> None:
    with pytest.raises(SetupError) as caught:
        read_input_form("own", content, "own.schema.json")

    (issue,) = caught.value.issues
    assert words in issue.text
    assert issue.location[0].startswith("own.schema.json")
    assert "\n" not in issue.text


def test_a_form_is_read_from_its_file() -> None:
    assert read_input_form("own", b'{"type": "object", "required": ["x"]}', "own.schema.json").marks == {"x"}


def test_a_schema_says_in_its_own_words_what_is_wrong() -> None:
    name = {"type": "string", "errorMessage": "send the name as text"}
    schema = {
        "type": "object",
        "properties": {"one": {"$ref": "#/$defs/person"}, "all": {"type": "array", "prefixItems": [name]}},
        "$defs": {"person": {"type": "object", "properties": {"name": name}}},
    }
    form = input_form("people", schema)
    tree = {"one": {"name": 1}, "all": [2]}

    found = structure_issues(form, ReadDocument(name="a.json", form="people", tree=tree))

    assert {(issue.location, issue.text) for issue in found} == {
        (("a.json#/one/name",), "send the name as text"),
        (("a.json#/all/0",), "send the name as text"),
    }
