"""What is left of a schema says of every value of an outline what the whole schema says."""

from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator

from adapter.checks.narrative import PARAGRAPHS
from adapter.checks.remainder import Reducer
from adapter.fhir.outline import (
    Anything,
    Constant,
    Either,
    ListOutline,
    ObjectOutline,
    Outline,
    Scalar,
    certain_leaves,
    joined,
    may_hold,
    outline_of_constant,
)
from adapter.json_types import JsonValue

NAMES = ["a", "b", "valueX"]
TEXTS = ["x", "", "2024-01-01", "urn:x"]
SAMPLES: dict[str, list[Any]] = {
    "string": TEXTS,
    "code": ["x", "y"],
    "id": ["x"],
    "date": ["2024-01-01"],
    "boolean": [True, False],
    "decimal": [0, 1, 1.5],
    "positiveInt": [1, 2, 0],
}
DEFINITIONS: dict[str, Any] = {
    "string": {"type": "string", "minLength": 1},
    "code": {"type": "string", "pattern": "^[xz]$"},
    "date": {"type": "string", "pattern": "^[0-9-]+$"},
    "decimal": {"type": "number"},
    "Thing": {
        "type": "object",
        "minProperties": 1,
        "properties": {"a": {"$ref": "#/$defs/string"}, "b": {"$ref": "#/$defs/Thing"}},
        "additionalProperties": False,
    },
}


def scalars() -> st.SearchStrategy[Outline]:
    kinds = st.sampled_from(sorted(SAMPLES)).map(Scalar)
    coded = st.sets(st.sampled_from(["x", "y"]), min_size=1).map(lambda codes: Scalar("code", frozenset(codes)))
    known = st.sampled_from([*TEXTS, True, 1, 1.5]).map(Constant)
    return st.one_of(kinds, coded, known)


def outlines() -> st.SearchStrategy[Outline]:
    either = st.lists(scalars(), min_size=2, max_size=3).map(joined)
    return st.recursive(st.one_of(scalars(), either, st.just(Anything())), made_of, max_leaves=6)


def made_of(inner: st.SearchStrategy[Outline]) -> st.SearchStrategy[Outline]:
    members = st.dictionaries(st.sampled_from(NAMES), inner, min_size=1)
    objects = members.flatmap(
        lambda found: st.sets(st.sampled_from(sorted(found))).map(lambda certain: ObjectOutline(found, frozenset(certain)))
    )
    return st.one_of(objects, inner.map(ListOutline), st.tuples(objects, objects).map(joined))


def values(outline: Outline) -> st.SearchStrategy[Any]:
    """The values of an outline."""
    match outline:
        case Constant(value=value):
            return st.just(value)
        case Scalar(kind=kind, codes=codes):
            return st.sampled_from(sorted(codes) if codes else SAMPLES[kind])
        case Either(options=options):
            return st.one_of([values(option) for option in options])
        case ListOutline(item=item):
            return st.lists(values(item), min_size=1, max_size=3)
        case ObjectOutline(members=members, certain=certain):
            needed = {name: values(members[name]) for name in certain}
            others = {name: values(member) for name, member in members.items() if name not in certain}
            return st.fixed_dictionaries(needed, optional=others).filter(bool)
        case _:
            return st.sampled_from([*TEXTS, 1, True, [1], {"a": "x"}])


def schemas() -> st.SearchStrategy[Any]:
    plain = st.sampled_from(
        [
            True,
            False,
            {"type": "object"},
            {"type": "array"},
            {"type": "string"},
            {"type": "number"},
            {"type": ["integer", "boolean"]},
            {"required": ["a"]},
            {"required": ["a", "b"]},
            {"minProperties": 1},
            {"minProperties": 2},
            {"maxProperties": 1},
            {"propertyNames": {"pattern": "^value[A-Z]"}},
            {"propertyNames": {"enum": ["a", "b"]}},
            {"const": "x"},
            {"const": 1},
            {"enum": ["x", "urn:x"]},
            {"pattern": "^x"},
            {"minLength": 1},
            {"minItems": 1},
            {"minItems": 2},
            {"maxItems": 1},
            {"minimum": 1},
            *({"$ref": f"#/$defs/{name}"} for name in DEFINITIONS),
        ]
    )
    return st.recursive(plain, combined, max_leaves=8)


def named(name: str, parts: JsonValue) -> JsonValue:
    return {name: parts}


def combined(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=3)
    by_name = st.dictionaries(st.sampled_from(NAMES), inner, min_size=1)
    return st.one_of(
        *(several.map(partial(named, name)) for name in ("allOf", "anyOf", "oneOf")),
        inner.map(lambda part: {"not": part}),
        st.tuples(inner, inner, inner).map(lambda parts: dict(zip(("if", "then", "else"), parts, strict=True))),
        st.tuples(inner, inner).map(lambda parts: dict(zip(("if", "then"), parts, strict=True))),
        by_name.map(lambda parts: {"properties": parts}),
        by_name.map(lambda parts: {"properties": parts, "additionalProperties": False}),
        inner.map(lambda part: {"items": part}),
        inner.map(lambda part: {"contains": part}),
    )


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data())
def test_the_remainder_holds_where_the_schema_holds_and_only_there(data: st.DataObject) -> None:
    outline = data.draw(outlines(), label="outline")
    schema = data.draw(schemas(), label="schema")
    several = data.draw(st.lists(values(outline), min_size=1, max_size=4), label="values")

    left = Reducer(DEFINITIONS).remainder(schema, outline)

    assert [holds(left, value) for value in several] == [holds(schema, value) for value in several]


