"""What expressions, elements and forms mean: one row for each sentence of docs/mapping-language.md."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from adapter.fhir.resource_id import stable_id
from adapter.issues import ConflictError
from adapter.mapping.bad_mapping import BadMappingError
from adapter.mapping.function import NotConvertible, function
from adapter.mapping.load import MappingContext, load_library
from adapter.mapping.run.library import Library
from adapter.mapping.shape import shape_of_json_schema
from adapter.mapping.types import Field, Kind, Shape
from adapter.readers.document import NULL
from tests.mapping.ground import Reports, case_of, load, made_of, make_document, mapping_context, resources

NOTHING = None


class Message(dict[str | int, Any]):
    """A parsed message as a reader hands it over: steps by name or number, nothing where nothing was sent."""

    def __init__(self, content: Mapping[str | int, Any], *, lists: tuple[str, ...] = ()) -> None:
        super().__init__(content)
        self.lists = lists

    def __missing__(self, name: str | int) -> object:
        return () if name in self.lists else None


def _field(name: str, kind: str | Shape = "string", **facts: bool) -> Field:
    made = kind if isinstance(kind, Shape) else Kind(kind)
    return Field(name=name, type=made, **facts)  # type: ignore[arg-type]  # the facts of a field are all yes or no


def _shape(name: str, *fields: Field) -> Shape:
    return Shape(name, {field.name: field for field in fields}, "index")


PART = _shape("Part", _field("name"), _field("size", "integer"), _field("words", many=True), _field("1"))
BOX = _shape(
    "Box",
    _field("here", required=True),
    _field("there"),
    _field("gone"),
    _field("null", explicit_null=True),
    _field("sent", explicit_null=True),
    _field("yes", "boolean", required=True),
    _field("no", "boolean", required=True),
    _field("maybe", "boolean"),
    _field("null_flag", "boolean", explicit_null=True),
    _field("three", "integer"),
    _field("half", "decimal"),
    _field("day", "date"),
    _field("time", "dateTime"),
    _field("words", many=True),
    _field("none", many=True),
    _field("parts", PART, many=True),
    _field("no_parts", PART, many=True),
    _field("part", PART),
    _field("gone_part", PART),
    _field("3", PART),
)
CHILD = Shape("Child", {"text": _field("text"), "number": _field("number", "decimal"), "words": _field("words", many=True)})
OUT = Shape(
    "Out",
    {
        "id": _field("id", "id", required=True),
        "text": _field("text"),
        "flag": _field("flag", "boolean"),
        "whole": _field("whole", "integer"),
        "number": _field("number", "decimal"),
        "code": _field("code", "code"),
        "texts": _field("texts", many=True),
        "child": _field("child", CHILD),
        "children": _field("children", CHILD, many=True),
    },
)


def part(**content: Any) -> Message:  # noqa: ANN401 - JSON
    return Message({("1" if name == "first" else name): value for name, value in content.items()}, lists=("words",))


BOX_CONTENT: dict[str | int, Any] = {
    "here": "a",
    "there": "b",
    "null": NULL,
    "sent": "s",
    "yes": True,
    "no": False,
    "null_flag": NULL,
    "three": 3,
    "half": Decimal("0.50"),
    "day": "2024-05-02",
    "time": "2024-05-02T10:00:00+02:00",
    "words": ["x", "y"],
    "parts": [part(name="one", size=1, words=["w"]), part(size=2), part(name="three", size=3)],
    "part": part(name="p", size=9),
    3: Message({1: "third"}),
}


def box(**changes: Any) -> Message:  # noqa: ANN401 - JSON
    content: dict[str | int, Any] = {**BOX_CONTENT}
    content.update(changes)
    return Message(content, lists=("words", "none", "parts", "no_parts"))


@function(takes=("string",), gives="string", fallible=True)
def picky(value: str) -> str:
    """Refuse everything but `a`."""
    if value == "a":
        return "A"
    message = "Send an a."
    raise NotConvertible(message)


@function(takes=("string?",), gives="string")
def curious(value: str | None) -> str:
    """Want to know of nothing as well."""
    return "nothing" if value is None else value


@function(takes=("string",), gives="string")
def broken(value: str) -> str:
    """Have a bug."""
    message = f"a bug, met with {len(value)} letters"
    raise RuntimeError(message)


def ground() -> MappingContext:
    own = {each.__name__: each.mapping_function for each in (picky, curious, broken)}  # type: ignore[attr-defined] # declared so
    functions = {**mapping_context().functions, **own}
    return replace(mapping_context(), functions=functions, roots={"box": BOX}, targets={"Out": OUT}.get)


def library_of(*lines: str, head: tuple[str, ...] = ()) -> Library:
    text = "\n".join(["map: out", "target: Out", *head, "resource:", "  id: one", *(f"  {line}" for line in lines)])
    return load_library({"out.yaml": text + "\n"}, ground())


def made(*lines: str, head: tuple[str, ...] = (), reports: Reports | None = None, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """What a map with these elements makes of the box."""
    (one,), found = library_of(*lines, head=head).run((box(**changes),))
    if reports is not None:
        reports += found
    return {name: value for name, value in one.resource.items() if name not in ("resourceType", "id")}


TEXTS = [
    # A step into nothing gives nothing.
    ("box.gone_part.name", NOTHING),
    ("box.part.name", "p"),
    ("box.gone", NOTHING),
    ("first(box.no_parts).name", NOTHING),
    ("first(box.parts).name", "one"),
    # Subscripts with a literal are steps too.
    ("box[3][1]", "third"),
    ("box['part']['name']", "p"),
    # or: the first that is there; and: the last, if what stands before it is there.
    ("box.here or box.there", "a"),
    ("box.gone or box.there", "b"),
    ("box.gone or box.gone_part.name", NOTHING),
    ("box.gone or 'z'", "z"),
    ("box.there and box.here", "a"),
    ("box.gone and box.here", NOTHING),
    ("box.no and box.here", NOTHING),
    ("box.yes and box.gone", NOTHING),
    ("box.words and box.here", "a"),
    ("box.none and box.here", NOTHING),
    # A condition: yes and no are themselves, all else asks whether it is there.
    ("'yes' if box.yes else 'no'", "yes"),
    ("'yes' if box.no else 'no'", "no"),
    ("'yes' if box.maybe else 'no'", "no"),
    ("'yes' if box.null_flag else 'no'", "no"),
    ("'yes' if box.there else 'no'", "yes"),
    ("'yes' if box.gone else 'no'", "no"),
    ("'yes' if box.part else 'no'", "yes"),
    ("'yes' if box.three else 'no'", "yes"),
    ("'yes' if box.words else 'no'", "yes"),
    ("'yes' if box.none else 'no'", "no"),
    ("'yes' if 'text' else 'no'", "yes"),
    ("'yes' if 0 else 'no'", "yes"),
    ("'yes' if not 'text' else 'no'", "no"),
    ("'yes' if not '' else 'no'", "yes"),
    ("box.here if box.no else None", NOTHING),
    ("'first' or box.here", "first"),
    ("'' or box.here", "a"),
    # Forms over lists.
    ("first(box.words)", "x"),
    ("last(box.words)", "y"),
    ("last(box.none)", NOTHING),
    ("first(p.name for p in box.parts if p.size == 3)", "three"),
    ("first(p for p in box.parts if p.size == 3).name", "three"),
    ("first(p.name for p in box.parts if p.size == 4)", NOTHING),
    ("first(w for w in first(p for p in box.parts if p.words).words)", "w"),
    ("only(p.name for p in box.parts if p.size == 1)", "one"),
    ("only(box.none)", NOTHING),
    # A literal day or time is written as FHIR writes it.
    ("date_of('2024-05-02T10:00:00Z')", "2024-05-02"),
    # Functions: nothing in, nothing out, unless the function wants to know.
    ("text(box.three)", "3"),
    ("join('-', box.here, box.gone, box.there)", "a-b"),
    ("join('-', box.gone)", NOTHING),
    ("picky(box.gone)", NOTHING),
    ("curious(box.gone)", "nothing"),
    ("curious(box.here)", "a"),
    ("picky(box.here)", "A"),
    ("text(date_of(box.time))", "2024-05-02"),
    # Explicit null: or stops at it, nothing comes out, is_null tells it apart.
    ("box.null", NOTHING),
    ("box.null or 'z'", NOTHING),
    ("box.sent or 'z'", "s"),
    ("picky(box.null)", NOTHING),
    ("'null' if is_null(box.null) else 'z'", "null"),
    ("'null' if is_null(box.sent) else 'z'", "z"),
    ("'null' if is_null(box.gone) else 'z'", "z"),
    ("'there' if box.null else 'not'", "not"),
    ("box.null and 'z'", NOTHING),
    ("box.null if box.yes else 'z'", NOTHING),
    ("first(each(box.null for w in box.words))", NOTHING),
]


@pytest.mark.parametrize(("expression", "expected"), TEXTS, ids=[text for text, _ in TEXTS])
def test_an_expression_gives(expression: str, expected: str | None) -> None:
    actual = made(f'text: "={expression}"').get("text")

    assert expected == actual


QUESTIONS = [
    ("box.here == 'a'", True),
    ("box.here == 'b'", False),
    ("box.here != 'b'", True),
    ("box.here != 'a'", False),
    # A comparison with nothing is false, != too.
    ("box.gone == 'a'", False),
    ("box.gone != 'a'", False),
    ("box.gone == box.gone_part.name", False),
    ("box.gone != box.gone_part.name", False),
    ("box.three < 4", True),
    ("box.three <= 3", True),
    ("box.three > 3", False),
    ("box.three >= 3", True),
    ("box.three == -3", False),
    ("box.gone_part.size < 4", False),
    ("box.half == 0.5", True),
    ("box.half < box.three", True),
    ("box.day < '2024-06-01'", True),
    ("box.here in ('a', 'b')", True),
    ("box.here not in ('a', 'b')", False),
    ("box.gone in ('a', 'b')", False),
    ("box.gone not in ('a', 'b')", False),
    ("box.here in ['a']", True),
    ("'x' in box.words", True),
    ("'z' in box.words", False),
    ("'z' not in box.words", True),
    ("'x' in box.none", False),
    ("'one' in each(p.name for p in box.parts)", True),
    # Explicit null: comparisons with it are false.
    ("box.null == 'a'", False),
    ("box.null != 'a'", False),
    ("box.null == box.null", False),
    ("box.null in ('a', 'b')", False),
    ("box.null not in ('a', 'b')", False),
    ("is_null(box.null)", True),
    # not, and, or
    ("not box.yes", False),
    ("not box.maybe", True),
    ("not box.gone", True),
    ("not box.words", False),
    ("not box.null_flag", True),
    ("box.yes and box.no", False),
    ("box.words and box.yes", True),
    ("box.none and box.yes", False),
    ("box.maybe and box.yes", False),
    ("box.yes and box.maybe", NOTHING),
    ("box.no or box.yes", True),
    ("box.maybe or box.yes", True),
    ("box.maybe or box.no", False),
    ("box.no or box.maybe", False),
    ("box.maybe or box.maybe", NOTHING),
    ("box.maybe", NOTHING),
    ("box.null_flag", NOTHING),
    # any, all
    ("any(box.words)", True),
    ("any(box.none)", False),
    ("any(p.name for p in box.parts)", True),
    ("any(p.size == 7 for p in box.parts)", False),
    ("any(p.size == 1 for p in box.parts if p.name)", True),
    ("all(p.size for p in box.parts)", True),
    ("all(p.name for p in box.parts)", False),
    ("all(p.name for p in box.no_parts)", True),
    ("all(p.name for p in box.parts if p.name)", True),
]


@pytest.mark.parametrize(("expression", "expected"), QUESTIONS, ids=[text for text, _ in QUESTIONS])
def test_a_question_is_answered(expression: str, *, expected: bool | None) -> None:
    actual = made(f'flag: "={expression}"').get("flag")

    assert expected is actual


LISTS = [
    ("box.words", ["x", "y"]),
    ("box.none", NOTHING),
    ("each(p.name for p in box.parts)", ["one", "three"]),
    ("each(p.name for p in box.parts if p.size > 1)", ["three"]),
    ("each(text(p.size) for p in box.parts)", ["1", "2", "3"]),
    ("each(p.name for p in box.no_parts)", NOTHING),
    ("each(box.null for w in box.words)", NOTHING),
    ("box.none or box.words", ["x", "y"]),
    ("box.words if box.yes else None", ["x", "y"]),
    ("box.words if box.no else None", NOTHING),
    ("box.none or None", NOTHING),
    ("box.yes and box.words", ["x", "y"]),
    ("box.gone and box.words", NOTHING),
    ("first(box.parts).words", ["w"]),
    ("box.gone_part.words", NOTHING),
]


@pytest.mark.parametrize(("expression", "expected"), LISTS, ids=[text for text, _ in LISTS])
def test_a_list_comes_in_its_order_and_without_gaps(expression: str, expected: list[str] | None) -> None:
    actual = made(f'texts: "={expression}"').get("texts")

    assert expected == actual


@pytest.mark.parametrize(("expression", "expected"), [(each, want) for each, want in LISTS if "None" not in each])
def test_a_loop_takes_any_list(expression: str, expected: list[str] | None) -> None:
    actual = made("texts:", f"  - for: each_one in {expression}", "    value: =each_one").get("texts")

    assert expected == actual


NUMBERS = [
    ("count(box.words)", 2),
    ("count(box.none)", 0),
    ("count(p for p in box.parts if p.name)", 2),
    ("-4", -4),
    ("box.three", 3),
]


@pytest.mark.parametrize(("expression", "expected"), NUMBERS)
def test_a_number_comes_out_as_a_number(expression: str, expected: int) -> None:
    actual = made(f"whole: ={expression}")

    assert expected == actual["whole"]


def test_decimals_keep_their_digits() -> None:
    actual = made("number: =box.half", "children:", "  - number: 1.10", "  - number: =2.50", "  - number: 7")

    assert str(actual["number"]) == "0.50"
    assert [str(children["number"]) for children in actual["children"]] == ["1.10", "2.5", "7"]


@pytest.mark.parametrize(
    ("line", "name", "expected"),
    [
        ("text: no", "text", "no"),
        ("text: 1.10", "text", "1.10"),
        ("text: true", "text", "true"),
        ("text: null", "text", "null"),
        ("text: ~", "text", "~"),
        ("text: 2024-05-02", "text", "2024-05-02"),
        ("code: no", "code", "no"),
        ("flag: true", "flag", True),
        ("flag: false", "flag", False),
        ("whole: 3", "whole", 3),
        ("whole: '3'", "whole", 3),
        ("number: 1e2", "number", Decimal("1e2")),
    ],
)
def test_a_literal_becomes_what_its_element_is(line: str, name: str, expected: object) -> None:
    actual = made(line)

    assert expected == actual[name]
    assert type(expected) is type(actual[name])


def test_a_text_that_begins_with_an_equals_sign_is_written_as_an_expression() -> None:
    actual = made("text: \"='=1'\"")

    assert actual == {"text": "=1"}


# ---------------------------------------------------------------------------------------------------- elements and structure


def test_nothing_found_leaves_out_the_element_and_the_parents_that_become_empty() -> None:
    actual = made("text: =box.gone", "child:", "  text: =box.gone", "children:", "  - text: =box.gone", "  - text: =box.there")

    assert actual == {"children": [{"text": "b"}]}


def test_an_object_that_says_nothing_is_left_out() -> None:
    actual = made("child: {}", "children:", "  - {}", "texts: []")

    assert actual == {}


def test_a_list_takes_entries_of_every_sort_in_their_order() -> None:
    actual = made(
        "texts:",
        "  - literal",
        "  - =box.here",
        "  - =box.gone",
        "  - for: word in box.words",
        "    when: =word != 'x'",
        "    value: =word",
        "  - when: =box.no",
        "    value: never",
        "  - let:",
        "      it: =box.there",
        "    value: =it",
        "  - for: p in box.parts",
        "    value: =p.name",
    )

    assert actual == {"texts": ["literal", "a", "y", "b", "one", "three"]}


def test_a_loop_makes_one_entry_per_item_and_index_is_its_place_in_what_was_sent() -> None:
    actual = made("children:", "  - for: p in box.parts", "    when: =p.name", "    text: =p.name", "    number: =index(p)")

    assert actual == {"children": [{"text": "one", "number": 1}, {"text": "three", "number": 3}]}


def test_loops_stand_within_loops() -> None:
    actual = made(
        "children:",
        "  - for: p in box.parts for w in p.words",
        "    text: =join('/', p.name, w)",
        "    number: =index(p)",
        "  - for: p in box.parts",
        "    text: =text(index(p))",
        "    words:",
        "      - for: w in box.words",
        "        value: =join('', w, text(index(p)), text(index(w)))",
    )

    assert actual == {
        "children": [
            {"text": "one/w", "number": 1},
            *({"text": str(at), "words": [f"x{at}1", f"y{at}2"]} for at in (1, 2, 3)),
        ]
    }


@pytest.mark.parametrize(("source", "expected"), [("box.part", ["p"]), ("box.gone_part", None), ("first(box.parts)", ["one"])])
def test_a_loop_over_a_single_value_runs_once_or_not_at_all(source: str, expected: list[str] | None) -> None:
    actual = made("texts:", f"  - for: p in {source}", "    value: =p.name or 'nameless'")

    assert expected == actual.get("texts")


def test_a_single_value_that_is_always_there_loops_once() -> None:
    actual = made("children:", "  - for: word in box.here", "    text: =word")

    assert actual == {"children": [{"text": "a"}]}


def test_for_comes_first_then_let_then_when() -> None:
    actual = made(
        "children:",
        "  - when: =size > 1",
        "    let:",
        "      size: =p.size",
        "      said: =text(size)",
        "    for: p in box.parts",
        "    text: =said",
    )

    assert actual == {"children": [{"text": "2"}, {"text": "3"}]}


def test_what_a_when_found_to_be_there_counts_as_there() -> None:
    text = (
        "map: one\ntarget: Observation\nresource:\n  id: one\n  status: final\n  code:\n    text: x\n"
        "  component:\n    - when: =case.patient.family{more}\n      code:\n        text: =case.patient.family\n"
    )
    with pytest.raises(BadMappingError, match="may end up missing"):
        load(text.replace("case.patient.family{more}", "case.patient.phone"))

    for more in ("", " and case.test", " == 'x'", " in ('x', 'y')", " or case.patient.family"):
        load(text.replace("{more}", more))


@pytest.mark.parametrize(
    "condition",
    [
        "not case.patient.family",
        "case.patient.family or case.patient.phone",
        "first(p.url for p in case.images)",
        "any(p.url for p in case.images)",
        "case.patient.family if case.test else case.patient.phone",
    ],
)
def test_what_a_when_did_not_find_does_not_count_as_there(condition: str) -> None:
    text = (
        "map: one\ntarget: Observation\nresource:\n  id: one\n  status: final\n  code:\n    text: x\n"
        f"  component:\n    - when: ={condition}\n      code:\n        text: =case.patient.family\n"
        "    - for: image in case.images\n      code:\n        text: =image.url\n"
    )

    with pytest.raises(BadMappingError) as caught:
        load(text)

    assert [(problem.code, problem.mark.line) for problem in caught.value.problems] == [
        ("required-missing", 11),
        ("required-missing", 14),
    ]


def test_narrowing_does_not_leave_its_loop() -> None:
    text = (
        "map: one\ntarget: Observation\nresource:\n  id: one\n  status: final\n  code:\n    text: x\n"
        "  component:\n    - for: a in case.images\n      when: =a.url and any(b.view for b in case.images if not b.url)\n"
        "      code:\n        coding:\n          - for: b in case.images\n            display: =b.url\n"
        "        text: =first(b.url for b in case.images)\n"
    )

    with pytest.raises(BadMappingError) as caught:
        load(text)

    assert [problem.code for problem in caught.value.problems] == ["required-missing"]


def test_a_let_is_worked_out_once_and_seen_below() -> None:
    actual = made("text: =said", "child:", "  text: =said", head=("let:", "  p: =first(box.parts)", "  said: =p.name"))

    assert actual == {"text": "one", "child": {"text": "one"}}


def test_when_on_a_map_decides_whether_it_makes_anything() -> None:
    library = library_of("text: x", head=("when: =box.there == 'b'",))

    assert len(library.run((box(),))[0]) == 1
    assert library.run((box(there="c"),)) == ([], [])


FIRST_WINS = (
    "map: one\ntarget: Observation\nresource:\n  id: one\n  status: final\n  code:\n    text: x\n"
    "  valueString: =case.patient.family if case.test else None\n"
    "  valueBoolean: =case.consent.analysis if case.consent else None\n"
    "  valueInteger: 3\n"
)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (
            {"test": True, "patient": {"mrn": "m", "family": "f"}, "consent": {"status": "active", "analysis": True}},
            "valueString",
        ),
        ({"test": True, "consent": {"status": "active", "analysis": False}}, "valueBoolean"),
        ({}, "valueInteger"),
    ],
)
def test_of_a_choice_the_first_that_gives_something_is_taken(parts: dict[str, Any], expected: str) -> None:
    (actual,) = resources(load(FIRST_WINS), case_of(**parts))

    assert [name for name in actual if name.startswith("value")] == [expected]


def test_of_a_choice_an_object_can_be_the_last() -> None:
    text = FIRST_WINS.replace("  valueInteger: 3\n", "  valuePeriod:\n    start: =case.encounter.start\n")

    (full,) = resources(load(text), case_of(encounter={"id": "e", "status": "finished", "start": "2024"}))

    assert full["valuePeriod"] == {"start": "2024"}


# ---------------------------------------------------------------------------------------------------------------- fragments

FRAGMENTS = """map: patient
target: Patient
resource:
  id: one
  name:
    - for: person in case.practitioners
      use: human_name(person, 'official')
      given: =person.given
    - use: human_name(case.guardian, 'usual')
    - use: human_name(first(p for p in case.practitioners if p.key == 'b'), None)
      period:
        start: 2024
  contact:
    - use: contact()
