"""Messages of one encounter become one Case: registration, report, charge, and the AI tool's own file beside them."""

import json
import re
import time
from typing import Any

import pytest

from adapter.code_tables.service_code import CPT_URLS, HCPCS_URLS
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
    segment("FT1", f1="2", **CHARGE, f6="PY", f25="0731T^^C4"),
    "DG1|1||F84.0^^I10|||W",
    "DG1|2||Q87.0^Syndrome^I10|||F",
    "DG1|3||758.2^^I9|||F",
)


def sent(name: str, kind: str, *segments: str, processing: str = "T") -> Document:
    header = HEADER.replace("{type}", kind).replace("{processing}", processing)
    return Document(name=name, content="\r".join([header, *segments, ""]).encode())


ADT = sent("adt.hl7", "ADT^A04^ADT_A01", *REGISTRATION)
MDM = sent("mdm.hl7", "MDM^T02^MDM_T02", *REPORT)
ADT_WITHOUT_INSURANCE = sent("a04.hl7", "ADT^A04^ADT_A01", PATIENT, VISIT)
DFT = sent("dft.hl7", "DFT^P03^DFT_P03", *CHARGES)


CPT, HCPCS = CPT_URLS[0], HCPCS_URLS[0]
OWN_SYSTEM = "https://0731t-adapter.invalid/fhir/sid/code-system/"


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


INSURANCES = (
    segment("IN1", f1="1", f3="12345", f4="Acme Health", f36="M-77"),
    segment("IN1", f1="2", f2="PPO^Extra plan", f3="678", f4="Other Health", f8="G-2", f17="SPO", f49="M-88"),
    segment("IN1", f1="3", f3="910", f4="Third Health"),
    segment("IN2", f61="M-99"),
    segment("IN1", f1="4", f4="No number"),
)


@pytest.mark.parametrize("kind", ["ADT^A04^ADT_A01", "BAR^P01^BAR_P01"])
def test_every_insurance_is_carried_in_the_order_in_which_they_were_sent(kind: str) -> None:
    made = convert(sent("in.hl7", kind, PATIENT, VISIT, *INSURANCES), *((ADT_WITHOUT_INSURANCE,) if "BAR" in kind else ()), MDM)
    case = dumped(made)

    assert (case["payer"]["name"], case["coverage"]["member_id"]) == ("Acme Health", "M-77")
    assert [(other["member_id"], other["payer"]["name"]) for other in case["other_coverages"]] == [
        ("M-88", "Other Health"),
        ("M-99", "Third Health"),
    ]
    assert {name: case["other_coverages"][0][name] for name in ("plan", "group", "relationship")} == {
        "plan": "Extra plan",
        "group": "G-2",
        "relationship": "spouse",
    }
    assert any(place.startswith("in.hl7#IN1[4]") for issue in made.issues for place in issue.location)


HOLDERS = (
    ("Muster^Eva", "CHD", "guardian", None),
    ("Muster^Jon^K", "CHD", "other", ["Jon", "K"]),
    ("Muster^Mia", "SEL", None, None),
    ("Muster^Jon", "", None, None),
    ("", "CHD", None, None),
)


@pytest.mark.parametrize(("name", "relation", "subscriber", "given"), HOLDERS)
def test_who_holds_an_insurance_is_the_guardian_of_that_name_or_somebody_else(
    name: str, relation: str, subscriber: str | None, given: list[str] | None
) -> None:
    street = "7 Invented Terrace^^Winooski^VT^05404^US"
    insurance = segment("IN1", f3="1", f4="Acme", f16=name, f17=relation, f18="19880506", f19=street, f36="M-77", f43="M")
    case = dumped(convert(sent("in.hl7", "ADT^A04^ADT_A01", *REGISTRATION[:3], insurance), MDM))
    insured = case["coverage"].get("insured")

    assert case["coverage"].get("subscriber") == subscriber
    assert (insured or {}).get("given") == given
    if insured:
        assert (insured["family"], insured["birth_date"], insured["sex"]) == ("Muster", "1988-05-06", "male")
        assert (insured["address"]["line"], insured["address"]["state"]) == (["7 Invented Terrace"], "VT")


