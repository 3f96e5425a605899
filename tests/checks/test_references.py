"""References, full URLs and ids within a Bundle."""

import pytest

from adapter.checks import r4
from adapter.checks.full_check import check_resource
from adapter.checks.reference_guide import leading_types, types_of
from adapter.checks.references import check_references, is_sound
from adapter.fhir.bundle import transaction
from adapter.fhir.json import canonical_bytes
from adapter.fhir.table import packaged_table
from adapter.issues import IssueType
from tests.checks.ground import CLAIM, ORGANIZATION, PATIENT, SUBJECT, Resource, bundle, said, spoilt, written

ASSIGNER = [{"system": "urn:a", "value": "1", "assigner": {"reference": "Organization/o"}}]
EXTENSION = [{"url": "urn:x", "valueReference": {"reference": "urn:uuid:p"}}]
NOWHERE = {"reference": "urn:uuid:nowhere"}


def checked(wrong: Resource) -> list[tuple[str | None, str]]:
    return said(check_references(wrong, r4(), canonical_bytes(wrong)))


GOOD: dict[str, Resource] = {
    "an empty bundle": {"resourceType": "Bundle", "type": "collection"},
    "references by full URL and by type and id": bundle(),
    "a reference in an identifier": spoilt(bundle(), "entry.1.resource.identifier", ASSIGNER),
    "a reference in an extension": spoilt(bundle(), "entry.1.resource.extension", EXTENSION),
    "a reference in an extension beside a primitive": spoilt(bundle(), "entry.1.resource._birthDate", {"extension": EXTENSION}),
    "a reference by identifier only": spoilt(bundle(), "entry.2.resource.subject", {"identifier": {"value": "1"}}),
    "a reference to what is contained, and back": spoilt(
        spoilt(bundle(), "entry.2.resource.contained", [{**ORGANIZATION, "id": "in", "partOf": {"reference": "#in"}}]),
        "entry.2.resource.performer",
        [{"reference": "#in"}],
    ),
    "a list of primitives with a null": spoilt(
        bundle(), "entry.1.resource.name.0", {"given": ["A", None], "_given": [None, {"extension": EXTENSION}]}
    ),
    "a history with several versions": {
        "resourceType": "Bundle",
        "type": "history",
        "entry": [
            {
                "fullUrl": "urn:uuid:p",
                "resource": PATIENT,
                "request": {"method": "PUT", "url": "Patient/p"},
                "response": {"status": "200"},
            }
        ]
        * 2,
    },
    "an entry without a resource": {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [{"request": {"method": "DELETE", "url": "Patient/p"}}],
    },
    "full URLs of a server, of something else, and of a resource without an id": {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": "https://a.invalid/fhir/Patient/p", "resource": PATIENT},
            {"fullUrl": "https://a.invalid/Documents/7", "resource": {**ORGANIZATION, "id": "other"}},
            {"fullUrl": "https://a.invalid/fhir/Organization/9", "resource": {"resourceType": "Organization", "name": "A"}},
            {"fullUrl": "https://a.invalid/fhir/Organization/8"},
        ],
    },
    "a collection without full URLs": {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": PATIENT}]},
}

