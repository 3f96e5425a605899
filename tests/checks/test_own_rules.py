"""Every invariant with what keeps and what breaks it."""

from typing import Any

import pytest

from adapter.checks import r4
from adapter.checks.by_hand import BY_HAND
from adapter.checks.full_check import check_resource
from adapter.checks.own_rules import OWN_RULES, check_own_rules
from adapter.issues import AnyIssue
from tests.checks.ground import CLAIM, CODE, CPT, OBSERVATION, PATIENT, SUBJECT, US_CORE, Resource, said, spoilt, written

TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
NPI = "http://hl7.org/fhir/sid/us-npi"


def concept(system: str, code: str) -> Resource:
    return {"coding": [{"system": TERMINOLOGY + system, "code": code}]}


def us_core(kind: str, **elements: Any) -> Resource:  # noqa: ANN401 - JSON
    return {"resourceType": kind, "meta": {"profile": [None, f"{US_CORE}some"]}, **elements}


def numbered(value: str, system: str = NPI) -> Resource:
    return {"resourceType": "Practitioner", "identifier": [{"system": system, "value": value}]}


def modifiers(*codes: str) -> list[Resource]:
    return [{"coding": [{"system": CPT, "code": code}]} for code in codes]


CONSENT = {"resourceType": "Consent", "scope": concept("consentscope", "patient-privacy"), "patient": SUBJECT, "policyRule": {}}
PROBLEM = {
    "resourceType": "Condition",
    "category": [concept("condition-category", "problem-list-item")],
    "clinicalStatus": concept("condition-clinical", "active"),
}
ERROR = concept("condition-ver-status", "entered-in-error")
OVER = concept("condition-clinical", "resolved")
ANSWERS = {"resourceType": "QuestionnaireResponse", "item": [{"linkId": "1", "answer": [{"item": [{"linkId": "2"}]}]}]}
BOTH = {"linkId": "x", "item": [{"linkId": "y"}], "answer": [{"valueBoolean": True}]}
ROLE = us_core("PractitionerRole", practitioner=SUBJECT, telecom=[{"value": "1"}])
MEMBER = [{"type": concept("v2-0203", "MB"), "value": "1"}]
DRAFT = spoilt(CLAIM, "status", "draft")
OTHER_CODE = spoilt(CLAIM, "item.0.productOrService.coding.0.code", "99213")
PROFILED = {**OTHER_CODE, "meta": {"profile": [None, "https://0731t-adapter.invalid/fhir/StructureDefinition/claim-0731t|1"]}}
FIVE = modifiers("52", "80", "82", "95", "22")


def team(member: str) -> Resource:
    """A care team with one member, who is there on behalf of an organization."""
    participant = {"member": {"reference": member}, "onBehalfOf": {"display": "x"}}
    return {
        "resourceType": "CareTeam",
        "contained": [{"resourceType": "Patient", "id": "in"}],
        "participant": [participant, {"member": SUBJECT}],
    }


