"""What the inbox accepts, and to which encounter it puts it."""

import asyncio

import pytest

from adapter.issues import IssueType, Severity
from adapter.mllp.inbox import Inbox, Visit
from adapter.mllp.reception import Acceptance, Reception
from tests.examples.ground import pipeline
from tests.mllp.ground import inbox, message
from tests.readers.hl7v2.ground import segment

ORDER = "OBR|1|P-1^EHR|F-1^LAB|0731T" + "|" * 14 + "ACC-7^RIS"
IMAGED = "OBR|1||F-9^LAB|0731T" + "|" * 14 + "ACC-7^RIS"
RESULT = "ORU^R01^ORU_R01"


def accepted(keeper: Inbox, content: bytes) -> Reception:
    return asyncio.run(keeper.accept(content))


def visits_after(*contents: bytes) -> list[list[bytes]]:
    changed: dict[Visit, None] = {}
    keeper = inbox(changed=lambda visit: changed.update({visit: None}))
    for content in contents:
        assert accepted(keeper, content).acceptance is Acceptance.ACCEPTED
    found = [[document.content for document in visit.messages] for visit in changed]
    return [messages for messages in found if not any(set(messages) < set(other) for other in found)]


def test_messages_of_one_visit_are_together_and_others_apart() -> None:
    first, second = message("1"), message("2", kind=RESULT, more="OBR|1|||0731T")
    other = message("3", visit="V-200")

    assert visits_after(first, other, second) == [[first, second], [other]]


def test_an_order_number_leads_to_the_encounter_whichever_of_them_was_sent() -> None:
    registered = message("1", more="")
    result = message("2", kind=RESULT, more=ORDER)
    later = message("3", kind=RESULT, visit="", more="OBR|1||F-1^LAB|0731T")
    another = message("4", kind=RESULT, visit="", more="OBR|1||F-1^OTHER|0731T")

    assert visits_after(registered, result, later, another) == [[registered, result, later], [another]]


def test_a_message_that_names_two_encounters_makes_them_one() -> None:
    result = message("1", kind=RESULT, visit="", more=ORDER)
    registered = message("2")
    both = message("3", kind=RESULT, more=ORDER)

    assert visits_after(result, registered, both)[-1] == [result, registered, both] or [registered, result, both]
    assert len(visits_after(result, registered, both)) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (message("9", mrn="4712", more=""), "the visit number belongs to another patient"),
        (message("9", kind=RESULT, mrn="4712", visit="V-9", more=ORDER), "the placer number belongs to another patient"),
        (message("9", kind=RESULT, mrn="4712", visit="V-9", more=IMAGED), "the accession number belongs to another patient"),
        (message("9", mrn=""), "the patient has no number"),
        (message("9").replace(b"CLINIC&1.2.840.99999.1&ISO", b""), "nobody says who assigned the patient's number"),
        (message("9", visit=""), "this names no visit, no account and no order"),
    ],
)
def test_what_cannot_be_put_to_an_encounter_is_an_error_with_its_place(content: bytes, words: str) -> None:
    keeper = inbox()
    accepted(keeper, message("1", kind=RESULT, more=ORDER))
    reception = accepted(keeper, content)

    assert reception.acceptance is Acceptance.ERROR
    assert words in [issue.text for issue in reception.issues]
    assert all("#" in issue.location[0] for issue in reception.issues)


def test_messages_belong_together_by_the_alternate_number_of_a_visit_without_another() -> None:
    changes: list[Visit] = []
    keeper = inbox(changed=changes.append)
    accepted(keeper, message("1", visit="V-50"))
    accepted(keeper, message("2", visit="|" * 31 + "V-50"))

    assert changes[0] is changes[1]
    assert len(changes[0].messages) == 2


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"hello", b"MSH|^~\\&|", message("1") + message("2"), message("1").replace(b"PID|", b"PID"), b"MSH|^\\~\\&|X\r"],
)
def test_what_cannot_be_read_is_rejected(content: bytes) -> None:
    reception = accepted(inbox(), content)

    assert reception.acceptance is Acceptance.REJECTED
    assert reception.issues


def test_an_event_that_no_map_reads_is_accepted_with_a_warning_or_rejected() -> None:
    event = message("1", kind="SIU^S12")

    assert accepted(inbox(), event).acceptance is Acceptance.ACCEPTED
    assert [issue.is_error for issue in accepted(inbox(), event).issues] == [False]
    assert accepted(inbox(refuses_unhandled=True), event).acceptance is Acceptance.REJECTED