---
fragment: human_name(person, kind)
target: HumanName
elements:
  let:
    said: =person.family
  use: =kind
  family: =said
---
fragment: contact()
target: Patient.contact
elements:
  gender: unknown
"""


def test_a_fragment_stands_beside_more_elements() -> None:
    case = case_of(practitioners=[{"key": "a", "family": "A", "given": ["g"]}, {"key": "b", "family": "B"}])

    (actual,) = resources(load(FRAGMENTS), case)

    assert actual["name"] == [
        {"use": "official", "family": "A", "given": ["g"]},
        {"use": "official", "family": "B"},
        {"use": "usual"},
        {"family": "B", "period": {"start": "2024"}},
    ]
    assert actual["contact"] == [{"gender": "unknown"}]


def test_what_a_fragment_is_given_is_worked_out_where_its_when_holds() -> None:
    text = """map: patient
target: Patient
resource:
  id: one
  contact:
    - when: =case.guardian
      name:
        when: =case.organization and case.review.document
        use: human_name(case.organization.name, case.review.document.url)
  name:
    - when: =case.review.document
      use: human_name(case.guardian.family, case.review.document.url)
---
fragment: human_name(family, text)
target: HumanName
elements:
  family: =family
  text: =text
"""
    document = {"review": {"status": "signed", "document": {"url": "u"}}}

    (nothing,) = resources(load(text), case_of())
    (something,) = resources(load(text), case_of(**document))

    assert "name" not in nothing
    assert something["name"] == [{"text": "u"}]


def test_the_names_around_a_fragment_are_not_seen_in_it() -> None:
    text = FRAGMENTS.replace("said: =person.family", "said: =p.family")

    with pytest.raises(BadMappingError, match="there is no `p` here"):
        load(text)


# ------------------------------------------------------------------------------------------------- references and identities

REFERENCES = """map: patient
target: Patient
resource:
  id: =stable_id('Patient', case.patient.mrn)
  managingOrganization: =ref(clinic)
  generalPractitioner:
    - for: person in case.practitioners
      when: =person.role
      value: =ref(doctor, person)
  contact:
    - organization: =ref(guardian_home)
  link:
    - other: =ref(patient)
      type: seealso