@pytest.mark.parametrize("kind", ["ADT^A04^ADT_A01", "BAR^P01^BAR_P01"])
def test_the_insurance_that_pays_first_is_the_one_that_is_said_to(kind: str) -> None:
    priorities = [insurance + "|" * 50 for insurance in INSURANCES[:2]]
    second, first = (
        "|".join(text if number != 22 else str(priority) for number, text in enumerate(insurance.split("|")))
        for priority, insurance in zip((2, 1), priorities, strict=True)
    )
    made = convert(sent("in.hl7", kind, PATIENT, VISIT, second, first), *((ADT_WITHOUT_INSURANCE,) if "BAR" in kind else ()), MDM)
    case = dumped(made)

    assert (case["payer"]["name"], case["coverage"]["member_id"]) == ("Other Health", "M-88")
    assert [other["member_id"] for other in case["other_coverages"]] == ["M-77"]


@pytest.mark.parametrize(("near", "given"), [("EMR", None), ("FND", None), ("GRP", "Paula")])
def test_only_who_may_decide_for_the_patient_is_the_guardian(near: str, given: str | None) -> None:
    case = dumped(convert(sent("adt.hl7", "ADT^A04^ADT_A01", PATIENT, f"NK1|1|Muster^Paula|{near}", VISIT), MDM))

    assert case.get("guardian", {}).get("given") == ([given] if given else None)


def test_a_parent_who_is_the_guarantor_is_the_guardian_where_no_next_of_kin_is_named() -> None:
    guarantor = segment("GT1", f1="1", f3="Muster^Max", f6="^PRN^PH^^^617^5550102", f11="FTH")
    case = dumped(convert(sent("adt.hl7", "ADT^A04^ADT_A01", PATIENT, VISIT, guarantor), MDM))
    named = dumped(convert(sent("adt.hl7", "ADT^A04^ADT_A01", *REGISTRATION, guarantor), MDM))
    employer = dumped(convert(sent("adt.hl7", "ADT^A04^ADT_A01", PATIENT, VISIT, guarantor.replace("FTH", "EMR")), MDM))

    assert case["guardian"] == {"family": "Muster", "given": ["Max"], "relationship": "father", "phone": "617 5550102"}
    assert named["guardian"]["given"] == ["Eva"]
    assert "guardian" not in employer


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


@pytest.mark.parametrize("kind", ["ADT^A03^ADT_A03", "ADT^A05^ADT_A05", "ADT^A28^ADT_A05", "ADT^A31^ADT_A05"])
def test_every_event_that_tells_of_the_patient_is_a_registration(kind: str) -> None:
    assert dumped(convert(sent("adt.hl7", kind, *REGISTRATION), MDM)) == dumped(convert(ADT, MDM))


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ("078-05-1120^^^SSA&1.2.3&ISO^SS~4711^^^CLINIC&1.2.3&ISO^PI", "4711"),
        ("V-1^^^CLINIC&1.2.3&ISO^VN~4711^^^CLINIC&1.2.3&ISO", "4711"),
        ("88^^^CLINIC&1.2.3&ISO^PI~4711^^^CLINIC&1.2.3&ISO^MR", "4711"),
        ("078-05-1120^^^SSA&1.2.3&ISO^SS", None),
    ],
)
def test_a_number_of_an_authority_or_a_visit_is_never_the_number_of_the_patient(numbers: str, expected: str | None) -> None:
    patient = f"PID|1||{numbers}"
    made = convert(sent("adt.hl7", "ADT^A04", patient, VISIT), sent("mdm.hl7", "MDM^T02", patient, *REPORT[1:]))

    assert (made.case.patient.mrn if made.case else None) == expected


def test_a_result_that_was_deleted_or_wrong_is_not_in_the_report_and_is_told() -> None:
    order = segment("OBR", f4="0731T^^C4", f22="20260312100000-0500", f25="C", f32=READER)
    results = [f"OBX|{number}|TX|R||Text {state}||||||{state}" for number, state in enumerate("FDWXC", start=1)]
    made = convert(ADT, sent("oru.hl7", "ORU^R01", PATIENT, order, *results, "OBX|6|TX|R||Text"))
    passed_over = {place for issue in made.issues if issue.rule == "coverage/passed-over" for place in issue.location}

    assert dumped(made)["review"]["conclusion"] == "Text F\nText C\nText"
    assert {f"oru.hl7#OBX[{number}]-5[1].1" for number in (2, 3, 4)} <= passed_over


