"""A tree becomes a Case, or issues that say what to fix and where."""

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from adapter.issues import InvalidError, IssueType
from adapter.merging.merge import merge
from adapter.merging.validate import to_case
from adapter.readers.document import ReadDocument

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
    ({"id": 1}, "id", "`id` must be a text", "/id", "document/string-type"),
    ({"id": None}, "id", "`id` must be a text", "/id", "document/string-type"),
    ({"id": " x"}, "id", "`id` does not have the form that is needed here", "/id", "document/string-pattern-mismatch"),
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
        {"images": [{"id": "1", "size": Decimal("2.0")}]},
        "images[0].size",
        "`size` must be a whole number",
        "/images/0/size",
        None,
    ),
    (
        {"patient": {"mrn": "m", "given": ["a", ""]}},
        "patient.given[1]",
        "`given[1]` does not have the form",
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
        "`modifiers[1]` does not have the form",
        "/billing/lines/0/modifiers/1",
        None,
    ),
    (
        {"billing": line(modifiers=[25])},
        "billing.lines[0].modifiers[0]",
        "`modifiers[0]` must be an object",
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


def test_a_missing_part_is_placed_where_it_should_be() -> None:
    with pytest.raises(InvalidError) as caught:
        to_case(merge([ReadDocument(name="a.json", form="case", tree={})]))

    issues = caught.value.issues
    assert [(each.field, each.location, each.code) for each in issues] == [
        (field, ("a.json#",), IssueType.REQUIRED) for field in ("id", "patient", "encounter", "procedure")
    ]
    assert all("another one of the same encounter" in (each.suggestion or "") for each in issues)


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


def test_of_more_than_fifty_problems_fifty_are_listed() -> None:
    issues = issues_of(images=[{"id": number} for number in range(60)])

    assert len(issues) == 51
    assert issues[-1].text.startswith("there are more problems than these 50")
    assert issues[-1].rule == "document/more"


def test_fifty_problems_are_all_listed() -> None:
    issues = issues_of(images=[{"id": number} for number in range(50)])

    assert len(issues) == 50
    assert {each.rule for each in issues} == {"document/string-type"}


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
