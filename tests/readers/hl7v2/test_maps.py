"""Messages of one encounter become one Case: registration, report, charge, and the AI tool's own file beside them."""

import json
import time
from typing import Any

import pytest

from adapter.conversion import Conversion, Options
from adapter.issues import FailureKind
from adapter.readers.document import Document
from tests.examples.ground import EXAMPLES, pipeline
from tests.readers.hl7v2.ground import segment

HEADER = r"MSH|^~\&|REG|CLINIC|ADAPTER|CLINIC|20260312081500-0500||{type}|1|{processing}|2.5.1"
PATIENT = "PID|1||4711^^^CLINIC&1.2.840.99999.1&ISO^MR"
CLINICIAN = "1234567893^Reed^Rosa^^^^^^^^^^NPI"
VISIT = segment("PV1", f1="1", f2="O", f7=CLINICIAN, f19="V-100", f44="20260312083000-0500")
REGISTRATION = (
    segment(
        "PID",
        f1="1",
        f3="4711^^^CLINIC&1.2.840.99999.1&ISO^MR~77^^^STATE^PI",
        f5="Muster^Mia^Lou^^^^L~Mia^^^^^^N",
        f7="20200229",
        f8="F",
        f11="12 Main St^^Boston^MA^02115^US",
        f13="^PRN^PH^^^617^5550100",
    ),
    "NK1|1|Muster^Eva|MTH^Mother^HL70063||^PRN^PH^^^^^^^^^617 555 0101",
    VISIT,
    segment("IN1", f1="1", f3="12345", f4="Acme Health", f8="G-1", f12="20260101", f13="20261231", f17="CHD", f36="M-77"),
)
SIGNED = "1234567893^Reed^Rosa^^^^^^^^^^NPI^^20260312100000-0500"
REPORT = (
    PATIENT,
    segment("PV1", f2="O", f19="V-100"),
    segment("TXA", f1="1", f2="CN", f17="AU", f22=SIGNED),
    "OBX|1|TX|R||Supports Kabuki syndrome.~Confirm KMT2D: c.1^2.",
    "OBX|2|ST|R||not a paragraph",
    "OBX|3|FT|R||Signed.",
)
MODIFIERS = "26^^C4~52^^CPT~GT^^HCPCS~ZZ^^L"
CHARGE = {"f4": "20260312", "f5": "20260313", "f7": "CM7731^Facial analysis^L", "f10": "1", "f11": "180.00&USD"}
READER = "1234567893&Reed&Rosa"
CHARGES = (
    PATIENT,
    segment("PV1", f2="O", f19="V-100"),
    segment("FT1", f1="1", **CHARGE, f6="CG", f19="Q87.0^^I10", f20=CLINICIAN, f21=CLINICIAN, f25="0731T^^C4", f26=MODIFIERS),
    segment("FT1", f1="2", **CHARGE, f6="CD", f25="0731T^^C4"),
    "DG1|1||F84.0^^I10|||W",
    "DG1|2||Q87.0^Syndrome^I10|||F",
    "DG1|3||758.2^^I9|||F",
)


def sent(name: str, kind: str, *segments: str, processing: str = "T") -> Document:
    header = HEADER.replace("{type}", kind).replace("{processing}", processing)
    return Document(name=name, content="\r".join([header, *segments, ""]).encode())


ADT = sent("adt.hl7", "ADT^A04^ADT_A01", *REGISTRATION)
MDM = sent("mdm.hl7", "MDM^T02^MDM_T02", *REPORT)
DFT = sent("dft.hl7", "DFT^P03^DFT_P03", *CHARGES)


def convert(*documents: Document, zone: str | None = None) -> Conversion:
    return pipeline().convert(documents, Options(zone=zone))


def dumped(conversion: Conversion) -> dict[str, Any]:
    assert conversion.case is not None, conversion.issues
    dump: dict[str, Any] = conversion.case.model_dump(mode="json", exclude_none=True)
    return dump