def test_charges_within_a_result_are_lines_with_the_modifiers_of_charge_and_order() -> None:
    order = segment("OBR", f4="FACE^Face^L", f25="F", f44="0731T^^C4", f45="52^^C4~26^^C4")
    charge = segment("FT1", f1="1", **CHARGE, f6="CG", f25="0731T^^C4", f26="26^^C4")
    case = dumped(
        convert(ADT, sent("oru.hl7", "ORU^R01", PATIENT, order, "OBX|1|TX|R||Text", charge, charge.replace("CG", "PY")))
    )
    (line,) = case["billing"]["lines"]

    assert (case["billing"]["created"], line["charge"]) == ("2026-03-13", "180.00")
    assert [modifier["code"] for modifier in line["modifiers"]] == ["26", "52"]


PLACER, FILLER = "P-1^EHR^1.2.3^ISO", "F-1^LAB^1.2.4^ISO"


@pytest.mark.parametrize(
    ("kind", "segments", "kinds"),
    [
        ("ORU^R01", (segment("OBR", f2=PLACER, f3=FILLER, f4="0731T", f25="F"),), "pf"),
        ("ORU^R01", (segment("ORC", f2=PLACER, f3=FILLER), segment("OBR", f3=FILLER, f4="0731T", f25="F")), "pf"),
        ("ORM^O01", (segment("ORC", f1="NW", f2=PLACER), "OBR|1|||0731T"), "p"),
        ("OML^O21", (segment("ORC", f1="NW", f2=PLACER), segment("OBR", f2=PLACER, f3=FILLER, f4="0731T")), "pf"),
        ("MDM^T02", (segment("TXA", f14=PLACER, f15=FILLER, f17="AU"),), "pf"),
        ("MDM^T03", (segment("TXA", f14=PLACER, f15=FILLER, f17="AU"),), "pf"),
        ("DFT^P03", (segment("FT1", f6="CG", f23=FILLER, f25="0731T"),), "f"),
    ],
)
def test_the_numbers_of_the_order_are_those_of_the_report(kind: str, segments: tuple[str, ...], kinds: str) -> None:
    told = {"p": ("PLAC", "urn:oid:1.2.3", "P-1"), "f": ("FILL", "urn:oid:1.2.4", "F-1")}
    made = convert(ADT, sent("x.hl7", kind, PATIENT, segment("PV1", f19="V-100"), *segments), sent("z.hl7", "MDM^T02", *REPORT))
    assert made.bundle is not None, made.issues
    (report,) = [entry["resource"] for entry in made.bundle["entry"] if entry["resource"]["resourceType"] == "DiagnosticReport"]
    numbers = [(one["type"]["coding"][0]["code"], one["system"], one["value"]) for one in report["identifier"] if "type" in one]

    assert sorted(numbers) == sorted(told[one] for one in kinds)


_RESULT = (
    PATIENT,
    segment("PV1", f2="O", f19="V-100"),
    segment("OBR", f4="0731T^^C4", f7="2026", f22="2026", f25="F", f32=READER, f44="0731T^^C4", f45="52^^C4~26^^C4"),
    "OBX|1|TX|R||Text",
)
_ACCOUNT = (PATIENT, VISIT, "DG1|1||Q87.0^^I10|||F", segment("PR1", f3="0731T^^C4", f5="2026", f16="26~52"), INSURANCES[1])


@pytest.mark.parametrize(
    ("kind", "segments"),
    [
        ("ADT^A08^ADT_A01", REGISTRATION),
        ("ADT^A11^ADT_A09", (PATIENT, VISIT)),
        ("MDM^T02^MDM_T02", REPORT),
        ("MDM^T11^MDM_T01", REPORT[:3]),
        ("ORU^R01^ORU_R01", _RESULT),
        ("DFT^P03^DFT_P03", CHARGES),
        ("BAR^P01^BAR_P01", _ACCOUNT),
    ],
)
def test_any_field_and_any_part_of_one_may_be_deleted(kind: str, segments: tuple[str, ...]) -> None:
    for at, text in enumerate(segments):
        for part in re.finditer(r"(?<=[|~^&])[^|~^&]+", text):
            deleted = text[: part.start()] + '""' + text[part.end() :]
            made = convert(sent("x.hl7", kind, *segments[:at], deleted, *segments[at + 1 :]), ADT)

            assert made.failure in (None, FailureKind.INVALID), deleted


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
    assert [modifier["system"] for modifier in line["modifiers"]] == [CPT, CPT, HCPCS, f"{OWN_SYSTEM}L"]
    assert (line["code"], line["dos_start"], line["charge"], line["dx_pointers"]) == ("0731T", "2026-03-12", "180.00", [2])
    assert "dft.hl7#FT1-26[4].3" in [
        place for issue in made.issues for place in issue.location if issue.rule == "map/code_system"
    ]