def holds(schema: JsonValue, value: JsonValue) -> bool:
    return Draft202012Validator({"allOf": [schema], "$defs": DEFINITIONS}).is_valid(value)


@pytest.mark.parametrize(
    ("outline", "may"),
    [
        (Scalar("string"), False),
        (outline_of_constant({"start": "2024", "end": "2025"}), True),
        (ObjectOutline({"period": ObjectOutline({"end": Scalar("date")}, frozenset())}, frozenset()), True),
        (ListOutline(ObjectOutline({"start": Scalar("date")}, frozenset())), False),
        (ListOutline(Anything()), True),
    ],
)
def test_it_is_known_where_a_member_may_be(outline: Outline, *, may: bool) -> None:
    assert may_hold(outline, "end") is may


CODING = ObjectOutline({"system": Scalar("url"), "code": Scalar("code")}, frozenset({"system", "code"}))


@pytest.mark.parametrize(
    ("outline", "leaves"),
    [
        (Scalar("string"), ("",)),
        (Either((Constant("x"), Scalar("code"))), ("",)),
        (CODING, (".system", ".code")),
        (ObjectOutline({"a": CODING, "b": Constant(1)}, frozenset({"a", "b"})), (".a.system", ".a.code", ".b")),
        (ObjectOutline({"a": CODING, "b": Constant(1)}, frozenset({"a"})), None),
        (ObjectOutline({"a": ListOutline(Scalar("string"))}, frozenset({"a"})), None),
        (Anything(), None),
    ],
)
def test_the_leaves_of_a_value_are_known_where_no_input_changes_them(outline: Outline, leaves: tuple[str, ...] | None) -> None:
    assert certain_leaves(outline) == leaves


def test_a_narrative_of_paragraphs_is_not_asked_for_its_pattern() -> None:
    schema = {"$ref": "#/$defs/xhtml", "pattern": PARAGRAPHS}

    assert Reducer({"xhtml": {"minLength": 1}}).remainder(schema, Scalar("narrative")) is True
    assert Reducer({"xhtml": {"minLength": 1}}).remainder(schema, Scalar("xhtml")) == schema


PERSON = ObjectOutline(
    {
        "name": Scalar("string"),
        "born": Scalar("date"),
        "kind": Constant("person"),
        "size": Constant(7),
        "count": Scalar("positiveInt"),
    },
    frozenset({"name", "kind", "size"}),
)


@pytest.mark.parametrize(
    ("schema", "left"),
    [
        ({"type": "object", "required": ["name"]}, True),
        ({"required": ["born"]}, {"required": ["born"]}),
        ({"required": ["age"]}, False),
        ({"properties": {"born": {"$ref": "#/$defs/date"}, "age": False}, "type": "object"}, True),
        ({"properties": {"kind": {"const": "person"}, "name": {"minLength": 3}}}, {"properties": {"name": {"minLength": 3}}}),
        ({"properties": {"kind": {"const": "animal"}}}, False),
        ({"properties": {"born": False}}, {"not": {"anyOf": [{"required": ["born"]}]}}),
        ({"anyOf": [{"required": ["born"]}, {"not": {"required": ["born"]}}]}, True),
        (
            {"properties": {"size": {"type": "integer"}, "count": {"type": "number", "minimum": 1}}},
            {"properties": {"count": {"minimum": 1}}},
        ),
        ({"properties": {"size": {"type": "string"}}}, False),
    ],
)
def test_what_no_data_can_change_is_not_asked(schema: JsonValue, left: JsonValue) -> None:
    assert Reducer(DEFINITIONS).remainder(schema, PERSON) == left


