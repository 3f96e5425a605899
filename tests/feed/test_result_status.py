"""What the statuses of results (OBX-11) and of the whole (OBR-25, TXA-17) mean for the report and the claim that stands on it."""

import pytest

from adapter.readers.document import Document
from tests.feed.ground import (
    ENCOUNTER,
    FIRST,
    LAST,
    LATER,
    READER,
    case_of,
    charged,
    places,
    registered,
    resulted,
    sent,
    together,
)
from tests.readers.hl7v2.ground import segment

TOLD = {
    "F": "signed",
    "C": "amended",
    "P": "in-progress",
    "R": "in-progress",
    "A": "in-progress",
    "M": "in-progress",
    "I": "none",
    "S": "none",
    "O": "none",
    "N": "none",
    "X": "none",
}
"""What OBR-25 says alone (HL7 table 0123)."""
FINAL_TEXT, CHANGED_TEXT, OPEN_TEXT = ("", "F", "U", "V"), ("C", "A", "B"), ("P", "R", "S", "?")
WITHDRAWN, LACKING, NO_TEXT = ("D", "W"), ("X", "I"), ("N", "O")
TEXTS = (*FINAL_TEXT, *CHANGED_TEXT, *OPEN_TEXT, *WITHDRAWN, *LACKING, *NO_TEXT)
"""The codes of HL7 table 0085, none, and one that is not in it."""
STANDING = (*FINAL_TEXT, *CHANGED_TEXT, *OPEN_TEXT)


def result(name: str, whole: str, *texts: tuple[str, str], reported: str = LATER, at: str = "") -> Document:
    """An ORU message with texts, each with its status."""
    order = segment("OBR", f1="1", f3="F-1^LAB", f4="0731T^^C4", f7="202603010900+0000", f22=reported, f25=whole, f32=READER)
    found = [segment("OBX", f1="1", f2="TX", f3=f"R{place}", f5=text, f11=code) for place, (code, text) in enumerate(texts)]
    return sent(name, "ORU^R01", segment("PV1", f2="O", f19="V-1"), order, *found, at=at or reported or FIRST)


def status_of(whole: str, text: str) -> str:
    """The state of a report with one text."""
    told = TOLD[whole]
    if text in WITHDRAWN:
        return "withdrawn"
    if told not in ("signed", "amended"):
        return told
    if text in CHANGED_TEXT:
        return "amended"
    return "none" if text in LACKING else "in-progress" if text in OPEN_TEXT else told


ADT, DFT = registered("adt", "A04", FIRST), charged("dft")


@pytest.mark.parametrize("whole", TOLD)
def test_one_report_is_as_far_as_its_text(whole: str) -> None:
    for text in TEXTS:
        made = together(ADT, DFT, result("oru", whole, (text, "Text")))
        review, expected = case_of(made)["review"], status_of(whole, text)

        assert (text, review["status"]) == (text, expected)
        assert ("conclusion" in review) is (text in STANDING)
        assert made.judgement is not None
        assert made.judgement.state.report != "final" or expected == "signed"
        assert (made.judgement.state.claim == "active") is (expected in ("signed", "amended"))
        assert bool(places(made, "withdrawn")) is (expected == "withdrawn")
        told_less = TOLD[whole] in ("signed", "amended") and expected in ("none", "in-progress")
        assert any(issue.rule == "map/report_status" and issue.location for issue in made.issues) is told_less


def test_a_text_that_was_taken_back_needs_no_status_of_the_whole() -> None:
    made = together(ENCOUNTER, result("oru", "", ("W", "Text")))

    assert case_of(made)["review"]["status"] == "withdrawn"


def test_a_text_that_was_taken_back_needs_neither_type_nor_text() -> None:
    bare = Document(name="w.hl7", content=result("w", "F", ("W", "")).content.replace(b"OBX|1|TX|", b"OBX|1||"))

    assert case_of(together(ADT, result("f", "F", ("F", "Text")), bare))["review"]["status"] == "withdrawn"


@pytest.mark.parametrize(
    ("texts", "status", "conclusion"),
    [
        ((("W", "Wrong"), ("F", "Right")), "signed", "Right"),
        ((("W", "Wrong"), ("C", "Right")), "amended", "Right"),
        ((("F", "One"), ("P", "Two")), "in-progress", "One\nTwo"),
        ((("F", "One"), ("X", "")), "signed", "One"),
        ((("F", "One"), ("I", "")), "signed", "One"),
        ((("W", "Wrong"), ("X", "")), "withdrawn", None),
        ((("W", "Wrong"), ("F", "")), "withdrawn", None),
    ],
)
def test_a_report_of_several_texts_is_as_far_as_those_that_stand(
    texts: tuple[tuple[str, str], ...], status: str, conclusion: str | None
) -> None:
    review = case_of(together(ADT, result("oru", "F", *texts)))["review"]

    assert (review["status"], review.get("conclusion")) == (status, conclusion)


