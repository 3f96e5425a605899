"""FHIR as EHRs send it: one Bundle in many spellings, its resources as files, and what stands in a chart beside the visit."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest

from adapter.conversion import Conversion
from adapter.issues import FailureKind
from adapter.readers.document import Document
from tests.examples.ground import EXAMPLES, OPTIONS, conversion_of, pipeline

FOLDER = EXAMPLES / "ehr-bundle"
CHART = json.loads((FOLDER / "chart.json").read_text())
RESOURCES: dict[str, dict[str, Any]] = {entry["resource"]["id"]: entry["resource"] for entry in CHART["entry"]}
VISIT = {"reference": "Encounter/eVis"}
NPI = "http://hl7.org/fhir/sid/us-npi"


def convert(*charts: dict[str, Any]) -> Conversion:
    """The conversion of FHIR documents beside the AI report."""
    documents = [Document(name=name_of(chart), content=json.dumps(chart).encode()) for chart in charts]
    report = Document(name="ai_report.json", content=(FOLDER / "ai_report.json").read_bytes())
    return pipeline().convert([*documents, report], OPTIONS)


def name_of(chart: dict[str, Any]) -> str:
    """A file of a single resource is named by its place in the chart."""
    return f"file-{list(RESOURCES).index(chart['id']):02}.json" if "id" in chart else "chart.json"


def chart(*more: dict[str, Any], without: tuple[str, ...] = (), **changed: dict[str, Any]) -> dict[str, Any]:
    """The Bundle with other resources before its own, without some, and with changes by id."""
    own = [{**resource, **changed.get(name, {})} for name, resource in RESOURCES.items() if name not in without]
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in (*more, *own)]}


def like(name: str, **changed: object) -> dict[str, Any]:
    """Another resource like one of the chart."""
    return {**RESOURCES[name], "id": "another", **changed}


def coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def told(made: Conversion) -> list[tuple[str | None, str]]:
    return [(issue.rule, issue.location[0]) for issue in made.issues if issue.is_error]


def as_transaction() -> dict[str, Any]:
    """The Bundle as a client posts it: no ids, and references to the `urn:uuid` of the entries."""
    text = json.dumps({"entry": [{"resource": resource} for resource in RESOURCES.values()]})
    urls = {f"{one['resourceType']}/{name}": f"urn:uuid:{uuid5(NAMESPACE_URL, name)}" for name, one in RESOURCES.items()}
    for name, url in urls.items():
        text = text.replace(f'"reference": "{name}"', f'"reference": "{url}"')
    entries = [
        {
            "fullUrl": url,
            "resource": {key: value for key, value in entry["resource"].items() if key != "id"},
            "request": {"method": "POST", "url": entry["resource"]["resourceType"]},
        }
        for url, entry in zip(urls.values(), json.loads(text)["entry"], strict=True)
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def spelled(old: str, new: str) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(json.dumps(CHART).replace(f'"reference": "{old}"', f'"reference": "{new}"'))
    return whole


def as_message() -> dict[str, Any]:
    header = {
        "resourceType": "MessageHeader",
        "id": "m",
        "eventCoding": {"code": "charge"},
        "focus": [{"reference": "Claim/eClaim"}],
    }
    return chart(header) | {"type": "message"}


SPELLINGS = {
    "absolute": spelled("Patient/eXb7", f"{CHART['entry'][0]['fullUrl']}"),
    "as the answer to an operation": {"resourceType": "Parameters", "parameter": [{"name": "return", "resource": CHART}]},
    "conditional": spelled("Practitioner/eLind", f"Practitioner?identifier={NPI}|1234567893"),
    "message": as_message(),
    "of a version": spelled("Encounter/eVis", "Encounter/eVis/_history/2"),
    "transaction": as_transaction(),
}


@pytest.mark.parametrize("spelling", sorted(SPELLINGS))
def test_however_references_are_spelled_the_bundle_is_the_same(spelling: str) -> None:
    assert convert(SPELLINGS[spelling]).content == conversion_of("ehr-bundle").content


def test_of_several_visits_that_of_the_document_counts() -> None:
    visit = like("eVis", period={"start": "2026-01-05T09:00:00-06:00", "end": "2026-01-05T09:30:00-06:00"})
    composition = {"resourceType": "Composition", "id": "c", "status": "final", "subject": {"reference": "Patient/eXb7"}}
    procedure = {"encounter": {"display": "the visit of that day"}}
    unsaid = convert(chart(composition, visit, without=("eClaim",), eProc=procedure))
    said = convert(chart(composition | {"encounter": VISIT}, visit, without=("eClaim",), eProc=procedure))

    assert [rule for rule, _ in told(unsaid)] == ["map/the_one"]
    assert said.case is not None
    assert said.case.encounter.id == "330126"


def test_what_is_left_out_of_a_bundle_has_the_nearest_reason_and_the_rest_is_unread() -> None:
    history = CHART | {"type": "history", "total": 18, "foo": "x"} | {"entry": [*CHART["entry"], CHART["entry"][0]]}
    unread = convert(history).unread_fields.fields
    reasons = {each.field: each.reason for each in unread if each.field.startswith("Bundle")}

    assert reasons == {
        "Bundle[*].entry": "how the resources were sent; what failed, and what is to be deleted or patched, is told",
        "Bundle[*].entry[*].resource": "an older version of a resource of which the newest is read",
        "Bundle[*].foo": None,
        "Bundle[*].id": "how the resources were sent",
        "Bundle[*].link": "how the resources were sent; a page that was not sent is told",
        "Bundle[*].total": "how the resources were sent; what was not sent is told",
        "Bundle[*].type": "how the resources were sent",
    }


def test_what_a_server_warns_of_is_told_of_a_bundle_that_is_made_and_of_one_that_is_not() -> None:
    link = [{"relation": "next", "url": "https://ehr.childrens-genetics.invalid/page/2"}]
    page = CHART | {"link": link}

    assert [issue.location for issue in convert(page).issues if issue.rule == "bundle/more"] == [("chart.json#/link/0",)]
    alone = convert(page | {"entry": []})
    assert [issue.rule for issue in alone.issues] == ["document/alone", "bundle/more"]


def test_the_resources_may_come_as_files_in_any_order() -> None:
    made = convert(*RESOURCES.values())
    whole = conversion_of("ehr-bundle").bundle

    assert made.bundle is not None
    assert whole is not None
    assert by_url(made.bundle) == by_url(whole)
    assert convert(*reversed(RESOURCES.values())).content == made.content


def by_url(bundle: dict[str, Any]) -> dict[str, Any]:
    """The resources of a Bundle, whatever their order."""
    return {entry["fullUrl"]: entry["resource"] for entry in bundle["entry"]}


def test_a_resource_in_two_files_counts_once_and_must_be_the_same_in_both() -> None:
    patient = RESOURCES["eXb7"]

    assert convert(CHART, {**patient, "meta": {"versionId": "4"}}).content == conversion_of("ehr-bundle").content

    made = convert(CHART, {**patient, "birthDate": "2023-02-12"})

    assert made.failure is FailureKind.CONFLICT
    assert [issue.location for issue in made.issues] == [("chart.json#/entry/0/resource", "file-00.json#")]


def test_a_report_of_the_laboratory_is_not_the_report_of_the_analysis() -> None:
    laboratory = coded("http://terminology.hl7.org/CodeSystem/v2-0074", "LAB")
    made = convert(chart(like("eRep", category=[laboratory], conclusion="Glucose is normal.")))

    assert made.case is not None
    assert made.case.review is not None
    assert made.case.review.conclusion == RESOURCES["eRep"]["conclusion"]


def test_of_two_reports_none_is_taken_unless_the_procedure_says_which() -> None:
    two = like("eRep", conclusion="Another note.")
    made = convert(chart(two))
    chosen = convert(chart(two, eProc={"report": [{"reference": "DiagnosticReport/another"}]}))

    assert made.case is not None
    assert made.case.review is None
    assert "map/only" in {issue.rule for issue in made.issues}
    assert chosen.case is not None
    assert chosen.case.review is not None
    assert chosen.case.review.conclusion == "Another note."


def resource_of(made: Conversion, kind: str) -> dict[str, Any]:
    assert made.bundle is not None
    (resource,) = [entry["resource"] for entry in made.bundle["entry"] if entry["resource"]["resourceType"] == kind]
    assert isinstance(resource, dict)
    return resource


def test_a_code_of_the_clinic_s_own_is_never_taken_for_one_of_cpt() -> None:
    own, modifier = coded("https://clinic.example/charges", "10452"), coded("urn:oid:1.2.3", "ZZ")
    analysis = RESOURCES["eClaim"]["item"][0]
    item = analysis | {"sequence": 2, "productOrService": own, "modifier": [modifier]}
    order = {"resourceType": "ServiceRequest", "id": "eOrder", "status": "active", "intent": "order", "code": own}
    made = convert(chart(order, eClaim={"item": [analysis, item]}))
    _, billed = resource_of(made, "Claim")["item"]

    assert billed["productOrService"]["coding"] == own["coding"]
    assert billed["modifier"] == [modifier]
    assert resource_of(made, "ServiceRequest")["code"]["coding"] == own["coding"]
    assert "COD-01" in {issue.rule for issue in made.issues}


def diagnoses_of(made: Conversion) -> list[tuple[str, int | None]]:
    assert made.case is not None
    return [(diagnosis.icd10cm, diagnosis.order) for diagnosis in made.case.diagnoses]


def test_a_diagnosis_is_of_the_visit_or_of_the_claim() -> None:
    icd = coded("http://hl7.org/fhir/sid/icd-10-cm", "Q02")
    over = {"clinicalStatus": coded("http://terminology.hl7.org/CodeSystem/condition-clinical", "resolved")}
    listed = {"category": [coded("http://terminology.hl7.org/CodeSystem/condition-category", "problem-list-item")]}
    wrong = {"verificationStatus": coded("http://terminology.hl7.org/CodeSystem/condition-ver-status", "entered-in-error")}
    nowhere = {key: value for key, value in like("eDx1", code=icd).items() if key != "encounter"}
    referred = {"reasonReference": [{"reference": "Condition/another"}]}

    assert diagnoses_of(convert(CHART)) == [("Q87.3", 1)]
    for other in (
        nowhere | over,
        nowhere | listed,
        like("eDx1", code=icd, **wrong),
        like("eDx1", encounter={"reference": "x/1"}),
    ):
        assert diagnoses_of(convert(chart(other))) == [("Q87.3", 1)]
    assert diagnoses_of(convert(chart(nowhere))) == [("Q87.3", 1), ("Q02", None)]
    assert diagnoses_of(convert(chart(nowhere | listed, eProc=referred))) == [("Q87.3", 1), ("Q02", None)]


def test_a_claim_may_say_codes_of_which_there_is_no_condition() -> None:
    concept = coded("http://hl7.org/fhir/sid/icd-10-cm", "Q87.3")
    made = convert(chart(without=("eDx1",), eClaim={"diagnosis": [{"sequence": 3, "diagnosisCodeableConcept": concept}]}))

    assert diagnoses_of(made) == [("Q87.3", 3)]


def test_what_was_measured_at_another_visit_or_in_error_is_left_out() -> None:
    another = like("eHt", encounter={"reference": "Encounter/old"})
    wrong = like("eHc", id="wrong", status="entered-in-error")
    made = convert(chart(another, wrong))

    assert made.content == conversion_of("ehr-bundle").content
    assert [issue.location for issue in made.issues if issue.rule == "coverage/dropped" and "Observation" in issue.text] == [
        ("chart.json#/entry/0/resource", "chart.json#/entry/1/resource")
    ]


def test_an_analysis_in_two_visits_is_refused_and_one_in_error_is_not_there() -> None:
    elsewhere = {"encounter": {"reference": "Encounter/old"}}
    old = like("eVis", id="old")

    assert [rule for rule, _ in told(convert(chart(like("eProc", **elsewhere), old)))] == ["map/the_one"]
    assert told(convert(chart(like("eProc", **elsewhere, status="entered-in-error"), old))) == []


def answers(*items: dict[str, Any]) -> Iterator[tuple[str, str | None, bool | None]]:
    made = convert(chart(eForm={"item": list(items)}))
    assert made.case is not None
    return ((answer.link_id, answer.value, answer.flag) for answer in made.case.answers)


@pytest.mark.parametrize(
    ("answer", "value", "flag"),
    [
        ({"valueString": "tall"}, "tall", None),
        ({"valueBoolean": False}, None, False),
        ({"valueInteger": 3}, "3", None),
        ({"valueDecimal": 181.5}, "181.5", None),
        ({"valueDate": "2026-05-05"}, "2026-05-05", None),
        ({"valueQuantity": {"value": 181.5, "unit": "cm"}}, "181.5 cm", None),
        ({"valueCoding": {"system": "http://snomed.info/sct", "code": "1", "display": "Tall"}}, "Tall", None),
    ],
)
def test_answers_of_every_type_are_carried(answer: dict[str, Any], value: str | None, *, flag: bool | None) -> None:
    question = {"linkId": "1.1", "answer": [answer]}

    assert list(answers(question)) == [("1.1", value, flag)]
    assert list(answers({"linkId": "1", "text": "Family", "item": [question]})) == [("1.1", value, flag)]


HPO = coded("http://human-phenotype-ontology.org", "HP:0001250")
HEIGHT = {"text": "Body height"}
OF_A_PATIENT: list[dict[str, Any]] = [
    {"resourceType": "Observation", "status": "final", "code": HPO, "valueBoolean": True},
    {
        "resourceType": "Observation",
        "status": "final",
        "category": [coded("http://terminology.hl7.org/CodeSystem/observation-category", "vital-signs")],
        "code": {"text": "Arm span"},
        "valueQuantity": {"value": 171, "unit": "cm"},
    },
    {
        "resourceType": "Observation",
        "status": "final",
        "code": coded("http://loinc.org", "69548-6"),
        "method": {"text": "Exome"},
        "valueCodeableConcept": {"text": "Present"},
    },
    {"resourceType": "Condition", "code": coded("http://hl7.org/fhir/sid/icd-10-cm", "Q99.9")},
    {"resourceType": "Condition", "code": {**coded("http://www.omim.org", "194050"), "text": "Williams syndrome"}},
    {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "item": [{"linkId": "x", "answer": [{"valueBoolean": True}]}],
    },
    {"resourceType": "ServiceRequest", "status": "active", "code": coded("http://loinc.org", "94087-4")},
    {"resourceType": "Media", "status": "completed", "content": {"url": "https://pictures.example/1"}},
]


def findings(*more: dict[str, Any]) -> int:
    """How many things of the kinds above the case of the chart has, with more resources after its own."""
    whole = chart()
    whole["entry"] += [{"resource": {"id": f"more{place}", **one}} for place, one in enumerate(more)]
    made = convert(whole)
    assert made.case is not None
    case = made.case
    lists = (
        case.phenotypes,
        case.measurements,
        case.molecular,
        case.diagnoses,
        case.clinician_diagnoses,
        case.answers,
        case.orders,
    )
    return sum(map(len, (*lists, case.images)))


@pytest.mark.parametrize("resource", OF_A_PATIENT, ids=range(len(OF_A_PATIENT)))
def test_what_is_about_another_patient_is_left_out(resource: dict[str, Any]) -> None:
    (patient,) = (name for name, one in RESOURCES.items() if one["resourceType"] == "Patient")
    own, another = ({**resource, "subject": {"reference": f"Patient/{name}"}} for name in (patient, "another"))

    assert findings(own) == findings(resource) == findings() + 1
    assert findings(another) == findings()


@pytest.mark.parametrize("changed", [{"status": "cancelled"}, {"valueQuantity": {"value": 171, "comparator": "<"}}])
@pytest.mark.parametrize("resource", OF_A_PATIENT[:2], ids=["phenotype", "measurement"])
def test_what_was_not_observed_or_not_exactly_is_left_out(resource: dict[str, Any], changed: dict[str, Any]) -> None:
    is_measured = "valueQuantity" in resource

    assert findings({**resource, **changed}) == findings() + ("status" not in changed and not is_measured)


def test_an_order_not_to_do_something_is_not_read_as_one_to_do_it() -> None:
    order = OF_A_PATIENT[6]

    assert findings(order | {"doNotPerform": True}) == findings()
    assert findings(order | {"doNotPerform": False}) == findings() + 1


@pytest.mark.parametrize(
    ("performer", "source"),
    [([{"reference": "Practitioner/eLind"}], "clinician"), ([{"display": "Dr. Lind"}], "clinician"), ([], None)],
)
def test_who_saw_a_feature_is_who_is_said_to_have(performer: list[dict[str, Any]], source: str | None) -> None:
    seen = (
        OF_A_PATIENT[0]
        | {"id": "seen", "subject": {"reference": "Patient/eXb7"}}
        | ({"performer": performer} if performer else {})
    )
    made = convert(chart(seen))

    assert made.case is not None
    assert [feature.source for feature in made.case.phenotypes if feature.hpo == "HP:0001250"] == [source]


def seen_as(**value: Any) -> list[str]:  # noqa: ANN401 - JSON
    """The presence of a feature that an Observation tells with this value."""
    plain = {name: part for name, part in OF_A_PATIENT[0].items() if not name.startswith("value")}
    made = convert(chart({**plain, "id": "seen", "subject": {"reference": "Patient/eXb7"}, **value}))
    assert made.case is not None
    return [feature.presence for feature in made.case.phenotypes if feature.hpo == "HP:0001250"]


@pytest.mark.parametrize(
    ("value", "presence"),
    [
        ({"valueBoolean": True}, "present"),
        ({"valueBoolean": False}, "absent"),
        ({"valueCodeableConcept": coded("http://loinc.org", "LA9633-4")}, "present"),
        ({"valueCodeableConcept": coded("http://loinc.org", "LA32-8")}, "absent"),
        ({"valueCodeableConcept": coded("http://snomed.info/sct", "52101004")}, "present"),
        ({"valueCodeableConcept": coded("http://snomed.info/sct", "2667000")}, "absent"),
        ({"valueCodeableConcept": coded("http://snomed.info/sct", "373067005")}, "absent"),
        ({"valueCodeableConcept": coded("http://terminology.hl7.org/CodeSystem/v2-0136", "N")}, "absent"),
        ({"valueCodeableConcept": {"text": "severe"}}, "unknown"),
        ({"valueString": "no"}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_whether_a_feature_is_there_is_read_in_the_codes_of_ehrs(value: dict[str, Any], presence: str) -> None:
    assert seen_as(**value) == [presence]


def test_a_code_that_says_neither_is_told() -> None:
    plain = {name: part for name, part in OF_A_PATIENT[0].items() if not name.startswith("value")}
    severe = {"valueCodeableConcept": coded("http://snomed.info/sct", "24484000"), "subject": {"reference": "Patient/eXb7"}}
    made = convert(chart({**plain, "id": "seen", **severe}))

    assert [issue.rule for issue in made.issues if issue.rule and issue.rule.startswith("map/")] == ["map/recode"]


@pytest.mark.parametrize(
    ("system", "other"),
    [
        ("http://hl7.org/fhir/sid/us-npi", "urn:oid:2.16.840.1.113883.4.6"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "urn:oid:2.16.840.1.113883.6.90"),
        ("http://nucc.org/provider-taxonomy", "urn:oid:2.16.840.1.113883.6.101"),
        ("http://human-phenotype-ontology.org", "http://purl.obolibrary.org/obo/hp.owl"),
    ],
)
def test_a_code_system_may_be_spelled_otherwise(system: str, other: str) -> None:
    feature = {**OF_A_PATIENT[0], "id": "seen", "subject": {"reference": "Patient/eXb7"}}
    sent = chart(feature)
    again = json.loads(json.dumps(sent).replace(f'"{system}"', f'"{other}"'))

    assert again != sent
    assert convert(again).content == convert(sent).content


def test_who_performed_the_procedure_renders_the_service() -> None:
    plain = {name: part for name, part in RESOURCES["eVis"].items() if name != "participant"}
    performed = [{"actor": {"reference": "Practitioner/eLind"}}]
    helped = [{**performed[0], "function": coded("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "SPRF")}]
    team = {"careTeam": [{"sequence": 1, "provider": {"reference": "Practitioner/eLind"}, "role": coded("x", "primary")}]}

    def role(performer: list[dict[str, Any]], **claim: Any) -> str | None:  # noqa: ANN401 - JSON
        procedure = {key: part for key, part in RESOURCES["eProc"].items() if key != "performer"} | {"performer": performer}
        made = convert(chart(plain, procedure, without=("eVis", "eProc"), eClaim={"careTeam": [], **claim}))
        assert made.case is not None
        return made.case.practitioners[0].role

    assert role(performed) == "rendering"
    assert role(helped) == "assisting"
    assert role([{"actor": {"display": "somebody"}}]) is None
    assert role([{"actor": {"display": "somebody"}}], **team) == "rendering"


def test_a_consent_that_denies_as_a_whole_allows_nothing() -> None:
    made = convert(chart(eCons={"provision": {"type": "deny"}}))

    assert made.case is not None
    assert made.case.consent is not None
    assert (made.case.consent.analysis, made.case.consent.vendor_disclosure, made.case.consent.training_use) == (False,) * 3


def test_a_photograph_in_the_document_itself_is_refused() -> None:
    picture = {"contentType": "image/jpeg", "data": "/9j/4AAQ"}
    made = convert(chart({"resourceType": "Media", "id": "m", "status": "completed", "content": picture}))

    assert made.bundle is None
    assert told(made) == [("document/inline-image", "chart.json#/entry/0/resource/content/data")]


def test_a_question_without_an_answer_is_carried_and_a_group_is_not_a_question() -> None:
    group = {"linkId": "1", "text": "Family", "item": [{"linkId": "1.1", "text": "How tall is the mother?"}, {"linkId": "1.2"}]}

    assert list(answers(group)) == [("1.1", None, None)]


def contact(code: str, **more: object) -> dict[str, Any]:
    return {
        "relationship": [coded("http://terminology.hl7.org/CodeSystem/v3-RoleCode", code)],
        "name": {"family": "Near"},
        **more,
    }


def test_a_parent_among_the_contacts_of_the_patient_is_the_guardian_where_no_related_person_is() -> None:
    (patient,) = (name for name, one in RESOURCES.items() if one["resourceType"] == "Patient")
    kin = tuple(name for name, one in RESOURCES.items() if one["resourceType"] == "RelatedPerson")
    phone = [{"system": "phone", "value": "+1 802 555 0177"}]
    changed: dict[str, Any] = {patient: {"contact": [contact("N"), contact("MTH", telecom=phone)]}}
    alone = convert(chart(without=kin, **changed)).case
    beside = convert(chart(**changed)).case
    assert alone is not None
    assert alone.guardian is not None
    assert beside is not None
    assert beside.guardian is not None

    assert (alone.guardian.family, alone.guardian.relationship, alone.guardian.phone) == ("Near", "mother", "+1 802 555 0177")
    assert beside.guardian.family != "Near"


def test_two_resources_of_one_clinician_are_one() -> None:
    (number,) = (
        name for name, one in RESOURCES.items() if one.get("resourceType") == "Practitioner" and "1234567893" in str(one)
    )
    made = convert(chart(like(number) | {"name": [{"family": "Written Otherwise"}]}))

    assert told(made) == []
    assert made.case is not None
    assert [each.npi for each in made.case.practitioners].count("1234567893") == 1


def test_r5_is_refused_where_it_differs() -> None:
    of_r5 = chart(eVis={"class": [coded("http://terminology.hl7.org/CodeSystem/v3-ActCode", "AMB")]})

    assert told(convert(of_r5)) == [("fhir/release", "chart.json#/entry/7/resource/class/0")]
