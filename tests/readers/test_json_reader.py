"""A JSON document is known by its fields, and refused where it is something else."""

from decimal import Decimal

import pytest

from adapter.issues import InvalidError, UnknownFormError, UnreadableError
from adapter.readers.document import Document, ReadDocument
from adapter.readers.input_form import input_form
from adapter.readers.json_reader import JsonReader

SCHEMAS: dict[str, dict[str, object]] = {
    "lab": {"type": "object", "required": ["case_data", "lab_id"]},
    "lab2": {"type": "object", "required": ["case_data", "lab_id", "version"]},
    "twin": {"type": "object", "required": ["case_data", "lab_id", "version"]},
    "anything": {"type": "object"},
    "list": {"type": "array", "columns": ["a", "b"]},
}
READER = JsonReader(forms={name: input_form(name, schema) for name, schema in SCHEMAS.items() if name != "twin"})


def read(content: bytes, form: str | None = None, reader: JsonReader = READER) -> ReadDocument:
    (document,) = reader.read(Document(name="a.json", content=content, form=form))
    return document


@pytest.mark.parametrize(
    ("content", "form", "expected"),
    [
        (b'{"id": "1"}', None, "case"),
        (b'{"case_data": {}}', None, "case"),
        (b'{"case_data": {}, "lab_id": 1, "more": 2}', None, "lab"),
        (b'{"case_data": {}, "lab_id": 1, "version": 2}', None, "lab2"),
        (b'{"case_data": {}, "lab_id": 1, "version": 2}', "lab", "lab"),
        (b'{"case_data": {}, "lab_id": 1}', "case", "lab"),
        (b'{"case_data": {}, "lab_id": 1}', "lab2", "lab"),
        (b'{"case_data": {}, "lab_id": 1, "id": "1", "patient": {}, "encounter": {}}', "case", "case"),
        (b'{"id": "1"}', "anything", "anything"),
        (b'{"id": "1"}', "lab", "case"),
    ],
)
def test_a_document_is_known_by_its_top_fields_unless_the_sender_says_its_form(
    content: bytes, form: str | None, expected: str
) -> None:
    assert read(content, form).form == expected


@pytest.mark.parametrize(
    ("content", "form", "words"),
    [
        (b"[]", None, "a document is a JSON object"),
        (b'"text"', None, "a document is a JSON object"),
        (b'{"case_data": {}}', "list", r"the form list is rows \(a table, or a JSON list\)"),
        (b'[{"a": 1}, {"c": 1}]', "list", r"of the form list has columns that are not here: `b`"),
    ],
)
def test_a_document_of_no_form_is_refused(content: bytes, form: str | None, words: str) -> None:
    with pytest.raises(InvalidError, match=words) as caught:
        read(content, form)

    assert caught.value.issues[0].location == ("a.json#",)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'[{"case_data": {}, "lab_id": 1}, {"case_data": {}, "lab_id": 2}]', "a list of 2 of the form lab; send each"),
        (b'[{"resourceType": "Patient"}]', "a list of FHIR resources; send them as the entries of a Bundle"),
        (b'[{"unheard": "of"}]', "a document is a JSON object"),
    ],
)
def test_a_list_of_documents_is_refused_by_what_it_is(content: bytes, words: str) -> None:
    with pytest.raises(InvalidError, match=words):
        read(content)


TYPED = {
    "type": "object",
    "properties": {
        "count": {"type": "integer"},
        "score": {"type": ["number", "null"]},
        "name": {"type": "string"},
        "is_group": {"type": "boolean"},
        "rows": {"type": "array"},
        "part": {"type": "object"},
    },
}


@pytest.mark.parametrize(
    ("sent", "read_as"),
    [
        ('{"count": "12", "score": " 0.50 "}', {"count": 12, "score": Decimal("0.50")}),
        ('{"score": "-3", "name": 4.10}', {"score": -3, "name": "4.10"}),
        ('{"score": "5e-3"}', {"score": Decimal("0.005")}),
        ('{"rows": null, "part": null, "score": null}', {"rows": [], "part": {}, "score": None}),
        ('{"score": ""}', {"score": None}),
        ('{"is_group": 0}', {"is_group": False}),
        ('{"is_group": "true"}', {"is_group": True}),
    ],
)
def test_a_value_is_read_in_the_type_of_its_form(sent: str, read_as: dict[str, object]) -> None:
    assert repr(read(sent.encode(), "typed", JsonReader(forms={"typed": input_form("typed", TYPED)})).tree) == repr(read_as)


