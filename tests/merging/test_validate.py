"""A tree becomes a Case, or issues that say what to fix and where."""

import json
from copy import deepcopy
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.issues import MOST_ISSUES, InvalidError, IssueType
from adapter.merging.merge import merge
from adapter.merging.unknown_field import FIELDS_BY_WORD, all_paths, snake_case
from adapter.merging.validate import check_said, to_case
from adapter.path import at, leaves, pattern, with_values
from adapter.readers.document import ReadDocument
from tests.examples.ground import EXAMPLES

LEAST: dict[str, Any] = {
    "id": "1",
    "patient": {"mrn": "m"},
    "encounter": {"id": "e", "status": "finished"},
    "procedure": {"status": "completed"},
}


def issues_of(**changes: Any) -> list[Any]:  # noqa: ANN401 - JSON
    tree = {**deepcopy(LEAST), **changes}
    try:
        to_case(merge([ReadDocument(name="a.json", form="case", tree=tree)]))
    except InvalidError as invalid:
        return list(invalid.issues)
    return []


def test_a_whole_tree_is_a_case() -> None:
    case = to_case(merge([ReadDocument(name="a.json", form="case", tree=LEAST)]))

    assert case.patient.mrn == "m"


def line(**parts: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"use": "claim", "lines": [{"code": "x", **parts}]}


ROWS = [
    ({"id": 1}, "id", "`id` must be text", "/id", "document/string-type"),
    ({"id": None}, "id", "`id` must be text", "/id", "document/string-type"),
    ({"id": " x"}, "id", "`id` must be a code or number of one piece", "/id", "document/string-pattern-mismatch"),
    ({"id": "x" * 1001}, "id", "`id` is too long", "/id", "document/string-too-long"),
    ({"test": "yes"}, "test", "`test` must be true or false", "/test", "document/bool-type"),
    ({"patient": {"phone": "x"}}, "patient.mrn", "`mrn` is missing and needed", "/patient", "document/missing"),
    ({"patient": []}, "patient", "`patient` must be an object", "/patient", "document/model-type"),
    ({"images": {}}, "images", "`images` must be a list", "/images", "document/tuple-type"),
    ({"images": ["x"]}, "images[0]", "`images[0]` must be an object", "/images/0", "document/model-type"),
    ({"images": [{"id": "1", "size": -1}]}, "images[0].size", "`size` is too small", "/images/0/size", None),
    ({"images": [{"id": "1", "size": 2**31}]}, "images[0].size", "`size` is too large", "/images/0/size", None),
    ({"images": [{"id": "1", "size": "2"}]}, "images[0].size", "`size` must be a whole number", "/images/0/size", None),
    (
        {"images": [{"id": "1", "size": Decimal("2.5")}]},
        "images[0].size",
        "`size` must be a whole number",
        "/images/0/size",
        None,
    ),
    (
        {"patient": {"mrn": "m", "given": ["a", ""]}},
        "patient.given[1]",
        "`given[1]` must not be empty",
        "/patient/given/1",
        None,
    ),
    (
        {"patient": {"mrn": "m", "birth_date": "2023-02-30"}},
        "patient.birth_date",
        "`birth_date` is not a day that exists",
        "/patient/birth_date",
        "document/value-error",
    ),
    (
        {"patient": {"mrn": "m", "birth_date": "0000-01-01"}},
        "patient.birth_date",
        "`birth_date` is not a day that exists",
        "/patient/birth_date",
        "document/value-error",
    ),
    (
        {"patient": {"mrn": "m", "sex": "f"}},
        "patient.sex",
        "`sex` must be one of 'male', 'female', 'other' or 'unknown'",
        "/patient/sex",
        "document/literal-error",
    ),
    # a number is a union: one issue, at the number
    ({"billing": line(charge="12")}, "billing.lines[0].charge", "`charge` must be a number", "/billing/lines/0/charge", None),
    ({"billing": line(charge={})}, "billing.lines[0].charge", "`charge` must be a number", "/billing/lines/0/charge", None),
    ({"billing": line(charge=True)}, "billing.lines[0].charge", "`charge` must be a number", "/billing/lines/0/charge", None),
    (
        {"billing": line(charge=Decimal("1E40"))},
        "billing.lines[0].charge",
        "`charge` has too many digits",
        "/billing/lines/0/charge",
        None,
    ),
    # the parts of a bare text
    (
        {"billing": line(modifiers=["25", " "])},
        "billing.lines[0].modifiers[1]",
        "`modifiers[1]` must not be empty",
        "/billing/lines/0/modifiers/1",
        None,
    ),
    (
        {"billing": line(modifiers=[25])},
        "billing.lines[0].modifiers[0]",
        "`modifiers[0]` must be text, or an object with `code`",
        "/billing/lines/0/modifiers/0",
        None,
    ),
]


