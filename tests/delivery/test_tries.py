"""What becomes of a delivery that fails: tried again, parked, or left alone, and all others go on."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from adapter.assembly import load
from adapter.client.sign_in import SignIn
from adapter.delivery.again import redeliver
from adapter.delivery.breaker import Breaker
from adapter.delivery.destination import BadDestinationError, read_destinations
from adapter.delivery.outbox import Outbox
from adapter.delivery.record import DeliveryRecord, EventRecord
from adapter.delivery.status_guard import may_become
from adapter.delivery.vanished import marked
from adapter.delivery.work import pause
from adapter.fhir.ownership import SHARED_TYPES
from adapter.rules.transition import ALLOWED
from adapter.settings import Settings
from adapter.web.app import make_app
from tests.delivery.ground import Bench, Clock, ai_document, bench, encounter_document, fhir_outlet
from tests.delivery.strict_fhir import StrictFhir, serving


class Altering(StrictFhir):
    """Keeps another status of an encounter than it was given."""

    def transaction(self, bundle: dict[str, Any]) -> dict[str, Any]:
        answer = super().transaction(bundle)
        for encounter in self.of("Encounter"):
            encounter["status"] = "planned"
        return answer


def test_what_the_server_made_is_read_back_too(tmp_path: Path) -> None:
    with serving(Altering()) as url, bench(f"sqlite:///{tmp_path}/store.db", fhir_outlet(url, read_back=True)) as desk:
        encounter = desk.post(encounter_document(1)).encounter
        desk.run()

        (tried,) = events(desk, encounter, "tried")

    assert "gives back something other than it was given: Encounter" in str(tried.detail)


@pytest.fixture
def server() -> StrictFhir:
    return StrictFhir()


@pytest.fixture
def other() -> StrictFhir:
    return StrictFhir()


@pytest.fixture
def desk(tmp_path: Path, server: StrictFhir, other: StrictFhir) -> Iterator[Bench]:
    with serving(server) as url, serving(other) as payer:
        outlets = fhir_outlet(url, tries=4), fhir_outlet(payer, "payer", how=SignIn(header="Bearer secret"))
        with bench(f"sqlite:///{tmp_path}/store.db", *outlets) as made:
            yield made


def deliveries(desk: Bench, encounter: str) -> dict[str, DeliveryRecord]:
    with desk.store.reading() as connection:
        return {one.target: one for one in Outbox(desk.store).deliveries(connection, encounter)}


def events(desk: Bench, encounter: str, what: str) -> list[EventRecord]:
    with desk.store.reading() as connection:
        return [line for line in desk.store.events(connection, encounter) if line.what == what]


def later(desk: Bench, seconds: float) -> None:
    clock = desk.clock
    assert isinstance(clock, Clock)
    clock.seconds += seconds
    desk.run()


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_refusal_that_will_not_pass_is_parked_with_what_the_server_said(desk: Bench, server: StrictFhir, status: int) -> None:
    server.status = status

    encounter = desk.post(encounter_document(1)).encounter
    desk.run()

    assert (deliveries(desk, encounter)["clinical"].state, deliveries(desk, encounter)["payer"].state) == ("parked", "delivered")
    (parked,) = events(desk, encounter, "parked")
    assert (parked.detail["status"], parked.answer) == (status, "no, says the server about Ausgedacht")


@pytest.mark.parametrize(("status", "tries"), [(401, 3), (403, 3), (503, 4), (429, 4)])
def test_what_may_pass_is_tried_again_and_not_for_ever(desk: Bench, server: StrictFhir, status: int, tries: int) -> None:
    server.status = status

    encounter = desk.post(encounter_document(1)).encounter
    desk.run()
    for _ in range(10):
        later(desk, 400)

    assert deliveries(desk, encounter)["clinical"].state == "parked"
    assert len(events(desk, encounter, "tried")) == tries - 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_server_that_does_not_let_us_in_is_no_reason_to_wait_with_the_next_encounter(
    desk: Bench, server: StrictFhir, status: int
) -> None:
    server.status = status
    encounters = [desk.post(encounter_document(number)).encounter for number in range(1, 8)]
    desk.run()
    for _ in range(2):
        later(desk, 10)

    assert [deliveries(desk, encounter)["clinical"].state for encounter in encounters] == ["parked"] * 7
    assert [deliveries(desk, encounter)["payer"].state for encounter in encounters] == ["delivered"] * 7


@pytest.mark.parametrize(("asked", "seconds"), [("120", 120), ("86400", 3600)])
def test_a_server_is_waited_for_as_long_as_it_asks_within_an_hour(
    desk: Bench, server: StrictFhir, asked: str, seconds: int
) -> None:
    server.status, server.headers = 503, {"Retry-After": asked}
    encounter = desk.post(encounter_document(1)).encounter
    desk.run()
    server.status = 0

    later(desk, seconds - 1)
    assert deliveries(desk, encounter)["clinical"].state == "pending"
    later(desk, 2)
    assert deliveries(desk, encounter)["clinical"].state == "delivered"


def test_what_was_parked_is_delivered_when_somebody_asks(desk: Bench, server: StrictFhir) -> None:
    server.status = 422
    encounter = desk.post(encounter_document(1)).encounter
    desk.run()
    server.status = 0

    desk.store.write(lambda connection: redeliver(desk.store, connection, encounter, caller="somebody"))
    desk.run()

    assert deliveries(desk, encounter)["clinical"].state == "delivered"


def test_a_try_whose_end_is_unknown_is_looked_at_and_written_once(tmp_path: Path) -> None:
    server = StrictFhir(seed=1)
    server.faults = 1.0
    server.fault = lambda: "cut after" if server.writes == 0 else None  # type: ignore[method-assign]  # the trouble of this test
    with serving(server) as url, bench(f"sqlite:///{tmp_path}/store.db", fhir_outlet(url)) as desk:
        encounter = desk.post(encounter_document(1)).encounter
        desk.run()
        written = server.writes
        later(desk, 10)

        assert deliveries(desk, encounter)["clinical"].state == "delivered"
        assert server.writes == written
        assert events(desk, encounter, "delivered")[0].detail["written"] == 0


def test_a_destination_that_is_the_adapter_itself_is_refused_and_the_others_go_on(tmp_path: Path, server: StrictFhir) -> None:
    itself = make_server("127.0.0.1", 0, make_app(load(Settings())))
    thread = threading.Thread(target=itself.serve_forever)
    thread.start()
    outlets = fhir_outlet(f"http://127.0.0.1:{itself.port}/fhir", "itself")
    with serving(server) as url, bench(f"sqlite:///{tmp_path}/store.db", outlets, fhir_outlet(url)) as desk:
        encounter = desk.post(encounter_document(1)).encounter
        desk.run()
        states = {name: delivery.state for name, delivery in deliveries(desk, encounter).items()}
        told = [line.detail["issues"] for line in events(desk, encounter, "parked")]
    itself.shutdown()
    thread.join()
    itself.server_close()

    assert states == {"itself": "parked", "clinical": "delivered"}
    assert told == [["this destination is the adapter itself: name a FHIR server that keeps resources"]]


def test_a_status_that_is_further_on_at_the_server_stays_and_is_told(desk: Bench, server: StrictFhir) -> None:
    encounter = desk.post(encounter_document(1), ai_document(1)).encounter
    desk.run()
    (name,) = (name for name in server.held if name.startswith("DiagnosticReport/"))
    server.held[name] = {**server.held[name], "status": "entered-in-error"}

    desk.post(encounter_document(1, **{"delayed speech": "late speech"}))
    desk.run()

    assert server.held[name]["status"] == "entered-in-error"
    kept = [line.detail["kept"] for line in events(desk, encounter, "delivered") if line.target == "clinical"]
    assert kept == [[], [{"reference": name, "held": "entered-in-error", "ours": "appended"}]]
    assert server.complaints == []


@pytest.mark.parametrize(
    ("kind", "held", "ours", "expected"),
    [
        ("Procedure", "preparation", "completed", True),
        ("Procedure", "completed", "in-progress", False),
        ("DiagnosticReport", "final", "preliminary", False),
        ("Encounter", "finished", "in-progress", False),
        ("Encounter", "finished", "entered-in-error", True),
        ("ServiceRequest", "revoked", "active", False),
        ("Claim", "active", "draft", False),
        ("Media", "completed", "preparation", True),
    ],
)
def test_no_status_goes_back(kind: str, held: str, ours: str, *, expected: bool) -> None:
    assert may_become(kind, held, ours) is expected


@pytest.mark.parametrize(("kind", "status"), [(kind, status) for kind, known in ALLOWED.items() for status in known])
def test_what_is_marked_as_no_longer_so_may_be_written_and_stays_so(kind: str, status: str) -> None:
    entry = marked({"resource": {"resourceType": kind, "status": status}})

    if kind in SHARED_TYPES:
        assert entry is None
    else:
        assert entry is not None
        assert may_become(kind, status, entry["resource"]["status"])
        assert marked(entry) == entry


def test_the_pauses_double_up_to_five_minutes() -> None:
    assert [pause(attempt, 1.0) for attempt in (1, 2, 3, 9, 10, 30)] == [1, 2, 4, 256, 300, 300]
    assert pause(3, 0.0) == 2


def test_a_server_that_is_down_is_left_alone_and_then_tried_by_one() -> None:
    clock = Clock()
    breaker = Breaker(clock=clock)
    for _ in range(5):
        assert breaker.wait() == 0
        breaker.note(is_down=True)

    assert breaker.is_open
    assert breaker.wait() == 30
    clock.seconds += 31
    assert breaker.wait() == 0
    assert breaker.wait() == 30
    breaker.note(is_down=False)
    assert (breaker.wait(), breaker.is_open) == (0, False)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("url: http://a.example/fhir\n", "`destination` is missing here"),
        ("destination: a\n", "`url` is missing here"),
        ("destination: a\nurl: ftp://a.example\n", "`url` is not the base URL of a FHIR server"),
        ("destination: a\nurl: http://a.example\ntrys: 3\n", "there is no key `trys` here"),
        ("destination: a\nurl: http://a.example\n---\ndestination: a\nurl: http://b.example\n", "`a` is there twice"),
        ("- a\n", "this is not a destination"),
    ],
)
def test_a_file_of_destinations_says_what_is_wrong_with_it(text: str, words: str) -> None:
    with pytest.raises(BadDestinationError, match=words):
        read_destinations(text, "destinations.yaml")
