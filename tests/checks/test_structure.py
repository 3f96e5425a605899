"""The structure check: what it refuses, in which words, and that schema and explanation agree."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.checks import r4
from adapter.checks.structure import StructureCheck
from adapter.checks.structure_walk import explain
from adapter.fhir.json import read_json
from adapter.fhir.table import load_table, packaged_table
from tests.checks.ground import CLAIM, CODE, OBSERVATION, PATIENT, Resource, bundle, said, spoilt, written

CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
CONDITION = {
    "resourceType": "Condition",
    "subject": {"reference": "Patient/p"},
    "clinicalStatus": {"coding": [{"system": CLINICAL, "code": "active"}]},
}
ABSENT = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}

GOOD = {
    "a bundle": bundle(),
    "a contained resource": spoilt(CLAIM, "contained", [PATIENT]),
    "a primitive that is only an extension": spoilt(spoilt(OBSERVATION, "status"), "_status", ABSENT),
    "a primitive with an extension beside it": spoilt(PATIENT, "_birthDate", ABSENT),
    "a list of primitives with one that is only an extension": spoilt(
        PATIENT, "name.0", {"given": ["A", None], "_given": [None, ABSENT]}
    ),
    "a choice by its extension": spoilt(spoilt(OBSERVATION, "valueInteger"), "_valueInteger", ABSENT),
    "no choice where none is needed": spoilt(OBSERVATION, "valueInteger"),
    "an id within": spoilt(PATIENT, "name.0.id", "n"),
    "a required concept": CONDITION,
    "a required concept that is only an extension": spoilt(CONDITION, "clinicalStatus", ABSENT),
    "a required concept with another coding": spoilt(CONDITION, "clinicalStatus.coding.1", {"code": "x"}),
    "a partial date": spoilt(PATIENT, "birthDate", "2020-02"),
    "a time with its zone": spoilt(OBSERVATION, "effectiveDateTime", "2024-02-29T08:00:00.5+01:00"),
    "a whole number in a decimal's element": spoilt(CLAIM, "item.0.quantity.value", 12),
    "a decimal": spoilt(CLAIM, "item.0.quantity.value", Decimal("12.50")),
    "a no-break space in a text": spoilt(PATIENT, "name.0.family", "Van\u00a0Test"),
    "narrative": spoilt(PATIENT, "text", {"status": "generated", "div": "<div>x</div>"}),
}

BAD: dict[str, tuple[Resource, str, str]] = {
    "a required code that is an object": (
        spoilt(CONDITION, "clinicalStatus.coding.0.code", {}),
        "structure/code",
        "Condition.clinicalStatus",
    ),
    "a required concept that is a list": (spoilt(CONDITION, "clinicalStatus", []), "structure/code", "Condition.clinicalStatus"),
    "no resource type": ({"id": "x"}, "structure/type", "Resource"),
    "an empty resource type": ({"resourceType": 3}, "structure/type", "Resource"),
    "an unknown element": (spoilt(CLAIM, "item.0.foo", 1), "structure/unknown-element", "Claim.item[0].foo"),
    "an unknown element with an odd name": (spoilt(CLAIM, "a b", 1), "structure/unknown-element", "Claim"),
    "a required element is missing": (spoilt(CLAIM, "item.0.sequence"), "structure/required", "Claim.item[0].sequence"),
    "a required primitive is missing": (spoilt(OBSERVATION, "status"), "structure/required", "Observation.status"),
    "a required choice is missing": (
        spoilt(CLAIM, "diagnosis.0.diagnosisCodeableConcept"),
        "structure/required",
        "Claim.diagnosis[0].diagnosis",
    ),
    "a choice twice": (spoilt(OBSERVATION, "valueString", "x"), "structure/choice", "Observation.value"),
    "a choice twice, once beside": (spoilt(OBSERVATION, "_valueString", ABSENT), "structure/choice", "Observation.value"),
    "a required choice twice": (
        spoilt(CLAIM, "diagnosis.0.diagnosisReference", {"display": "x"}),
        "structure/choice",
        "Claim.diagnosis[0].diagnosis",
    ),
    "one for a list": (spoilt(PATIENT, "name", {"family": "x"}), "structure/type", "Patient.name"),
    "a list for one": (spoilt(PATIENT, "gender", ["male"]), "structure/value", "Patient.gender"),
    "an empty list": (spoilt(PATIENT, "name", []), "structure/cardinality", "Patient.name"),
    "an empty object": (spoilt(PATIENT, "name.0", {}), "structure/empty", "Patient.name[0]"),
    "an empty text": (spoilt(PATIENT, "name.0.family", ""), "structure/value", "Patient.name[0].family"),
    "a text for an object": (spoilt(PATIENT, "name.0", "x"), "structure/type", "Patient.name[0]"),
    "a number for a text": (spoilt(PATIENT, "name.0.family", 3), "structure/value", "Patient.name[0].family"),
    "a text for a number": (spoilt(OBSERVATION, "valueInteger", "1"), "structure/value", "Observation.valueInteger"),
    "true for a number": ({**OBSERVATION, "valueInteger": True}, "structure/value", "Observation.valueInteger"),
    "a number too large": (spoilt(OBSERVATION, "valueInteger", 2**31), "structure/value", "Observation.valueInteger"),
    "a number that is not whole": (
        spoilt(OBSERVATION, "valueInteger", Decimal("1.5")),
        "structure/value",
        "Observation.valueInteger",
    ),
    "a whole number with a decimal point": (
        spoilt(CLAIM, "item.0.sequence", Decimal("1.0")),
        "structure/value",
        "Claim.item[0].sequence",
    ),
    "a whole number with an exponent": (
        spoilt(OBSERVATION, "valueInteger", Decimal("1E+2")),
        "structure/value",
        "Observation.valueInteger",
    ),
    "a whole number as a float": (spoilt(OBSERVATION, "valueInteger", 1.0), "structure/value", "Observation.valueInteger"),
    "zero where it must be positive": (spoilt(CLAIM, "item.0.sequence", 0), "structure/value", "Claim.item[0].sequence"),
    "a text for a decimal": (spoilt(CLAIM, "item.0.quantity.value", "1"), "structure/value", "Claim.item[0].quantity.value"),
    "a text for a boolean": (spoilt(CLAIM, "insurance.0.focal", "true"), "structure/value", "Claim.insurance[0].focal"),
    "a text that is not a date": (spoilt(PATIENT, "birthDate", "29.2.2020"), "structure/value", "Patient.birthDate"),
    "a day that is not in the calendar": (spoilt(PATIENT, "birthDate", "2021-02-29"), "structure/value", "Patient.birthDate"),
    "a time without a zone": (
        spoilt(OBSERVATION, "effectiveDateTime", "2024-02-29T08:00:00"),
        "structure/value",
        "Observation.effectiveDateTime",
    ),
    "a control character": (spoilt(PATIENT, "name.0.family", "a\x07"), "structure/value", "Patient.name[0].family"),
    "a text that is not an id": (spoilt(PATIENT, "id", "a_b"), "structure/value", "Patient.id"),
    "a code outside the required value set": (spoilt(PATIENT, "gender", "f"), "structure/code", "Patient.gender"),
    "a code that is a list": (
        spoilt(CONDITION, "clinicalStatus.coding", "x"),
        "structure/type",
        "Condition.clinicalStatus.coding",
    ),
    "a required concept of another system": (
        spoilt(CONDITION, "clinicalStatus.coding.0.system", "http://loinc.org"),
        "structure/code",
        "Condition.clinicalStatus",
    ),
    "a required concept that is only text": (
        spoilt(CONDITION, "clinicalStatus", {"text": "active"}),
        "structure/code",
        "Condition.clinicalStatus",
    ),
    "a null": (spoilt(PATIENT, "name.0.given", [None]), "structure/value", "Patient.name[0].given[0]"),
    "something beside a primitive that is not an extension": (
        spoilt(PATIENT, "_birthDate", {"value": 1}),
        "structure/unknown-element",
        "Patient.birthDate.value",
    ),
    "something beside what is no primitive": (
        spoilt(OBSERVATION, "_code", ABSENT),
        "structure/unknown-element",
        "Observation._code",
    ),
    "a contained resource that is wrong": (
        spoilt(CLAIM, "contained", [spoilt(PATIENT, "gender", "f")]),
        "structure/code",
        "Claim.contained[0].gender",
    ),
    "a contained text": (spoilt(CLAIM, "contained", ["x"]), "structure/type", "Claim.contained[0]"),
    "an entry's resource that is wrong": (
        spoilt(bundle(), "entry.3.resource.item.0.modifier.0.coding.0.system", " "),
        "structure/value",
        "Bundle.entry[3].resource.item[0].modifier[0].coding[0].system",
    ),
}


@pytest.mark.parametrize("resource", GOOD.values(), ids=GOOD)
def test_nothing_is_said_of(resource: Resource) -> None:
    assert list(r4().structure.issues(resource)) == []
    assert list(explain(resource, packaged_table("R4"))) == []


@pytest.mark.parametrize(("resource", "rule", "expression"), BAD.values(), ids=BAD)
def test_it_is_an_issue_that(resource: Resource, rule: str, expression: str) -> None:
    assert (rule, expression) in said(r4().structure.issues(resource))


@pytest.mark.parametrize("resource", [each[0] for each in BAD.values()], ids=BAD)
def test_an_issue_is_an_error_in_our_words(resource: Resource) -> None:
    issues = written(r4().structure.issues(resource))

    assert all(issue.is_error and issue.text for issue in issues)
    assert "29.2.2020" not in str(issues)


def test_an_issue_links_to_the_page_of_its_element() -> None:
    wrong = spoilt(spoilt(PATIENT, "gender", "f"), "name.0.family", 3)

    actual = {issue.expression[0]: issue.source for issue in written(r4().structure.issues(wrong))}

    assert actual == {
        "Patient.gender": "http://hl7.org/fhir/R4/patient-definitions.html#Patient.gender",
        "Patient.name[0].family": "http://hl7.org/fhir/R4/datatypes.html#HumanName",
    }


def test_few_codes_are_suggested() -> None:
    (issue,) = written(r4().structure.issues(spoilt(PATIENT, "gender", "f")))

    assert issue.suggestion == "one of `female`, `male`, `other`, `unknown`"


def test_many_codes_are_not_suggested() -> None:
    capability = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "bad"}]}

    (issue,) = written(r4().structure.issues(capability))

    assert (issue.rule, issue.suggestion) == ("structure/code", None)


def test_an_expression_begins_with_the_root_that_is_given() -> None:
    assert said(r4().structure.issues(spoilt(PATIENT, "gender", "f"), "Bundle.entry[2].resource")) == [
        ("structure/code", "Bundle.entry[2].resource.gender")
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Imunization", "in R4 the resourceType is not the name of a resource type"),
        ("Period", "in R4 the resourceType is a data type, not a resource"),
    ],
)
def test_what_is_no_resource_type_is_said(name: str, text: str) -> None:
    (issue,) = written(r4().structure.issues({"resourceType": name, "anything": 1}))

    assert (issue.rule, issue.text, issue.expression, issue.is_error) == ("structure/type", text, ("Resource",), True)


def test_a_data_type_where_a_resource_belongs_is_an_issue() -> None:
    wrong = spoilt(CLAIM, "contained", [{"resourceType": "Period", "start": "2024"}])

    assert said(r4().structure.issues(wrong)) == [("structure/type", "Claim.contained[0]")]


def test_r5_is_checked_by_its_own_table() -> None:
    media = {"resourceType": "Media", "status": "completed", "content": {"url": "http://a.test/b"}}

    assert said(r4().structure.issues(media)) == []
    assert said(StructureCheck(packaged_table("R5")).issues(media)) == [("structure/type", "Resource")]


def test_types_are_compiled_when_they_are_met_and_all_of_them_after_a_few() -> None:
    check = StructureCheck(packaged_table("R4"))
    check.expect(["Patient", "Claim", "Nothing"])
    names = ["Immunization", "Task", "Specimen", "Communication", "Slot"]

    wrong = [said(check.issues({"resourceType": name, "odd": 1}))[-1] for name in names]

    assert wrong == [("structure/unknown-element", f"{name}.odd") for name in names]
    assert list(check.issues(CLAIM)) == []


def test_a_type_that_is_met_within_a_resource_is_compiled_as_well() -> None:
    task = {"resourceType": "Task", "status": "draft", "intent": "order", "contained": [{"resourceType": "Slot", "odd": 1}]}

    assert ("structure/unknown-element", "Task.contained[0].odd") in said(r4().structure.issues(task))


def test_a_release_is_made_once() -> None:
    assert r4() is r4()


SYSTEM = "urn:a"
TINY: Any = {
    "release": "R4",
    "version": "4.0.1",
    "resources": ["Thing"],
    "codes": {"colour": {SYSTEM: ["red", "blue"]}},
    "types": {
        "Element": ["complex", None, None, [["id", "string", 0, 1]]],
        "string": ["primitive", "Element", r"[ \r\n\t\S]+", ["id"]],
        "Coding": ["complex", "Element", None, ["id", ["system", "string", 0, 1], ["code", "string", 0, 1]]],
        "CodeableConcept": ["complex", "Element", None, ["id", ["coding", "Coding", 0, None]]],
        "CodeableReference": ["complex", "Element", None, ["id", ["concept", "CodeableConcept", 0, 1]]],
        "Thing": [
            "resource",
            None,
            None,
            [
                ["colour", "Coding", 0, 1, {"codes": "colour"}],
                ["tint", "CodeableReference", 0, 1, {"codes": "colour"}],
                ["kind", "string", 0, 1, {"fixed": "thing"}],
                ["kinds", "CodeableConcept", 0, 1, {"fixed": {"coding": [{"system": SYSTEM, "code": "red"}]}}],
                ["pair", "string", 2, 3],
            ],
        ],
    },
}
RED, GREEN = ({"system": SYSTEM, "code": each} for each in ("red", "green"))
THING = {"resourceType": "Thing", "pair": ["a", "b"]}


@pytest.mark.parametrize(
    ("name", "good", "bad", "rule"),
    [
        ("colour", RED, GREEN, "structure/code"),
        ("tint", {"concept": {"coding": [GREEN, RED]}}, {"concept": {"coding": [GREEN]}}, "structure/code"),
        ("tint", {"id": "x"}, {"concept": {"id": "x"}}, "structure/code"),
        ("kind", "thing", "other", "structure/fixed"),
        ("kinds", {"coding": [{**RED, "id": "x"}]}, {"coding": [GREEN]}, "structure/fixed"),
        ("kinds", {"coding": [GREEN, RED]}, {"id": "x"}, "structure/fixed"),
        ("pair", ["a", "b", "c"], ["a"], "structure/cardinality"),
        ("pair", ["a", "b"], ["a", "b", "c", "d"], "structure/cardinality"),
    ],
)
def test_codings_fixed_values_and_bounds_of_lists_are_held(name: str, good: object, bad: object, rule: str) -> None:
    check = StructureCheck(load_table(json.dumps(TINY).encode()))

    assert said(check.issues({**THING, name: good})) == []
    assert said(check.issues({**THING, name: bad})) == [(rule, f"Thing.{name}")]


def test_what_only_the_schema_refuses_is_still_an_issue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapter.checks.structure.explain", lambda *_: iter(()))

    assert said(r4().structure.issues(spoilt(PATIENT, "gender", "f"))) == [("structure/other", "Patient")]


NAMES = st.sampled_from(["status", "code", "valueInteger", "_valueInteger", "valueString", "subject", "component", "foo", "id"])
LEAVES: st.SearchStrategy[Any] = st.sampled_from(
    [
        "final",
        "",
        "x",
        1,
        0,
        -1,
        1.0,
        Decimal("1.0"),
        Decimal(1),
        Decimal("1E+2"),
        True,
        None,
        "2024-02-30",
        CODE,
        ABSENT,
        {},
        [],
        [{}],
        [CODE],
        ["x"],
        [None],
    ]
)


@given(st.dictionaries(NAMES, LEAVES, max_size=4))
def test_schema_and_explanation_give_the_same_answer(changes: dict[str, object]) -> None:
    resource = {**OBSERVATION, **changes}

    assert r4().structure.is_valid(resource) == (list(explain(resource, packaged_table("R4"))) == [])


def test_real_resources_are_valid(test_data: Path) -> None:
    files = sorted((test_data / "samples" / "fhir").glob("*.json"))
    resources = [each for each in (read_json(file.read_bytes(), file.name) for file in files) if "resourceType" in each]

    wrong = [issue for resource in resources for issue in r4().structure.issues(resource) if issue.is_error]

    assert resources
    assert wrong == []