@pytest.mark.parametrize(("changes", "field", "text", "place", "rule"), ROWS)
def test_what_is_wrong_is_said_with_its_field_and_place(
    changes: dict[str, Any], field: str, text: str, place: str, rule: str | None
) -> None:
    (issue,) = issues_of(**changes)

    assert field == issue.field
    assert issue.text.startswith(text)
    assert issue.location == (f"a.json#{place}",)
    assert rule in (None, issue.rule)
    assert issue.is_error


WRONG: list[Any] = [
    *(None, "", " x ", "x" * 100_001, "2026-02-30", "0000-01-01", "3/2/2026", "2026-03-02 9:30", "A" * 40, "Zg==", "x y"),
    *(True, 7, -(2**70), 10**40, Decimal("1.5"), Decimal("1E-40"), [], [[]], {}, {"x": 1}),
]


@pytest.mark.parametrize("name", ["encounter.json", "ai_report.json"])
def test_whatever_is_wrong_with_a_value_it_is_said_what_to_do(name: str) -> None:
    tree = json.loads((EXAMPLES / "complete" / name).read_bytes(), parse_float=Decimal)
    places = {pattern(path[:depth]): path[:depth] for path in leaves(tree) for depth in range(1, len(path) + 1)}
    inner = [place for place in places.values() if not isinstance(at(tree, place), dict | list)]
    outer = [(place,) for place in places.values() if isinstance(at(tree, place), dict | list)]
    together = [*outer, *(inner[start : start + 20] for start in range(0, len(inner), 20))]
    assert len(inner) > 20

    for some, value in product(together, WRONG):
        for issue in issues_of(**with_values(tree, dict.fromkeys(some, value))):
            assert issue.suggestion, (value, issue.field, issue.text)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"patient": []}, IssueType.STRUCTURE),
        ({"images": {}}, IssueType.STRUCTURE),
        ({"test": "yes"}, IssueType.VALUE),
        ({"patient": {"mrn": "m", "sex": "f"}}, IssueType.CODE_INVALID),
        ({"patient": {}}, IssueType.REQUIRED),
        ({"zzz": 1}, IssueType.STRUCTURE),
    ],
)
def test_what_is_wrong_has_its_issue_type(changes: dict[str, Any], code: IssueType) -> None:
    assert [issue.code for issue in issues_of(**changes)] == [code]


def test_what_may_still_come_is_not_wrong() -> None:
    check_said(merge([ReadDocument(name="a.json", form="case", tree={})]))
    check_said(merge([ReadDocument(name="a.json", form="case", tree=LEAST)]))


def test_what_is_wrong_is_told_however_much_is_missing() -> None:
    tree = {"diagnoses": [{} for _ in range(2 * MOST_ISSUES)], "test": "perhaps"}

    with pytest.raises(InvalidError) as caught:
        check_said(merge([ReadDocument(name="a.json", form="case", tree=tree)]))

    assert [issue.field for issue in caught.value.issues] == ["test"]


def test_a_missing_part_is_placed_where_it_should_be() -> None:
    with pytest.raises(InvalidError) as caught:
        to_case(merge([ReadDocument(name="a.json", form="case", tree={})]))

    issues = caught.value.issues
    assert [(issue.field, issue.location, issue.code) for issue in issues] == [
        (field, ("a.json#",), IssueType.REQUIRED) for field in ("id", "patient", "encounter", "procedure")
    ]
    assert all("another one of the same encounter" in (issue.suggestion or "") for issue in issues)


@pytest.mark.parametrize(
    ("changes", "place", "suggestion"),
    [
        ({"pateint": {}}, "/pateint", "did you mean `patient`?"),
        ({"patient": {"mrn": "m", "famly": "x"}}, "/patient/famly", "did you mean `family`?"),
        ({"images": [{"id": "1", "ulr": "x"}]}, "/images/0/ulr", "did you mean `url`?"),
        ({"zzz": 1}, "/zzz", "take it out"),
        ({"billing": {"use": "claim", "lines": [{"code": "x", "modifiers": [{"code": "1", "sytem": "x"}]}]}}, None, "`system`"),
    ],
)
def test_an_unknown_field_is_refused_with_the_nearest_known(changes: dict[str, Any], place: str | None, suggestion: str) -> None:
    (issue,) = issues_of(**changes)

    assert issue.rule == "document/extra-forbidden"
    assert issue.field is None
    assert place is None or issue.location == (f"a.json#{place}",)
    assert suggestion in issue.suggestion


def test_no_value_of_the_input_is_in_an_issue() -> None:
    for issue in issues_of(id=" secret", patient={"mrn": " secret", "sex": "secret", "secret": 1}, images="secret"):
        assert "secret" not in issue.text + (issue.suggestion or "")