---
map: clinic
target: Organization
when: =case.organization
resource:
  id: =stable_id('Organization', case.organization.name)
---
map: guardian_home
target: Organization
for: guardian in case.guardian
resource:
  id: =stable_id('Organization', 'home', guardian.family or 'x')
---
map: doctor
target: Practitioner
for: person in case.practitioners
when: =person.npi
resource:
  id: =stable_id('Practitioner', person.key)
---
order: [clinic, doctor]
"""


def test_a_reference_is_made_if_its_resource_is() -> None:
    case = case_of(
        organization={"name": "Clinic"},
        guardian={"family": "G"},
        practitioners=[
            {"key": "a", "npi": "1", "role": "other"},
            {"key": "b", "role": "other"},
            {"key": "c", "npi": "1"},
            {"key": "d", "npi": "2", "role": "other"},
        ],
    )

    actual = resources(load(REFERENCES), case)
    (patient,) = (each for each in actual if each["resourceType"] == "Patient")

    def reference(*keys: str) -> dict[str, str]:
        return {"reference": "urn:uuid:" + stable_id(*keys)}

    assert patient["managingOrganization"] == reference("Organization", "Clinic")
    assert patient["generalPractitioner"] == [reference("Practitioner", "a"), reference("Practitioner", "d")]
    assert patient["contact"] == [{"organization": reference("Organization", "home", "G")}]
    assert patient["link"] == [{"other": reference("Patient", "M-1"), "type": "seealso"}]


def test_a_reference_to_nothing_is_left_out() -> None:
    (patient,) = resources(load(REFERENCES), case_of())

    assert set(patient) == {"resourceType", "id", "link"}


def test_resources_come_in_the_order_that_is_listed_and_then_by_name() -> None:
    case = case_of(organization={"name": "C"}, guardian={}, practitioners=[{"key": "a", "npi": "1"}])

    actual = [each.map.name for each in made_of(load(REFERENCES), case)]

    assert actual == ["clinic", "doctor", "guardian_home", "patient"]


CERTAIN = """map: coverage
target: Coverage
{when}
resource:
  id: one
  status: active
  beneficiary: =ref(patient)
  payor:
    - =ref(payer)
