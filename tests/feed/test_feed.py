"""What feeds do to each other: every case has one right answer."""

from itertools import permutations

import pytest

from adapter.conversion import Options
from adapter.issues import FailureKind
from adapter.readers.document import Document
from tests.examples.ground import pipeline
from tests.feed.ground import (
    ENCOUNTER,
    FIRST,
    LAST,
    LATER,
    READER,
    case_of,
    charged,
    ordered,
    places,
    registered,
    resulted,
    sent,
    together,
)
from tests.readers.hl7v2.ground import segment

FINAL = resulted("final", "F", LATER, "Final text")


def test_an_update_wins_over_the_registration_and_the_older_statement_is_named() -> None:
    made = together(registered("a04", "A04", FIRST, person="Old^Mia"), registered("a08", "A08", LATER, person="New^Mia"), FINAL)

    assert case_of(made)["patient"]["family"] == "New"
    assert places(made, "older") == [("a04.hl7#PID-5[1].1.1", "a08.hl7#PID-5[1].1.1")]


def test_an_old_registration_after_an_update_changes_nothing() -> None:
    made = together(
        registered("z-late", "A08", FIRST, person="Old^Mia"), registered("a08", "A08", LATER, person="New^Mia"), FINAL
    )

    assert case_of(made)["patient"]["family"] == "New"


def test_times_with_offsets_are_compared_as_moments() -> None:
    made = together(
        registered("one", "A04", "20260301100000+0200", person="Old^Mia"),
        registered("two", "A08", "20260301090000+0000", person="New^Mia"),
        FINAL,
    )

    assert case_of(made)["patient"]["family"] == "New"


def test_two_registrations_that_differ_are_a_conflict_with_both_places() -> None:
    made = together(registered("a", "A04", FIRST, person="One^Mia"), registered("b", "A04", LATER, person="Two^Mia"), FINAL)

    assert made.failure is FailureKind.INVALID
    (issue,) = [issue for issue in made.issues if issue.field == "patient.family"]
    assert {place.split("#")[0] for place in issue.location} == {"a.hl7", "b.hl7"}


def test_an_update_deletes_what_it_says_is_empty_and_leaves_what_it_does_not_say() -> None:
    before = registered("a04", "A04", FIRST, person="Muster^Mia", phone="^PRN^PH^^^617^5550100")
    deleted = registered("a08", "A08", LATER, person="Muster^Mia", phone='""')
    silent = registered("a08", "A08", LATER, person="Muster^Mia")

    assert "phone" not in case_of(together(before, deleted, FINAL))["patient"]
    assert case_of(together(before, silent, FINAL))["patient"]["phone"] == "617 5550100"


def test_what_is_read_from_a_field_that_is_deleted_in_part_stands() -> None:
    number = "^PRN^PH^^^617^5550100"
    before = registered("a04", "A04", FIRST, person="Muster^Mia", phone=number)
    update = registered("a08", "A08", LATER, person="Muster^Mia", phone='^PRN^PH^^^""')

    assert case_of(together(before, update, FINAL))["patient"]["phone"] == "617 5550100"


@pytest.mark.parametrize(("name", "expected"), [('""', (None, [])), ('Muster^""', ("Muster", []))])
def test_what_a_registration_deletes_no_other_message_brings_back(name: str, expected: tuple[str | None, list[str]]) -> None:
    made = together(
        registered("a04", "A04", FIRST, person="Muster^Mia"),
        registered("a08", "A08", LATER, person=name),
        resulted("oru", "F", LATER, person="Muster^Mia"),
    )
    patient = case_of(made)["patient"]

    assert (patient.get("family"), patient["given"]) == expected
    assert any(place[0].startswith("oru.hl7#PID-5") for place in places(made, "not-registration"))


def test_an_end_of_the_visit_that_is_deleted_is_no_longer_there() -> None:
    made = together(
        registered("a04", "A04", FIRST),
        registered("a03", "A03", LATER, f45="20260301110000+0000"),
        registered("a13", "A13", LAST, f45='""'),
        FINAL,
    )

    assert "end" not in case_of(made)["encounter"]


def test_an_encounter_document_tells_of_the_patient_as_a_registration_does() -> None:
    told = Document(name="told.json", content=b'{"patient": {"mrn": "4711", "family": "Muster"}}')
    made = together(resulted("oru", "F", LATER, person="Other^Mia"), ENCOUNTER, told)

    assert case_of(made)["patient"]["family"] == "Muster"
    assert places(made, "not-registration") == [("oru.hl7#PID-5[1].1.1", "told.json#/patient/family")]


