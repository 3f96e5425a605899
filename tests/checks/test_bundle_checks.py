"""All checks of a resource and of a Bundle together, and the second opinion."""

import sys
from typing import Any

import pytest

from adapter.checks import check_bundle, check_resource, r4
from adapter.checks.second_opinion import second_opinion
from adapter.fhir.json import canonical_bytes
from tests.checks.ground import CLAIM, OBSERVATION, PATIENT, bundle, said, spoilt

SECOND = "second-opinion/fhir.resources"


def test_nothing_is_said_of_a_sound_bundle() -> None:
    assert check_bundle(bundle(), r4()) == []
    assert check_bundle(bundle(), r4(), canonical_bytes(bundle())) == []
    assert check_resource(bundle(), r4()) == []
    assert check_resource(CLAIM, r4()) == []


def test_an_expression_names_the_type_where_it_is_alone() -> None:
    wrong = spoilt(bundle(), "entry.3.resource.item.0.quantity.value", 2)

    assert said(check_bundle(wrong, r4())) == [("invariant/clm-0731t-6", "Claim.item[0].quantity")]


def test_an_expression_names_the_entry_where_the_type_is_not_alone() -> None:
    second = {**bundle()["entry"][3], "fullUrl": "urn:uuid:c2", "resource": {**CLAIM, "id": "c2", "use": "x"}}

    assert said(check_bundle(spoilt(bundle(), "entry.4", second), r4())) == [("structure/code", "Bundle.entry[4].resource.use")]


def test_invariants_are_asked_of_resources_of_sound_structure_only() -> None:
    wrong = spoilt(spoilt(bundle(), "entry.3.resource.item.0.quantity.value", 2), "entry.2.resource.component", "x")

    assert said(check_bundle(wrong, r4())) == [
        ("structure/type", "Observation.component"),
        ("invariant/clm-0731t-6", "Claim.item[0].quantity"),
    ]


def test_references_are_checked_where_the_structure_is_sound() -> None:
    wrong = spoilt(bundle(), "entry.2.resource.subject.reference", "urn:uuid:x")

    assert said(check_bundle(wrong, r4())) == [("reference/unresolved", "Observation.subject.reference")]


@pytest.mark.parametrize("entry", [[], {}, 3, [3], [{"resource": 3}], [{"resource": {"resourceType": 3}}], [{"fullUrl": 3}]])
def test_a_bundle_of_unsound_structure_is_told_as_such(entry: object) -> None:
    wrong: Any = {**bundle(), "entry": entry}

    assert {issue.rule.partition("/")[0] for issue in check_bundle(wrong, r4()) if issue.rule} == {"structure"}


def test_a_resource_of_unsound_structure_is_not_asked_for_more() -> None:
    wrong = spoilt(spoilt(CLAIM, "item.0.quantity.value", 2), "use", "x")

    assert said(check_resource(wrong, r4(), "Claim")) == [("structure/code", "Claim.use")]


def test_a_resource_breaks_an_invariant() -> None:
    assert said(check_resource({**OBSERVATION, "dataAbsentReason": {"text": "x"}}, r4(), "Here")) == [
        ("invariant/obs-6", "Here.dataAbsentReason")
    ]


def test_the_second_opinion_agrees_on_sound_resources() -> None:
    assert list(second_opinion(bundle())) == []


def test_the_second_opinion_says_who_said_it_and_where_but_no_value() -> None:
    issues = list(second_opinion({**PATIENT, "birthDate": "Secret"}))

    assert said(issues) == [(SECOND, "Patient.birthDate")]
    assert "fhir.resources" in issues[0].text
    assert "Secret" not in str(issues)


def test_the_second_opinion_takes_the_root_that_is_given() -> None:
    assert said(second_opinion({**PATIENT, "name": [{"foo": 1}]}, "Here")) == [(SECOND, "Here.name[0].foo")]


def test_the_second_opinion_does_not_know_every_resource_type() -> None:
    assert said(second_opinion({"resourceType": "Nothing"})) == [(SECOND, "Nothing")]


def test_the_second_opinion_is_loaded_when_it_is_asked_for() -> None:
    assert "fhir.resources" not in vars(sys.modules["adapter.checks.second_opinion"])