TEXT, CODE, EITHER = Scalar("string"), Scalar("code", frozenset({"x", "y"})), Either((Constant("x"), Constant("urn:x")))
THING = ObjectOutline({"a": TEXT, "valueX": TEXT}, frozenset({"a"}))
LIST = ListOutline(Scalar("date"))
TWO = {"minLength": 2}
CASES: list[tuple[JsonValue, Outline, JsonValue]] = [
    ({"minLength": 1}, EITHER, True),
    (TWO, EITHER, TWO),
    ({"oneOf": [{"type": "string"}, {"type": "object"}]}, TEXT, True),
    ({"oneOf": [{"type": "string"}, {"type": ["string", "object"]}]}, TEXT, False),
    ({"oneOf": [{"type": "array"}, TWO]}, TEXT, TWO),
    ({"oneOf": [TWO, {"pattern": "x"}]}, TEXT, {"oneOf": [TWO, {"pattern": "x"}]}),
    ({"if": {"type": "string"}, "then": TWO}, TEXT, TWO),
    ({"if": {"type": "object"}, "then": False}, TEXT, True),
    ({"if": TWO, "then": {"pattern": "x"}}, TEXT, {"if": TWO, "then": {"pattern": "x"}, "else": True}),
    ({"if": TWO, "then": True}, TEXT, True),
    ({"propertyNames": {"pattern": "^a"}}, THING, {"not": {"anyOf": [{"required": ["valueX"]}]}}),
    ({"propertyNames": {"pattern": "^v"}}, THING, False),
    ({"properties": {"a": True}, "additionalProperties": False}, THING, {"not": {"anyOf": [{"required": ["valueX"]}]}}),
    ({"properties": {"a": True}, "additionalProperties": False}, ObjectOutline({"a": TEXT}, frozenset()), True),
    ({"minProperties": 2}, THING, {"minProperties": 2}),
    ({"maxProperties": 1}, THING, {"maxProperties": 1}),
    ({"const": {}}, THING, {"const": {}}),
    ({"enum": [{}]}, THING, {"enum": [{}]}),
    ({"type": "array", "items": {"$ref": "#/$defs/date"}, "minItems": 1, "maxItems": 3}, LIST, {"maxItems": 3}),
    ({"minItems": 2, "contains": {"minLength": 11}}, LIST, {"minItems": 2, "contains": {"minLength": 11}}),
    ({"const": [], "minLength": 1}, LIST, {"const": []}),
    ({"enum": [[]]}, LIST, {"enum": [[]]}),
    ({"pattern": "^u"}, Constant("urn:x"), True),
    ({"pattern": "^v"}, Constant("urn:x"), False),
    ({"pattern": "^v", "minLength": 3}, Constant(7), {"pattern": "^v", "minLength": 3}),
    ({"const": "x"}, Constant("x"), True),
    ({"enum": ["y"]}, Constant("x"), False),
    ({"type": "number"}, Constant(1.5), True),
    ({"type": "integer"}, Scalar("positiveInt"), True),
    ({"type": "number"}, Scalar("positiveInt"), True),
    ({"enum": ["x", "y", "z"]}, CODE, True),
    ({"enum": ["z"]}, CODE, False),
    ({"enum": ["x"]}, CODE, {"enum": ["x"]}),
    ({"const": "x"}, TEXT, {"const": "x"}),
    ({"items": False, "required": ["a"]}, TEXT, True),
    ({"allOf": [{"minLength": 1}, TWO]}, TEXT, {"allOf": [{"minLength": 1}, TWO]}),
    ({"anyOf": [{"type": "object"}, TWO]}, TEXT, TWO),
    ({"anyOf": [TWO, {"pattern": "x"}]}, TEXT, {"anyOf": [TWO, {"pattern": "x"}]}),
    ({"anyOf": [False]}, TEXT, False),
    ({"$ref": "urn:0731t-adapter:integer"}, Constant(7), {"$ref": "urn:0731t-adapter:integer"}),
    ({"$ref": "#/$defs/string"}, TEXT, {"$ref": "#/$defs/string"}),
    ({"$ref": "#/$defs/string"}, Scalar("uuid"), True),
]


@pytest.mark.parametrize(("schema", "outline", "left"), CASES)
def test_every_keyword_leaves_what_data_decides(schema: JsonValue, outline: Outline, left: JsonValue) -> None:
    assert Reducer(DEFINITIONS).remainder(schema, outline) == left


def test_constants_are_known_through_and_through() -> None:
    outline = outline_of_constant({"system": "urn:x", "codes": ["a", "b"], "nothing": None, "number": 1})

    assert outline == ObjectOutline(
        {
            "system": Constant("urn:x"),
            "codes": ListOutline(Either((Constant("a"), Constant("b")))),
            "nothing": Anything(),
            "number": Constant(1),
        },
        frozenset({"system", "codes", "nothing", "number"}),
    )
    assert outline_of_constant({}) == outline_of_constant([]) == Anything()


def test_values_of_several_kinds_have_what_all_of_them_have() -> None:
    one = ObjectOutline({"a": Scalar("string"), "b": Scalar("date")}, frozenset({"a", "b"}))
    other = ObjectOutline({"a": Constant("x")}, frozenset({"a"}))

    assert joined([one, other]) == ObjectOutline(
        {"a": Either((Scalar("string"), Constant("x"))), "b": Scalar("date")}, frozenset({"a"})
    )
    assert joined([one, one]) == one
    assert joined([ListOutline(Constant(1)), ListOutline(Constant(2))]) == ListOutline(Either((Constant(1), Constant(2))))
    assert joined([one, Constant(1)]) == joined([]) == Anything()
    assert joined([Either((Constant(1), Constant(2))), Constant(3)]) == Either((Constant(1), Constant(2), Constant(3)))