def collection(first: Resource, *others: tuple[str, Resource]) -> Resource:
    """A Bundle of a resource and others, each of these with its full URL."""
    entries = [{"fullUrl": url, "resource": resource} for url, resource in (("urn:uuid:first", first), *others)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


CASES: list[tuple[str, Resource, Resource, str]] = [
    ("ppc-1", CONSENT, spoilt(CONSENT, "policyRule"), "Consent"),
    ("ppc-1", {**spoilt(CONSENT, "policyRule"), "policy": [{}]}, spoilt(CONSENT, "policyRule"), "Consent"),
    ("ppc-2", CONSENT, spoilt(CONSENT, "patient"), "Consent"),
    ("ppc-2", spoilt(spoilt(CONSENT, "patient"), "scope.coding.0.code", "research"), spoilt(CONSENT, "patient"), "Consent"),
    (
        "obs-6",
        {**spoilt(OBSERVATION, "valueInteger"), "dataAbsentReason": CODE},
        {**OBSERVATION, "dataAbsentReason": CODE},
        "Observation.dataAbsentReason",
    ),
    (
        "obs-7",
        {**OBSERVATION, "component": [{"code": {"coding": [{"code": "other"}]}}]},
        {**OBSERVATION, "component": [{}, {"code": CODE}]},
        "Observation.component[1].code",
    ),
    (
        "obs-7",
        {**spoilt(OBSERVATION, "valueInteger"), "component": [{"code": CODE}]},
        {**OBSERVATION, "component": [{"code": CODE}]},
        "Observation.component[0].code",
    ),
    ("ctm-1", team("Practitioner/1"), team("Patient/1"), "CareTeam.participant[0].onBehalfOf"),
    ("ctm-1", team("urn:uuid:5f0f1a1e-9b1f-4d50-8a4e-3b3f1a0a0001"), team("#in"), "CareTeam.participant[0].onBehalfOf"),
    ("con-3", PROBLEM, spoilt(PROBLEM, "clinicalStatus"), "Condition"),
    ("con-3", {**spoilt(PROBLEM, "clinicalStatus"), "verificationStatus": ERROR}, spoilt(PROBLEM, "clinicalStatus"), "Condition"),
    (
        "con-4",
        {**PROBLEM, "clinicalStatus": OVER, "abatementString": "x"},
        {**PROBLEM, "abatementString": "x"},
        "Condition.clinicalStatus",
    ),
    ("con-5", PROBLEM, {**PROBLEM, "verificationStatus": ERROR}, "Condition.clinicalStatus"),
    ("qrs-1", ANSWERS, {**ANSWERS, "item": [BOTH]}, "QuestionnaireResponse.item[0]"),
    (
        "qrs-1",
        ANSWERS,
        spoilt(ANSWERS, "item.0.answer.0.item.0", BOTH),
        "QuestionnaireResponse.item[0].answer[0].item[0]",
    ),
    ("qrs-1", ANSWERS, {**ANSWERS, "item": [{"item": [BOTH]}]}, "QuestionnaireResponse.item[0].item[0]"),
    (
        "prr-1",
        {"resourceType": "ServiceRequest", "code": CODE, "orderDetail": [CODE]},
        {"resourceType": "ServiceRequest", "orderDetail": [CODE]},
        "ServiceRequest.orderDetail",
    ),
    (
        "us-core-1",
        us_core("Observation", valueInteger=1, effectiveDateTime="2024-02-29"),
        us_core("Observation", valueInteger=1, effectiveDateTime="2024-02"),
        "Observation.effectiveDateTime",
    ),
    ("us-core-2", us_core("Observation", hasMember=[]), us_core("Observation"), "Observation"),
    ("us-core-2", us_core("Observation", _valueString={}), us_core("Observation"), "Observation"),
    ("us-core-2", {"resourceType": "Observation"}, us_core("Observation"), "Observation"),
    ("us-core-6", us_core("Patient", name=[{"given": ["A"]}]), us_core("Patient", name=[{"text": "A"}]), "Patient.name[0]"),
    (
        "us-core-6",
        us_core("Patient", name=[{"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason"}]}]),
        us_core("Patient", name=[{"extension": [{"url": "urn:x"}]}]),
        "Patient.name[0]",
    ),
    ("us-core-6", PATIENT | {"name": [{"text": "A"}]}, us_core("Patient", name=[{"text": "A"}]), "Patient.name[0]"),
    (
        "us-core-7",
        us_core("Procedure", status="completed", performedDateTime="2024"),
        us_core("Procedure", status="completed"),
        "Procedure",
    ),
    ("us-core-7", us_core("Procedure", status="not-done"), us_core("Procedure", status="in-progress"), "Procedure"),
    (
        "us-core-10",
        us_core("DiagnosticReport", status="final", effectivePeriod={}),
        us_core("DiagnosticReport", status="final"),
        "DiagnosticReport",
    ),
    (
        "us-core-10",
        us_core("DiagnosticReport", status="registered"),
        us_core("DiagnosticReport", status="amended"),
        "DiagnosticReport",
    ),
    ("us-core-13", ROLE, spoilt(ROLE, "practitioner"), "PractitionerRole"),
    ("pd-1", ROLE, spoilt(ROLE, "telecom"), "PractitionerRole"),
    ("us-core-14", us_core("RelatedPerson", name=[{}]), us_core("RelatedPerson"), "RelatedPerson"),
    ("us-core-15", us_core("Coverage", subscriberId="1"), us_core("Coverage"), "Coverage"),
    ("us-core-15", us_core("Coverage", identifier=MEMBER), us_core("Coverage", identifier=[{"value": "1"}]), "Coverage"),
    ("us-core-16", numbered("1234567893"), numbered("123456789"), "Practitioner.identifier[0].value"),
    ("us-core-16", numbered("12", "urn:a"), numbered("123456789x"), "Practitioner.identifier[0].value"),
    ("us-core-17", numbered("1245319599"), numbered("1234567890"), "Practitioner.identifier[0].value"),
    (
        "us-core-17",
        numbered("123"),
        {**numbered("1234567890"), "resourceType": "Organization"},
        "Organization.identifier[0].value",
    ),
    (
        "us-core-17",
        {"resourceType": "Practitioner", "identifier": [{"system": NPI}]},
        numbered("1234567894"),
        "Practitioner.identifier[0].value",
    ),
    ("clm-0731t-1", CLAIM, spoilt(CLAIM, "item.0.modifier", FIVE), "Claim.item[0].modifier"),
    (
        "clm-0731t-1",
        spoilt(OTHER_CODE, "item.0.modifier", FIVE),
        spoilt(PROFILED, "item.0.modifier", FIVE),
        "Claim.item[0].modifier",
    ),
    ("clm-0731t-1", spoilt(DRAFT, "item.0.modifier", FIVE), spoilt(CLAIM, "item.0.modifier", FIVE), "Claim.item[0].modifier"),
    ("clm-0731t-2", CLAIM, spoilt(CLAIM, "item.0.modifier", modifiers("52", "52")), "Claim.item[0].modifier"),
    ("clm-0731t-3", CLAIM, spoilt(CLAIM, "item.0.modifier", modifiers("52", "53")), "Claim.item[0].modifier"),
    ("clm-0731t-4", CLAIM, spoilt(CLAIM, "item.0.modifier", modifiers("26", "TC")), "Claim.item[0].modifier"),
    ("clm-0731t-5", CLAIM, spoilt(CLAIM, "diagnosis"), "Claim"),
    ("clm-0731t-5", CLAIM, spoilt(CLAIM, "item.0.diagnosisSequence"), "Claim.item[0]"),
    ("clm-0731t-5", {**spoilt(CLAIM, "diagnosis"), "use": "predetermination"}, spoilt(CLAIM, "diagnosis"), "Claim"),
    ("clm-0731t-6", CLAIM, spoilt(CLAIM, "item.0.quantity.value", 2), "Claim.item[0].quantity"),
    ("clm-0731t-6", spoilt(CLAIM, "item.0.quantity"), spoilt(CLAIM, "item.0.quantity.value", 2), "Claim.item[0].quantity"),
    ("clm-0731t-7", CLAIM, spoilt(CLAIM, "item.0.servicedDate", "2022-06-30"), "Claim.item[0].serviced"),
    (
        "clm-0731t-7",
        spoilt(CLAIM, "item.0.servicedDate", "2022-07-01"),
        spoilt(CLAIM, "item.0.servicedDate"),
        "Claim.item[0].serviced",
    ),
    (
        "clm-0731t-7",
        {**CLAIM, "item": [{**spoilt(CLAIM, "item.0.servicedDate")["item"][0], "servicedPeriod": {"start": "2022-07-01"}}]},
        spoilt(CLAIM, "item.0.servicedDate", "2022"),
        "Claim.item[0].serviced",
    ),
]