---
map: patient
target: Patient
resource:
  id: two
---
map: payer
target: Organization
when: =case.payer and case.payer.key
resource:
  id: three
"""


def test_a_reference_is_certain_where_all_is_asked_for_that_its_resource_needs() -> None:
    for condition in ("case.payer and case.payer.key", "case.payer.key and case.payer"):
        load(CERTAIN.replace("{when}", f"when: ={condition}"))

    with pytest.raises(BadMappingError, match="`payor` may end up missing"):
        load(CERTAIN.replace("{when}", "when: =case.payer"))


def test_an_element_can_depend_on_whether_a_reference_is_there() -> None:
    text = (
        CERTAIN.replace("{when}", "") + "---\nmap: x\ntarget: Patient\nresource:\n  id: four\n  link:\n    - when: =ref(payer)\n"
    )
    text = text.replace("  payor:\n    - =ref(payer)", "  payor:\n    - =ref(patient)")

    with pytest.raises(BadMappingError, match="needs `other`"):
        load(text)

    guarded = text.replace("when: =ref(payer)\n", "when: =ref(payer)\n      other: =ref(patient)\n      type: refer\n")
    assert len(resources(load(guarded), case_of())) == 3


def test_two_things_with_one_key_are_a_conflict_that_names_both() -> None:
    case = case_of(practitioners=[{"key": "a", "npi": "1"}, {"key": "b", "npi": "1"}, {"key": "a", "npi": "2"}])

    with pytest.raises(ConflictError) as caught:
        resources(load(REFERENCES), case)

    (issue,) = caught.value.issues
    assert "item 3 of `doctor`" in issue.text
    assert issue.field == "practitioners[2].key"
    assert issue.rule == "map/id-collision"


def test_two_maps_with_one_literal_id_are_a_conflict_without_a_field() -> None:
    text = "map: {}\ntarget: Patient\nresource:\n  id: same\n"

    with pytest.raises(ConflictError) as caught:
        resources(load(text.replace("{}", "one") + "---\n" + text.replace("{}", "two")), case_of())

    assert [issue.field for issue in caught.value.issues] == [None]
    assert "`two`" in caught.value.issues[0].text
    assert "`one`" in caught.value.issues[0].text


def test_a_reference_finds_the_item_that_it_names_among_equal_ones() -> None:
    text = """map: list
