"""Documents of one encounter arrive in any order, twice, corrected: one encounter, the same ids, nothing left standing."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select

from adapter.conversion import Options
from adapter.delivery.intake import Posted, arrival_of
from adapter.delivery.outbox import Outbox
from adapter.delivery.record import Arrival
from adapter.delivery.removal import remove
from adapter.delivery.seal import Seal
from adapter.delivery.shelf import Shelf
from adapter.delivery.store_table import ENCOUNTER
from adapter.fhir.ownership import SHARED_TYPES
from adapter.issues import ConflictError, InvalidError, TooLargeError, UnreadableError
from adapter.readers.document import Document
from tests.delivery.ground import Bench, Clock, ai_document, bench, converted, encounter_document, fhir_outlet, message, runtime
from tests.delivery.strict_fhir import StrictFhir, serving

AT_ONCE = Document(name="ai.json", content=ai_document(2).content)


@pytest.fixture
def server() -> StrictFhir:
    return StrictFhir()


@pytest.fixture
def desk(store_address: str, server: StrictFhir) -> Iterator[Bench]:
    with serving(server) as url, bench(store_address, fhir_outlet(url)) as made:
        yield made


def test_what_is_accepted_arrives_and_is_shown_as_delivered(desk: Bench, server: StrictFhir) -> None:
    accepted = desk.post(encounter_document(1), ai_document(1))

    desk.run()

    with desk.store.reading() as connection:
        assert desk.store.encounter(connection, accepted.encounter).state == "made"
        assert [delivery.state for delivery in Outbox(desk.store).deliveries(connection, accepted.encounter)] == ["delivered"]
        assert [line.what for line in desk.store.events(connection, accepted.encounter)] == [
            "posted",
            "posted",
            "converted",
            "delivered",
        ]
    assert len(server.of("Encounter")) == 1
    assert server.complaints == []


def test_documents_that_come_at_the_same_moment_begin_one_encounter(desk: Bench) -> None:
    """The encounter document brings another key than the report, so each begins one before it meets the other."""
    together = Barrier(2)

    def post(document: Document) -> str:
        together.wait()
        return desk.post(document).encounter

    for number in range(10, 20):
        with ThreadPoolExecutor(2) as pool:
            encounter, report = pool.map(post, [encounter_document(number), ai_document(number)])
        assert encounter == report
        with desk.store.reading() as connection:
            assert desk.store.encounter(connection, encounter).received == 2
    with desk.store.reading() as connection:
        assert len(desk.store.encounters(connection)) == 10


@pytest.mark.parametrize("is_ai_first", [True, False])
def test_the_order_of_arrival_changes_nothing(desk: Bench, server: StrictFhir, *, is_ai_first: bool) -> None:
    documents = [ai_document(2), encounter_document(2)] if is_ai_first else [encounter_document(2), ai_document(2)]

    ids = set()
    for document in documents:
        ids.add(desk.post(document).encounter)
        desk.run()

    assert len(ids) == 1
    at_once = converted([encounter_document(2), AT_ONCE], changes={"shared": "create"}).bundle
    assert at_once is not None
    names = {entry["request"]["url"] for entry in at_once["entry"] if entry["resource"]["resourceType"] not in SHARED_TYPES}
    assert names <= set(server.held)
    assert server.complaints == []


def test_a_document_that_comes_twice_is_kept_once(desk: Bench) -> None:
    first = desk.post(encounter_document(3))

    again = desk.post(encounter_document(3))

    assert (again.encounter, again.documents, again.is_new) == (first.encounter, 0, False)


def test_a_correction_takes_the_place_of_what_it_corrects(desk: Bench, server: StrictFhir) -> None:
    desk.post(encounter_document(4), ai_document(4))
    desk.run()
    written = server.writes

    desk.post(encounter_document(4, **{"delayed speech": "late speech"}))
    desk.run()

    assert len(server.of("Encounter")) == 1
    assert "late speech" in str(server.of("Encounter"))
    assert 0 < server.writes - written < 20
    assert server.complaints == []


def test_a_claim_whose_charge_was_taken_back_is_cancelled_and_stays_so(desk: Bench, server: StrictFhir) -> None:
    for document in (message("1-adt-a04", 6), message("3-oru-r01", 6), message("4-dft-p03", 6)):
        desk.post(document)
    desk.run()
    assert [claim["status"] for claim in server.of("Claim")] == ["draft"]

    desk.post(message("4-dft-p03", 6, **{"|CG|": "|CD|", "CHG-5": "CHG-6", "20260313070000": "20260313090000"}))
    desk.run()
    desk.post(message("2-adt-a08", 6))
    desk.run()

    assert [claim["status"] for claim in server.of("Claim")] == ["cancelled"]
    assert server.complaints == []


def test_what_is_not_made_any_more_is_marked(desk: Bench, server: StrictFhir) -> None:
    desk.post(encounter_document(5), ai_document(5))
    desk.run()
    tree = json.loads(ai_document(5).content)
    del tree["ai"]["candidates"][0]

    desk.post(Document(name="document.json", content=json.dumps(tree).encode()))
    desk.run()

    statuses = [held["status"] for held in server.of("Observation")]
    assert statuses.count("entered-in-error") == 1
    assert server.complaints == []


def test_a_key_that_came_with_another_body_is_refused(desk: Bench) -> None:
    first = desk.post(encounter_document(6), key="one")

    again = desk.post(encounter_document(6), key="one")

    assert (again.encounter, again.is_repeated) == (first.encounter, True)
    with pytest.raises(ConflictError, match="another body"):
        desk.post(encounter_document(7), key="one")


def test_nothing_more_is_kept_of_what_was_deleted(desk: Bench) -> None:
    accepted = desk.post(encounter_document(8))
    desk.store.write(lambda connection: remove(desk.store, connection, accepted.encounter, caller="officer"))

    with pytest.raises(ConflictError, match="deleted"):
        desk.post(encounter_document(8))


def test_one_number_of_two_patients_is_refused(desk: Bench) -> None:
    with_system = {'"id": "case-9-visit",': '"id": "case-9-visit", "system": "https://clinic.example/visit",'}
    desk.post(encounter_document(9, **with_system))

    with pytest.raises(InvalidError, match="another patient") as refusal:
        desk.post(encounter_document(9, **{**with_system, '"mrn-9"': '"mrn-10"'}))
    assert refusal.value.issues[0].location == ("document.json#/encounter/id",)


def test_documents_that_name_two_encounters_are_refused(desk: Bench) -> None:
    of_one_patient = {'"mrn-12"': '"mrn-11"'}
    one, other = desk.post(encounter_document(11)), desk.post(encounter_document(12, **of_one_patient))
    assert one.encounter != other.encounter

    with pytest.raises(ConflictError, match="two encounters that are kept apart"):
        desk.post(encounter_document(12, **of_one_patient, **{'"case-12-visit"': '"case-11-visit"'}))


def many_documents(number: int) -> Arrival:
    """An arrival of so many documents of one encounter, each of which takes the place of the one before."""
    arrival = arrival_of(runtime().pipeline, Posted(documents=(encounter_document(1),), caller="loop", settings={}), Options())
    earlier = [Document(name="earlier.json", content=str(place).encode()) for place in range(number - 1)]
    return replace(
        arrival,
        documents=(*earlier, *arrival.documents),
        subjects=arrival.subjects * number,
        forms=arrival.forms * number,
        control_ids=arrival.control_ids * number,
    )


def test_ten_thousand_documents_of_one_encounter_are_kept_if_that_is_allowed_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = 10_000
    with bench(f"sqlite:///{tmp_path}/store.db", most_documents=most) as desk:
        shelf = Shelf(desk.store)
        assert desk.store.write(lambda connection: shelf.accept(connection, many_documents(most))).documents == most

        with pytest.raises(TooLargeError, match=r"10000 documents \(setting ADAPTER_MAX_DOCUMENTS\)"):
            desk.post(encounter_document(1, **{"delayed speech": "late speech"}))
        opened = noted_openings(monkeypatch)
        assert desk.run() == 1
        with desk.store.reading() as connection:
            (record,) = desk.store.encounters(connection)
    assert (record.state, record.received, record.made) == ("made", most, most)
    assert len(opened) == 2  # the one document that counts, and the anchor


def test_an_encounter_with_many_documents_is_not_made_anew_with_each(desk: Bench) -> None:
    clock, shelf = desk.clock, Shelf(desk.store)
    assert isinstance(clock, Clock)
    encounter = desk.post(encounter_document(1)).encounter
    desk.run()
    desk.store.write(lambda connection: shelf.accept(connection, many_documents(100)))
    with desk.store.reading() as connection:
        due = connection.scalars(select(ENCOUNTER.c.due)).one()
    assert desk.run() == 0

    clock.seconds += 0.05
    assert not desk.post(encounter_document(1, **{"delayed speech": "late speech"})).is_new
    with desk.store.reading() as connection:
        assert connection.scalars(select(ENCOUNTER.c.due)).one() == due  # what comes meanwhile does not put it off again

    clock.seconds += 0.1
    assert desk.run() == 1
    with desk.store.reading() as connection:
        record = desk.store.encounter(connection, encounter)
    assert record.made == record.received == 102


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b'{"encounter": 3}'])
def test_what_cannot_be_read_is_refused_and_leaves_an_audit_line_only(desk: Bench, content: bytes) -> None:
    with pytest.raises((UnreadableError, InvalidError)):
        desk.post(Document(name="document.json", content=content))

    with desk.store.reading() as connection:
        assert desk.store.encounters(connection) == []
        assert connection.exec_driver_sql("SELECT what FROM event").scalars().all() == ["refused"]
        assert connection.exec_driver_sql("SELECT count(*) FROM document").scalar() == 0


def noted_openings(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What is opened from now on."""
    opened: list[bytes] = []
    open_one = Seal.open

    def noting(seal: Seal, sealed: bytes) -> bytes:
        opened.append(sealed)
        return open_one(seal, sealed)

    monkeypatch.setattr(Seal, "open", noting)
    return opened


def test_documents_are_listed_without_being_opened_and_one_is_opened_alone(desk: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    posted = [encounter_document(1, **{"delayed speech": f"speech {number}"}) for number in (1, 2, 3)]
    encounter = [desk.post(document).encounter for document in posted][-1]
    opened = noted_openings(monkeypatch)
    with desk.store.reading() as connection:
        assert [record.number for record in Shelf(desk.store).records(connection, encounter)] == [1, 2, 3]
        assert opened == []
        assert Shelf(desk.store).document(connection, encounter, 2) == posted[1]
        assert Shelf(desk.store).document(connection, encounter, 4) is None
    assert len(opened) == 1


def test_what_a_later_message_of_one_post_says_otherwise_stands_as_if_it_came_alone(desk: Bench, server: StrictFhir) -> None:
    together = [message("1-adt-a04", 30), message("2-adt-a08", 30), message("3-oru-r01", 30)]

    assert desk.post(*together).documents == 3

    desk.run()
    assert [held["status"] for held in server.of("Encounter")] == ["finished"]