def line_of(made: Conversion) -> dict[str, Any]:
    (line,) = dumped(made)["billing"]["lines"]
    assert isinstance(line, dict)
    return line


def test_a_reason_of_a_charge_that_no_diagnosis_has_is_told() -> None:
    charge = segment("FT1", f1="1", **CHARGE, f6="CG", f19="Q87.0^^I10~302017001^Sore eye^SCT", f25="0731T^^C4")
    made = convert(ADT, MDM, sent("dft.hl7", "DFT^P03^DFT_P03", PATIENT, CHARGES[1], charge, *CHARGES[-3:]))

    assert line_of(made)["dx_pointers"] == [2]
    assert [issue.location for issue in made.issues if issue.rule == "map/undiagnosed"] == [("dft.hl7#FT1-19[2].1",)]


@pytest.mark.parametrize(
    ("fields", "code", "system"),
    [
        ({"f7": "CM7731^Analysis^L", "f25": "0731T^^C4"}, "0731T", CPT),
        ({"f7": "0731T^^CPT4"}, "0731T", CPT),
        ({"f7": "0731T"}, "0731T", None),
        ({"f25": "G0463^^HCPCS"}, "G0463", HCPCS),
        ({"f7": "CM7731^Analysis^L"}, "CM7731", f"{OWN_SYSTEM}L"),
        ({"f7": "10452^Analysis^CDM"}, "10452", f"{OWN_SYSTEM}CDM"),
        ({"f25": "10452^Analysis^99 A"}, "10452", f"{OWN_SYSTEM}99%20A"),
        ({"f25": "0JH60CZ^Insertion^I10P"}, "0JH60CZ", "http://www.cms.gov/Medicare/Coding/ICD10"),
    ],
)
def test_the_procedure_of_a_charge_is_carried_with_its_system(fields: dict[str, str], code: str, system: str | None) -> None:
    charge = segment("FT1", f1="1", f4="20260312", f6="CG", f10="1", **fields)
    made = convert(ADT, MDM, sent("dft.hl7", "DFT^P03^DFT_P03", PATIENT, CHARGES[1], charge))

    assert (line_of(made)["code"], line_of(made).get("system")) == (code, system)
    assert ("map/code_system" in [issue.rule for issue in made.issues]) is (system or "").startswith(OWN_SYSTEM)


def test_what_a_sender_says_to_be_of_its_own_is_never_taken_for_cpt() -> None:
    charge = segment("FT1", f1="1", f4="20260312", f6="CG", f7="10452^Analysis^CDM", f10="1", f26="ZZ^^L~52^^L")
    made = convert(ADT, MDM, sent("dft.hl7", "DFT^P03^DFT_P03", PATIENT, CHARGES[1], charge))

    assert made.bundle is not None
    (claim,) = [entry["resource"] for entry in made.bundle["entry"] if entry["resource"]["resourceType"] == "Claim"]
    (item,) = claim["item"]
    assert item["productOrService"]["coding"] == [{"system": f"{OWN_SYSTEM}CDM", "code": "10452"}]
    assert [modifier["coding"][0]["system"] for modifier in item["modifier"]] == [f"{OWN_SYSTEM}L", CPT]
    assert {("COD-01", "error"), ("MOD-04", "warning"), ("MOD-05", "warning")} <= {
        (issue.rule, str(issue.severity)) for issue in made.issues
    }