def test_a_registration_gives_patient_guardian_insurance_and_encounter() -> None:
    case = dumped(convert(ADT, MDM))

    assert case["test"] is True
    assert case["patient"]["mrn"] == "4711"
    assert case["patient"]["mrn_system"] == "urn:oid:1.2.840.99999.1"
    assert (case["patient"]["family"], case["patient"]["given"]) == ("Muster", ["Mia", "Lou"])
    assert (case["patient"]["sex"], case["patient"]["birth_date"]) == ("female", "2020-02-29")
    assert case["patient"]["address"]["line"] == ["12 Main St"]
    assert case["patient"]["phone"] == "617 5550100"
    assert case["guardian"] == {"family": "Muster", "given": ["Eva"], "relationship": "mother", "phone": "617 555 0101"}
    assert (case["payer"]["name"], case["payer"]["payer_id"]) == ("Acme Health", "12345")
    assert (case["coverage"]["member_id"], case["coverage"]["relationship"]) == ("M-77", "child")
    assert case["encounter"] == {"id": "V-100", "status": "in-progress", "start": "2026-03-12T08:30:00-05:00"}


@pytest.mark.parametrize(
    ("sent_as", "said", "issues"),
    [
        ({"f30": "Y", "f29": "202603150430-0500"}, {"deceased": True, "deceased_at": "2026-03-15T04:30:00-05:00"}, []),
        ({"f29": "202603"}, {"deceased_at": "2026-03"}, []),
        ({"f30": "N"}, {"deceased": False}, []),
        ({"f30": "U"}, {}, ["adt.hl7#PID-30"]),
        ({"f29": "yesterday"}, {}, ["adt.hl7#PID-29"]),
        ({}, {}, []),
    ],
)
def test_a_registration_says_whether_and_when_the_patient_died(
    sent_as: dict[str, str], said: dict[str, object], issues: list[str]
) -> None:
    person = segment("PID", f1="1", f3="4711^^^CLINIC&1.2.840.99999.1&ISO^MR", f5="Muster", **sent_as)
    made = convert(sent("adt.hl7", "ADT^A08^ADT_A01", person, VISIT), MDM)

    assert {name: value for name, value in dumped(made)["patient"].items() if name.startswith("deceased")} == said
    assert [place for issue in made.issues for place in issue.location if place[-6:] in {"PID-29", "PID-30"}] == issues


def test_a_signed_document_is_the_report_of_a_procedure_that_was_done() -> None:
    case = dumped(convert(ADT, MDM))

    assert case["review"]["status"] == "signed"
    assert case["review"]["reviewer"] == "1234567893"
    assert case["review"]["signed_at"] == "2026-03-12T10:00:00-05:00"
    assert case["review"]["conclusion"] == "Supports Kabuki syndrome.\nConfirm KMT2D: c.1^2.\nSigned."
    assert case["procedure"] == {"status": "completed"}
    assert [person["key"] for person in case["practitioners"]] == ["1234567893"]