def test_a_resend_gets_the_same_answer_and_changes_nothing() -> None:
    changes: list[Visit] = []
    keeper = inbox(changed=changes.append)
    first = accepted(keeper, message("1"))

    assert accepted(keeper, message("1")) == first
    assert len(changes) == 1


def test_a_control_id_with_another_content_is_a_new_message_and_a_warning() -> None:
    changes: list[Visit] = []
    keeper = inbox(changed=changes.append)
    accepted(keeper, message("1"))
    reception = accepted(keeper, message("1", visit="V-2"))

    assert reception.acceptance is Acceptance.ACCEPTED
    assert [issue.rule for issue in reception.issues] == ["mllp/control-id"]
    assert len(changes) == 2


def test_a_full_inbox_refuses_and_takes_the_message_when_it_comes_again() -> None:
    keeper = inbox(most=1)
    accepted(keeper, message("1"))

    assert accepted(keeper, message("2")).acceptance is Acceptance.REJECTED
    keeper.most = 2
    assert accepted(keeper, message("2")).acceptance is Acceptance.ACCEPTED


def merge(old: str, new: str) -> bytes:
    """An A40: it names no visit."""
    whole = message(f"{old}-{new}", kind="ADT^A40^ADT_A39", mrn=new)
    lines = [line for line in whole.decode().split("\r") if not line.startswith("PV1")]
    return "\r".join([*lines, f"MRG|{old}^^^CLINIC&1.2.840.99999.1&ISO^MR" if old else ""]).encode()


SIGNED = "OBR|1|||0731T|||202603010900+0000|||||||||||||||202603011000+0000|||F"


@pytest.mark.parametrize(
    "contents",
    [
        (message("1", mrn="OLD"), merge("OLD", "NEW"), message("2", mrn="OLD", kind=RESULT, more=SIGNED)),
        (merge("OLD", "NEW"), message("1", mrn="OLD"), message("2", mrn="NEW", kind=RESULT, more=SIGNED)),
        (message("1", mrn="OLD"), merge("OLD", "MID"), merge("MID", "NEW"), message("2", mrn="MID", kind=RESULT, more=SIGNED)),
        (message("1", mrn="OLD"), message("2", mrn="OLD", kind=RESULT, more=SIGNED), merge("OLD", "NEW"), merge("NEW", "OLD")),
    ],
    ids=["after", "before", "twice", "back"],
)
def test_a_merge_stays_merged_whatever_number_a_feed_sends(contents: tuple[bytes, ...]) -> None:
    changed: list[Visit] = []
    keeper = inbox(changed=changed.append)

    assert [accepted(keeper, content).acceptance for content in contents] == [Acceptance.ACCEPTED] * len(contents)
    made = pipeline().convert(changed[-1].documents)
    assert made.case is not None, made.issues
    assert made.case.patient.mrn == "NEW"
    assert len(changed[-1].messages) == 2


def test_a_visit_of_two_numbers_is_refused_until_they_are_one_patient() -> None:
    changed: list[Visit] = []
    keeper = inbox(changed=changed.append)
    first, second = message("1", mrn="OLD"), message("2", mrn="NEW", more=ORDER, kind=RESULT, visit="")
    both = message("3", mrn="NEW", kind=RESULT, more=ORDER)

    assert [accepted(keeper, content).acceptance.name for content in (first, second, both)] == ["ACCEPTED", "ACCEPTED", "ERROR"]
    accepted(keeper, merge("OLD", "NEW"))
    assert accepted(keeper, message("4", mrn="NEW", kind=RESULT, more=ORDER)).acceptance is Acceptance.ACCEPTED
    assert {document.content for document in changed[-1].messages} >= {first, second}


def test_a_merge_that_does_not_say_of_whom_is_an_error() -> None:
    reception = accepted(inbox(), merge("", "NEW"))

    assert reception.acceptance is Acceptance.ERROR
    assert ["MRG-1" in place for issue in reception.issues for place in issue.location] == [True]


def test_a_message_with_a_photograph_is_an_error() -> None:
    reception = accepted(inbox(), message("1", kind=RESULT, more="OBR|1|||0731T\rOBX|1|ED|R||^IM^JPEG^Base64^AAAA"))

    assert reception.acceptance is Acceptance.ERROR
    assert [issue.rule for issue in reception.issues] == ["feed/inline-image"]