def test_a_cancelled_registration_is_a_cancelled_visit() -> None:
    made = together(registered("a04", "A04", FIRST), registered("a11", "A11", LATER), FINAL)

    assert case_of(made)["encounter"]["status"] == "cancelled"


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_a_visit_that_is_registered_again_after_it_was_cancelled_stands(order: tuple[int, ...]) -> None:
    messages = [registered("a04", "A04", FIRST), registered("a11", "A11", LATER), registered("again", "A04", LAST)]

    made = together(*(messages[place] for place in order), FINAL)

    assert case_of(made)["encounter"] == case_of(together(messages[0], FINAL))["encounter"]
    assert [found[0].partition("#")[0] for found in places(made, "older")] == ["a11.hl7"]


@pytest.mark.parametrize(
    ("early", "late", "text"),
    [
        (("P", FIRST, "Preliminary"), ("F", LATER, "Final"), "Final"),
        (("F", FIRST, "Final"), ("P", LATER, "Preliminary"), "Final"),
        (("F", FIRST, "Final"), ("C", LATER, "Corrected"), "Corrected"),
        (("C", FIRST, "Corrected"), ("F", LATER, "Final again"), "Corrected"),
        (("F", FIRST, "Older"), ("F", LATER, "Newer"), "Newer"),
        (("P", FIRST, "Older"), ("P", LATER, "Newer"), "Newer"),
    ],
)
def test_the_furthest_state_of_a_report_stands_and_of_equal_ones_the_newest(
    early: tuple[str, str, str], late: tuple[str, str, str], text: str
) -> None:
    made = together(registered("adt", "A04", FIRST), resulted("one", *early), resulted("two", *late))
    losers = [place for rule in ("older", "finished", "continued") for place in places(made, rule)]

    assert case_of(made)["review"]["conclusion"] == text
    assert {place.split("#")[0] for found in losers for place in found} == {"one.hl7", "two.hl7"}


def test_equal_states_of_one_moment_that_differ_are_a_conflict() -> None:
    made = together(registered("adt", "A04", FIRST), resulted("one", "F", LATER, "A"), resulted("two", "F", LATER, "B"))

    assert made.failure is FailureKind.INVALID
    assert [issue.field for issue in made.issues if issue.is_error] == ["review.conclusion"]


@pytest.mark.parametrize(("cancelled", "status"), [(LAST, "not-done"), (LATER, "not-done"), (FIRST, "completed")])
def test_a_result_that_is_called_off_counts_from_when_it_was(cancelled: str, status: str) -> None:
    made = together(registered("adt", "A04", FIRST), FINAL, resulted("off", "X", cancelled))

    assert case_of(made)["procedure"]["status"] == status


def test_a_late_order_does_not_reopen_what_is_finished() -> None:
    made = together(registered("adt", "A04", FIRST), FINAL, ordered("order", "SC", status="IP", at=LAST))

    assert case_of(made)["procedure"]["status"] == "completed"
    assert places(made, "finished")


def test_an_order_alone_says_that_the_procedure_is_to_come() -> None:
    made = together(registered("adt", "A04", FIRST), ordered("order", "NW", at=LAST))

    assert case_of(made)["procedure"]["status"] == "preparation"


def test_only_a_registration_tells_of_the_patient_and_others_do_where_there_is_none() -> None:
    result = resulted("oru", "F", LATER, person="Other^Mia")
    with_registration = together(registered("adt", "A04", FIRST, person="Muster^Mia"), result)

    assert case_of(with_registration)["patient"]["family"] == "Muster"
    assert places(with_registration, "not-registration")
    assert case_of(together(result, ENCOUNTER))["patient"]["family"] == "Other"


def test_numbers_of_an_order_match_in_any_subset() -> None:
    made = together(
        registered("adt", "A04", FIRST),
        ordered("order", "NW", placer="P-1^EHR", filler=""),
        resulted("one", "P", LATER, "A", placer="P-1^EHR", filler="F-1^LAB"),
        resulted("two", "F", LAST, "B", placer="", filler="F-1^LAB"),
    )

    assert case_of(made)["review"]["conclusion"] == "B"
    assert len(places(made, "finished")) == 2