target: Patient
resource:
  id: one
  generalPractitioner:
    - =ref(doctor, first(p for p in case.practitioners if p.key == 'b'))
    - =ref(doctor, first(p for p in case.practitioners if p.key == 'z'))
---
map: doctor
target: Practitioner
for: person in case.practitioners
resource:
  id: =stable_id('Practitioner', person.key)
"""
    case = case_of(practitioners=[{"key": "a"}, {"key": "b"}])

    actual = next(resource for resource in resources(load(text), case) if resource["resourceType"] == "Patient")

    assert actual["generalPractitioner"] == [{"reference": "urn:uuid:" + stable_id("Practitioner", "b")}]


# ------------------------------------------------------------------------------------------------------- reports and crashes


def test_a_function_that_can_not_convert_gives_nothing_and_a_report() -> None:
    reports: Reports = []

    actual = made("text: =picky(box.there)", "children:", "  - for: w in box.words", "    text: =picky(w)", reports=reports)

    assert actual == {}
    found = [(str(by.places[number].mark), by.places[number].function, indexes) for by, (number, indexes, _) in reports]
    assert found == [("out.yaml:5:9", "picky", ()), ("out.yaml:8:13", "picky", (0,)), ("out.yaml:8:13", "picky", (1,))]


def test_a_run_that_notes_lineage_reports_the_same() -> None:
    library = library_of("text: =picky(box.there)")

    (_, plain), (_, noted) = library.run((box(),)), library.run((box(),), lineage=True)

    assert [str(report) for _, report in noted] == [str(report) for _, report in plain]
    assert len(noted) == 1


def test_what_a_function_could_still_make_is_kept() -> None:
    reports: Reports = []
    text = "map: one\ntarget: Patient\nresource:\n  id: one\n"
    text += "  deceasedDateTime: =local_time(case.patient.family, case.patient.phone)\n"
    case = case_of(patient={"mrn": "m", "family": "2024-05-02 10:00:00"})

    (actual,) = made_of(load(text), case, reports=reports)

    assert actual.resource["deceasedDateTime"] == "2024-05-02"
    assert len(reports) == 1


def test_several_where_one_is_expected_are_a_report() -> None:
    reports: Reports = []

    actual = made("text: =only(box.words)", reports=reports)

    assert actual == {}
    assert "there are 2" in str(reports[0][1][2])


def test_a_bug_in_a_function_shows_the_line_of_the_map_in_its_traceback() -> None:
    library = library_of("text: x", "child:", "  text: =broken(box.here)")

    with pytest.raises(RuntimeError, match="a bug") as caught:
        library.run((box(),))

    places = [(entry.path, entry.lineno + 1) for entry in caught.traceback]
    assert any(str(path).endswith("out.yaml") and line == 7 for path, line in places)


def test_a_bug_in_a_condition_shows_its_line_too() -> None:
    library = library_of("children:", "  - text: y", "  - for: w in box.words", "    when: =broken(w) == 'x'", "    text: y")

    with pytest.raises(RuntimeError, match="a bug") as caught:
        library.run((box(),))

    lines = [entry.lineno + 1 for entry in caught.traceback if str(entry.path).endswith("out.yaml")]
    assert lines
    assert 7 <= lines[-1] <= 9


def test_a_coding_of_the_required_binding_is_taken_as_it_is() -> None:
    text = """map: finding