SIGNED = "TXA|1|CN" + "|" * 15 + "AU\rOBX|1|TX|R||Text||||||F"
READ = {"T01": True, "T02": True, "T03": True, "T04": True, "T05": True, "T06": True}
READ |= {"T07": True, "T08": True, "T09": True, "T10": True, "T11": True}


@pytest.mark.parametrize(("event", "is_read"), [*READ.items(), ("T12", False)])
def test_events_of_documents_are_read_or_accepted_with_a_warning(event: str, *, is_read: bool) -> None:
    """Events that no map reads are told, so that the queue of the sender moves."""
    reception = accepted(inbox(), message("1", kind=f"MDM^{event}", more=SIGNED))

    assert reception.acceptance is Acceptance.ACCEPTED
    assert [issue.severity for issue in reception.issues if issue.code is IssueType.NOT_SUPPORTED] == (
        [] if is_read else [Severity.WARNING]
    )


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        (b"|T|2.5.1", b"||2.5.1", "feed/processing"),
        (b"|T|2.5.1", b"|X|2.5.1", "feed/processing"),
        (b"|T|2.5.1", b"|T|2.9", "feed/version"),
        (b"|7|T|", b"||T|", "feed/no-control-id"),
        (b"|T|2.5.1", b"|P|2.5.1", "feed/test-data"),
    ],
)
def test_what_is_odd_about_a_header_is_a_warning_of_the_answer(before: bytes, after: bytes, rule: str) -> None:
    content = message("7", kind="ADT^A04^ADT_A01").replace(b"Muster^Mia", b"Test^Mia").replace(before, after)
    reception = accepted(inbox(), content)

    assert reception.acceptance is Acceptance.ACCEPTED
    assert rule in [issue.rule for issue in reception.issues]
    assert [issue.rule for issue in accepted(inbox(), message("7")).issues] == []


def test_a_result_that_does_not_say_how_far_it_is_is_a_warning_of_the_answer() -> None:
    reception = accepted(inbox(), message("1", kind=RESULT, more=f"{ORDER}\rOBX|1|TX|R||Text"))

    assert "feed/no-status" in [issue.rule for issue in reception.issues]


def test_a_result_that_is_taken_back_is_a_warning_of_the_answer() -> None:
    order = segment("OBR", f1="1", f2="P-1^EHR", f4="0731T", f25="C")
    reception = accepted(inbox(), message("1", kind=RESULT, more=f"{order}\rOBX|1|TX|R||Text||||||W"))

    assert "feed/withdrawn" in [issue.rule for issue in reception.issues]


def test_what_only_other_messages_can_tell_is_not_said_of_one() -> None:
    assert accepted(inbox(), message("1", kind="MDM^T06^MDM_T02", more=SIGNED)).issues == ()


def test_what_no_other_message_can_put_right_is_an_error_with_its_place() -> None:
    content = message("1").replace(b"Muster^Mia", b"Muster^Mia||20240231")
    reception = accepted(inbox(), content)

    assert reception.acceptance is Acceptance.ERROR
    assert [issue.location[0].split("#")[1] for issue in reception.issues] == ["PID-7"]


def test_a_cancellation_of_what_was_never_sent_is_a_warning_of_the_answer() -> None:
    cancellation, keeper = message("2", kind="ADT^A11^ADT_A09"), inbox()

    assert [issue.rule for issue in accepted(inbox(), cancellation).issues] == ["feed/nothing-to-cancel"]
    accepted(keeper, message("1"))
    assert accepted(keeper, cancellation).issues == ()


def test_a_cancellation_of_an_order_that_was_never_sent_is_a_warning_of_the_answer() -> None:
    visited = inbox()
    accepted(visited, message("1"))
    off, keeper = message("2", kind="ORM^O01^ORM_O01", more=f"ORC|CA|P-1^EHR\r{ORDER}"), inbox()

    assert "feed/nothing-to-cancel" in [issue.rule for issue in accepted(visited, off).issues]
    accepted(keeper, message("1", kind="ORM^O01^ORM_O01", more=f"ORC|NW|P-1^EHR\r{ORDER}"))
    assert "feed/nothing-to-cancel" not in [issue.rule for issue in accepted(keeper, off).issues]