def test_a_message_with_the_numbers_of_two_orders_makes_them_one() -> None:
    made = together(
        registered("adt", "A04", FIRST),
        ordered("order", "NW", placer="P-1^EHR", filler=""),
        resulted("one", "P", LATER, "A", filler="F-1^LAB"),
        resulted("two", "F", LAST, "B", placer="P-1^EHR", filler="F-1^LAB"),
    )

    assert case_of(made)["review"]["conclusion"] == "B"
    assert len(places(made, "finished")) == 2


def test_an_order_with_two_numbers_of_one_kind_and_assigner_is_a_conflict() -> None:
    made = together(
        registered("adt", "A04", FIRST),
        resulted("one", "P", LATER, placer="P-1^EHR", filler="F-1^LAB"),
        resulted("two", "F", LAST, placer="P-1^EHR", filler="F-2^LAB"),
    )

    assert made.failure is FailureKind.CONFLICT
    assert [sorted(found) for found in places(made, "two-numbers")] == [["one.hl7#OBR-3", "two.hl7#OBR-3"]]


def test_two_orders_are_not_one() -> None:
    made = together(
        registered("adt", "A04", FIRST),
        resulted("one", "F", LATER, "A", filler="F-1^LAB"),
        resulted("two", "F", LAST, "B", filler="F-2^LAB"),
    )

    assert made.failure is FailureKind.INVALID


def test_another_patient_is_refused() -> None:
    made = together(registered("adt", "A04", FIRST), resulted("oru", "F", LATER, mrn="4712"))

    assert made.failure is FailureKind.INVALID
    assert "patient.mrn" in [issue.field for issue in made.issues]


MERGE = sent("a40", "ADT^A40", "MRG|4700^^^CLINIC&1.2.3&ISO^MR")


def test_who_was_merged_stays_merged_when_a_feed_sends_the_old_number() -> None:
    made = together(registered("adt", "A04", FIRST), resulted("oru", "F", LATER, mrn="4700"), MERGE)

    assert case_of(made)["patient"]["mrn"] == "4711"
    assert places(made, "merged-patient") == [("oru.hl7#PID-3",)]


@pytest.mark.parametrize("kind", ["ADT^A18^ADT_A18", "ADT^A34^ADT_A30", "ADT^A36^ADT_A30", "ADT^A39^ADT_A39"])
def test_merges_of_older_versions_merge_as_well(kind: str) -> None:
    merge = sent("merge", kind, "MRG|4700^^^CLINIC&1.2.3&ISO^MR")
    made = together(registered("adt", "A04", FIRST), resulted("oru", "F", LATER, mrn="4700"), merge)

    assert case_of(made)["patient"]["mrn"] == "4711"


def test_a_merge_of_accounts_is_not_one_of_patients() -> None:
    merge = sent("a41", "ADT^A41^ADT_A39", "MRG|4700^^^CLINIC&1.2.3&ISO^MR")
    made = together(registered("adt", "A04", FIRST), FINAL, merge)

    assert places(made, "unhandled") == [("a41.hl7#MSH-9",)]


def test_merges_that_lead_to_each_other_end() -> None:
    further = sent("a40b", "ADT^A40", "MRG|4711^^^CLINIC&1.2.3&ISO^MR", mrn="4700")
    made = together(registered("adt", "A04", FIRST), FINAL, MERGE, further)

    assert made.case is not None


def test_a_merge_alone_is_refused_with_words() -> None:
    made = together(MERGE)

    assert made.failure is FailureKind.UNKNOWN_FORM
    assert "says nothing of an encounter" in made.issues[0].text


def test_a_credit_takes_back_the_charge_before_it() -> None:
    made = together(registered("adt", "A04", FIRST), FINAL, charged("charge"), charged("credit", "CD", at=f"20260303{FIRST[8:]}"))

    assert "billing" not in case_of(made)
    assert places(made, "credited") == [("charge.hl7#FT1", "credit.hl7#FT1")]
    assert not [issue for issue in made.issues if issue.rule == "coverage/dropped"]


def test_a_credit_takes_back_the_charge_of_its_number() -> None:
    made = together(
        registered("adt", "A04", FIRST),
        FINAL,
        charged("one", code="0731T^^C4", number="T-1", at="20260302080000+0000"),
        charged("two", code="99213^^C4", number="T-2", at="20260302090000+0000"),
        charged("credit", "CD", code="0731T^^C4", number="T-2", at="20260302110000+0100"),
    )

    assert [line["code"] for line in case_of(made)["billing"]["lines"]] == ["0731T"]
    assert places(made, "credited") == [("two.hl7#FT1", "credit.hl7#FT1")]