def test_of_more_than_fifty_problems_one_more_is_built_to_know_that_there_are_more() -> None:
    assert len(issues_of(images=[{"id": number} for number in range(60)])) == 51


def test_fifty_problems_are_all_listed() -> None:
    issues = issues_of(images=[{"id": number} for number in range(50)])

    assert len(issues) == 50
    assert {issue.rule for issue in issues} == {"document/string-type"}


@pytest.mark.parametrize(
    ("orders", "places"),
    [
        ((1, 1), [("0/order", "1/order")]),
        ((2, None), [("0/order", "1")]),
        ((3, 3, None), [("0/order", "1/order"), ("0/order", "2")]),
        ((None, None), []),
        ((2, 1), []),
        ((7, None), []),
    ],
)
def test_diagnoses_of_one_number_are_refused(orders: tuple[int | None, ...], places: list[tuple[str, str]]) -> None:
    diagnoses = [{"icd10cm": f"Q{at}", **({"order": order} if order else {})} for at, order in enumerate(orders)]
    issues = issues_of(diagnoses=diagnoses)

    assert [issue.location for issue in issues] == [tuple(f"a.json#/diagnoses/{each}" for each in pair) for pair in places]
    assert all(issue.rule == "document/diagnosis-order" for issue in issues)


ZONE = "or set ADAPTER_ZONE to the sender's time zone"
TIME = "`start` must be a time with its offset from UTC"
DATES = [
    ("01/14/2026", "write the year first"),
    ("14.1.26", "write the year first"),
    ("01/14/2026 09:30", "write the year first"),
    ("20260114", "write hyphens"),
    ("202601140930-0500", "write hyphens"),
    (20260115, "write hyphens"),
    ("2026/01/14", "write hyphens"),
    ("2026-1-14", "two digits"),
    ("14 Jan 2026", "the month as a number"),
    ("2026-13-14", "a month is 01 to 12"),
    ("x", "digits and hyphens"),
]


@pytest.mark.parametrize(("value", "hint"), [*DATES, ("2026-01-14T09:30:00Z", "the day alone")])
def test_of_a_date_the_order_and_the_way_to_write_it_are_told(value: object, hint: str) -> None:
    for changes, form in (
        ({"patient": {"mrn": "m", "birth_date": value}}, "`birth_date` must be a date, written YYYY-MM-DD"),
        ({"billing": line(dos_start=value)}, "`dos_start` must be a day, written YYYY-MM-DD"),
    ):
        (issue,) = issues_of(**changes)

        assert issue.text.startswith(form)
        assert hint in issue.suggestion


@pytest.mark.parametrize(
    ("value", "text", "hint"),
    [
        *((value, TIME, hint) for value, hint in DATES),
        (
            "2026-03-02T09:30:00",
            "`start` is a time without an offset from UTC",
            "send the offset (2026-03-02T09:30:00-05:00), " + ZONE,
        ),
        ("2026-03-02 09:30:00.5", "`start` is a time without an offset from UTC", ZONE),
        ("2026-03-02T09:30:00+14:30", TIME, "at most 14:00"),
        ("2026-03-02T09:30:00-14:01", TIME, "at most 14:00"),
        ("2026-03-02T24:00:00Z", TIME, "at most 14:00, and a time at most 23:59:59"),
        ("2026-03-02T09:30", TIME, "the seconds too"),
        ("2026-03-02T09:30-05:00", TIME, "the seconds too"),
        ("2026-03-02T09:30:00-0500", TIME, "a colon in the offset"),
        ("2026-03-02 09:30:00Z", TIME, "a capital T"),
        ("2026-03-02T9h", TIME, "hours, minutes, seconds"),
    ],
)
def test_of_a_time_what_lacks_is_told(value: object, text: str, hint: str | None) -> None:
    (issue,) = issues_of(encounter={"id": "e", "status": "finished", "start": value})

    assert issue.text.startswith(text)
    assert issue.location == ("a.json#/encounter/start",)
    assert hint in issue.suggestion