def test_a_charge_carries_all_modifiers_in_order_with_their_systems() -> None:
    made = convert(ADT, MDM, DFT)
    (line,) = dumped(made)["billing"]["lines"]

    assert [modifier["code"] for modifier in line["modifiers"]] == ["26", "52", "GT", "ZZ"]
    assert [modifier.get("system", "") for modifier in line["modifiers"]][:3] == [
        "http://www.ama-assn.org/go/cpt",
        "http://www.ama-assn.org/go/cpt",
        "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    ]
    assert (line["code"], line["dos_start"], line["charge"], line["dx_pointers"]) == ("0731T", "2026-03-12", "180.00", [2])
    assert "dft.hl7#FT1-26[4].3" in [place for issue in made.issues for place in issue.location if issue.rule == "map/recode"]


def test_a_credit_is_no_line_of_the_claim_and_is_reported() -> None:
    made = convert(ADT, MDM, DFT)

    assert [issue.location for issue in made.issues if issue.rule == "coverage/dropped" and "FINANCIAL[1]" in issue.text] == [
        ("dft.hl7#FT1[2]",)
    ]


def test_only_diagnoses_in_icd_10_are_taken() -> None:
    diagnoses = dumped(convert(ADT, MDM, DFT))["diagnoses"]

    assert [(diagnosis["icd10cm"], diagnosis["order"], diagnosis.get("certainty")) for diagnosis in diagnoses] == [
        ("F84.0", 1, "suspected"),
        ("Q87.0", 2, "confirmed"),
    ]


def test_every_element_is_traced_to_segments_and_fields() -> None:
    made = convert(ADT, MDM, DFT)
    places = {place for entry in made.lineage.of("Claim.item[0].modifier") for place in entry.positions}

    assert "dft.hl7#FT1-26[3].1" in places
    assert made.bundle is not None


def test_the_order_of_the_messages_changes_nothing() -> None:
    assert convert(ADT, MDM, DFT).content == convert(DFT, ADT, MDM).content


def test_several_messages_in_one_file_are_the_same_encounter() -> None:
    together = Document(name="all.hl7", content=ADT.content + MDM.content + DFT.content)

    assert convert(together).content == convert(ADT, MDM, DFT).content


def test_an_ai_report_stands_beside_the_messages() -> None:
    report = json.loads((EXAMPLES / "complete" / "ai_report.json").read_bytes())
    report["id"], report["patient"] = "V-100", {"mrn": "4711"}
    made = convert(ADT, MDM, DFT, Document(name="ai.json", content=json.dumps(report).encode()))

    assert made.case is not None
    assert made.case.ai is not None


@pytest.mark.parametrize(
    ("status", "review", "procedure"),
    [("F", "signed", "completed"), ("C", "amended", "completed"), ("P", "in-progress", "in-progress"), ("X", "none", "not-done")],
)
def test_a_result_gives_the_state_of_report_and_procedure(status: str, review: str, procedure: str) -> None:
    order = segment(
        "OBR", f1="1", f4="0731T^^C4", f7="20260312083000-0500", f22="202603121000-0500", f25=status, f32="1234567893&Reed&Rosa"
    )
    other = segment("OBR", f1="2", f4="80050^^C4", f25="F")
    patient = (PATIENT, segment("PV1", f2="O", f19="V-100"))
    result = sent("oru.hl7", "ORU^R01^ORU_R01", *patient, other, order, "OBX|1|TX|R||Text", "OBX|2|NM|S||0.4")
    case = dumped(convert(ADT, result))

    assert (case["review"]["status"], case["procedure"]["status"]) == (review, procedure)
    assert case["review"]["conclusion"] == "Text"
    assert case["review"].get("signed_at") == ("2026-03-12T10:00:00-05:00" if status == "F" else None)
    assert case["procedure"]["started_at"] == "2026-03-12T08:30:00-05:00"


@pytest.mark.parametrize(
    ("time", "zone", "expected"),
    [
        ("202603120830", "America/New_York", "2026-03-12T08:30:00-04:00"),
        ("20260312083000.25", "+01:00", "2026-03-12T08:30:00.25+01:00"),
        ("202603120830", None, "2026-03-12"),
        ("2026031208", "Z", "2026-03-12"),
        ("20260312", "Z", "2026-03-12"),
        ("202603", "Z", "2026-03"),
        ("2026", "Z", "2026"),
        ("12.3.2026", "Z", None),
        ("20260231", "Z", None),
        ('""', "Z", None),
    ],
)
def test_a_time_keeps_its_precision_and_takes_the_zone_of_the_sender(time: str, zone: str | None, expected: str | None) -> None:
    visit = segment("PV1", f2="O", f19="V-100", f44=time)
    made = convert(sent("adt.hl7", "ADT^A04^ADT_A01", REGISTRATION[0], visit), MDM, zone=zone)

    if time == "20260231":
        assert made.case is None
        return
    assert dumped(made)["encounter"].get("start") == expected


def test_a_message_of_another_patient_is_refused_with_both_places() -> None:
    other = sent("dft.hl7", "DFT^P03^DFT_P03", CHARGES[0].replace("4711", "4712"), *CHARGES[1:])
    made = convert(ADT, MDM, other)

    assert made.failure is FailureKind.INVALID
    assert {place for issue in made.issues if issue.field == "patient.mrn" for place in issue.location} == {
        "adt.hl7#PID-3",
        "dft.hl7#PID-3",
        "mdm.hl7#PID-3",
    }


@pytest.mark.parametrize("kind", ["ADT^A40^ADT_A39", "ADT^A11^ADT_A09", "BAR^P01^BAR_P01", "SIU^S12"])
def test_a_message_that_no_map_reads_is_refused_by_its_form(kind: str) -> None:
    made = convert(sent("other.hl7", kind, PATIENT))

    assert made.failure is FailureKind.UNKNOWN_FORM
    assert "no map reads it; maps read face2gene_lab, hl7v2.ADT_A01" in made.issues[0].text


@pytest.mark.parametrize(
    ("authority", "system", "is_reported"),
    [
        ("CLINIC&1.2.3&ISO", "urn:oid:1.2.3", False),
        ("&8d9c1f4e-6a55-4d1c-9f8a-0c6b5a4d3e2f&UUID", "urn:uuid:8d9c1f4e-6a55-4d1c-9f8a-0c6b5a4d3e2f", False),
        ("X&https://clinic.example/mrn&URI", "https://clinic.example/mrn", False),
        ("Our Clinic", "https://0731t-adapter.invalid/fhir/sid/assigner/Our%20Clinic", True),
    ],
)
def test_an_assigning_authority_is_a_system(authority: str, system: str, *, is_reported: bool) -> None:
    made = convert(
        sent("adt.hl7", "ADT^A04^ADT_A01", f"PID|1||4711^^^{authority}^MR", VISIT),
        sent("m.hl7", "MDM^T02", "PID|1||4711^^^^MR", *REPORT[1:]),
    )

    assert dumped(made)["patient"].get("mrn_system") == system
    assert ("map/assigner" in [issue.rule for issue in made.issues]) is is_reported


def test_a_number_that_nobody_assigned_is_refused_with_what_to_send() -> None:
    made = convert(
        sent("adt.hl7", "ADT^A04^ADT_A01", "PID|1||4711^^^^MR", VISIT), sent("m.hl7", "MDM^T02", "PID|1||4711^^^^MR", *REPORT[1:])
    )

    assert made.content is None
    (suggestion,) = [issue.suggestion or "" for issue in made.issues if issue.is_error]
    assert "patient.mrn_system" in suggestion
    assert "ADAPTER_ASSIGNER" in suggestion


def cost(count: int) -> float:
    """Processor seconds to convert a result with so many observations that no map reads, the least of two."""
    observations = [f"OBX|{number}|NM|X^name^L||{number}|mg|||||F" for number in range(count)]
    order = segment("OBR", f1="1", f4="0731T", f25="F", f32=READER)
    result = sent("oru.hl7", "ORU^R01^ORU_R01", PATIENT, segment("PV1", f2="O", f19="V-100"), order, *observations)
    costs = []
    for _ in range(2):
        started = time.process_time()
        assert convert(ADT, result).issues
        costs.append(time.process_time() - started)
    return min(costs)


def test_an_observation_costs_the_same_among_a_hundred_and_among_thousands() -> None:
    base = cost(1)
    few, many = (max((cost(count) - base) / count, 0.000_05) for count in (100, 3_000))

    assert many < 4 * few
