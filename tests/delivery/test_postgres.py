"""On PostgreSQL PgQueuer calls the workers; each encounter is in one of them at a time."""

import itertools
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import Connection, event, text

from adapter.delivery.database import is_collision, transaction
from adapter.delivery.opening import Surroundings, open_store
from adapter.delivery.outbox import Outbox
from adapter.delivery.postgres import PostgresWorkers, announce, announce_again, install
from adapter.delivery.prepared import DriverStatement, Parameters, Prepared
from adapter.delivery.record import Accepted, Arrival
from adapter.delivery.shelf import Shelf
from adapter.delivery.shipment import Delivered, Failed
from adapter.issues import UnavailableError
from adapter.json_types import JsonObject
from adapter.readers.document import Document
from tests.delivery.ground import KEY, Bench, ai_document, encounter_document, outlet

NUMBERS = itertools.count(1)


class Carrier:
    """Takes everything, and notes how many tries were under way at the same time."""

    def __init__(self) -> None:
        self.shipped = 0

    def ship(self, bundle: JsonObject, *, is_again: bool) -> Delivered | Failed:
        self.shipped += 1
        return Delivered(changed=len(bundle["entry"]) + is_again)


@pytest.fixture
def carrier() -> Carrier:
    return Carrier()


@pytest.fixture
def desk(database: str, carrier: Carrier) -> Iterator[Bench]:
    world = Surroundings(now=time.time, new_id=lambda: f"enc-{next(NUMBERS)}", announce=announce)
    store = open_store(database, KEY, world)
    install(store.engine)
    install(store.engine)  # a second time changes nothing
    try:
        yield Bench(store, time.time, [outlet(carrier)])
    finally:
        store.close()


def queued(desk: Bench) -> list[str]:
    """The encounters that jobs wait for."""
    with desk.store.reading() as connection:
        return sorted(connection.scalars(text("SELECT convert_from(payload, 'UTF8') FROM pgqueuer")))


def test_only_what_is_long_due_and_has_no_job_is_announced_again(desk: Bench) -> None:
    encounters = sorted(desk.post(encounter_document(number)).encounter for number in (1, 2, 3))
    announce_again(desk.store)
    assert queued(desk) == encounters

    desk.store.now = lambda: time.time() + 60
    announce_again(desk.store)
    assert queued(desk) == encounters

    desk.store.write(
        lambda connection: connection.execute(text("DELETE FROM pgqueuer WHERE id = (SELECT min(id) FROM pgqueuer)"))
    )
    assert len(queued(desk)) == 2
    announce_again(desk.store)
    assert queued(desk) == encounters


def test_what_is_kept_is_worked_on_by_whichever_worker_is_called(desk: Bench, carrier: Carrier) -> None:
    failures: list[Exception] = []
    pools = [PostgresWorkers(desk.work, threads=2, report=failures.append) for _ in range(2)]
    for pool in pools:
        pool.start()

    encounters = [desk.post(encounter_document(number)).encounter for number in range(1, 7)]

    until = time.monotonic() + 60
    while carrier.shipped < len(encounters) and time.monotonic() < until:
        time.sleep(0.05)
    for pool in pools:
        pool.stop()
    assert failures == []
    with desk.store.reading() as connection:
        states = [one.state for encounter in encounters for one in Outbox(desk.store).deliveries(connection, encounter)]
    assert states == ["delivered"] * len(encounters)
    assert carrier.shipped == len(encounters)


def test_two_transactions_that_wait_for_each_other_are_told_from_a_server_that_is_gone(desk: Bench) -> None:
    one, other = (desk.post(encounter_document(number)).encounter for number in (1, 2))
    both_hold = threading.Barrier(2)

    def lock(first: str, second: str) -> UnavailableError | None:
        try:
            with transaction(desk.store.engine, writes=True) as connection:
                desk.store.encounter(connection, first, locked=True)
                both_hold.wait()
                desk.store.encounter(connection, second, locked=True)
        except UnavailableError as error:
            return error
        return None

    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(lock, (one, other), (other, one)))

    assert [is_collision(error) for error in ends if error is not None] == [True]