def test_two_credits_take_back_two_charges_whether_by_number_or_by_procedure() -> None:
    made = together(
        registered("adt", "A04", FIRST),
        FINAL,
        charged("one", number="T-1", at="20260302080000+0000"),
        charged("two", number="T-2", at="20260302090000+0000"),
        charged("by-number", "CD", number="T-2", at="20260302100000+0000"),
        charged("by-procedure", "CD", at="20260302110000+0000"),
        charged("too-many", "CD", at=""),
    )

    assert "billing" not in case_of(made)
    assert [sorted(found) for found in places(made, "credited")] == [
        ["by-number.hl7#FT1", "two.hl7#FT1"],
        ["by-procedure.hl7#FT1", "one.hl7#FT1"],
    ]
    assert places(made, "nothing-to-credit") == [("too-many.hl7#FT1",)]


def test_a_charge_after_the_credit_stands() -> None:
    again = charged("again", at="20260304080000+0000")
    made = together(
        registered("adt", "A04", FIRST), FINAL, charged("charge"), charged("credit", "CD", at="20260303080000+0000"), again
    )

    assert [line["code"] for line in case_of(made)["billing"]["lines"]] == ["0731T"]


@pytest.mark.parametrize(
    ("document", "rule"),
    [
        (charged("credit", "CD", "99213^^C4"), "nothing-to-credit"),
        (ordered("cancel", "CA", filler="F-9^LAB", placer="P-9^EHR"), "nothing-to-cancel"),
        (sent("t11", "MDM^T11", "PV1|1|O", "TXA|1|CN"), "nothing-to-cancel"),
    ],
)
def test_what_takes_back_what_was_never_seen_is_remarked(document: Document, rule: str) -> None:
    made = together(registered("adt", "A04", FIRST), FINAL, document)

    assert [place.split("#")[0] for found in places(made, rule) for place in found] == [document.name]


def test_an_order_that_is_cancelled_is_not_remarked() -> None:
    made = together(registered("adt", "A04", FIRST), ordered("order", "NW"), ordered("cancel", "CA", at=LAST))

    assert not places(made, "nothing-to-cancel")
    assert case_of(made)["procedure"]["status"] == "not-done"


def test_a_charge_counts_before_the_codes_of_an_order() -> None:
    result = resulted("oru", "F", LATER)
    named = Document(name=result.name, content=result.content.replace(b"\rOBX", b"||||||||||||0731T^^C4|95\rOBX", 1))
    alone, beside = (together(registered("adt", "A04", FIRST), named, *more) for more in ((), (charged("dft"),)))

    assert case_of(alone)["billing"]["lines"][0]["modifiers"][0]["code"] == "95"
    assert case_of(beside)["billing"]["lines"][0]["modifiers"] == []
    assert places(beside, "better-charge")


def test_a_resend_counts_once_and_another_content_with_its_number_counts_too() -> None:
    again = Document(name="again.hl7", content=FINAL.content)
    other = resulted("other", "F", LAST, "Newer", number="final")

    assert places(together(registered("adt", "A04", FIRST), FINAL, again), "resend")
    made = together(registered("adt", "A04", FIRST), FINAL, other)
    assert len(places(made, "control-id")) == 1
    assert case_of(made)["review"]["conclusion"] == "Newer"


@pytest.mark.parametrize(("processing", "tag"), [("T", True), ("D", True), ("P", False)])
def test_tests_are_marked_and_test_data_in_production_is_said(processing: str, *, tag: bool) -> None:
    adt = sent("adt", "ADT^A04", "PV1|1|O|||||||||||||||||V-1", processing=processing, person="ZZTEST^Mia")
    made = together(adt, resulted("oru", "F", LATER, processing=processing))

    assert case_of(made)["test"] is tag
    assert bool(places(made, "test-data")) is not tag


def test_messages_of_no_map_are_left_out_with_a_warning_where_others_are_left() -> None:
    made = together(registered("adt", "A04", FIRST), FINAL, sent("siu", "SIU^S12"))

    assert made.bundle is not None
    assert places(made, "unhandled") == [("siu.hl7#MSH-9",)]


