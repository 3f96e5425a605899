"""The worksheet for billing people."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from adapter.case import Case
from adapter.cli import adapter
from adapter.cli.exit_code import Outcome
from adapter.conversion import Conversion
from adapter.export.claim_sheet import DISCLAIMER, ClaimSheet, SheetEntry, claim_sheet
from adapter.export.text import as_csv, as_text
from adapter.issues import InvalidError
from adapter.rules.judgement import judge
from tests.examples.ground import EXAMPLES, conversion_of, example_names
from tests.rules.judged.ground import conversion_with


def case_of(name: str, **changes: Any) -> Case:  # noqa: ANN401 - any JSON
    case = conversion_of(name).case
    assert case is not None
    return Case.model_validate({**case.model_dump(), **changes})


def sheet_of(case: Case) -> ClaimSheet:
    return claim_sheet(case, judge(case))


def values(case: Case) -> dict[tuple[int | None, str, str], str | None]:
    return {(entry.line, entry.box, entry.label): entry.value for entry in sheet_of(case).entries}


COMPLETE = case_of("complete")


def test_the_boxes_hold_what_the_case_has() -> None:
    found = values(COMPLETE)

    assert found[None, "1a", "insured's id"] == "INV0001100"
    assert found[None, "2", "patient"] == "Petersen, Alma Ruth"
    assert found[None, "4", "insured"] == "Petersen, Ruth"
    assert found[None, "21 A", "diagnosis (ICD-10-CM)"] == "R6252"
    assert found[2, "24D", "code"] == "0731T"
    assert found[2, "24D", "modifiers"] == "52"
    assert found[2, "24E", "diagnoses pointed at"] == "1 (A), 2 (B)"
    assert found[2, "24F", "charge"] == "150.50"
    assert found[None, "28", "total charge"] == "295.50"
    assert found[2, "24J", "rendering NPI"] == "1234567893"
    assert found[None, "22", "resubmission code"] is None


def test_the_segments_are_those_of_the_modelling_spec() -> None:
    segments = {entry.box.split()[0]: entry.segment for entry in reversed(sheet_of(COMPLETE).entries)}

    assert {box: segments[box] for box in ("24A", "24D", "24E", "24F", "24G", "19", "23", "33")} == {
        "24A": "DTP*472",
        "24D": "SV101-2",
        "24E": "SV107",
        "24F": "SV102",
        "24G": "SV104 (UN)",
        "19": "NTE",
        "23": "REF*G1",
        "33": "NM1*85",
    }


def test_it_says_first_that_it_is_neither_form_nor_transaction_and_how_the_claim_stands() -> None:
    assert sheet_of(COMPLETE).head == (DISCLAIMER, "Use: claim. Status: active.", "No errors.")
    refused = sheet_of(case_of("reduced-and-discontinued")).head
    assert refused[1:] == ("Use: claim. Status: draft.", "Errors to fix first: MOD-10, MOD-14.")


def test_where_no_claim_is_made_the_sheet_says_so() -> None:
    assert "Status: none: no claim is made." in sheet_of(case_of("complete", coverage=None)).head[1]


def test_a_corrected_claim_names_the_earlier_one() -> None:
    found = values(case_of("amended-report-corrected-claim"))

    assert found[None, "22", "resubmission code"] == "7"
    assert found[None, "22", "original reference"]


def test_a_case_with_next_to_nothing_makes_a_sheet_of_what_is_not_there() -> None:
    bare = case_of(
        "complete",
        **dict.fromkeys(("payer", "coverage", "guardian", "organization", "review")),
        practitioners=[],
        diagnoses=[],
        patient={"mrn": "1"},
        billing={"use": "claim", "lines": [{"code": "0731T", "dx_pointers": [1]}]},
    )

    found = values(bare)

    assert {label for (_, _, label), value in found.items() if value} == {
        "account",
        "code",
        "diagnoses pointed at",
        "additional words",
    }
    assert found[1, "24E", "diagnoses pointed at"] == "no such diagnosis"
    assert found[None, "28", "total charge"] is None


def test_pointers_follow_the_order_of_the_diagnoses() -> None:
    diagnoses = [{"icd10cm": "B", "order": 5}, {"icd10cm": "A", "order": 2}]
    lines = [{"code": "0731T", "dx_pointers": [5, 2, 9]}]
    found = values(case_of("complete", diagnoses=diagnoses, billing={"use": "claim", "lines": lines}))

    assert (found[None, "21 A", "diagnosis (ICD-10-CM)"], found[None, "21 B", "diagnosis (ICD-10-CM)"]) == ("A", "B")
    assert found[1, "24E", "diagnoses pointed at"] == "2 (B), 1 (A), no such diagnosis"


def test_the_form_has_letters_for_twelve_diagnoses() -> None:
    found = values(case_of("complete", diagnoses=[{"icd10cm": f"Q{number}"} for number in range(13)]))

    assert found[None, "21 L", "diagnosis (ICD-10-CM)"] == "Q11"
    assert found[None, "21 beyond L", "diagnosis (ICD-10-CM)"] == "Q12"


@pytest.mark.parametrize(
    ("coverage", "insured"),
    [
        ({"member_id": "1", "subscriber": "patient"}, "Petersen, Alma Ruth"),
        ({"member_id": "1", "relationship": "self"}, "Petersen, Alma Ruth"),
        ({"member_id": "1", "subscriber": "guardian"}, "Petersen, Ruth"),
        ({"member_id": "1"}, None),
    ],
)
def test_the_insured_is_who_subscribes(coverage: dict[str, str], insured: str | None) -> None:
    assert values(case_of("complete", coverage=coverage))[None, "4", "insured"] == insured


def test_medicare_is_its_own_kind_of_plan_and_who_signed_does_not_render_by_that() -> None:
    people = [{"key": "a"}, {"key": "b", "npi": "1234567893"}]
    case = case_of(
        "complete",
        coverage={"member_id": "M", "filing_indicator": "MB"},
        practitioners=people,
        review={"status": "signed", "reviewer": "b"},
    )

    found = values(case)

    assert (found[None, "1", "kind of plan"], found[1, "24J", "rendering NPI"]) == ("Medicare", None)


def test_what_is_not_billed_has_no_sheet() -> None:
    with pytest.raises(InvalidError, match="bills nothing"):
        sheet_of(case_of("complete", billing=None))


def test_the_text_has_a_line_for_each_value_and_a_heading_for_each_service_line() -> None:
    lines = as_text(sheet_of(COMPLETE)).splitlines()

    assert lines[0] == DISCLAIMER
    assert len(lines) == 4 + len(sheet_of(COMPLETE).entries) + 2
    assert "service line 2" in lines


def test_text_that_would_break_a_line_or_steer_a_terminal_is_plain() -> None:
    case = case_of("complete", procedure={"status": "completed", "reduced_reason": "one\n\ttwo \x1b[31mred"})

    (line,) = (each for each in as_text(sheet_of(case)).splitlines() if each.startswith("19 "))
    assert "one two [31mred  " in line


def test_csv_has_a_row_for_each_value_and_no_formula() -> None:
    sheet = ClaimSheet(head=("Said.",), entries=(SheetEntry(box="1", label="l", segment="s", field="f", value="=1+1", line=3),))

    assert list(csv.reader(io.StringIO(as_csv(sheet)))) == [
        ["line", "box", "label", "value", "segment", "field"],
        ["3", "1", "l", "'=1+1", "s", "f"],
        ["", "", "remark", "Said.", "", ""],
    ]


@pytest.mark.parametrize("name", example_names())
def test_the_sheet_of_an_example_is_the_same_every_time(name: str) -> None:
    case = conversion_of(name).case
    if case is not None and case.billing is not None:
        assert as_text(sheet_of(case)) == as_text(sheet_of(case))
        assert as_csv(sheet_of(case)) == as_csv(sheet_of(case))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(adapter, ["claim", *map(str, arguments)], standalone_mode=False)


def test_the_command_shows_a_table_csv_or_the_boxes() -> None:
    folder = EXAMPLES / "complete"

    assert run(folder).stdout.startswith(DISCLAIMER)
    assert run(folder, "--as", "csv").stdout.startswith("line,box,")
    assert run(folder, "--as", "cms1500").stdout == as_text(sheet_of(COMPLETE))
    assert run(folder).return_value == Outcome.GOOD
    assert run(EXAMPLES / "reduced-and-discontinued", "--as", "csv").return_value == Outcome.ISSUES


def test_the_command_writes_a_file(tmp_path: Path) -> None:
    target = tmp_path / "claim.csv"

    run(EXAMPLES / "complete", "--as", "csv", "--out", target)

    assert target.read_bytes().decode() == as_csv(sheet_of(COMPLETE))


def test_the_command_refuses_what_can_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "encounter.json").write_text(json.dumps({"id": 1}))

    assert run(tmp_path).return_value == Outcome.ISSUES


@pytest.mark.parametrize("name", example_names())
def test_the_sheet_shows_what_the_claim_holds(name: str) -> None:
    assert_same(conversion_of(name))


def test_the_sheet_of_a_wrong_case_shows_what_its_claim_holds() -> None:
    """Each of the wrong claims and near misses, whatever is wrong with it."""
    folder = Path(__file__).parent.parent / "rules" / "judged"
    base = {
        name: json.loads((EXAMPLES / "infant-final-report" / f"{name}.json").read_text()) for name in ("encounter", "ai_report")
    }
    for file in ("wrong.yaml", "near_misses.yaml"):
        for case in yaml.safe_load((folder / file).read_text()):
            assert_same(conversion_with(base, case))


def assert_same(made: Conversion) -> None:
    """Hold that sheet and Claim say the same, box by box; boxes of what the Case cannot say are empty."""
    resources = [entry["resource"] for entry in (made.bundle or {}).get("entry", [])]
    claim = next((one for one in resources if one["resourceType"] == "Claim"), None)
    if claim is None:
        return
    assert made.case is not None
    assert made.judgement is not None
    shown = claim_sheet(made.case, made.judgement).entries
    held = _held(claim, {entry["fullUrl"]: entry["resource"] for entry in (made.bundle or {})["entry"]})

    for (box, label), expected in held.items():
        found = [entry.value for entry in shown if entry.box.split()[0] == box and entry.label == label]
        assert found == expected, (box, label)
    for box in ("10", "12", "13", "14", "27", "29"):
        assert [entry.value for entry in shown if entry.box == box] == [None]


def _held(claim: Any, at: Any) -> dict[tuple[str, str], list[str | None]]:  # noqa: ANN401 - FHIR JSON
    """What the boxes have to show, by what the Claim and the resources around it hold."""
    patient, coverage = at[claim["patient"]["reference"]], at[claim["insurance"][0]["coverage"]["reference"]]
    provider, items = at[claim["provider"]["reference"]], claim.get("item", [])
    rendering = next((member for member in claim.get("careTeam", ()) if _role(member) == "primary"), None)
    others = [at[one["coverage"]["reference"]] for one in claim["insurance"][1:]]
    classes = _classes(coverage)
    total = claim.get("total", {}).get("value")
    return {
        ("1a", "insured's id"): [_member(coverage)],
        ("2", "patient"): [_named(patient)],
        ("3", "birth date"): [patient.get("birthDate")],
        ("3", "sex"): [patient.get("gender")],
        ("9", "other insured"): [_insured_of(one, at) for one in others],
        ("9a", "other policy"): [_member(one) for one in others],
        ("9a", "other group"): [value for one in others if (value := _classes(one).get("group"))],
        ("9d", "other payer"): [at[one["payor"][0]["reference"]]["name"] for one in others],
        ("9d", "other plan"): [value for one in others if (value := _classes(one).get("plan"))],
        ("4", "insured"): [_insured_of(coverage, at)],
        ("11d", "another health plan"): ["yes" if others else None],
        ("6", "patient's relation to insured"): [coverage.get("relationship", {}).get("coding", [{}])[0].get("code")],
        ("11", "group"): [classes.get("group")],
        ("11c", "plan"): [classes.get("plan")],
        ("21", "diagnosis (ICD-10-CM)"): [
            one["diagnosisCodeableConcept"]["coding"][0]["code"].replace(".", "")
            for one in sorted(claim.get("diagnosis", ()), key=lambda one: one["sequence"])
        ],
        ("22", "original reference"): [
            next((one["reference"]["value"] for one in claim.get("related", ()) if _code(one["relationship"]) == "prior"), None)
        ],
        ("22", "resubmission code"): [
            {"replacement": "7", "void": "8"}.get(next((one.get("valueCode") for one in claim.get("extension", ())), ""))
        ],
        ("23", "prior authorization"): [claim["insurance"][0].get("preAuthRef", [None])[0]],
        ("24A", "day of service"): [
            " to ".join(dict.fromkeys(item.get("servicedPeriod", {"start": item.get("servicedDate")}).values())) or None
            if "servicedDate" in item or "servicedPeriod" in item
            else None
            for item in items
        ],
        ("24B", "place of service"): [_code(item.get("locationCodeableConcept")) for item in items],
        ("24D", "code"): [_code(item["productOrService"]) for item in items],
        ("24D", "modifiers"): [" ".join(str(_code(one)) for one in item.get("modifier", ())) or None for item in items],
        ("24F", "charge"): [str(item["net"]["value"]) if "net" in item else None for item in items],
        ("24G", "units"): [str(item["quantity"]["value"]) if "quantity" in item else None for item in items],
        ("24J", "taxonomy"): [_code(rendering.get("qualification")) for _ in items] if rendering else [None for _ in items],
        ("26", "account"): [claim["identifier"][0]["value"].rpartition("/")[0]],
        ("28", "total charge"): [None if total is None else str(total)],
        ("33", "billing provider"): [provider["name"]],
    }


def _named(person: Any) -> str | None:  # noqa: ANN401 - FHIR JSON
    name = person.get("name", [{}])[0]
    return ", ".join(part for part in (name.get("family"), " ".join(name.get("given", []))) if part) or None


def _insured_of(coverage: Any, at: Any) -> str | None:  # noqa: ANN401 - FHIR JSON
    return _named(at[coverage["subscriber"]["reference"]]) if "subscriber" in coverage else None


def _member(coverage: Any) -> str:  # noqa: ANN401 - FHIR JSON
    (member,) = (str(one["value"]) for one in coverage["identifier"] if "type" in one)
    return member


def _classes(coverage: Any) -> dict[str, str]:  # noqa: ANN401 - FHIR JSON
    return {one["type"]["coding"][0]["code"]: one["value"] for one in coverage.get("class", ())}


def _code(concept: Any) -> str | None:  # noqa: ANN401 - FHIR JSON
    return concept["coding"][0]["code"] if concept else None


def _role(member: Any) -> str | None:  # noqa: ANN401 - FHIR JSON
    return _code(member.get("role"))


def test_the_patient_is_the_insured_only_where_it_is_said() -> None:
    segments = {
        name: next(entry.segment for entry in sheet_of(case_of(name)).entries if entry.box == "2")
        for name in ("complete", "two-units")
    }

    assert segments == {"complete": "NM1*QC", "two-units": "NM1*IL"}


def test_box_1_is_left_blank_where_nothing_tells_the_kind_of_plan() -> None:
    coverage = COMPLETE.coverage
    assert coverage is not None
    kinds = {
        indicator: values(case_of("complete", coverage=coverage.model_dump() | {"filing_indicator": indicator}))[
            None, "1", "kind of plan"
        ]
        for indicator in ("MB", "MC", "CI", "ZZ", None)
    }

    assert kinds == {"MB": "Medicare", "MC": "Medicaid", "CI": "other", "ZZ": None, None: None}


def test_a_void_says_8_and_who_ordered_has_the_qualifier_of_an_order() -> None:
    people = [{"key": "o", "role": "ordering", "npi": "1555000334", "family": "Mehta"}]
    billing = {"use": "claim", "frequency": "void", "related": [{"claim": "C", "relationship": "prior"}], "lines": []}
    found = values(case_of("complete", practitioners=people, billing=billing))

    assert (found[None, "22", "resubmission code"], found[None, "22", "original reference"]) == ("8", "C")
    assert found[None, "17", "qualifier"] == "DK"


def test_all_who_referred_ordered_or_supervised_and_all_reasons_are_shown() -> None:
    roles = ("supervising", "ordering", "referring")
    people = [{"key": role, "role": role, "family": role.title(), "npi": "1555000334"} for role in roles]
    procedure = {"status": "stopped", "stop_reason": "Illness.", "reduced_reason": "One view."}
    shown = [
        (entry.box, entry.value) for entry in sheet_of(case_of("complete", practitioners=people, procedure=procedure)).entries
    ]

    assert [each for each in shown if each[1] in ("DN", "DK", "DQ")] == [("17", "DN"), ("—", "DK"), ("—", "DQ")]
    assert [value for box, value in shown if box == "19"] == ["One view.", "Illness."]


@pytest.mark.parametrize(
    "before",
    ["", " ", "\N{NO-BREAK SPACE}", "\N{ZERO WIDTH SPACE}", "\N{ZERO WIDTH NO-BREAK SPACE}", "\r", "\n", " \x01 "],
)
@pytest.mark.parametrize(
    "sign",
    ["=", "+", "-", "@", "\N{FULLWIDTH EQUALS SIGN}", "\N{SMALL PLUS SIGN}", "\N{FULLWIDTH COMMERCIAL AT}", "\N{MINUS SIGN}"],
)
def test_a_cell_that_a_spreadsheet_could_run_is_marked(before: str, sign: str) -> None:
    entry = SheetEntry(line=None, box="1", label="l", value=f"{before}{sign}1+1", segment="s", field="f")
    text = as_csv(ClaimSheet(head=(), entries=(entry,)))

    assert next(row for row in csv.reader(io.StringIO(text)) if row[1] == "1")[3] == f"'{before}{sign}1+1"


@pytest.mark.parametrize(
    ("value", "marked"),
    [("\t=1", "'\t'=1"), ("a;=1", "a;'=1"), ("a; \uff1d1;b;-2", "a;' \uff1d1;b;'-2"), ("a\t@x", "a\t'@x"), (";;+1", ";;'+1")],
)
def test_what_other_countries_take_for_a_cell_of_its_own_is_marked_too(value: str, marked: str) -> None:
    entry = SheetEntry(line=None, box="1", label="l", value=value, segment="s", field="f")
    text = as_csv(ClaimSheet(head=(), entries=(entry,)))

    assert next(row for row in csv.reader(io.StringIO(text)) if row[1] == "1")[3] == marked


@pytest.mark.parametrize("value", ["", " ", "A1", "1-2", "a; b", "é=1", "\N{FULLWIDTH DIGIT ONE}"])
def test_a_cell_that_is_only_text_stays_as_it_is(value: str) -> None:
    entry = SheetEntry(line=None, box="1", label="l", value=value, segment="s", field="f")
    text = as_csv(ClaimSheet(head=(), entries=(entry,)))

    assert next(row for row in csv.reader(io.StringIO(text)) if row[1] == "1")[3] == value


def test_other_insurances_a_referral_and_a_billing_address_have_their_boxes() -> None:
    conversion = conversion_of("secondary-insurance")
    assert conversion.case is not None
    assert conversion.judgement is not None
    sheet = claim_sheet(conversion.case, conversion.judgement).entries
    entries = {(entry.box, entry.label): entry.value for entry in sheet}
    loops = {entry.box: entry.segment for entry in sheet if "N3" in entry.segment}

    assert (loops["32"], loops["33"]) == ("N3, N4 (2010AA)", "N3, N4 (2010AB)")
    assert entries["9a", "other policy"] == "INV0002033"
    assert entries["9d", "other payer"] == "Invented Second Mutual"
    assert entries["9", "other insured"] == "Ekholm, Arvid"
    assert next(entry.field for entry in sheet if entry.box == "9") == "other_coverages[0].insured"
    assert entries["23", "referral number"] == "INV-REF-0078"
    assert str(entries["33", "address"]).startswith("PO Box 7")
    assert entries["32", "place of the service, if another"] != entries["33", "address"]


def test_of_another_insurance_who_is_insured_its_group_and_its_plan_have_boxes() -> None:
    mine = {"member_id": "M-2", "payer": {"name": "Second", "payer_id": "P-2"}, "relationship": "self"}
    theirs = {**mine, "member_id": "M-3", "relationship": "child", "subscriber": "guardian", "group": "G", "plan": "P"}
    patient = {"mrn": "1", "family": "Ahn", "given": ["Mo"]}
    entries = sheet_of(
        case_of("complete", patient=patient, other_coverages=[mine, theirs, {**mine, "relationship": None}])
    ).entries
    shown = [(entry.box, entry.segment, entry.value) for entry in entries if entry.box.startswith("9") or entry.box == "11d"]

    assert shown[:3] == [("9", "NM1*IL (2330A)", "Ahn, Mo"), ("9a", "NM109 (2330A)", "M-2"), ("9d", "NM1*PR (2330B)", "Second")]
    assert [value for _, _, value in shown[4:8]] == ["M-3", "G", "Second", "P"]
    assert shown[8] == ("9", "NM1*IL (2330A)", None)
    assert shown[-1] == ("11d", "SBR (2320)", "yes")


def test_somebody_else_who_is_insured_has_the_boxes_4_7_and_11() -> None:
    insured = {
        "family": "Berg",
        "given": ["Nils"],
        "birth_date": "1988-05-06",
        "sex": "male",
        "address": {"line": ["3 Invented Lane"], "city": "Albany"},
    }
    coverage = {"member_id": "1", "relationship": "spouse", "subscriber": "other", "insured": insured}
    entries = {(entry.box, entry.label): entry for entry in sheet_of(case_of("complete", coverage=coverage)).entries}

    assert entries["2", "patient"].segment == "NM1*QC"
    assert (entries["4", "insured"].value, entries["4", "insured"].field) == ("Berg, Nils", "coverage.insured")
    assert entries["6", "patient's relation to insured"].value == "spouse"
    assert entries["7", "insured's address"].value == "3 Invented Lane, Albany"
    assert entries["7", "insured's address"].field == "coverage.insured.address"
    assert entries["11a", "insured's birth date"].value == "1988-05-06"
    assert entries["11a", "insured's sex"].field == "coverage.insured.sex"
    nobody = values(case_of("complete", coverage={**coverage, "insured": None}))
    assert [nobody[None, "4", "insured"], nobody[None, "7", "insured's address"]] == [None, None]


@pytest.mark.parametrize(
    ("tin", "shown"),
    [("14-1234567", ("REF*EI", "141234567")), ("123-45-6789", ("REF*SY", "123456789")), ("141234567", ("REF*EI", "141234567"))],
)
def test_a_tax_number_is_shown_without_hyphens_and_as_that_of_an_employer_or_a_person(tin: str, shown: tuple[str, str]) -> None:
    entries = sheet_of(case_of("complete", organization={"name": "Clinic", "tin": tin})).entries

    assert [(entry.segment, entry.value) for entry in entries if entry.box == "25"] == [shown]


def test_the_insureds_birth_date_and_sex_are_known_only_of_the_patient() -> None:
    shown = {
        name: [entry.value for entry in sheet_of(case_of(name)).entries if entry.box == "11a"]
        for name in ("complete", "two-units")
    }

    assert shown["complete"] == [None, None]
    assert all(shown["two-units"])
