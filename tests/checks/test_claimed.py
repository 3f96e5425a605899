"""Profiles that a resource claims: what was not checked is said, and never passed in silence."""

import pytest

from adapter.checks import check_resource, r4
from adapter.fhir.bundle import transaction
from tests.checks.ground import PATIENT, US_CORE, written

FOREIGN = "http://x.example/StructureDefinition/foreign"
OURS = "https://y.example/fhir/StructureDefinition/claim-0731t"


@pytest.mark.parametrize(
    ("profile", "told"),
    [
        (FOREIGN, [f"not checked against {FOREIGN}"]),
        (f"{FOREIGN}|1.0.0", [f"not checked against {FOREIGN}"]),
        (f"{US_CORE}patient", [f"only the invariants were checked of {US_CORE}patient"]),
        (OURS, [f"only the invariants were checked of {OURS}"]),
        ("http://hl7.org/fhir/StructureDefinition/Patient", []),
        ("http://hl7.org/fhir/StructureDefinition/Group", ["not checked against http://hl7.org/fhir/StructureDefinition/Group"]),
    ],
)
def test_a_profile_that_is_not_held_as_a_whole_is_named(profile: str, told: list[str]) -> None:
    patient = PATIENT | {"meta": {"profile": [profile]}}

    for resource in (patient, transaction([patient])):
        found = [issue for issue in written(check_resource(resource, r4(), advice=True)) if issue.rule == "profile/not-checked"]
        assert [issue.text for issue in found] == told
        assert [issue.expression for issue in found] == [("Patient.meta.profile[0]",) for _ in told]


def test_without_advice_and_without_profiles_nothing_is_said() -> None:
    assert check_resource(PATIENT | {"meta": {"profile": [FOREIGN]}}, r4()) == []
    for meta in (
        {"lastUpdated": "2026-01-01T00:00:00Z"},
        {"profile": [None], "_profile": [{"extension": [{"url": FOREIGN, "valueCode": "a"}]}]},
    ):
        found = check_resource(PATIENT | {"meta": meta}, r4(), advice=True)
        assert [issue.rule for issue in found] == ["invariant/dom-6"]


def test_an_invariant_of_a_part_is_told_once() -> None:
    found = written(check_resource(PATIENT | {"contact": [{"gender": "male"}]}, r4()))

    assert [(issue.rule, issue.expression) for issue in found] == [("invariant/pat-1", ("Patient.contact[0]",))]