@pytest.mark.parametrize("reported", [FIRST, LATER, LAST, ""])
@pytest.mark.parametrize("whole", ["F", "C", "P", "X"])
def test_a_text_that_is_taken_back_counts_from_when_it_was_said(whole: str, reported: str) -> None:
    final = result("final", "F", ("F", "Text"))
    for code in (*WITHDRAWN, "X"):
        text = "" if code == "X" else "Text"
        made = together(ADT, DFT, final, result("back", whole, (code, text), reported=reported, at=reported or LATER))
        review = case_of(made)["review"]

        is_back = reported != FIRST
        assert (code, review["status"], review.get("conclusion")) == (
            code,
            *(("withdrawn", None) if is_back else ("signed", "Text")),
        )
        assert made.judgement is not None
        assert (made.judgement.state.report, made.judgement.state.claim == "active") == (
            ("entered-in-error", False) if is_back else ("final", True)
        )
        assert bool(places(made, "withdrawn")) is is_back
        assert {place.split("#")[0] for rule in ("older", "finished") for found in places(made, rule) for place in found} == {
            "final.hl7",
            "back.hl7",
        }


@pytest.mark.parametrize("text", [code for code in TEXTS if code not in (*WITHDRAWN, "X")])
@pytest.mark.parametrize("reported", [FIRST, LATER, LAST, ""])
def test_no_other_text_takes_a_final_report_back(text: str, reported: str) -> None:
    """A correction beats it; the same state of another moment is older or newer; what is less final changes nothing."""
    other = "" if text in ("U", "I") else "Text"
    made = together(
        ADT, result("final", "F", ("F", "Text")), result("other", "F", (text, other), reported=reported, at=reported or LATER)
    )
    review = case_of(made)["review"]

    assert (review["status"], review["conclusion"]) == ("amended" if text in CHANGED_TEXT else "signed", "Text")
    assert made.judgement is not None
    assert made.judgement.state.report == {"A": "amended", "B": "appended", "C": "corrected"}.get(text, "final")


@pytest.mark.parametrize(
    ("reported", "status"), [(FIRST, "withdrawn"), (LATER, "withdrawn"), (LAST, "signed"), ("", "withdrawn")]
)
def test_a_report_after_a_withdrawal_stands_if_it_is_certainly_later(reported: str, status: str) -> None:
    again = result("again", "F", ("F", "New"), reported=reported, at=reported or LATER)
    made = together(ADT, result("final", "C", ("F", "Text"), reported=FIRST), result("back", "F", ("W", "Text")), again)

    assert case_of(made)["review"]["status"] == status
    assert case_of(made)["review"].get("conclusion") == ("New" if status == "signed" else None)


@pytest.mark.parametrize(("text", "status"), [("Text", "withdrawn"), ("New", "signed")])
def test_without_a_time_of_its_own_a_copy_of_a_report_brings_nothing_back(text: str, status: str) -> None:
    made = together(
        ADT,
        result("final", "F", ("F", "Text"), reported="", at=FIRST),
        result("back", "F", ("W", "Text"), reported="", at=LATER),
        result("again", "F", ("F", text), reported="", at=LAST),
    )

    assert case_of(made)["review"]["status"] == status


def test_a_correction_before_a_withdrawal_does_not_stand_against_what_came_after_it() -> None:
    made = together(
        ADT,
        result("corrected", "C", ("F", "Old"), reported=FIRST),
        result("off", "X", reported=LATER),
        result("again", "F", ("F", "New"), reported=LAST),
    )

    assert case_of(made)["review"]["conclusion"] == "New"


def test_a_text_that_is_replaced_in_one_message_beats_the_original_of_that_moment() -> None:
    made = together(ADT, result("one", "F", ("F", "Wrong")), result("two", "F", ("W", "Wrong"), ("F", "Right")))

    assert case_of(made)["review"]["conclusion"] == "Right"
    assert [{place.split("#")[0] for place in found} for found in places(made, "older")] == [{"one.hl7", "two.hl7"}]


def test_a_text_that_becomes_final_without_being_sent_again_is_that_of_the_preliminary_report() -> None:
    made = together(ADT, result("early", "P", ("P", "Text"), reported=FIRST), result("late", "F", ("U", "")))

    assert (case_of(made)["review"]["status"], case_of(made)["review"]["conclusion"]) == ("signed", "Text")
    assert places(made, "continued") == [("early.hl7#OBR-25", "early.hl7#OBX-11", "late.hl7#OBR-25", "late.hl7#OBX-11")]
    assert places(made, "text-not-sent") == []