def all_rules(resource: Resource) -> list[AnyIssue]:
    return [*r4().invariants.issues(resource, resource["resourceType"]), *check_own_rules(resource)]


@pytest.mark.parametrize(("key", "good", "bad", "expression"), CASES)
def test_an_invariant_says_where_it_is_broken_and_nothing_where_it_is_kept(
    key: str, good: Resource, bad: Resource, expression: str
) -> None:
    rule = f"invariant/{key}"

    assert rule not in [found for found, _ in said(all_rules(good))]
    assert (rule, expression) in said(all_rules(bad))


def test_every_invariant_has_its_case() -> None:
    keys = {rule.key for rules in (*OWN_RULES.values(), *BY_HAND.values()) for rule in rules}

    assert keys | {"qrs-1"} == {key for key, *_ in CASES}


def test_an_invariant_is_told_in_our_words_with_its_page() -> None:
    (issue,) = written(check_own_rules(spoilt(PROBLEM, "clinicalStatus"), "Bundle.entry[0].resource"))

    assert issue.text == "a problem has no clinical status"
    assert issue.source == "http://hl7.org/fhir/R4/condition.html#invs"
    assert (issue.severity, issue.expression) == ("warning", ("Bundle.entry[0].resource",))


@pytest.mark.parametrize("member", [{"resourceType": "Patient"}, {"resourceType": "Organization"}])
@pytest.mark.parametrize("url", ["urn:uuid:5f0f1a1e-9b1f-4d50-8a4e-3b3f1a0a0001", "https://clinic.invalid/fhir/x/1"])
def test_a_member_on_behalf_of_others_is_judged_by_what_its_reference_leads_to_in_the_bundle(member: Resource, url: str) -> None:
    found = said(check_resource(collection(team(url), (url, {**member, "id": "m"})), r4()))

    assert ("invariant/ctm-1", "CareTeam.participant[0].onBehalfOf") in found


@pytest.mark.parametrize("reference", ["urn:uuid:5f0f1a1e-9b1f-4d50-8a4e-3b3f1a0a0001", "urn:uuid:nowhere", "#in", "Patient/p"])
def test_a_member_that_a_bundle_says_nothing_else_of_is_told_of_once_or_not_at_all(reference: str) -> None:
    practitioner = ("urn:uuid:5f0f1a1e-9b1f-4d50-8a4e-3b3f1a0a0001", {"resourceType": "Practitioner", "id": "m"})
    found = said(check_resource(collection(team(reference), practitioner, ("urn:uuid:p", PATIENT)), r4()))

    assert [rule for rule, _ in found].count("invariant/ctm-1") == (1 if reference in {"#in", "Patient/p"} else 0)


def test_a_resource_without_invariants_keeps_them_all() -> None:
    assert check_own_rules({"resourceType": "Device"}) == []