target: Condition
resource:
  id: =case.id
  subject: =ref(patient)
  clinicalStatus:
    coding:
      - =coding('condition-clinical', 'active')
---
map: patient
target: Patient
resource:
  id: =case.patient.mrn
"""
    condition, _ = (each.resource for each in sorted(made_of(load(text), case_of()), key=lambda each: each.map.name))

    assert condition["clinicalStatus"]["coding"][0]["code"] == "active"


def test_explicit_null_is_not_there_and_says_its_name() -> None:
    assert not NULL
    assert repr(NULL) == "NULL"


ALIASED = """map: device
target: Device
resource:
  id: =stable_id('Device', case.id)
  deviceName:
    - {head}
      name: ={name}.address.city or 'none'
      type: other
"""


@pytest.mark.parametrize(
    "text",
    [
        ALIASED.format(head="let: {a: =case.organization}", name="a"),
        ALIASED.format(head="for: a in case.organization", name="a"),
        ALIASED.format(head="let: {c: =case}", name="c.organization"),
        ALIASED.format(head="let: {c: =case, a: =c.organization}", name="a"),
        ALIASED.format(head="let: {b: =case.organization, a: =b}", name="a"),
        ALIASED.format(head="for: b in case.organization for a in b", name="a"),
        ALIASED.format(head="let: {t: =case.organization or case.organization}", name="(case.organization or t)"),
        ALIASED.format(head="when: =case.organization", name="case.organization").replace(
            "resource:", "let:\n  a: =case.organization\nwhen: =a.address\nresource:"
        ),
        ALIASED.format(head="when: =a.address", name="a").replace("resource:", "for: a in case.organization\nresource:"),
    ],
)
def test_a_part_has_its_parts_by_whatever_name_it_goes(text: str) -> None:
    library = load(text)
    with_part = resources(library, case_of(organization={"name": "Clinic", "address": {"city": "Maker"}}))
    without = [device_name for made in resources(library, case_of()) for device_name in made.get("deviceName", [])]

    assert with_part[0]["deviceName"] == [{"name": "Maker", "type": "other"}]
    assert without in ([], [{"name": "none", "type": "other"}])


def test_a_field_of_another_form_may_be_called_as_a_variable_of_ours() -> None:
    inner = {"type": "object", "properties": {"deep": {"type": "object", "properties": {"name": {"type": "string"}}}}}
    names = [f"{letter}{number}" for letter in "xivhws" for number in range(1, 4)]
    shape = shape_of_json_schema({"type": "object", "properties": dict.fromkeys(names, inner)}, "visit")
    lets = "".join(f"  n_{name}: ={name}\n" for name in names)
    joined = ", ".join(f"n_{name}.deep.name" for name in names)
    text = f"map: m\nsource: visit\ntarget: Case\nlet:\n{lets}case:\n  patient:\n    family: =join(' ', {joined})\n"
    library = load(text, sources={"visit": shape})

    made = make_document(library, {name: {"deep": {"name": name}} for name in names})

    assert made == {"patient": {"family": " ".join(names)}}


def test_a_map_of_several_forms_reads_each_of_them_and_its_mistakes_are_told_once() -> None:
    text = "map: m\nsource: [visit, stay]\ntarget: Case\ncase:\n  patient:\n    family: =name\n"
    shapes = {
        form: shape_of_json_schema({"type": "object", "properties": {"name": {"type": "string"}}}, form)
        for form in ("visit", "stay")
    }
    library = load(text, sources=shapes)

    assert [(compiled.source.source, compiled.name) for compiled in library.maps] == [("visit", "m"), ("stay", "m/stay")]
    with pytest.raises(BadMappingError) as caught:
        load(text.replace("=name", "=nam"), sources=shapes)
    assert len(caught.value.issues) == 1


def test_a_reference_to_the_item_of_the_same_list_is_always_there() -> None:
    text = """map: report