@pytest.mark.parametrize("kind", ["DFT^P03^DFT_P03", "DFT^P11^DFT_P11"])
def test_modifiers_beside_the_charge_follow_its_own(kind: str) -> None:
    charge = segment("FT1", f1="1", f4="20260312", f6="CG", f10="1", f12="90.50&USD", f25="0731T^^C4", f26="52^^C4")
    procedure = segment("PR1", f1="1", f3="0731T^^C4", f16="52^^C4~GT^^HCPCS")
    order = segment("OBR", f1="1", f4="0731T", f45="95^^CPTM")
    message = sent("dft.hl7", kind, PATIENT, CHARGES[1], charge, procedure, "ORC|RE|1", order)
    line = line_of(convert(ADT, MDM, message))

    assert [modifier["code"] for modifier in line["modifiers"]] == ["52", "GT", "95"]
    assert line["modifiers"][2]["system"] == "http://www.ama-assn.org/go/cpt"
    assert line["charge"] == "90.50"


def test_the_price_of_one_unit_is_not_taken_for_the_charge_of_several() -> None:
    charge = segment("FT1", f1="1", f4="20260312", f6="CG", f10="2", f12="90.50&USD", f25="0731T^^C4")
    message = sent("dft.hl7", "DFT^P03^DFT_P03", PATIENT, CHARGES[1], charge)

    assert "charge" not in line_of(convert(ADT, MDM, message))


def test_an_account_gives_procedures_diagnoses_and_insurance() -> None:
    procedure = segment("PR1", f1="1", f3="0731T^^C4", f5="20260312", f16="95^^C4~52^^C4")
    diagnosis = "DG1|1||Q87.0^Syndrome^I10|||F"
    made = convert(ADT, MDM, sent("bar.hl7", "BAR^P01^BAR_P01", PATIENT, CHARGES[1], diagnosis, procedure, REGISTRATION[3]))

    assert [modifier["code"] for modifier in line_of(made)["modifiers"]] == ["95", "52"]
    assert (line_of(made)["code"], line_of(made)["dos_start"]) == ("0731T", "2026-03-12")
    assert dumped(made)["diagnoses"][0]["icd10cm"] == "Q87.0"


def test_without_a_charge_the_procedure_of_the_order_is_what_is_billed() -> None:
    order = segment(
        "OBR", f1="1", f4="FA^Facial analysis^L", f7="202603121000-0500", f25="F", f32=READER, f44="0731T^^C4", f45="52~95"
    )
    made = convert(ADT, sent("oru.hl7", "ORU^R01^ORU_R01", PATIENT, CHARGES[1], order))

    assert [modifier["code"] for modifier in line_of(made)["modifiers"]] == ["52", "95"]
    assert line_of(made)["dos_start"] == "2026-03-12"


@pytest.mark.parametrize(("kind", "status"), [("ADT^A11^ADT_A09", "cancelled"), ("ADT^A10^ADT_A09", "arrived")])
def test_what_becomes_of_a_visit_is_its_state(kind: str, status: str) -> None:
    case = dumped(convert(sent("adt.hl7", kind, REGISTRATION[0], VISIT), MDM))

    assert case["encounter"]["status"] == status


@pytest.mark.parametrize(("event", "status"), [("T11", "withdrawn"), ("T03", "signed")])
def test_a_document_without_its_text_has_a_state_or_is_withdrawn(event: str, status: str) -> None:
    document = sent("mdm.hl7", f"MDM^{event}^MDM_T01", *REPORT[:3])
    procedure = sent("oru.hl7", "ORU^R01^ORU_R01", PATIENT, CHARGES[1], "OBR|1|||0731T")
    case = dumped(convert(ADT, document, Document(name="p.json", content=b'{"procedure": {"status": "completed"}}'), procedure))

    assert case["review"]["status"] == status


@pytest.mark.parametrize("day", ["2026", "202603", "26", "tomorrow"])
def test_a_charge_without_a_whole_day_is_told_and_holds_back_the_claim_only(day: str) -> None:
    charge = segment("FT1", f1="1", **{**CHARGE, "f4": day}, f6="CG", f25="0731T^^C4")
    made = convert(ADT, MDM, sent("dft.hl7", "DFT^P03^DFT_P03", PATIENT, charge))

    assert ("dft.hl7#FT1-4.1",) in [issue.location for issue in made.issues if issue.rule == "map/day_of_dtm"]
    assert "DOS-03" in {issue.rule for issue in made.issues}
    assert "dos_start" not in dumped(made)["billing"]["lines"][0]


