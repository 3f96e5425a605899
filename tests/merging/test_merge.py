"""What several documents say of one case becomes one tree, and every contradiction names all of its places."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.merging.merge import Merged, merge
from adapter.readers.document import ReadDocument


def document(name: str, **tree: Any) -> ReadDocument:  # noqa: ANN401 - JSON
    return ReadDocument(name=name, form="case", tree=tree)


def merged(*trees: dict[str, Any]) -> Merged:
    """The documents a, b, … merged."""
    return merge([document(name, **tree) for name, tree in zip("abcdef", trees, strict=False)])


def test_one_document_is_the_case_as_it_is() -> None:
    one = document("a", id="1", images=[])

    actual = merge([one])

    assert actual.tree is one.tree
    assert actual.issues == ()
    assert actual.positions(("id",)) == ("a#/id",)


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        # fields
        ({"id": "1"}, {"test": True}, {"id": "1", "test": True}),
        ({"id": "1"}, {"id": "1"}, {"id": "1"}),
        ({"id": None}, {"id": "1"}, {"id": "1"}),
        ({"id": "1"}, {"id": None}, {"id": "1"}),
        ({"patient": {"mrn": "m"}}, {"patient": {"phone": "p"}}, {"patient": {"mrn": "m", "phone": "p"}}),
        # what one does not know
        ({"patient": {"sex": "unknown"}}, {"patient": {"sex": "female"}}, {"patient": {"sex": "female"}}),
        ({"patient": {"sex": "female"}}, {"patient": {"sex": "unknown"}}, {"patient": {"sex": "female"}}),
        ({"patient": {"sex": "unknown"}}, {"patient": {"sex": None}}, {"patient": {"sex": "unknown"}}),
        ({"patient": None}, {"patient": {"mrn": "m"}}, {"patient": {"mrn": "m"}}),
        ({"patient": {"mrn": "m"}}, {"patient": None}, {"patient": {"mrn": "m"}}),
        # keyed lists
        ({"images": [{"id": "1"}]}, {"images": [{"id": "2"}]}, {"images": [{"id": "1"}, {"id": "2"}]}),
        (
            {"images": [{"id": "1"}, {"id": "2", "size": 3}]},
            {"images": [{"id": "2", "view": "frontal"}]},
            {"images": [{"id": "1"}, {"id": "2", "size": 3, "view": "frontal"}]},
        ),
        (
            {"clinician_diagnoses": [{"name": "n", "codes": [{"code": "1"}]}]},
            {"clinician_diagnoses": [{"name": "n", "codes": [{"code": "2"}, {"code": "1", "system": "omim"}]}]},
            {"clinician_diagnoses": [{"name": "n", "codes": [{"code": "1", "system": "omim"}, {"code": "2"}]}]},
        ),
        ({"images": [{"id": "1"}]}, {"images": [{"id": "1"}, {"id": "1"}]}, {"images": [{"id": "1"}, {"id": "1"}]}),
        ({"images": [{"view": "x"}]}, {"images": [{"view": "x"}, {"view": "y"}]}, {"images": [{"view": "x"}, {"view": "y"}]}),
        # top lists without a key: what is equal is the same
        ({"orders": [{"code": "1"}]}, {"orders": [{"code": "1"}, {"code": "2"}]}, {"orders": [{"code": "1"}, {"code": "2"}]}),
        ({"orders": ["x"]}, {"orders": ["x", "y"]}, {"orders": ["x", "y"]}),
        ({"orders": [1]}, {"orders": [True]}, {"orders": [1, True]}),
        # lists within, without a key: one document says them, or both say the same
        ({"patient": {"given": ["a"]}}, {"patient": {"given": ["a"]}}, {"patient": {"given": ["a"]}}),
        ({"patient": {"given": []}}, {"patient": {"given": ["a"]}}, {"patient": {"given": ["a"]}}),
        ({"patient": {"given": ["a"]}}, {"patient": {"given": []}}, {"patient": {"given": ["a"]}}),
        ({"patient": {"given": None}}, {"patient": {"given": ["a"]}}, {"patient": {"given": ["a"]}}),
        ({"patient": {"given": ["a"]}}, {"patient": {"given": None}}, {"patient": {"given": ["a"]}}),
    ],
)
def test_documents_complete_each_other(one: dict[str, Any], two: dict[str, Any], expected: dict[str, Any]) -> None:
    actual = merged(one, two)

    assert actual.issues == ()
    assert expected == actual.tree


@pytest.mark.parametrize(
    ("one", "two", "field", "places"),
    [
        ({"id": "1"}, {"id": "2"}, "id", ("a#/id", "b#/id")),
        ({"test": True}, {"test": 1}, "test", ("a#/test", "b#/test")),
        ({"test": 1}, {"test": True}, "test", ("a#/test", "b#/test")),
        ({"patient": {"mrn": "1"}}, {"patient": {"mrn": "2"}}, "patient.mrn", ("a#/patient/mrn", "b#/patient/mrn")),
        ({"patient": {"mrn": "1"}}, {"patient": "x"}, "patient", ("a#/patient", "b#/patient")),
        ({"patient": "x"}, {"patient": {"mrn": "1"}}, "patient", ("a#/patient", "b#/patient")),
        ({"images": "x"}, {"images": [{"id": "1"}]}, "images", ("a#/images", "b#/images")),
        ({"images": [{"id": "1"}]}, {"images": "x"}, "images", ("a#/images", "b#/images")),
        ({"patient": {"given": ["a"]}}, {"patient": {"given": ["b"]}}, "patient.given", ("a#/patient/given", "b#/patient/given")),
        ({"patient": {"given": [1]}}, {"patient": {"given": [True]}}, "patient.given", ("a#/patient/given", "b#/patient/given")),
        (
            {"ai": {"candidates": [{"rank": 1}]}},
            {"ai": {"candidates": [{"rank": True}]}},
            "ai.candidates",
            ("a#/ai/candidates", "b#/ai/candidates"),
        ),
        (
            {"images": [{"id": "0"}, {"id": "1", "size": 1}]},
            {"images": [{"id": "1", "size": 2}]},
            "images[1].size",
            ("a#/images/1/size", "b#/images/0/size"),
        ),
    ],
)
def test_a_contradiction_names_the_places_in_both_documents(
    one: dict[str, Any], two: dict[str, Any], field: str, places: tuple[str, ...]
) -> None:
    (issue,) = merged(one, two).issues

    assert issue.rule == "document/contradiction"
    assert issue.is_error
    assert field == issue.field
    assert places == issue.location


@pytest.mark.parametrize(
    ("one", "two", "hint"),
    [
        ({"patient": {"mrn": "1"}}, {"patient": [{"mrn": "1"}]}, "one is an object and the other is a list: "),
        ({"patient": {"mrn": 1}}, {"patient": {"mrn": "2"}}, "one is a plain value and the other is text: "),
        ({"patient": {"mrn": 1}}, {"patient": {"mrn": "1"}}, "one is a number and the other is text: "),
    ],
)
def test_a_contradiction_of_forms_says_which(one: dict[str, Any], two: dict[str, Any], hint: str) -> None:
    (issue,) = merged(one, two).issues

    assert (issue.suggestion or "").startswith(hint)


SEEN = {"hpo": "HP:0000664", "presence": "present"}


@pytest.mark.parametrize(
    ("features", "expected"),
    [
        ([SEEN, SEEN], [SEEN]),
        ([SEEN, {**SEEN, "source": None, "id": None}], [{**SEEN, "source": None, "id": None}]),
        ([SEEN, {**SEEN, "onset": "at birth"}, SEEN], [{**SEEN, "onset": "at birth"}]),
        ([{**SEEN, "presence": "unknown"}, SEEN], [SEEN]),
        # who saw it, which run, and an id tell features apart
        ([SEEN, {**SEEN, "source": "ai"}], [SEEN, {**SEEN, "source": "ai"}]),
        ([{**SEEN, "run": "1"}, {**SEEN, "run": "2"}], [{**SEEN, "run": "1"}, {**SEEN, "run": "2"}]),
        ([{**SEEN, "id": "1"}, {**SEEN, "id": "2"}], [{**SEEN, "id": "1"}, {**SEEN, "id": "2"}]),
        # what is no feature is told by the check of the case
        ([{"presence": "present"}, {"presence": "present"}], [{"presence": "present"}, {"presence": "present"}]),
        (["x", "x"], ["x", "x"]),
    ],
)
@pytest.mark.parametrize("beside", [(), ({"test": True},), ({"phenotypes": [{"hpo": "HP:0000001", "presence": "absent"}]},)])
def test_a_feature_that_one_document_tells_twice_is_one(
    features: list[Any], expected: list[Any], beside: tuple[dict[str, Any], ...]
) -> None:
    actual = merged({"phenotypes": features}, *beside)
    further = [feature for tree in beside for feature in tree.get("phenotypes", [])]

    assert actual.issues == ()
    assert [*expected, *further] == actual.tree["phenotypes"]


def test_what_a_document_says_of_one_feature_is_found_at_each_of_its_places() -> None:
    actual = merged({"phenotypes": [SEEN, {"hpo": "HP:0000001"}, {**SEEN, "onset": "at birth"}]})

    assert actual.positions(("phenotypes", 0, "presence")) == ("a#/phenotypes/0/presence", "a#/phenotypes/2/presence")
    assert actual.positions(("phenotypes", 0, "onset")) == ("a#/phenotypes/2/onset",)
    assert actual.positions(("phenotypes", 1)) == ("a#/phenotypes/1",)


def test_a_document_that_says_that_a_feature_is_there_and_is_not_contradicts_itself() -> None:
    (issue,) = merged({"phenotypes": [SEEN, {**SEEN, "presence": "absent"}]}).issues

    assert issue.rule == "document/contradiction"
    assert issue.text.startswith("this document says two different things about `phenotypes[0].presence`")
    assert issue.location == ("a#/phenotypes/0/presence", "a#/phenotypes/1/presence")


def test_two_names_of_one_code_are_told_and_contradict_nothing() -> None:
    one, other = {**SEEN, "display": "Synophrys"}, {**SEEN, "display": "Monobrow"}
    actual = merged({"phenotypes": [one]}, {"phenotypes": [other]})
    (issue,) = actual.issues

    assert [one] == actual.tree["phenotypes"]
    assert (issue.rule, issue.severity.value, issue.field) == ("document/label", "information", "phenotypes[0].display")
    assert issue.location == ("a#/phenotypes/0/display", "b#/phenotypes/0/display")


def test_a_contradiction_of_values_leaves_what_to_do_to_people() -> None:
    (issue,) = merged({"id": "1"}, {"id": "2"}).issues

    assert issue.suggestion is None


def test_a_field_on_which_three_disagree_is_one_contradiction_with_all_places() -> None:
    (issue,) = merged({"id": "1"}, {"id": "2"}, {"id": "1"}, {"test": True}).issues

    assert issue.location == ("a#/id", "b#/id", "c#/id")


def test_an_item_is_found_in_each_document_at_its_own_place() -> None:
    actual = merged(
        {"images": [{"id": "1"}, {"id": "2", "view": "frontal"}]},
        {"images": [{"id": "2", "size": 5}, {"id": "3"}]},
        {"images": [{"id": "3", "size": 6}]},
    )

    assert actual.positions(("images", 0, "id")) == ("a#/images/0/id",)
    assert actual.positions(("images", 1, "id")) == ("a#/images/1/id", "b#/images/0/id")
    assert actual.positions(("images", 1, "size")) == ("b#/images/0/size",)
    assert actual.positions(("images", 2, "size")) == ("c#/images/0/size",)


def test_lists_within_items_are_found_at_their_own_places_too() -> None:
    actual = merged(
        {"clinician_diagnoses": [{"name": "n", "codes": [{"code": "1"}]}]},
        {"clinician_diagnoses": [{"name": "n", "codes": [{"code": "2"}, {"code": "1"}]}]},
        {"clinician_diagnoses": [{"name": "o", "codes": [{"code": "3"}]}]},
    )
    codes = ("clinician_diagnoses", 0, "codes")

    assert actual.positions((*codes, 0, "code")) == (
        "a#/clinician_diagnoses/0/codes/0/code",
        "b#/clinician_diagnoses/0/codes/1/code",
    )
    assert actual.positions((*codes, 1, "code")) == ("b#/clinician_diagnoses/0/codes/0/code",)
    assert actual.positions(("clinician_diagnoses", 1, "codes", 0)) == ("c#/clinician_diagnoses/0/codes/0",)


def test_a_list_on_which_two_agree_is_found_in_both() -> None:
    actual = merged(
        {"practitioners": [{"key": "x", "given": ["g"]}]},
        {"practitioners": [{"key": "x", "given": ["g"]}]},
        {"practitioners": [{"key": "x"}]},
    )

    assert actual.positions(("practitioners", 0, "given", 0)) == (
        "a#/practitioners/0/given/0",
        "b#/practitioners/0/given/0",
    )


def test_what_is_nowhere_is_placed_at_the_nearest_part_that_is_there() -> None:
    actual = merged({"patient": {"mrn": "m"}}, {"id": "1", "patient": {"sex": None, "mrn": None}})

    assert actual.positions(("patient", "phone")) == ("a#/patient", "b#/patient")
    assert actual.positions(("patient", "sex")) == ("b#/patient/sex",)
    assert actual.positions(("patient", "mrn")) == ("a#/patient/mrn",)
    assert actual.positions(("billing", "lines", 0)) == ("a#", "b#")


def test_a_part_of_a_bare_text_is_placed_at_the_text() -> None:
    actual = merged({"billing": {"lines": [{"modifiers": ["25"]}]}}, {"id": "1"})

    assert actual.positions(("billing", "lines", 0, "modifiers", 0, "code")) == ("a#/billing/lines/0/modifiers/0",)
    assert actual.positions(("billing", "lines", 0, "modifiers", 0, 1)) == ("a#/billing/lines/0/modifiers/0",)


def test_the_encounter_comes_first_and_then_the_order_is_by_name() -> None:
    encounter = document("c", encounter={"id": "e"}, images=[{"id": "3"}])
    others = [document("b", images=[{"id": "2"}]), document("a", images=[{"id": "1"}])]

    actual = merge([*others, encounter])

    assert [each.name for each in actual.documents] == ["c", "a", "b"]
    assert [image["id"] for image in actual.tree["images"]] == ["3", "1", "2"]


_SCALARS = st.sampled_from([None, "x", "y", 1, True])
_IMAGES = st.lists(st.fixed_dictionaries({}, optional={"id": st.sampled_from(["1", "2"]), "view": _SCALARS}), max_size=3)
_DIAGNOSES = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(["n", "o"])},
        optional={"codes": st.lists(st.fixed_dictionaries({"code": st.sampled_from(["1", "2"])}), max_size=2)},
    ),
    max_size=2,
)
_TREES = st.fixed_dictionaries(
    {},
    optional={
        "id": _SCALARS,
        "test": _SCALARS,
        "patient": st.none() | st.fixed_dictionaries({}, optional={"mrn": _SCALARS, "given": st.lists(_SCALARS, max_size=2)}),
        "images": st.none() | _IMAGES,
        "orders": st.lists(st.fixed_dictionaries({"code": _SCALARS}), max_size=3),
        "clinician_diagnoses": _DIAGNOSES,
    },
)


@settings(max_examples=200)
@given(trees=st.lists(_TREES, min_size=1, max_size=3))
def test_the_order_in_which_documents_are_sent_changes_nothing(trees: list[dict[str, Any]]) -> None:
    documents = [document(name, **tree) for name, tree in zip("abc", trees, strict=False)]
    expected = merge(documents)

    for order in permutations(documents):
        actual = merge(list(order))

        assert repr(expected.tree) == repr(actual.tree)
        assert expected.issues == actual.issues


def _values(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:  # noqa: ANN401 - JSON
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if children is None:
        return [(path, value)]
    return [each for step, child in children for each in _values(child, (*path, step))]


@settings(max_examples=200)
@given(trees=st.lists(_TREES, min_size=2, max_size=3))
def test_every_value_is_found_where_a_document_says_it_unless_something_contradicts(trees: list[dict[str, Any]]) -> None:
    actual = merge([document(name, **tree) for name, tree in zip("abc", trees, strict=False)])
    if actual.issues:
        return
    for path, value in _values(actual.tree):
        sources = actual.sources(path)
        assert sources or value is None
        for source, own in sources:
            there: Any = source.tree
            for step in own:
                there = there[step]
            assert value == there


def test_items_without_a_key_are_the_same_if_all_in_them_is() -> None:
    one, other = {"name": "Height", "notes": ["a", True]}, {"name": "Height", "notes": ["a", 1]}

    assert merged({"measurements": [one]}, {"measurements": [one, other]}).tree == {"measurements": [one, other]}


@settings(max_examples=200)
@given(tree=_TREES)
def test_a_document_sent_twice_says_nothing_new(tree: dict[str, Any]) -> None:
    actual = merge([document("a", **tree), document("b", **tree)])

    assert tree == actual.tree
    assert actual.issues == ()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ((), True),
        (("x",), True),
        (("x", 0), True),
        (("x", 0, "code"), True),
        (("x", 0, 1), False),
        (("x", 0, "code", "deeper"), False),
        (("x", 1, "y"), True),
        (("x", 2), False),
        (("z",), False),
    ],
)
def test_a_document_has_something_where_there_is_a_value_or_a_bare_text_above(
    path: tuple[str | int, ...], *, expected: bool
) -> None:
    tree: dict[str, Any] = {"x": ["text", {"y": None}]}

    assert bool(merge([ReadDocument(name="a", form="case", tree=tree)]).numbers(path)) is expected


def test_null_is_there_and_says_nothing() -> None:
    merged = merge([ReadDocument(name="a", form="case", tree={"x": None, "y": 0})])

    assert merged.numbers(("x",)) == {0: ("x",)}
    assert merged.numbers(("x",), null=False) == {}
    assert merged.numbers(("y",), null=False) == {0: ("y",)}


@pytest.mark.parametrize(("one", "two", "is_told"), [(100100, "100100", True), ("100100", "100101", False), (1, "1", True)])
def test_a_number_in_one_document_and_text_in_the_other_is_told(one: object, two: object, is_told: bool) -> None:  # noqa: FBT001 - a table
    (issue,) = merged({"patient": {"mrn": one}}, {"patient": {"mrn": two}}).issues

    assert (issue.rule, issue.field) == ("document/contradiction", "patient.mrn")
    assert ("double quotes" in (issue.suggestion or "")) == is_told