def posted_together(desk: Bench, *documents: Document) -> list[Accepted]:
    """Post documents that wait for one commit, since another one holds it up."""
    begun, goes_on = threading.Event(), threading.Event()
    queue = vars(vars(desk.store)["_committer"])["_queue"]

    def hold(_connection: Connection) -> None:
        begun.set()
        goes_on.wait()

    with ThreadPoolExecutor(1 + len(documents)) as pool:
        held = pool.submit(desk.store.write, hold)
        begun.wait()
        posts = []
        for document in documents:
            posts.append(pool.submit(desk.post, document))
            while queue.qsize() < len(posts):
                time.sleep(0.01)
        goes_on.set()
    assert held.result() is None
    return [post.result() for post in posts]


def test_what_is_written_at_the_same_time_is_one_transaction_on_a_server_too(desk: Bench) -> None:
    commits: list[object] = []
    event.listen(desk.store.engine, "commit", commits.append)

    posts = posted_together(desk, *map(encounter_document, (1, 2, 3)))

    assert len({post.encounter for post in posts}) == 3
    assert len(commits) == 2
    assert queued(desk) == sorted(post.encounter for post in posts)


def test_new_encounters_of_one_transaction_cost_a_look_each_and_a_statement_for_each_table(
    desk: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements: list[str] = []
    text_of = Prepared.text

    def note(prepared: Prepared, connection: Connection, parameters: Parameters, *, rows: int = 1) -> DriverStatement:
        statement = text_of(prepared, connection, parameters, rows=rows)
        statements.append(" ".join(statement.text.split()[:3]))
        return statement

    monkeypatch.setattr(Prepared, "text", note)
    posted_together(desk, *map(encounter_document, range(1, 6)))

    assert statements == [
        "SELECT secret.value FROM",  # of what is written before
        "SELECT secret.value FROM",
        *["SELECT EXISTS (SELECT"] * 5,
        "INSERT INTO encounter",
        "INSERT INTO known_as",
        "INSERT INTO document",
        "INSERT INTO event",
    ]


def test_documents_of_one_new_encounter_find_each_other_within_a_transaction(desk: Bench) -> None:
    first, again, report = posted_together(desk, encounter_document(1), encounter_document(1), ai_document(1))

    assert (first.is_new, again.is_new, report.is_new) == (True, False, False)
    assert (first.documents, again.documents, report.documents) == (1, 0, 1)
    assert {again.encounter, report.encounter} == {first.encounter}


def test_an_encounter_that_another_service_began_at_the_same_moment_is_found_at_the_second_try(
    desk: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = desk.post(encounter_document(1))
    look, looks = vars(Shelf)["_look"], []

    def look_too_early(shelf: Shelf, connection: Connection, arrival: Arrival) -> object:
        looks.append(arrival)
        found = look(shelf, connection, arrival)
        return found if len(looks) > 1 else replace(found, found={})

    monkeypatch.setattr(Shelf, "_look", look_too_early)
    second = desk.post(ai_document(1))

    assert (second.encounter, second.is_new, second.documents) == (first.encounter, False, 1)
    assert len(looks) == 2


def test_one_key_that_two_services_take_at_the_same_moment_is_answered_as_a_repetition(
    desk: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = desk.post(encounter_document(1), key="same")
    look, looks = vars(Shelf)["_receipt"], []

    def look_too_early(shelf: Shelf, connection: Connection, receipt: str, body: str) -> Accepted | None:
        looks.append(receipt)
        found: Accepted | None = look(shelf, connection, receipt, body)
        return found if len(looks) > 1 else None

    monkeypatch.setattr(Shelf, "_receipt", look_too_early)
    second = desk.post(encounter_document(1), key="same")

    assert (second.encounter, second.is_repeated, second.documents) == (first.encounter, True, 0)
    assert len(looks) == 2
