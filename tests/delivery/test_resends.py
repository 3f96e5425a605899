"""A message that is sent again changes nothing, and one whose control id is another message's is told, over both doors."""

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from adapter.delivery.figures import Figures
from adapter.delivery.removal import remove, remove_all_old
from adapter.delivery.store_table import DOCUMENT
from adapter.delivery.tally import Tally
from adapter.dispatch import Dispatch
from adapter.issues import ConflictError, most_severe
from adapter.mllp.keeping import KeepingAcceptor
from adapter.mllp.reception import Acceptance, Reception
from adapter.readers.document import Document
from tests.delivery.ground import Bench, Clock, bench, changed, encounter_document, message, runtime

A04 = message("1-adt-a04", 1)
A08 = Document(name="a08.hl7", content=changed(message("2-adt-a08", 1).content, {"REG-1002": "REG-1001"}))
OTHERS = Document(name="b.hl7", content=changed(message("2-adt-a08", 2).content, {"REG-1002": "REG-1001"}))
OTHER_SENDER = Document(name="c.hl7", content=changed(A08.content, {"|REGISTER|": "|REGISTER 2|"}))
TAKEN = [("feed/control-id", ("b.hl7#MSH-10",))]


@pytest.fixture
def desk(store_address: str) -> Iterator[Bench]:
    with bench(store_address) as opened:
        yield opened


def told(desk: Bench, *documents: Document) -> list[tuple[str | None, tuple[str, ...]]]:
    return [(remark.rule, remark.location) for remark in most_severe(desk.post(*documents).remarks)]


def test_another_content_is_a_new_message_and_a_warning_and_a_resend_is_told_the_same_again(desk: Bench) -> None:
    assert [told(desk, document) for document in (A04, OTHERS, A04, OTHERS)] == [[], TAKEN, [], TAKEN]


def test_the_control_id_of_another_sender_is_another_one(desk: Bench) -> None:
    assert [told(desk, document) for document in (A04, OTHER_SENDER)] == [[], []]


def test_messages_of_one_post_are_compared_as_well(desk: Bench) -> None:
    assert told(desk, A04, A08) == [("feed/control-id", ("a08.hl7#MSH-10",))]


def test_a_resend_is_kept_once_whatever_came_between(desk: Bench) -> None:
    newer = Document(name="a08.hl7", content=message("2-adt-a08", 1).content)

    kept = [desk.post(document).documents for document in (A04, newer, A04, newer, A04)]

    assert kept == [1, 1, 0, 0, 0]


def test_a_document_that_says_the_former_again_is_no_resend(desk: Bench) -> None:
    late = encounter_document(1, **{"delayed speech": "late speech"})

    assert [desk.post(document).documents for document in (encounter_document(1), late, encounter_document(1))] == [1, 1, 1]


def test_messages_in_a_file_of_several_have_no_control_id_of_their_own(desk: Bench) -> None:
    both = Document(name="both.hl7", content=A04.content + message("2-adt-a08", 1).content)
    desk.post(both)

    assert told(desk, OTHERS) == []


def test_control_ids_are_forgotten_with_what_they_were_of(desk: Bench) -> None:
    assert isinstance(desk.clock, Clock)
    desk.post(A04, message("3-oru-r01", 1))
    deleted = desk.post(message("1-adt-a04", 3, **{"REG-1001": "REG-9"})).encounter
    desk.run()
    desk.clock.seconds += 91 * 86_400
    desk.store.write(lambda connection: remove(desk.store, connection, deleted, caller="officer"))
    remove_all_old(desk.store, days=90)

    with desk.store.reading() as connection:
        assert set(connection.scalars(select(DOCUMENT.c.control_id))) == {None}
    assert told(desk, OTHERS) == []


def test_an_idempotency_key_is_of_documents_and_how_they_are_read_and_is_forgotten_in_time(desk: Bench) -> None:
    assert isinstance(desk.clock, Clock)
    desk.post(A04, key="k-1", zone="America/Chicago")

    assert desk.post(A04, key="k-1", zone="America/Chicago").is_repeated
    for settings in ({}, {"zone": "Europe/Berlin"}):
        with pytest.raises(ConflictError, match="another body or other settings"):
            desk.post(A04, key="k-1", **settings)
    desk.run()
    desk.clock.seconds += 89 * 86_400
    remove_all_old(desk.store, days=90)
    assert desk.post(A04, key="k-1", zone="America/Chicago").is_repeated
    desk.clock.seconds += 2 * 86_400
    remove_all_old(desk.store, days=90)

    assert not desk.post(A04, key="k-1").is_repeated


def test_over_mllp_the_answer_warns_and_is_the_same_for_a_resend(desk: Bench) -> None:
    dispatch = Dispatch(store=desk.store, intake=desk.intake, work=desk.work, tally=Tally(desk.store, Figures()))
    acceptor = KeepingAcceptor(runtime=runtime(), dispatch=dispatch)

    receptions: list[Reception] = [
        asyncio.run(acceptor.accept(document.content)) for document in (A04, OTHERS, A04, OTHERS, OTHER_SENDER)
    ]

    assert {reception.acceptance for reception in receptions} == {Acceptance.ACCEPTED}
    rules = [[issue.rule for issue in reception.issues] for reception in receptions]
    assert rules == [[], ["feed/control-id"], [], ["feed/control-id"], []]
