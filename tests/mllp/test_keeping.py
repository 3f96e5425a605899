"""Messages that come over MLLP are kept in the store before they are acknowledged, and each of them once."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapter.delivery.figures import Figures
from adapter.delivery.tally import Tally
from adapter.dispatch import Dispatch
from adapter.issues import IssueType
from adapter.mllp.keeping import KeepingAcceptor
from adapter.mllp.reception import Acceptance, Reception
from tests.delivery.ground import Bench, bench, message, runtime, stored_documents
from tests.mllp.ground import message as bare_message

REGISTERED = message("1-adt-a04", 1).content
REPORTED = message("3-oru-r01", 1).content
UNHANDLED = bare_message(kind="SIU^S12^SIU_S12")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Bench]:
    with bench(f"sqlite:///{tmp_path}/store.db") as opened:
        yield opened


def taken(desk: Bench, content: bytes, *, refuses_unhandled: bool = False) -> Reception:
    dispatch = Dispatch(store=desk.store, intake=desk.intake, work=desk.work, tally=Tally(desk.store, Figures()))
    acceptor = KeepingAcceptor(runtime=runtime(), dispatch=dispatch, refuses_unhandled=refuses_unhandled)
    return asyncio.run(acceptor.accept(content))


def kept(desk: Bench) -> list[bytes]:
    """The contents of all documents, encounter by encounter."""
    with desk.store.reading() as connection:
        found = [stored_documents(desk.store, connection, record.id) for record in desk.store.encounters(connection)]
    return [stored.document.content for documents in found for stored in documents if stored.document is not None]


def test_messages_of_a_visit_are_kept_as_one_encounter_before_they_are_acknowledged(desk: Bench) -> None:
    receptions = [taken(desk, content) for content in (REGISTERED, REPORTED)]

    assert receptions == [Reception(acceptance=Acceptance.ACCEPTED)] * 2
    assert kept(desk) == [REGISTERED, REPORTED]
    with desk.store.reading() as connection:
        assert len(desk.store.encounters(connection)) == 1
    assert desk.run() == 1


def test_a_merge_of_patients_is_kept_and_counts_for_what_a_feed_sends_under_the_old_number(desk: Bench) -> None:
    merge = bare_message("9", kind="ADT^A40^ADT_A39", mrn="4711", more="MRG|4700^^^CLINIC&1.2.840.99999.1&ISO^MR")
    receptions = [taken(desk, content) for content in (bare_message(), merge, bare_message("2", mrn="4700"))]

    assert receptions == [Reception(acceptance=Acceptance.ACCEPTED)] * 3
    with desk.store.reading() as connection:
        assert len(desk.store.encounters(connection)) == 1


def test_a_message_that_is_sent_again_is_acknowledged_and_kept_once(desk: Bench) -> None:
    receptions = [taken(desk, content) for content in (REGISTERED, REPORTED, REGISTERED)]

    assert {reception.acceptance for reception in receptions} == {Acceptance.ACCEPTED}
    assert kept(desk) == [REGISTERED, REPORTED]


def test_a_cancel_of_a_visit_that_nobody_has_seen_is_kept_until_the_visit_comes(desk: Bench) -> None:
    cancel = REGISTERED.replace(b"A04", b"A11").replace(b"REG-1001", b"REG-1002").replace(b"20260312081500", b"20260312090000")

    assert taken(desk, cancel).acceptance is Acceptance.ACCEPTED
    assert desk.run() == 1
    assert taken(desk, REGISTERED).acceptance is Acceptance.ACCEPTED

    with desk.store.reading() as connection:
        (record,) = desk.store.encounters(connection)
    assert record.received == 2


def test_what_does_not_say_whose_it_is_is_answered_with_an_error_and_not_kept(desk: Bench) -> None:
    reception = taken(desk, REGISTERED.replace(b"mrn-1^^^LAKESIDE&1.2.840.99999.7&ISO^MR", b""))

    assert reception.acceptance is Acceptance.ERROR
    assert reception.issues
    assert kept(desk) == []


def test_what_cannot_be_read_is_rejected(desk: Bench) -> None:
    assert taken(desk, b"MSH|no message").acceptance is Acceptance.REJECTED
    assert kept(desk) == []


@pytest.mark.parametrize(("refuses", "expected"), [(False, Acceptance.ACCEPTED), (True, Acceptance.REJECTED)])
def test_a_message_that_no_map_reads_is_answered_as_set(desk: Bench, *, refuses: bool, expected: Acceptance) -> None:
    reception = taken(desk, UNHANDLED, refuses_unhandled=refuses)

    assert reception.acceptance is expected
    assert reception.issues
    assert kept(desk) == []


def test_a_full_disk_is_answered_with_an_error_so_that_it_is_sent_again(desk: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.statvfs
    monkeypatch.setattr(os, "statvfs", lambda path: os.statvfs_result((*real(path)[:3], 1, 1, *real(path)[5:])))

    reception = taken(desk, REGISTERED)

    assert (reception.acceptance, reception.issues[0].rule) == (Acceptance.ERROR, "store/full")
    assert kept(desk) == []


def test_what_is_odd_about_a_message_that_is_kept_is_a_warning_of_the_answer(desk: Bench) -> None:
    odd = REGISTERED.replace(b"|T|2.5.1", b"|X|2.9").replace(b"REG-1001", b"REG-1000")
    reception = taken(desk, odd)

    assert reception.acceptance is Acceptance.ACCEPTED
    assert [issue.rule for issue in reception.issues] == ["feed/processing", "feed/version"]
    assert taken(desk, REGISTERED).issues == ()


def test_what_other_messages_may_explain_is_not_said_of_one(desk: Bench) -> None:
    assert taken(desk, REGISTERED.replace(b"A04", b"A11")).issues == ()


def test_a_mistake_is_told_without_what_other_messages_may_still_say(desk: Bench) -> None:
    reception = taken(desk, REGISTERED.replace(b"||20240905|", b"||20240231|"))

    assert reception.acceptance is Acceptance.ERROR
    assert [issue.code for issue in reception.issues] == [IssueType.VALUE]
