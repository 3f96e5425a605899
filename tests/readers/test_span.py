"""Where positions stand in the texts of documents."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.assembly import load
from adapter.path import at, leaves, pointer
from adapter.readers.document import Document
from adapter.readers.span import Span, Spans
from adapter.settings import Settings

EXAMPLES = Path(__file__).parents[2] / "fhir_examples"
HL7 = "MSH|^~\\&|LAB|A|||20260302||ADT^A04|1|P|2.5\rPID|1||4711^^^A~12^^^B&1.2&ISO||Doe^Jane\rFT1|1\rFT1|2|||x\r"


def part(text: str, span: Span) -> str:
    """What stands at a span."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    return "\n".join([lines[0][span.column - 1 :], *lines[1:]])


def spans(text: str, name: str = "a.json") -> Spans:
    return Spans(documents=[Document(name=name, content=text.encode())])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(
    tree=st.dictionaries(st.text(max_size=5), json_values, max_size=5),
    indent=st.sampled_from([None, 1]),
    ascii_only=st.booleans(),
)
def test_every_value_of_a_json_document_is_found(tree: dict[str, Any], *, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(tree, indent=indent, ensure_ascii=ascii_only)
    found = spans(text)

    for path in [(), *((name,) for name in tree), *leaves(tree)]:
        located = found.find(f"a.json#{pointer(path)}")
        if located:
            assert json.loads(part(text, located[1])) == at(tree, path)
        else:
            assert at(tree, path) in ([], {})  # leaves of an empty tree have no value
    assert found.find("a.json#/not/there") is None


def test_every_position_of_the_lineage_of_an_example_stands_in_its_documents() -> None:
    folder = EXAMPLES / "complete"
    documents = [Document(name=name, content=(folder / name).read_bytes()) for name in ("encounter.json", "ai_report.json")]
    conversion = load(Settings()).convert(documents, lineage=True)
    found = Spans(documents=documents)

    positions = {place for entry in conversion.lineage.entries for place in entry.positions if not place.startswith("options#")}

    assert len(positions) > 100
    assert [place for place in positions if found.find(place) is None] == []


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("MSH", "MSH"),
        ("FT1[2]", "FT1"),
        ("MSH-9", "ADT^A04"),
        ("MSH-9.2", "A04"),
        ("PID-3", "4711^^^A~12^^^B&1.2&ISO"),
        ("PID-3[2].1", "12"),
        ("PID-3[2].4.2", "1.2"),
        ("PID-5.1", "Doe"),
        ("PID-30", ""),
        ("FT1[2]-4", "x"),
    ],
)
def test_a_field_of_a_message_is_found(place: str, expected: str) -> None:
    found = spans(HL7, "adt.hl7").find(f"adt.hl7#{place}")

    assert found is not None
    assert part(HL7, found[1]) == expected


def test_a_field_of_the_second_message_of_a_file_is_found() -> None:
    text = HL7 + HL7.replace("4711", "4712")

    found = spans(text, "adt.hl7").find("adt.hl7[2]#PID-3.1")

    assert found is not None
    assert part(text, found[1]) == "4712"


@pytest.mark.parametrize(
    ("text", "position"),
    [
        (HL7, "adt.hl7#ZZZ-1"),
        (HL7, "adt.hl7[7]#PID-3"),
        (HL7, "adt.hl7#/pid"),
        ("MSH", "adt.hl7#PID-3"),
        ("<xml/>", "adt.hl7#/a"),
        ("{}", "options#/zone"),
        ("{}", "mappings/fhir/r4/claim.yaml:3:4"),
        (']{"a":1', "adt.hl7#/a"),
        ("{}]", "adt.hl7#/a"),
    ],
)
def test_what_is_not_a_place_of_a_document_is_not_found(text: str, position: str) -> None:
    assert spans(text, "adt.hl7").find(position) is None


def test_a_json_text_that_is_cut_off_has_the_places_before_the_cut() -> None:
    assert spans('{"a": 1, "\\q": 2, "b": [').find("a.json#/a") == ("a.json", Span(line=1, column=7, end_line=1, end_column=8))