WHERE = "Bundle.entry[2].resource"
BAD: dict[str, tuple[Resource, str, str]] = {
    "a reference leads nowhere": (
        spoilt(bundle(), "entry.2.resource.subject", NOWHERE),
        "reference/unresolved",
        f"{WHERE}.subject.reference",
    ),
    "one of several references leads nowhere": (
        spoilt(bundle(), "entry.2.resource.performer", [SUBJECT, NOWHERE]),
        "reference/unresolved",
        f"{WHERE}.performer[1].reference",
    ),
    "a reference in an identifier leads nowhere": (
        spoilt(bundle(), "entry.2.resource.identifier", [{"value": "1", "assigner": NOWHERE}]),
        "reference/unresolved",
        f"{WHERE}.identifier[0].assigner.reference",
    ),
    "a reference in an extension leads nowhere": (
        spoilt(bundle(), "entry.2.resource.code.extension", [{"url": "urn:x", "valueReference": NOWHERE}]),
        "reference/unresolved",
        f"{WHERE}.code.extension[0].valueReference.reference",
    ),
    "a reference in an extension beside a primitive leads nowhere": (
        spoilt(bundle(), "entry.2.resource._status", {"extension": [{"url": "urn:x", "valueReference": NOWHERE}]}),
        "reference/unresolved",
        f"{WHERE}._status.extension[0].valueReference.reference",
    ),
    "a reference beside the second of some primitives leads nowhere": (
        spoilt(
            bundle(),
            "entry.1.resource.name.0",
            {"given": ["A", "B"], "_given": [None, {"extension": [{"url": "urn:x", "valueReference": NOWHERE}]}]},
        ),
        "reference/unresolved",
        "Bundle.entry[1].resource.name[0]._given[1].extension[0].valueReference.reference",
    ),
    "a contained resource's reference leads nowhere": (
        spoilt(bundle(), "entry.2.resource.contained", [{**ORGANIZATION, "partOf": NOWHERE}]),
        "reference/unresolved",
        f"{WHERE}.contained[0].partOf.reference",
    ),
    "nothing of that name is contained": (
        spoilt(bundle(), "entry.2.resource.subject", {"reference": "#p"}),
        "reference/unresolved",
        f"{WHERE}.subject.reference",
    ),
    "a reference says another type than the one it leads to": (
        spoilt(bundle(), "entry.2.resource.subject", {**SUBJECT, "type": "Group"}),
        "reference/type",
        f"{WHERE}.subject.type",
    ),
    "a resource of that type cannot stand there": (
        spoilt(bundle(), "entry.2.resource.subject", {"reference": "Organization/o"}),
        "reference/target",
        f"{WHERE}.subject.reference",
    ),
    "two entries have one full URL": (
        spoilt(bundle(), "entry.2.fullUrl", "urn:uuid:p"),
        "reference/bdl-7",
        "Bundle.entry[1].fullUrl",
    ),
    "a full URL ends in another id": (
        spoilt(bundle(), "entry.1.fullUrl", "https://a.invalid/fhir/Patient/q"),
        "reference/full-url",
        "Bundle.entry[1].fullUrl",
    ),
    "a full URL is relative": (
        spoilt(bundle(), "entry.1.fullUrl", "Patient/p"),
        "reference/full-url",
        "Bundle.entry[1].fullUrl",
    ),
    "two entries have one id": (
        spoilt(bundle(), "entry.2.resource", {**PATIENT, "gender": "male"}),
        "reference/id",
        "Bundle.entry[1].resource.id",
    ),
    "an entry has a request that is not for it": (
        {"resourceType": "Bundle", "type": "collection", "entry": [{"request": {"method": "DELETE", "url": "Patient/p"}}]},
        "reference/bdl-3",
        "Bundle.entry[0]",
    ),
    "an entry has a response that is not for it": (
        spoilt(bundle(), "entry.2.response", {"status": "200"}),
        "reference/bdl-4",
        "Bundle.entry[2]",
    ),
    "an entry has no request": (spoilt(bundle(), "entry.3.request"), "reference/bdl-3", "Bundle.entry[3]"),
}


@pytest.mark.parametrize("sound", GOOD.values(), ids=GOOD)
def test_nothing_is_said_of(sound: Resource) -> None:
    assert checked(sound) == []


@pytest.mark.parametrize(("wrong", "rule", "expression"), BAD.values(), ids=BAD)
def test_it_is_an_issue_that(wrong: Resource, rule: str, expression: str) -> None:
    assert (rule, expression) in checked(wrong)


def test_what_is_not_there_is_told_from_what_may_not_be_there() -> None:
    nowhere, elsewhere = (
        spoilt(bundle(), "entry.2.resource.subject", each) for each in (NOWHERE, {"reference": "Organization/o"})
    )

    assert [issue.code for issue in check_references(nowhere, r4(), canonical_bytes(nowhere))] == [IssueType.NOT_FOUND]
    assert [issue.code for issue in check_references(elsewhere, r4(), canonical_bytes(elsewhere))] == [IssueType.INVALID]


def test_only_what_is_wrong_is_said() -> None:
    assert len(checked(BAD["a reference leads nowhere"][0])) == 1
    assert len(checked(BAD["an entry has no request"][0])) == 1


def test_a_wrong_target_says_which_types_can_stand_there() -> None:
    wrong = transaction([ORGANIZATION, spoilt(CLAIM, "patient", {"reference": "Organization/o"})])

    (issue,) = check_references(wrong, r4(), canonical_bytes(wrong))

    assert issue.text == "the type Organization is not allowed here; allowed are: Patient"


def test_a_reference_in_an_extension_is_found_though_the_short_guide_does_not_look_there() -> None:
    pointing = spoilt(bundle(), "entry.1.resource.extension", EXTENSION)

    assert r4().references.sound_references(pointing["entry"][1]["resource"], types_of(pointing["entry"])) >= 0
    assert len(list(r4().all_references.references(pointing["entry"][1]["resource"]))) > len(
        list(r4().references.references(pointing["entry"][1]["resource"]))
    )


