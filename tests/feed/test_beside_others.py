"""What counts of messages beside others: their order in time, whose numbers they have, and what they cancel or merge."""

import pytest

from adapter.conversion import Options
from adapter.issues import FailureKind
from adapter.readers.document import Document
from tests.feed.ground import FIRST, LAST, LATER, case_of, charged, ordered, places, registered, resulted, sent, together
from tests.readers.hl7v2.ground import segment

ADT, ORU = registered("adt", "A04", FIRST), resulted("oru", "F", LATER)
OTHER_FEED = b"|LAB|CLINIC|"


def bare(document: Document, *, sender: bytes = b"|EHR|CLINIC|") -> Document:
    """The message without who assigned the patient's number."""
    content = document.content.replace(b"^^^CLINIC&1.2.3&ISO", b"").replace(b"|EHR|CLINIC|", sender)
    return Document(name=document.name, content=content)


@pytest.mark.parametrize("names", [("a", "b"), ("b", "a")])
def test_charges_and_numbers_stand_in_the_order_of_time_whatever_their_documents_are_called(names: tuple[str, str]) -> None:
    first, second = (
        charged(name, code=code, at=at) for name, code, at in zip(names, ("0731T^^C4", "99213^^C4"), (LATER, LAST), strict=True)
    )
    lines = case_of(together(ADT, ORU, first, second))["billing"]["lines"]

    assert [line["code"] for line in lines] == ["0731T", "99213"]


@pytest.mark.parametrize("name", ["a", "z"])
def test_a_charge_that_names_the_order_leaves_its_numbers_as_the_result_has_them(name: str) -> None:
    charge = segment("FT1", f1="1", f4="20260301", f6="CG", f10="1", f23="F-1^LAB", f25="0731T^^C4")
    result = resulted("m", "F", LATER, placer="P-1^EHR")
    made = together(ADT, result, sent(name, "DFT^P03", segment("PV1", f2="O", f19="V-1"), charge, at=LAST))

    assert [number["kind"] for number in case_of(made)["order_numbers"]] == ["placer", "filler"]


def test_a_charge_that_comes_again_under_another_control_id_counts_once() -> None:
    again = (charged("a", at=LATER, number="T-1"), charged("b", at=LAST, number="T-1"))

    assert len(case_of(together(ADT, ORU, *again))["billing"]["lines"]) == 1


def test_two_charges_of_one_number_that_differ_are_a_conflict_unless_the_former_is_credited() -> None:
    first, credit = charged("a", at=FIRST, number="T-1"), charged("b", "CD", at=LATER, number="T-1")
    second = charged("c", code="99213^^C4", at=LAST, number="T-1")
    wrong, right = together(ADT, ORU, first, second), together(ADT, ORU, first, credit, second)

    assert wrong.failure is FailureKind.CONFLICT
    assert places(wrong, "two-charges") == [("a.hl7#FT1", "c.hl7#FT1")]
    assert [line["code"] for line in case_of(right)["billing"]["lines"]] == ["99213"]


def test_the_claim_was_made_when_the_last_charge_was() -> None:
    days = [segment("FT1", f1="1", f4="20260301", f5=day, f6="CG", f10="1", f25="0731T^^C4") for day in ("20260302", "20260303")]
    visit = segment("PV1", f2="O", f19="V-1")
    first, last = (sent(name, "DFT^P03", visit, day, at=at) for name, day, at in zip("ab", days, (LATER, LAST), strict=True))
    made = together(ADT, ORU, last, first)

    assert case_of(made)["billing"]["created"] == "2026-03-03"
    assert places(made, "older") == [("a.hl7#FT1-5",)]


@pytest.mark.parametrize(
    ("common", "order", "conflicts"),
    [
        ("P-1^EHR", "P-2^EHR", [("orm.hl7#ORC-2[1]", "orm.hl7#OBR-2[1]")]),
        ("P-1^EHR", "P-1^EHR", []),
        ("P-1^EHR", "P-2^OTHER", []),
        ("P-1", "P-2", []),
        ("P-1^EHR", "", []),
    ],
)
def test_an_order_has_one_number_in_both_of_its_segments(common: str, order: str, conflicts: list[tuple[str, ...]]) -> None:
    segments = segment("ORC", f1="NW", f2=common), segment("OBR", f1="1", f2=order, f4="0731T^^C4")
    made = together(ADT, sent("orm", "ORM^O01", segment("PV1", f2="O", f19="V-1"), *segments))

    assert places(made, "two-numbers") == conflicts
    assert (made.failure is FailureKind.CONFLICT) is bool(conflicts)


def test_a_number_without_an_assigner_is_not_the_one_of_another_feed() -> None:
    made = together(ADT, bare(ORU, sender=OTHER_FEED))

    assert made.content is None
    assert places(made, "no-assigner") == [("oru.hl7#PID-3",)]


@pytest.mark.parametrize("others", [(ADT, bare(ORU)), (ADT, bare(ordered("orm", "NW")), ORU)])
def test_a_number_without_an_assigner_is_one_of_its_sender(others: tuple[Document, ...]) -> None:
    assert case_of(together(*others))["patient"]["mrn_system"] == "urn:oid:1.2.3"


def test_a_number_without_an_assigner_takes_that_of_the_setting_and_another_one_is_another_patient() -> None:
    unsaid = bare(ORU, sender=OTHER_FEED)
    right, wrong = (together(ADT, unsaid, options=Options(assigner=system)) for system in ("urn:oid:1.2.3", "urn:oid:1.2.4"))

    assert case_of(right)["patient"]["mrn_system"] == "urn:oid:1.2.3"
    assert wrong.content is None
    assert [issue.field for issue in wrong.issues if issue.is_error] == ["patient.mrn_system"]


def test_a_merge_that_names_nobody_is_an_error() -> None:
    made = together(ADT, ORU, sent("a40", "ADT^A40"))

    assert made.content is None
    assert [issue.rule for issue in made.issues if issue.is_error] == ["feed/no-merge"]


@pytest.mark.parametrize(("discharged", "told"), [((), 1), ((registered("a03", "A03", LATER),), 0)])
def test_a_discharge_that_was_never_sent_cannot_be_taken_back(discharged: tuple[Document, ...], told: int) -> None:
    made = together(ADT, *discharged, registered("a13", "A13", LAST), ORU)

    assert places(made, "nothing-to-cancel") == [("a13.hl7#MSH-9",)] * told