def test_an_account_leads_to_the_visit_that_another_message_names_beside_it() -> None:
    account = "Muster^Mia" + "|" * 13 + "A-7"
    order = segment("OBR", f1="1", f4="0731T", f7="202603010900+0000", f22=LATER, f25="F", f32=READER)
    made = together(registered("adt", "A04", FIRST, person=account), sent("oru", "ORU^R01", order, person=account))

    assert case_of(made)["id"] == case_of(made)["encounter"]["id"] == "V-1"


def test_a_day_never_becomes_an_instant() -> None:
    made = together(registered("adt", "A04", FIRST), resulted("oru", "F", "20260301"), options=Options(zone="Z"))

    assert made.bundle is not None
    reports = [entry["resource"] for entry in made.bundle["entry"] if entry["resource"]["resourceType"] == "DiagnosticReport"]
    assert all("issued" not in report for report in reports)


def test_a_panel_has_several_numbers_of_one_kind_and_that_is_no_conflict() -> None:
    panel = resulted("oru", "F", LATER)
    other = segment("OBR", f1="2", f3="F-7^LAB", f4="80050", f22=LAST, f25="F")
    both = Document(name=panel.name, content=panel.content + other.encode() + b"\r")
    made = together(registered("adt", "A04", FIRST), both, resulted("late", "P", LAST))

    assert not places(made, "two-numbers")
    assert case_of(made)["review"]["status"] == "signed"


def written(name: str, event: str, at: str, text: str) -> Document:
    """A signed document with a text."""
    signer = "1234567893^Reed^Rosa^^^^^^^^^^NPI^^20260301100000+0000"
    report = segment("TXA", f1="1", f2="CN", f17="AU", f22=signer)
    return sent(name, f"MDM^{event}", segment("PV1", f19="V-1"), report, f"OBX|1|TX|R||{text}", at=at)


def test_of_documents_without_an_order_the_time_of_the_message_counts() -> None:
    made = together(registered("adt", "A04", FIRST), written("t02", "T02", FIRST, "Old"), written("t08", "T08", LATER, "New"))

    assert case_of(made)["review"]["conclusion"] == "New"
    assert places(made, "older") == [
        tuple(f"{name}.hl7#{field}" for name in ("t02", "t08") for field in ("TXA-17[1]", "MSH-9.2"))
    ]


def documented(name: str, event: str, state: str, *, at: str) -> Document:
    """A message of a document, with its text unless it cancels it."""
    text = ("OBX|1|TX|R||Text",) if event != "T11" else ()
    return sent(name, f"MDM^{event}", segment("PV1", f2="O", f19="V-1"), segment("TXA", f1="1", f17=state), *text, at=at)


def test_a_document_that_is_withdrawn_leaves_the_procedure() -> None:
    report, cancellation = documented("t02", "T02", "AU", at=FIRST), documented("t11", "T11", "", at=LATER)
    case = case_of(made := together(registered("adt", "A04", FIRST), report, cancellation))

    assert (case["review"]["status"], case["procedure"]["status"]) == ("withdrawn", "completed")
    assert "conclusion" not in case["review"]
    (told,) = places(made, "older")
    assert {"t02.hl7#TXA-17[1]", "t11.hl7#MSH-9.2"} <= set(told)


def test_an_order_stands_beside_a_document_that_says_nothing_of_the_procedure() -> None:
    made = together(registered("adt", "A04", FIRST), ordered("order", "NW"), documented("draft", "T02", "DI", at=LATER))

    assert case_of(made)["procedure"]["status"] == "preparation"
    assert places(made, "finished") == []


@pytest.mark.parametrize(
    "value",
    [
        "^IM^JPEG^Base64^AAAA",
        "^Image^x^Base64^AAAA",
        "^AP^PNG^Base64^AAAA",
        "^IMAGE/JPEG^^Base64^AAAA",
        "^AP^OCTET-STREAM^Base64^/9j/4AAQ",
    ],
)
def test_a_photograph_in_a_message_is_refused_at_its_place(value: str) -> None:
    result = resulted("oru", "F", LATER)
    image = Document(name=result.name, content=result.content + f"\rOBX|2|ED|R||{value}".encode())
    made = pipeline().convert([registered("adt", "A04", FIRST), image])

    assert made.failure is FailureKind.INVALID
    assert places(made, "inline-image") == [("oru.hl7#OBX[2]-5[1]",)]


def test_a_report_in_a_message_is_no_photograph() -> None:
    result = resulted("oru", "F", LATER)
    report = Document(
        name=result.name,
        content=result.content + b"\rOBX|2|ED|R||^AP^PDF^Base64^JVBERi0\rOBX|3|RP|R||https://x.example/a.jpg^^IM^JPEG",
    )

    assert places(together(registered("adt", "A04", FIRST), report), "inline-image") == []