target: DiagnosticReport
resource:
  id: =case.id
  status: final
  code:
    text: Report
  media:
    - for: image in case.images
      link: =ref(photograph, image)
---
map: photograph
target: Media
for: image in case.images
resource:
  id: =stable_id('Media', image.id)
  status: completed
  content:
    title: Photograph
"""
    *_, report = resources(load(text), case_of(images=[{"id": "1"}, {"id": "2"}]))

    assert [media["link"]["reference"] for media in report["media"]] == [
        f"urn:uuid:{stable_id('Media', number)}" for number in ("1", "2")
    ]


NESTED = """map: candidate
target: Observation
for: run in case.analyses for candidate in run.candidates
resource:
  id: =stable_id('Observation', candidate.name or '')
  status: final
  code:
    text: =candidate.name or 'none'
  effectiveInstant: =instant(run.finished_at)
---
map: failure
target: Observation
for: run in case.analyses for failure in run.failure
resource:
  id: =stable_id('Observation', failure.message)
  status: final
  code:
    text: =failure.message
  performer:
    - display: =text(index(run))
---
map: report
target: DiagnosticReport
resource:
  id: =stable_id('DiagnosticReport', case.id)
  status: final
  code:
    text: x
  result:
    - for: run in case.analyses for failure in run.failure
      reference: =ref(failure, failure).reference