@pytest.mark.parametrize("offset", ["+14:00", "-14:00", "+13:59", "-00:00"])
def test_an_offset_at_the_limit_is_taken(offset: str) -> None:
    assert issues_of(encounter={"id": "e", "status": "finished", "start": f"2026-03-02T09:30:00{offset}"}) == []


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (252, "write HP:0000252"),
        ("316", "write HP:0000316"),
        ("HP:1250", "write HP:0001250"),
        ("hp_0000316", "write HP:0000316"),
        ("Hypertelorism", "such as HP:0000316"),
        (12345678, "such as HP:0000316"),
        (None, "such as HP:0000316"),
    ],
)
def test_an_hpo_number_is_shown_as_a_term(value: object, hint: str) -> None:
    (issue,) = issues_of(phenotypes=[{"hpo": value, "presence": "present"}])

    assert issue.text == "`hpo` must be an HPO term: HP: and seven digits"
    assert hint in issue.suggestion


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"billing": line(modifiers=[95])}, 'write it as text, in double quotes: "95"'),
        ({"billing": line(modifiers=[0])}, '"00"'),
        ({"billing": line(modifiers=[100])}, "write the code as text"),
        ({"billing": line(modifiers=[True])}, "write the code as text"),
        ({"billing": line(pos=11)}, "put it in double quotes, with leading zeros"),
        ({"billing": line(pos=True)}, "one text in double quotes"),
        ({"billing": line(charge="180.00")}, "write the number without quotes"),
        ({"billing": line(charge="$180")}, "no words, currency signs"),
        ({"billing": line(units="one")}, "no words, currency signs"),
        ({"billing": line(units=None, charge=[])}, "one number"),
        ({"billing": line(dx_pointers=["1"])}, "write the number without quotes"),
        ({"test": "true"}, "write true or false without quotes"),
        ({"test": None}, "leave it out"),
        ({"images": None}, "leave it out"),
        ({"images": {}}, "square brackets"),
        ({"patient": []}, "without the square brackets"),
        ({"patient": None}, "leave it out"),
        ({"patient": "m"}, "an object with its fields"),
        ({"patient": {"mrn": "m", "sex": "F"}}, "did you mean `female`?"),
        ({"patient": {"mrn": "m", "sex": "Male "}}, "did you mean `male`?"),
        ({"patient": {"mrn": "m", "sex": "femal"}}, "did you mean `female`?"),
        ({"patient": {"mrn": "m", "sex": "zzz"}}, "the one that fits"),
        ({"patient": {"mrn": "m", "sex": 1}}, "as text"),
        ({"images": [{"id": "1", "sha1": "AB" * 20}]}, "letters small"),
        ({"images": [{"id": "1", "sha1": "ab" * 32}]}, "another length"),
        ({"images": [{"id": "1", "sha1": "q83vq83vq83vq83vq83vq83vq80="}]}, "base64"),
        ({"patient": {"mrn": ""}}, "write what is known"),
        ({"patient": {"mrn": "m", "birth_date": "2023-02-30"}}, "February"),
        ({"encounter": {"id": "e", "status": "in_progress"}}, "did you mean `in-progress`?"),
    ],
)
def test_how_to_write_it_is_told(changes: dict[str, Any], hint: str) -> None:
    issue = issues_of(**changes)[0]

    assert hint in issue.suggestion


EHR_WORDS = [
    ("billing.lines.0.place_of_service", "did you mean `pos`?"),
    ("billing.lines.0.date", "did you mean `dos_start`?"),
    ("billing.lines.0.dosStart", "did you mean `dos_start`?"),
    ("billing.lines.0.CPT", "did you mean `code`?"),
    ("billing.lines.0.qty", "did you mean `units`?"),
    ("patient.dob", "did you mean `birth_date`?"),
    ("patient.gender", "did you mean `sex`?"),
    ("patient.lastName", "did you mean `family`?"),
    ("patient.zip", "it belongs at `patient.address.postal_code`"),
    ("place_of_service", "it belongs at `billing.lines[*].pos`"),
    ("dob", "patient.birth_date"),
    ("insurance", "did you mean `coverage`?"),
    ("diagnosis", "did you mean `diagnoses`?"),
    ("npi", "did you mean one of: practitioners[*].npi, organization.npi?"),
    ("zzz", "take it out"),
]


@pytest.mark.parametrize(("place", "hint"), EHR_WORDS)
def test_the_words_of_an_ehr_lead_to_the_field(place: str, hint: str) -> None:
    *above, field = place.split(".")
    objects: dict[str, dict[str, Any]] = {
        "": {field: 1},
        "patient": {"patient": {"mrn": "m", field: 1}},
        "billing.lines.0": {"billing": line(**{field: 1})},
    }
    (issue,) = issues_of(**objects[".".join(above)])

    assert issue.location == (f"a.json#/{place.replace('.', '/')}",)
    assert hint in issue.suggestion


def test_every_word_of_an_ehr_leads_to_a_field_that_exists() -> None:
    places = {path[-1] for path in all_paths()}

    assert set(FIELDS_BY_WORD) <= places
    assert not [word for words in FIELDS_BY_WORD.values() for word in words.split() if word != snake_case(word)]


@given(st.text(min_size=1, max_size=12))
def test_whatever_the_name_of_an_unknown_field_something_is_told(name: str) -> None:
    assert all(issue.suggestion for issue in issues_of(patient={"mrn": "m", name: {}}))