@pytest.mark.parametrize(
    "before", [(), (result("early", "P", ("P", "Text"), reported=FIRST), result("back", "P", ("W", "Text")))]
)
def test_a_text_that_nobody_sent_or_that_was_taken_back_is_missed(before: tuple[Document, ...]) -> None:
    made = together(ADT, *before, result("late", "F", ("U", ""), reported=LAST))

    assert "conclusion" not in case_of(made)["review"]
    assert places(made, "text-not-sent")


def test_a_corrected_report_keeps_the_time_of_the_first_signature() -> None:
    made = together(ADT, result("final", "F", ("F", "Text")), result("corrected", "C", ("C", "New"), reported=LAST))
    review = case_of(made)["review"]

    assert review["signed_at"].startswith("2026-03-01T10:00")
    assert review["amended_at"].startswith("2026-03-01T12:00")
    assert (review["amendment"], review["conclusion"]) == ("corrected", "New")


def test_times_of_which_some_lack_an_offset_have_one_order() -> None:
    """Compared in pairs, each of the three would be later than another one."""
    made = together(
        ADT,
        result("a", "F", ("F", "A"), reported="202603010930"),
        result("b", "F", ("F", "B"), reported="202603011000+0200"),
        result("c", "F", ("F", "C"), reported="202603010900+0000"),
    )

    assert case_of(made)["review"]["conclusion"] == "B"


def test_the_time_of_another_order_of_the_message_does_not_count() -> None:
    other = segment("OBR", f1="2", f3="F-7^LAB", f4="80050", f22=LAST, f25="F")
    final = result("final", "F", ("F", "Old"), reported=FIRST)
    panel = Document(name=final.name, content=final.content + f"{other}\rOBX|1|TX|R||Other||||||W\r".encode())
    made = together(ADT, panel, result("two", "F", ("F", "New")))

    assert case_of(made)["review"]["conclusion"] == "New"
    assert places(made, "withdrawn") == []


def document(
    name: str, event: str, *texts: tuple[str, str], state: str = "AU", availability: str = "", at: str = FIRST
) -> Document:
    """A message of a document with texts, each with its status."""
    report = segment(
        "TXA", f1="1", f2="CN", f17=state, f19=availability, f22="1234567893^Reed^Rosa^^^^^^^^^^NPI^^20260301100000+0000"
    )
    found = [segment("OBX", f1="1", f2="TX", f3="R", f5=text, f11=code) for code, text in texts]
    return sent(name, f"MDM^{event}", segment("PV1", f2="O", f19="V-1"), report, *found, at=at)


@pytest.mark.parametrize(
    ("second", "status", "conclusion"),
    [
        (document("two", "T08", ("W", "Text"), at=LATER), "withdrawn", None),
        (document("two", "T08", ("D", ""), at=LATER), "withdrawn", None),
        (document("two", "T08", ("P", "New"), at=LATER), "signed", "Text"),
        (document("two", "T08", ("C", "New"), at=LATER), "amended", "New"),
        (document("two", "T08", ("F", "New"), availability="CA", at=LATER), "withdrawn", "New"),
        (document("two", "T03", availability="OB", at=LATER), "withdrawn", None),
        (document("two", "T03", availability="AV", at=LATER), "signed", "Text"),
    ],
)
def test_a_document_is_as_far_as_its_text(second: Document, status: str, conclusion: str | None) -> None:
    made = together(ADT, document("one", "T02", ("F", "Text")), second)
    review = case_of(made)["review"]

    assert (review["status"], review.get("conclusion")) == (status, conclusion)
    assert bool(places(made, "withdrawn")) is (status == "withdrawn")


def test_a_document_that_is_signed_without_its_text_is_that_of_the_draft() -> None:
    made = together(ADT, document("one", "T02", ("F", "Text"), state="DO"), document("two", "T03", at=LATER))

    assert (case_of(made)["review"]["status"], case_of(made)["review"]["conclusion"]) == ("signed", "Text")


@pytest.mark.parametrize(("at", "status"), [(FIRST, "signed"), (LAST, "withdrawn")])
def test_a_document_that_is_cancelled_takes_a_result_back_that_was_told_before(at: str, status: str) -> None:
    made = together(ADT, resulted("oru", "F", LATER), document("t11", "T11", state="", at=at), document("t02", "T02", at=FIRST))

    assert case_of(made)["review"]["status"] == status


