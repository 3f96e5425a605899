"""What is added to a report by a message of its own (MDM^T05, T06) stands beside it, as far as it stands."""

import pytest

from adapter.conversion import Conversion
from adapter.readers.document import Document
from tests.feed.ground import FIRST, LAST, LATER, case_of, charged, places, registered, resulted, sent, together
from tests.readers.hl7v2.ground import segment

VISIT = segment("PV1", f2="O", f19="V-1")
ADT, DFT = registered("adt", "A04", FIRST), charged("dft")
REED, CHO = "1234567893^Reed^Rosa", "1245319599^Cho^Min"
BETWEEN = "20260301110000+0000"


def document(
    name: str,
    event: str,
    at: str,
    text: str = "",
    *,
    number: str = "",
    parent: str = "",
    state: str = "AU",
    by: str = REED,
    filler: str = "",
    code: str = "F",
) -> Document:
    """A message of a document, signed when it was sent."""
    signed = f"{by}^^^^^^^^^^NPI^^{at}" if state in ("AU", "LA") else ""
    about = segment("TXA", f1="1", f2="CN", f12=number, f13=parent, f15=filler, f17=state, f22=signed)
    found = (segment("OBX", f1="1", f2="TX", f3="R", f5=text, f11=code),) if text else ()
    return sent(name, f"MDM^{event}", VISIT, about, *found, at=at)


REPORT = document("t02", "T02", FIRST, "Whole", number="D-1")
MORE = document("t06", "T06", LATER, "More", number="D-2", parent="D-1")


def report_of(made: Conversion) -> tuple[str, str | None]:
    """How far the report is, and what it concludes."""
    assert made.bundle is not None, made.issues
    (report,) = [e["resource"] for e in made.bundle["entry"] if e["resource"]["resourceType"] == "DiagnosticReport"]
    return report["status"], report.get("conclusion")


def test_an_addendum_stands_beside_the_text_of_its_report() -> None:
    made = together(ADT, DFT, REPORT, MORE)
    review = case_of(made)["review"]

    assert report_of(made) == ("appended", "Whole\n\nMore")
    assert (review["conclusion"], review["signed_at"]) == ("Whole", "2026-03-01T08:00:00+00:00")
    assert (review["amended_at"], review["amendment"]) == ("2026-03-01T10:00:00+00:00", "appended")
    assert made.judgement is not None
    assert made.judgement.state.claim == "active"


def test_both_texts_are_traced_to_their_messages() -> None:
    made = together(ADT, REPORT, MORE)
    (found,) = [entry for entry in made.lineage.entries if entry.element.endswith(".conclusion") and "t02.hl7" in str(entry)]

    assert {"t02.hl7#OBX-5[1].1", "t06.hl7#OBX-5[1].1"} <= set(found.positions)


def test_addenda_stand_in_the_order_of_their_signatures() -> None:
    one = document("z", "T06", LATER, "One", number="D-2", parent="D-1")
    two = document("a", "T06", LAST, "Two", number="D-3", parent="D-1", by=CHO)
    made = together(ADT, REPORT, one, two)

    assert report_of(made) == ("appended", "Whole\n\nOne\n\nTwo")
    assert case_of(made)["review"]["amended_at"] == "2026-03-01T12:00:00+00:00"


def test_who_signed_an_addendum_is_an_interpreter_of_the_report() -> None:
    made = together(ADT, REPORT, document("t06", "T06", LATER, "More", number="D-2", by=CHO))

    assert made.bundle is not None
    (report,) = [e["resource"] for e in made.bundle["entry"] if e["resource"]["resourceType"] == "DiagnosticReport"]
    names = {
        e["fullUrl"]: e["resource"]["name"][0]["family"]
        for e in made.bundle["entry"]
        if e["resource"].get("name") and e["resource"]["resourceType"] == "Practitioner"
    }
    assert [names[found["reference"]] for found in report["resultsInterpreter"]] == ["Reed", "Cho"]


@pytest.mark.parametrize("filler", ["F-1^LAB", ""])
def test_an_addendum_adds_to_a_result_of_its_order(filler: str) -> None:
    made = together(ADT, resulted("oru", "F", LATER, "Whole"), document("t06", "T06", LAST, "More", filler=filler))

    assert report_of(made) == ("appended", "Whole\n\nMore")