def test_the_quick_answer_is_for_bundles_of_things_to_do() -> None:
    collection = {**bundle(), "type": "collection"}

    assert is_sound(bundle(), r4(), canonical_bytes(bundle()))
    assert not is_sound(collection, r4(), canonical_bytes(collection))


def test_the_ways_lead_to_every_type_that_holds_a_reference() -> None:
    roots = ["Observation", "Claim", "Patient"]
    leading = leading_types(packaged_table("R4"), frozenset({"extension", "modifierExtension"}), roots)

    assert all(leading[name] for name in ("Observation", "Claim.item.detail", "Identifier", "Annotation", "Reference"))
    assert not any(leading[name] for name in ("Coding", "CodeableConcept", "Quantity", "HumanName", "string", "Timing"))


def test_a_resource_beside_an_entry_without_one_is_still_looked_at() -> None:
    deletion = {"fullUrl": "urn:uuid:gone", "request": {"method": "DELETE", "url": "Patient/gone"}}
    wrong = spoilt(spoilt(bundle(), "entry.4", deletion), "entry.2.resource.subject", NOWHERE)

    assert checked(wrong) == [("reference/unresolved", f"{WHERE}.subject.reference")]


def test_a_reference_with_a_text_beside_it_is_a_reference_as_any_other() -> None:
    assert checked(spoilt(bundle(), "entry.2.resource.subject.display", "x")) == []
    assert checked(spoilt(bundle(), "entry.2.resource.subject", {**NOWHERE, "display": "x"})) == [
        ("reference/unresolved", f"{WHERE}.subject.reference")
    ]


def test_what_a_contained_resource_refers_to_is_found_with_what_else_stands_there() -> None:
    contained = [{**ORGANIZATION, "partOf": {"reference": "urn:uuid:o", "display": "x"}}]

    assert checked(spoilt(bundle(), "entry.2.resource.contained", contained)) == []
    assert checked(spoilt(bundle(), "entry.2.resource.subject.identifier", ASSIGNER[0])) == []


@pytest.mark.parametrize("reference", ["Claim/1", "Claim/1/_history/2", "#in"])
def test_a_reference_of_one_resource_names_a_type_that_may_stand_there(reference: str) -> None:
    coverage = {"resourceType": "Coverage", "id": "in", "status": "active", "payor": [{"display": "x"}]}
    observation = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "x"},
        "contained": [{**coverage, "beneficiary": {"reference": "Patient/1"}}],
        "performer": [{"reference": "Practitioner/1"}],
        "derivedFrom": [{"reference": "urn:uuid:5f0f1a1e-9b1f-4d50-8a4e-3b3f1a0a0001"}],
        "specimen": {"reference": "#in"},
        "subject": {"reference": reference},
    }

    wrong = [issue.expression for issue in written(check_resource(observation, r4())) if issue.rule == "reference/target"]

    assert sorted(wrong) == [("Observation.specimen.reference",), ("Observation.subject.reference",)]


@pytest.mark.parametrize(("reference", "is_wrong"), [("Patient p", True), ("Patient/p ", True), ("Patient/p", False)])
def test_a_reference_has_no_space(reference: str, *, is_wrong: bool) -> None:
    found = check_resource({"resourceType": "Basic", "code": {"text": "x"}, "subject": {"reference": reference}}, r4())

    assert [issue.rule for issue in written(found)] == (["reference/format"] if is_wrong else [])


@pytest.mark.parametrize(
    ("reference", "said", "wrong"),
    [
        ("Patient/1", "Patient", []),
        ("Patient/1", "http://hl7.org/fhir/StructureDefinition/Patient", []),
        ("Patient/1", "Practitioner", [("Basic.subject.type",)]),
        ("#in", "Practitioner", [("Basic.subject.type",)]),
        ("urn:uuid:5f0f1a1e-9b1f-4d50-8a4e-3b3f1a0a0001", "Practitioner", []),
    ],
)
def test_the_type_that_a_reference_says_is_the_one_that_it_names(reference: str, said: str, wrong: list[tuple[str, ...]]) -> None:
    contained = {"resourceType": "Patient", "id": "in"}
    basic = {"resourceType": "Basic", "code": {"text": "x"}, "contained": [contained]}

    found = check_resource({**basic, "subject": {"reference": reference, "type": said}}, r4())

    assert [issue.expression for issue in written(found) if issue.rule == "reference/type"] == wrong


def test_a_reference_that_says_its_type_rightly_is_sound() -> None:
    assert checked(spoilt(bundle(), "entry.2.resource.subject", {**SUBJECT, "type": "Patient"})) == []