def test_a_payment_is_no_line_of_the_claim_and_is_reported() -> None:
    made = convert(ADT, MDM, DFT)

    assert [issue.location for issue in made.issues if issue.rule == "feed/not-a-charge"] == [("dft.hl7#FT1[2]-6",)]


def test_only_diagnoses_in_icd_10_are_taken() -> None:
    diagnoses = dumped(convert(ADT, MDM, DFT))["diagnoses"]

    assert [(diagnosis["icd10cm"], diagnosis["order"], diagnosis.get("certainty")) for diagnosis in diagnoses] == [
        ("F84.0", 1, "suspected"),
        ("Q87.0", 2, "confirmed"),
    ]


def test_a_repetition_that_the_map_passed_over_is_reported() -> None:
    passed_over = [issue.location for issue in convert(ADT, MDM, DFT).issues if issue.rule == "coverage/passed-over"]

    assert ("adt.hl7#PID-5[2].1.1",) in passed_over
    assert ("adt.hl7#PID-3[2].1",) in passed_over
    assert not [place for places in passed_over for place in places if place.startswith(("adt.hl7#PID-5[1]", "adt.hl7#PID-3[1]"))]


def test_what_stands_in_an_item_that_was_dropped_is_not_named_again() -> None:
    passed_over = [
        place for issue in convert(ADT, MDM, DFT).issues if issue.rule == "coverage/passed-over" for place in issue.location
    ]

    assert not [place for place in passed_over if place.startswith("dft.hl7#FT1[2]")]


def test_who_both_rendered_and_ordered_the_service_is_one_person_and_no_warning() -> None:
    made = convert(ADT, MDM, DFT)

    assert not [
        issue for issue in made.issues if any("FT1-21" in place for place in issue.location) and issue.rule == "coverage/dropped"
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
        "adt.hl7#PID-3[1].1",
        "dft.hl7#PID-3[1].1",
        "mdm.hl7#PID-3[1].1",
    }


def test_a_visit_without_a_number_is_known_by_its_alternate_one() -> None:
    alternate = segment("PV1", f1="1", f2="O", f50="V-50^^^CLINIC&1.2.840.99999.1&ISO")
    order = segment("OBR", f1="1", f2="P-1", f4="0731T^^C4", f25="F")

    case = dumped(convert(sent("adt.hl7", "ADT^A04", PATIENT, alternate), sent("oru.hl7", "ORU^R01", PATIENT, alternate, order)))

    assert case["encounter"]["id"] == "V-50"


@pytest.mark.parametrize("kind", ["ADT^A37^ADT_A37", "SIU^S12", "ACK"])
def test_a_message_that_no_map_reads_is_refused_by_its_form(kind: str) -> None:
    made = convert(sent("other.hl7", kind, PATIENT))

    assert made.failure is FailureKind.UNKNOWN_FORM
    assert "no map reads it; maps read hl7v2.ADT_A01, " in made.issues[0].text
    assert made.issues[0].location == ("other.hl7#MSH-9",)


@pytest.mark.parametrize(
    ("authority", "system", "is_reported"),
    [
        ("CLINIC&1.2.3&ISO", "urn:oid:1.2.3", False),
        ("&8d9c1f4e-6a55-4d1c-9f8a-0c6b5a4d3e2f&UUID", "urn:uuid:8d9c1f4e-6a55-4d1c-9f8a-0c6b5a4d3e2f", False),
        ("X&https://clinic.example/mrn&URI", "https://clinic.example/mrn", False),
        ("Our Clinic", "https://0731t-adapter.invalid/fhir/sid/assigner/Our%20Clinic", True),
        ("X&0A1B2C3D-1111-2222-3333-444455556666&GUID", "urn:uuid:0a1b2c3d-1111-2222-3333-444455556666", False),
        ("X&1.1.1.1&GUID", "https://0731t-adapter.invalid/fhir/sid/assigner/X", True),
        ("X&1.02&ISO", "https://0731t-adapter.invalid/fhir/sid/assigner/X", True),
        ("X&clinic.example&URI", "https://0731t-adapter.invalid/fhir/sid/assigner/X", True),
        ("X&clinic.example&DNS", "https://0731t-adapter.invalid/fhir/sid/assigner/X", True),
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