def numbered(document: Document, patient: str) -> Document:
    """The message with other numbers of the patient, in PID-2, 3 and 4."""
    head, _, rest = document.content.decode().partition("PID|1||4711^^^CLINIC&1.2.3&ISO^MR|")
    return Document(name=document.name, content=f"{head}PID|1|{patient}{rest}".encode())


OLD_WAY = "4711^^^CLINIC&1.2.3&ISO|||"


@pytest.mark.parametrize("patient", [OLD_WAY, "4711^^^CLINIC&1.2.3&ISO^MR|||", "99^^^OLD|4711^^^CLINIC&1.2.3&ISO^MR||"])
@pytest.mark.parametrize(
    "document",
    [
        registered("adt", "A04", FIRST),
        registered("cancel", "A11", FIRST),
        FINAL,
        ordered("orm", "NW"),
        sent("oml", "OML^O21", segment("PV1", f19="V-1"), "ORC|NW|P-1^EHR", "OBR|1|||0731T^^C4"),
        charged("dft"),
        sent("bar", "BAR^P01", segment("PV1", f19="V-1"), "PR1|1||0731T^^C4||20260301"),
        sent("t02", "MDM^T02", segment("PV1", f19="V-1"), segment("TXA", f1="1", f17="AU"), "OBX|1|TX|R||Text||||||F"),
        sent("t03", "MDM^T03", segment("PV1", f19="V-1"), segment("TXA", f1="1", f17="AU")),
    ],
    ids=lambda value: value.name if isinstance(value, Document) else None,
)
def test_a_number_in_the_old_place_counts_where_there_is_no_other(document: Document, patient: str) -> None:
    read = pipeline().read([numbered(document, patient)], Options()).tree["patient"]

    assert (read["mrn"], read["mrn_system"]) == ("4711", "urn:oid:1.2.3")


@pytest.mark.parametrize("patient", ["||4711", "|123-45-6789^^^USA&1.2&ISO^SS|", "123-45-6789^^^USA&1.2&ISO^SS||"])
def test_a_message_without_the_number_of_a_record_is_told_with_what_to_send(patient: str) -> None:
    made = together(ENCOUNTER, numbered(FINAL, patient))

    assert made.failure is FailureKind.INVALID
    assert places(made, "no-number") == [("final.hl7#PID-3",)]


def test_who_was_merged_stays_merged_when_a_feed_has_numbers_in_the_old_place() -> None:
    late = numbered(resulted("oru", "F", LATER), "4700^^^CLINIC&1.2.3&ISO|||")
    merge = numbered(MERGE, OLD_WAY)
    made = together(registered("adt", "A04", FIRST), late, merge)

    assert case_of(made)["patient"]["mrn"] == "4711"
    assert places(made, "merged-patient") == [("oru.hl7#PID-2",)]


@pytest.mark.parametrize(("processing", "is_test"), [("T", True), ("D", True), ("P", False)])
def test_what_is_made_of_messages_that_are_no_production_is_labelled(processing: str, *, is_test: bool) -> None:
    messages = (registered("adt", "A04", FIRST), FINAL, charged("dft"), documented("t02", "T02", "DO", at=FIRST))
    of_kind = [
        Document(name=one.name, content=one.content.replace(b"|T|2.5.1", f"|{processing}|2.5.1".encode())) for one in messages
    ]
    made = pipeline().convert(of_kind, Options())

    assert made.bundle is not None, made.issues
    labels = [
        {label["code"] for label in entry["resource"].get("meta", {}).get("security", ())} for entry in made.bundle["entry"]
    ]
    assert labels
    assert all(("HTEST" in codes) is is_test for codes in labels)


@pytest.mark.parametrize(
    ("version", "is_known"),
    [
        ("2.1", True),
        ("2.3.1", True),
        ("2.8.2", True),
        ("", True),
        ("2.5^DEU", True),
        ("2.9", False),
        ("3.0", False),
        ("V2", False),
    ],
)
def test_a_version_that_is_not_known_is_told(version: str, *, is_known: bool) -> None:
    made = together(ENCOUNTER, Document(name=FINAL.name, content=FINAL.content.replace(b"|2.5.1\r", f"|{version}\r".encode())))

    assert places(made, "version") == ([] if is_known else [("final.hl7#MSH-12",)])
