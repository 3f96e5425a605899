"""Odd inputs: FHIR, each with its answer; the answers were written before anything was run."""

import pytest

from tests.examples.odd_answers import Answer, Documents, Made, Refused, answer_of, converted, lost
from tests.examples.odd_inputs import (
    ACT,
    ANALYSIS,
    PATIENT,
    UNKNOWN,
    VISIT,
    alone,
    bundle,
    changed,
    chart,
    claim,
    content_of,
    feature,
)

SECOND = "HP:0000527"
OTHER_VISIT = {"resourceType": "Encounter", "id": "v2", "status": "finished"}
CIRCLE = (
    feature(hasMember=[{"reference": "Observation/o2"}]),
    feature(SECOND, id="o2", hasMember=[{"reference": "Observation/o"}]),
)
MASKED = {"family": "Z", "given": [None, "Q"], "_given": [UNKNOWN, None]}
INPUTS: dict[str, tuple[Documents, Answer]] = {
    # Bundles
    "a page of several": (
        chart(feature(), kind="searchset", total=9, link=[{"relation": "next", "url": "https://s.invalid/2"}]),
        Made(features=["HP:0000664 present"], told=["bundle/more b.json#/link/0"]),
    ),
    "a history": (
        [("b.json", bundle(PATIENT, changed(PATIENT, birthDate="2020-01-01"), VISIT, ANALYSIS, kind="history"))],
        Made(),
    ),
    "answers of a batch without resources": (
        [("b.json", bundle({"response": {"status": "201 Created"}}, kind="transaction-response"))],
        Refused(told=["document/alone b.json#"]),
    ),
    "a batch of which a part failed": (
        chart({"response": {"status": "404 Not Found"}}, kind="batch-response"),
        Refused(told=["bundle/failed b.json#/entry/3"]),
    ),
    "a Bundle within a Bundle": (
        [("b.json", bundle(bundle(PATIENT, VISIT, ANALYSIS, feature())))],
        Made(features=["HP:0000664 present"]),
    ),
    "a Bundle without entries": (
        alone(b_json={"resourceType": "Bundle", "type": "collection"}),
        Refused(told=["document/alone b.json#"]),
    ),
    "an entry in place of the list": (
        alone(b_json={"resourceType": "Bundle", "entry": {"resource": PATIENT}}),
        Refused(told=["structure/type b.json#/entry"]),
    ),
    "resources in a list": (
        alone(b_json=[PATIENT, VISIT]),
        Refused(told=["document/form b.json#"]),
    ),
    "resources in lines": (
        alone(b_json=content_of(PATIENT) + b"\n" + content_of(VISIT)),
        Refused(told=["json/syntax b.json:2:1"]),
    ),
    "resources in files of their own": (
        alone(p_json=PATIENT, v_json=VISIT, r_json=ANALYSIS, o_json=feature()),
        Made(features=["HP:0000664 present"]),
    ),
    "a type in small letters": (
        alone(b_json={"resourceType": "bundle", "entry": []}),
        Refused(told=["structure/type b.json#"]),
    ),
    "a patient alone": (
        alone(p_json=PATIENT),
        Refused(told=["document/alone p.json#"]),
    ),
    "an error of a server alone": (
        alone(o_json={"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "login"}]}),
        Refused(told=["bundle/outcome o.json#/issue/0"]),
    ),
    # References
    "a feature of another server's patient": (
        chart(feature(subject={"reference": "https://other.invalid/fhir/Patient/p"})),
        Made(features=[], told=["fhir/reference b.json#/entry/3/resource/subject/reference"]),
    ),
    "a feature by condition": (
        chart(feature(subject={"reference": "Patient?identifier=https://clinic.invalid/sid/mrn|M-77"})),
        Made(features=["HP:0000664 present"]),
    ),
    "a feature by a condition that nobody meets": (
        chart(feature(subject={"reference": "Patient?identifier=https://clinic.invalid/sid/mrn|M-8"})),
        Made(features=[], told=["fhir/reference b.json#/entry/3/resource/subject/reference"]),
    ),
    "a feature by identifier": (
        chart(feature(subject={"identifier": {"system": "https://clinic.invalid/sid/mrn", "value": "M-77"}})),
        Made(features=["HP:0000664 present"]),
    ),
    "a visit that is a part of itself": (
        [("b.json", bundle(PATIENT, changed(VISIT, partOf={"reference": "Encounter/v"}), ANALYSIS))],
        Made(),
    ),
    "features that point at each other": (
        chart(
            feature(hasMember=[{"reference": "Observation/o2"}]),
            feature(SECOND, id="o2", hasMember=[{"reference": "Observation/o"}]),
        ),
        Made(features=["HP:0000664 present", "HP:0000527 present"]),
    ),
    "a clinic that is not contained": (
        [("b.json", bundle(PATIENT, changed(VISIT, serviceProvider={"reference": "#org"}), ANALYSIS))],
        Made(told=["fhir/reference b.json#/entry/1/resource/serviceProvider/reference"]),
    ),
    "a visit of a patient who was not sent": (
        [("b.json", bundle(PATIENT, changed(VISIT, subject={"reference": "Patient/ghost"}), ANALYSIS))],
        Refused(told=["document/patient b.json#/entry/1/resource/subject"]),
    ),
    "an analysis in a visit that was not sent": (
        [("b.json", bundle(PATIENT, VISIT, changed(ANALYSIS, encounter={"reference": "Encounter/ghost"})))],
        Refused(told=["document/visit b.json#/entry/2/resource/encounter"]),
    ),
    "an analysis in a visit that is a patient": (
        [("b.json", bundle(PATIENT, VISIT, changed(ANALYSIS, encounter={"reference": "Patient/p"})))],
        Refused(told=["document/visit b.json#/entry/2/resource/encounter"]),
    ),
    "a reference that is a number": (
        [("b.json", bundle(PATIENT, changed(VISIT, subject={"reference": 5}), ANALYSIS))],
        Refused(told=["structure/value b.json#/entry/1/resource/subject/reference"]),
    ),
    "a reference that is empty": (
        chart(feature(subject={"reference": ""})),
        Refused(told=["structure/value b.json#/entry/3/resource/subject/reference"]),
    ),
    # Elements of R5
    "R5: an actual period": (
        [("b.json", bundle(PATIENT, changed(VISIT, actualPeriod={"start": "2026-03-12"}), ANALYSIS))],
        Refused(told=["fhir/release b.json#/entry/1/resource/actualPeriod"]),
    ),
    "R5: classes": (
        [("b.json", bundle(PATIENT, VISIT | {"class": [{"coding": [{"code": "AMB"}]}]}, ANALYSIS))],
        Refused(told=["fhir/release b.json#/entry/1/resource/class/0"]),
    ),
    "R5: an occurrence": (
        [("b.json", bundle(PATIENT, VISIT, changed(ANALYSIS, performedDateTime=None, occurrenceDateTime="2026-03-12")))],
        Refused(told=["fhir/release b.json#/entry/2/resource/occurrenceDateTime"]),
    ),
    "R5: an insurer": (
        chart({"resourceType": "Coverage", "id": "c", "status": "active", "insurer": {"display": "Plan"}}),
        Refused(told=["fhir/release b.json#/entry/3/resource/insurer"]),
    ),
    "R5: a state of a visit": (
        [("b.json", bundle(PATIENT, changed(VISIT, status="completed"), ANALYSIS))],
        Refused(told=["document/missing b.json#/entry/1/resource/identifier/0/value"]),
    ),
    "R5: a reason": (
        [("b.json", bundle(PATIENT, changed(VISIT, reason=[{"value": [{"concept": {"text": "x"}}]}]), ANALYSIS))],
        Refused(told=["fhir/release b.json#/entry/1/resource/reason"]),
    ),
    # Values of which only an extension is said
    "a birth date that is not known": (
        [("b.json", bundle(changed(PATIENT, birthDate=None, _birthDate=UNKNOWN), VISIT, ANALYSIS))],
        Made(),
    ),
    "a state that is not known": (
        [("b.json", bundle(PATIENT, changed(VISIT, status=None, _status=UNKNOWN), ANALYSIS))],
        Refused(told=["document/missing b.json#/entry/1/resource/identifier/0/value"]),
    ),
    "a number that is masked": (
        [("b.json", bundle(changed(PATIENT, identifier=[{"_value": UNKNOWN}]), VISIT, ANALYSIS))],
        Refused(told=["document/missing b.json#/entry/0/resource/name/0/family"]),
    ),
    "a first name that is masked": (
        [
            (
                "b.json",
                bundle(changed(PATIENT, name=[MASKED]), VISIT, ANALYSIS),
            )
        ],
        Made(),
    ),
    # Several patients and visits, and amounts
    "two patients": (
        chart(changed(PATIENT, id="p2"), feature(), feature(SECOND, id="o2", subject={"reference": "Patient/p2"})),
        Made(features=["HP:0000664 present"]),
    ),
    "two visits": (
        chart(OTHER_VISIT, feature(), feature(SECOND, id="o2", encounter={"reference": "Encounter/v2"})),
        Made(features=["HP:0000664 present"]),
    ),
    "two visits without an analysis": (
        [("b.json", bundle(PATIENT, VISIT, changed(VISIT, id="v2")))],
        Refused(told=["map/the_one b.json#/entry/1/resource/id"]),
    ),
    "an analysis of another patient": (
        [("b.json", bundle(PATIENT, changed(PATIENT, id="p2"), VISIT, changed(ANALYSIS, subject={"reference": "Patient/p2"})))],
        Refused(told=["document/patient b.json#/entry/3/resource/subject"]),
    ),
    "a patient who is there twice": (
        chart(PATIENT),
        Made(),
    ),
    "a patient who is there in two versions": (
        chart(changed(PATIENT, gender="male")),
        Refused(told=["document/contradiction b.json#/entry/0/resource"]),
    ),
    "a visit in an emergency": (
        [("b.json", bundle(PATIENT, VISIT | {"class": {"system": ACT, "code": "EMER"}}, ANALYSIS))],
        Made(told=["map/recode b.json#/entry/1/resource/class/code"]),
    ),
    "a total of something else": (
        chart(claim(total={"value": 200}, item=[{"net": {"value": 180}}])),
        Made(told=["fhir/claim-amount b.json#/entry/3/resource/total/value"]),
    ),
    "a claim in two currencies": (
        chart(claim(total={"value": 180, "currency": "USD"}, item=[{"net": {"value": 180, "currency": "EUR"}}])),
        Refused(told=["fhir/claim-amount b.json#/entry/3/resource/total/currency"]),
    ),
    "a photograph of the patient": (
        [("b.json", bundle(changed(PATIENT, photo=[{"contentType": "image/png", "data": "AAAA"}]), VISIT, ANALYSIS))],
        Refused(told=["document/inline-image b.json#/entry/0/resource/photo/0/data"]),
    ),
}

NOT_PINNED = {"two visits": {"Encounter.class.code"}}
"""What is carried as another word: of which of several visits it was made, its lineage does not say."""


@pytest.mark.parametrize("name", INPUTS)
def test_an_odd_input_has_its_answer_and_loses_nothing(name: str) -> None:
    documents, expected = INPUTS[name]

    assert answer_of(converted(documents), expected) == expected
    assert lost(documents) == NOT_PINNED.get(name, set())


def test_a_coverage_that_tells_nothing_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.examples.odd_answers.coverage_of", lambda _: [])

    assert "Procedure.id" in lost(chart())