@pytest.mark.parametrize(("first", "second"), [(FIRST, LATER), (LATER, LATER)])
def test_of_a_cancellation_and_a_withdrawal_the_later_one_stands_and_of_one_moment_the_withdrawal(
    first: str, second: str
) -> None:
    made = together(ADT, result("off", "X", reported=first), result("back", "F", ("W", "Text"), reported=second))

    assert (case_of(made)["review"]["status"], case_of(made)["procedure"]["status"]) == ("withdrawn", "completed")


def test_a_correction_of_what_was_never_signed_has_no_time_of_a_signature() -> None:
    made = together(ADT, result("early", "P", ("P", "Text"), reported=FIRST), result("corrected", "C", ("C", "New")))

    assert "signed_at" not in case_of(made)["review"]
    assert places(made, "continued") == []


@pytest.mark.parametrize(("text", "is_told"), [("Text", True), ("", False)])
def test_a_text_of_a_report_that_does_not_say_how_far_it_is_is_told(text: str, *, is_told: bool) -> None:
    made = together(ENCOUNTER, result("oru", "", ("F", text)))

    assert "review" not in case_of(made)
    assert places(made, "no-status") == ([("oru.hl7#OBR-25",)] if is_told else [])


DOCUMENTS = ("ED|PDF||^AP^PDF^Base64^JVBERi0xLjQK", "RP|PDF||https://reports.example/1^^AP^PDF", "ED|PDF||", "RP|PDF||")
"""A report as a document, with it and without, as one that was taken back often comes."""


def as_document(name: str, whole: str, code: str, document: str, *texts: tuple[str, str], reported: str = LATER) -> Document:
    """An ORU message with a document of this status, after some texts."""
    message = result(name, whole, *texts, reported=reported)
    return Document(name=message.name, content=message.content + f"OBX|9|{document}||||||{code}\r".encode())


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("F", "signed"),
        ("C", "amended"),
        ("P", "in-progress"),
        ("D", "withdrawn"),
        ("W", "withdrawn"),
        ("X", "none"),
        ("O", "signed"),
    ],
)
def test_a_report_that_is_a_document_is_as_far_as_that(document: str, code: str, status: str) -> None:
    made = together(ADT, DFT, as_document("oru", "F", code, document))

    assert case_of(made)["review"]["status"] == status
    assert bool(places(made, "withdrawn")) is (status == "withdrawn")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_that_is_taken_back_takes_the_report_back(document: str) -> None:
    first = as_document("first", "F", "F", DOCUMENTS[0])
    for code in WITHDRAWN:
        made = together(ADT, DFT, first, as_document("back", "C", code, document, reported=LAST))

        assert made.judgement is not None
        assert (made.judgement.state.report, made.judgement.state.claim) == ("entered-in-error", "cancelled")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_that_cannot_be_had_takes_a_final_report_back(document: str) -> None:
    first = as_document("first", "F", "F", DOCUMENTS[0])

    assert (
        case_of(together(ADT, first, as_document("back", "F", "X", document, reported=LAST)))["review"]["status"] == "withdrawn"
    )


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_text_that_stands_outlasts_a_document_that_was_taken_back(document: str) -> None:
    review = case_of(together(ADT, as_document("oru", "F", "W", document, ("F", "Text"))))["review"]

    assert (review["status"], review["conclusion"]) == ("signed", "Text")


def test_a_picture_is_no_report_that_could_be_taken_back() -> None:
    picture = "RP|IMG||https://pictures.example/1^^IM^JPEG"

    assert case_of(together(ADT, as_document("oru", "F", "W", picture)))["review"]["status"] == "signed"


@pytest.mark.parametrize("document", DOCUMENTS[:2])
def test_a_document_is_told_to_be_unread_whatever_its_status(document: str) -> None:
    for code in ("F", "W"):
        made = together(ADT, as_document("oru", "F", code, document, ("F", "Text")))
        told = {place for issue in made.issues if (issue.rule or "").startswith("coverage/") for place in issue.location}

        assert {place for place in told if "OBX[2]-5" in place}


def test_a_status_that_no_table_has_is_told_once() -> None:
    made = together(registered("adt", "A04", FIRST), resulted("oru", "Q", LATER))

    assert [issue.location for issue in made.issues if issue.rule == "map/recode"] == [("oru.hl7#OBR-25",)]


@pytest.mark.parametrize("reported", ["20260230104000-0400", "20260312104000-9900"])
def test_a_time_that_does_not_exist_is_told_first_where_it_stands(reported: str) -> None:
    made = together(registered("adt", "A04", FIRST), resulted("oru", "F", reported))

    assert [issue.location[0] for issue in made.issues if issue.is_error] == ["oru.hl7#OBR-22"]
