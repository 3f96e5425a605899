"""A document knows its form, and where each of its values stands."""

import pytest

from adapter.path import dotted, pointer
from adapter.readers.document import DocumentTrace, MappedDocument, ReadDocument, Source


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ((), "a#"),
        (("x",), "a#/x"),
        (("x", 1, "y"), "a#/x/1/y"),
        (("x", 0, "y"), "a#/x/0"),
        (("x", 9), "a#/x"),
        (("x", "y"), "a#/x"),
        (("nothing", "below"), "a#"),
        (("with/slash and ~tilde",), "a#/with~1slash and ~0tilde"),
    ],
)
def test_a_place_is_that_of_the_value_or_of_the_nearest_above(path: tuple[str | int, ...], expected: str) -> None:
    tree = {"x": ["text", {"y": None}], "with/slash and ~tilde": 1}

    assert ReadDocument(name="a", form="case", tree=tree).positions(path) == (expected,)


def test_a_mapped_document_is_placed_in_its_original() -> None:
    asked: list[str] = []
    original = ReadDocument(name="lab.json", form="lab", tree={"case_data": {"name": "n", "given": ["g"]}})

    def retrace() -> DocumentTrace:
        asked.append("once")
        name, given = "lab.json#/case_data/name", "lab.json#/case_data/given/0"
        origins = {
            ("patient", "family"): Source(locate=lambda: (name,), place="lab.yaml:5:3", functions=()),
            ("patient", "given", 0): Source(locate=lambda: (given, name), place="lab.yaml:6:3", functions=("join",)),
            ("id",): Source(locate=tuple, place="lab.yaml:4:3", functions=()),
        }
        return DocumentTrace(origins=origins, seen={}, walked=frozenset())

    mapped = MappedDocument(
        name="lab.json",
        form="case",
        tree={"patient": {"family": "n", "given": ["g"]}, "id": "1"},
        original=original,
        retrace=retrace,
        read=frozenset(),
        ignored=frozenset(),
    )

    assert mapped.positions(("patient", "family")) == ("lab.json#/case_data/name",)
    assert mapped.positions(("patient",)) == ("lab.json#/case_data/name", "lab.json#/case_data/given/0")
    assert mapped.positions(("patient", "phone")) == mapped.positions(("patient",))
    assert mapped.positions(("id",)) == ()
    assert mapped.positions(("consent", "given_at")) == ("lab.json#",)
    assert [each.functions for each in mapped.made_from(("patient",))] == [(), ("join",)]
    assert asked == ["once"]


def test_paths_are_written_as_pointers_and_as_issues_name_fields() -> None:
    path = ("billing", "lines", 0, "units")

    assert pointer(path) == "/billing/lines/0/units"
    assert dotted(path) == "billing.lines[0].units"
    assert dotted(("images", "*", "url")) == "images[*].url"
    assert dotted(()) == ""
