"""Places in a tree: how they are written, and what they lead to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.path import Path, at, dotted, leaf_names, leaves, matching, parse, pattern, pointer, sayable

TREE = {"a": {"b": [{"c": 1}, {"c": None}, {"d": 3}]}, "name": "text", "none": None}
NAMES = st.text(alphabet="abcxyz_/~", min_size=1, max_size=4)
PATHS = st.lists(st.one_of(NAMES, st.just("*"), st.integers(min_value=0, max_value=40)), max_size=6).map(tuple)


@given(PATHS)
def test_a_path_written_with_dots_is_read_back(path: Path) -> None:
    assert parse(dotted(path)) == path


@pytest.mark.parametrize(
    ("path", "text"),
    [((), ""), (("billing", "lines", 0, "units"), "/billing/lines/0/units"), (("a/b", "c~d"), "/a~1b/c~0d")],
)
def test_a_pointer_escapes_as_rfc_6901_says(path: Path, text: str) -> None:
    assert pointer(path) == text


def test_leaf_names_are_those_of_the_paths_of_leaves() -> None:
    tree: dict[str, object] = {"a": [{"b": 1, "c": [2, 3]}, []], "d": None, "e": {}, "f": "text"}

    assert leaf_names(tree, "x") == [f"x.{dotted(path)}" for path in leaves(tree)]
    assert leaf_names(1, "x") == ["x"]


def test_a_pattern_stands_for_every_item() -> None:
    assert pattern(("billing", "lines", 0, "modifiers", 3)) == ("billing", "lines", "*", "modifiers", "*")


def test_leaves_are_the_paths_of_plain_values() -> None:
    assert list(leaves(TREE)) == [("a", "b", 0, "c"), ("a", "b", 1, "c"), ("a", "b", 2, "d"), ("name",), ("none",)]
    assert list(leaves((1, [2]))) == [(0,), (1, 0)]
    assert [at(TREE, leaf) for leaf in leaves(TREE)] == [1, None, 3, "text", None]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("a", "b", "*", "c"), [("a", "b", 0, "c")]),
        (("a", "b", 2, "d"), [("a", "b", 2, "d")]),
        (("a", "b", 3, "d"), []),
        (("a", "*"), []),
        (("a", 0), []),
        (("name", "text"), [("name", "text")]),
        (("none",), []),
        (("none", "x"), []),
        (("absent",), []),
    ],
)
def test_a_pattern_leads_to_what_is_there(path: Path, expected: list[Path]) -> None:
    assert matching(TREE, path) == expected


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (("billing", "lines", 0, "dosStart"), 4),
        (("cpt_code_2", "x/y.yaml"), 2),
        (("ai", "Mueller, Hans", "age"), 1),
        (("ai", "born_1980"), 1),
        (("ai", "M\u00fcller"), 1),
        (("", "x"), 0),
        (("x" * 65,), 0),
    ],
)
def test_a_key_that_looks_like_a_value_is_not_said(path: Path, said: int) -> None:
    assert sayable(path) == path[:said]