"""
RUNS = [
    {"tool": {}, "candidates": [{"name": "A"}], "failure": {"message": "m"}},
    {"tool": {}, "finished_at": "2026-01-02", "candidates": [{"name": "B"}, {"name": "C"}]},
]


def test_a_map_loops_within_a_loop() -> None:
    library = load(NESTED)
    reports: Reports = []
    made = made_of(library, case_of(analyses=RUNS), reports=reports)

    assert [each.place for each in made] == [(0, 0), (1, 0), (1, 1), (0, 0), 0]
    assert made[3].resource["performer"] == [{"display": "1"}]
    assert made[4].resource["result"] == [{"reference": f"urn:uuid:{made[3].identity}"}]
    assert [report[1] for _, report in reports] == [(1,), (1,)]


def test_two_items_of_loops_in_each_other_with_one_id_are_refused_where_they_stand() -> None:
    twice = [RUNS[0], {"tool": {}, "candidates": [{"name": "B"}, {"name": "A"}]}]
    with pytest.raises(ConflictError) as refusal:
        made_of(load(NESTED), case_of(analyses=twice))

    (issue,) = refusal.value.issues
    assert issue.field == "analyses[1].candidates[1].name"
    assert "item 2 of `candidate`" in issue.text


def test_two_maps_that_make_one_of_what_has_one_id_make_one() -> None:
    one = "map: {}\ntarget: Organization\nequal: one\n{}resource:\n  id: =stable_id('x', {})\n  name: =case.payer.name\n---\n"
    looping = one.format("b", "for: p in case.practitioners\n", "case.payer.name or p.key")
    text = one.format("a", "", "case.payer.name or ''") + looping.removesuffix("---\n")

    made = made_of(load(text), case_of(payer={"name": "P"}, practitioners=[{"key": "k"}]))

    assert [each.map.name for each in made] == ["a"]