@pytest.mark.parametrize(
    "sent", ['{"count": "1.5"}', '{"count": "007"}', '{"score": "high"}', '{"is_group": 2}', '{"name": true}', '{"name": null}']
)
def test_a_value_that_would_say_something_else_is_refused(sent: str) -> None:
    with pytest.raises(InvalidError, match="another type is needed here"):
        read(sent.encode(), "typed", JsonReader(forms={"typed": input_form("typed", TYPED)}))


def test_a_document_of_two_forms_is_refused_with_both() -> None:
    reader = JsonReader(forms={name: input_form(name, schema) for name, schema in SCHEMAS.items()})

    with pytest.raises(InvalidError, match="several forms: lab2, twin"):
        read(b'{"case_data": {}, "lab_id": 1, "version": 2}', reader=reader)


def test_a_document_without_the_structure_of_its_form_is_refused() -> None:
    with pytest.raises(InvalidError, match="does not fit the form lab"):
        read(b'{"case_data": {}}', "lab")


@pytest.mark.parametrize(
    ("kind", "words"), [("Bundle", "a FHIR Bundle"), ("Patient", "a FHIR resource"), ("x", "a FHIR resource")]
)
def test_fhir_is_named(kind: str, words: str) -> None:
    with pytest.raises(UnknownFormError, match=f"this is {words}: not read by this version"):
        read(f'{{"resourceType": "{kind}"}}'.encode())


def test_broken_json_is_refused_with_its_place() -> None:
    with pytest.raises(InvalidError) as caught:
        read(b'{"id": }')

    assert caught.value.issues[0].location[0].startswith("a.json:1:")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", True),
        (b" \n", True),
        (b'\xef\xbb\xbf {"id": 1', True),
        (b"[1", True),
        (b' "te\\"xt" ', True),
        (b"-1.5e3", True),
        (b"null\n", True),
        ('{"id": 1}'.encode("utf-16"), True),
        ('{"id": 1}'.encode("utf-16-be"), True),
        ('{"id": 1}'.encode("utf-32"), True),
        (b'"a","b"\n1,2\n', False),
        (b"MSH|^~\\&|", False),
        (b"nullable", False),
        (b"\x00\x01", False),
        (b"\x00\x00\x00{", True),
        (bytes(128) + b"DICM", False),
    ],
)
def test_what_is_or_wants_to_be_json_is_recognised(content: bytes, *, expected: bool) -> None:
    assert READER.recognises(content) is expected


def test_a_request_of_cds_hooks_is_named() -> None:
    with pytest.raises(UnknownFormError, match="a CDS Hooks request"):
        read(b'{"hook": "order-sign", "hookInstance": "1", "context": {}}')


@pytest.mark.parametrize(
    ("content", "place", "end"),
    [
        (b'{"total": 1, "found": [{"case_data": {}, "lab_id": 1}]}', "found", "each item of the list by itself"),
        (b'{"data": {"case_data": {}, "lab_id": 1}}', "data", "as a document"),
        (b'{"rows": [{"a": 1, "b": 2}, {"a": 3, "b": 4}]}', "rows", "as a document"),
        (b'{"data": {"id": "1", "patient": {}, "encounter": {}}}', "data", "as a document"),
    ],
)
def test_a_document_within_another_one_is_told_with_its_place(content: bytes, place: str, end: str) -> None:
    with pytest.raises(UnreadableError, match="stands within this document") as refusal:
        read(content)
    (issue,) = refusal.value.issues

    assert issue.location == (f"a.json#/{place}",)
    assert issue.text.endswith(end)


@pytest.mark.parametrize(
    ("content", "is_told"),
    [
        (b'{"result": {"hits": [], "version": "1"}}', True),
        (b'{"result": {"hits": []}}', False),
        (b'{"result": {"version": "1"}}', False),
    ],
)
def test_a_form_that_is_known_by_one_field_is_told_by_another_one_as_well(content: bytes, *, is_told: bool) -> None:
    schema = {"type": "object", "required": ["hits"], "properties": {"version": {"type": "string"}}}
    reader = JsonReader(forms={"toy": input_form("toy", schema)})
    if is_told:
        with pytest.raises(UnreadableError, match="stands within this document"):
            read(content, reader=reader)
    else:
        assert read(content, reader=reader).form == "case"


def test_an_object_that_only_looks_like_one_in_a_field_is_not() -> None:
    assert read(b'{"data": {"x": 1}, "list": [], "y": [1], "z": {"a": 1}, "who": {"id": "1"}}').form == "case"