def test_an_addendum_follows_a_correction() -> None:
    first, corrected = resulted("f", "F", FIRST, "Wrong"), resulted("c", "C", LATER, "Right")
    made = together(ADT, first, corrected, document("t06", "T06", LAST, "More", filler="F-1^LAB"))

    assert report_of(made) == ("appended", "Right\n\nMore")


def test_a_report_that_is_sent_again_keeps_what_was_added() -> None:
    again = Document(
        name="again.hl7",
        content=document("again", "T02", LAST, "Whole", number="D-1")
        .content.replace(LAST.encode(), FIRST.encode())
        .replace(b"|||20260301080000+0000||MDM", b"|||20260301120000+0000||MDM", 1),
    )

    assert report_of(together(ADT, REPORT, MORE, again)) == ("appended", "Whole\n\nMore")


def test_a_newer_text_of_the_whole_report_stands_alone() -> None:
    made = together(ADT, REPORT, MORE, document("t08", "T08", LAST, "Whole, and more", number="D-1"))

    assert report_of(made)[1] == "Whole, and more"
    assert [found[0] for found in places(made, "older") if found[0].startswith("t06")] == ["t06.hl7#MSH-9"]


@pytest.mark.parametrize(
    "addendum",
    [
        document("more", "T05", LATER, number="D-2", parent="D-1"),
        document("more", "T06", LATER, "More", number="D-2", parent="D-1", state="DI"),
        document("more", "T06", LATER, "More", number="D-2", parent="D-1", code="W"),
        document("more", "T06", LATER, number="D-2", parent="D-1"),
    ],
    ids=["T05", "not signed", "taken back", "no text"],
)
def test_an_addendum_without_a_signed_text_adds_nothing(addendum: Document) -> None:
    made = together(ADT, REPORT, addendum)

    assert report_of(made) == ("final", "Whole")
    assert places(made, "not-added") == [("more.hl7#MSH-9",)]


@pytest.mark.parametrize(
    "others",
    [
        (),
        (document("t02", "T02", FIRST, "Draft", number="D-1", state="DI"),),
        (document("t02", "T02", FIRST, "Other", number="D-7"),),
        (resulted("oru", "F", FIRST, "Other"),),
    ],
    ids=["none", "not signed", "another document", "another order"],
)
def test_what_adds_to_no_signed_report_is_told(others: tuple[Document, ...]) -> None:
    addendum = document("more", "T06", LATER, "More", number="D-2", parent="D-1", filler="F-9^LAB")
    made = together(ADT, DFT, *others, addendum)

    assert [found[0] for found in places(made, "nothing-to-add-to")] == ["more.hl7#MSH-9"]
    assert "More" not in str(made.content)


@pytest.mark.parametrize("at", [BETWEEN, LATER, LAST])
def test_nothing_is_added_to_a_report_that_was_taken_back(at: str) -> None:
    made = together(ADT, DFT, REPORT, MORE, document("t11", "T11", at, number="D-1", state="CA"))

    assert report_of(made) == ("entered-in-error", None)
    assert [found[0] for found in places(made, "added-to-withdrawn")] == ["t06.hl7#MSH-9"]


def test_an_addendum_that_is_taken_back_leaves_its_report() -> None:
    made = together(ADT, REPORT, MORE, document("t11", "T11", LAST, number="D-2", state="CA"))

    assert report_of(made) == ("final", "Whole")
    assert places(made, "addendum-withdrawn") == [("t11.hl7#MSH-9",)]
    assert not places(made, "withdrawn")


def test_an_addendum_that_was_edited_is_told_and_left_out() -> None:
    made = together(ADT, REPORT, MORE, document("t08", "T08", LAST, "Less", number="D-2"))

    assert report_of(made) == ("final", "Whole")
    assert places(made, "addendum-edited") == [("t08.hl7#MSH-9",)]


def test_an_addendum_that_is_sent_again_stands_as_it_is_now() -> None:
    made = together(ADT, REPORT, MORE, document("again", "T06", LAST, "More and right", number="D-2", parent="D-1"))

    assert report_of(made) == ("appended", "Whole\n\nMore and right")
    assert [found[0] for found in places(made, "older")] == ["t06.hl7#MSH-9"]
