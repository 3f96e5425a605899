"""A patient that became another one stays so: over restarts, and when a feed that does not know of it sends the old number."""

from collections.abc import Iterator

import pytest

from adapter.delivery.outbox import Outbox
from adapter.delivery.removal import remove
from adapter.delivery.seal import new_key
from adapter.delivery.shelf import Shelf
from adapter.delivery.upkeep import rotate
from adapter.issues import ConflictError, UnknownFormError
from adapter.readers.document import Document
from tests.delivery.ground import KEY, Bench, bench, fhir_outlet, message
from tests.delivery.strict_fhir import StrictFhir, serving

HEADER = "MSH|^~\\&|REGISTER|LAKESIDE GENETICS|||20260314||ADT^A40^ADT_A39|{former}-{new}|T|2.5.1"
NUMBER = "mrn-{}^^^LAKESIDE&1.2.840.99999.7&ISO^MR"


def merge(former: int, new: int) -> Document:
    lines = [
        HEADER.format(former=former, new=new),
        "EVN|A40|20260314",
        f"PID|1||{NUMBER.format(new)}",
        f"MRG|{NUMBER.format(former)}",
        "",
    ]
    return Document(name="a40.hl7", content="\r".join(lines).encode())


def registered(patient: int, visit: int) -> Document:
    return message("1-adt-a04", patient, **{f"visit-{patient}": f"visit-{visit}"})


def reported(patient: int, visit: int) -> Document:
    return message("3-oru-r01", patient, **{f"visit-{patient}": f"visit-{visit}"})


@pytest.fixture
def desk(store_address: str) -> Iterator[Bench]:
    with bench(store_address) as made:
        yield made


def numbers(desk: Bench, encounter: str) -> set[str]:
    """The numbers of the patient in what is made of an encounter."""
    desk.run()
    with desk.store.reading() as connection:
        made = Outbox(desk.store).made(connection, encounter)
    assert made is not None
    assert made.conversion is not None
    assert made.conversion.case is not None, made.conversion.issues
    return {made.conversion.case.patient.mrn}


def kept(desk: Bench) -> list[tuple[str, int]]:
    """The encounters that were not deleted, and how many documents each has."""
    with desk.store.reading() as connection:
        found = [record for record in desk.store.encounters(connection) if record.state != "deleted"]
        return [(record.id, len(Shelf(desk.store).records(connection, record.id))) for record in found]


def test_what_was_kept_of_the_patient_belongs_to_the_other_one_after_the_merge(desk: Bench) -> None:
    before = desk.post(registered(1, 7), reported(1, 7)).encounter

    assert desk.merge(merge(1, 2)).encounters == (before,)
    assert desk.merge(merge(1, 2)).encounters == ()
    assert numbers(desk, before) == {"mrn-2"}


def test_a_merge_counts_over_restarts_and_for_the_old_number_too(store_address: str) -> None:
    with bench(store_address) as desk:
        desk.merge(merge(1, 2))
    with bench(store_address) as desk:
        first = desk.post(registered(2, 7)).encounter
        assert desk.post(reported(1, 7)).encounter == first
        assert numbers(desk, first) == {"mrn-2"}


@pytest.mark.parametrize("patient", [1, 2])
def test_an_encounter_begun_before_the_merge_is_found_by_either_number(desk: Bench, patient: int) -> None:
    before = desk.post(registered(1, 7)).encounter
    desk.merge(merge(1, 2))

    assert desk.post(reported(patient, 7)).encounter == before
    assert numbers(desk, before) == {"mrn-2"}


def test_an_encounter_begun_with_the_old_number_after_the_merge_is_the_other_patients(desk: Bench) -> None:
    desk.merge(merge(1, 2))
    begun = desk.post(registered(1, 7)).encounter

    assert desk.post(reported(2, 7)).encounter == begun
    assert numbers(desk, begun) == {"mrn-2"}


def test_two_encounters_of_one_visit_become_one(desk: Bench) -> None:
    first, second = desk.post(registered(2, 7)).encounter, desk.post(reported(1, 7)).encounter
    desk.post(registered(1, 8))

    changed = desk.merge(merge(1, 2)).encounters

    assert first in changed
    assert second not in changed
    assert [count for _, count in kept(desk)] == [3, 2]
    assert numbers(desk, first) == {"mrn-2"}


def test_what_was_delivered_is_not_taken_apart(store_address: str) -> None:
    with serving(StrictFhir()) as url, bench(store_address, fhir_outlet(url)) as desk:
        first = desk.post(registered(2, 7), reported(2, 7)).encounter
        second = desk.post(registered(1, 7), reported(1, 7)).encounter
        desk.run()

        assert desk.merge(merge(1, 2)).encounters == (second,)
        assert [encounter for encounter, _ in kept(desk)] == [first, second]


def test_merges_follow_each_other_and_end(desk: Bench) -> None:
    begun = desk.post(registered(1, 7), reported(1, 7)).encounter
    for former, new in ((1, 2), (2, 3), (3, 1), (3, 3)):
        desk.merge(merge(former, new))

    assert numbers(desk, begun) == {"mrn-3"}
    assert desk.post(registered(2, 7)).encounter == begun


def test_a_patient_does_not_become_two(desk: Bench) -> None:
    desk.merge(merge(1, 2))

    with pytest.raises(ConflictError, match="another one before"):
        desk.merge(merge(1, 3))


def test_a_merge_beside_other_documents_counts_before_them(desk: Bench) -> None:
    accepted = desk.post(registered(1, 7), merge(1, 2), reported(1, 7))

    assert numbers(desk, accepted.encounter) == {"mrn-2"}


def test_an_encounter_that_was_deleted_stays_so(desk: Bench) -> None:
    begun = desk.post(registered(1, 7)).encounter
    desk.store.write(lambda connection: remove(desk.store, connection, begun, caller="clinic"))

    assert desk.merge(merge(1, 2)).encounters == ()


@pytest.mark.parametrize("given_up", [b"MRG||mrn-1", b"MRG|^^^LAKESIDE"])
def test_a_merge_that_does_not_say_who_is_refused(desk: Bench, given_up: bytes) -> None:
    nobody = Document(name="a40.hl7", content=merge(1, 2).content.replace(b"MRG|mrn-1", given_up))

    with pytest.raises(UnknownFormError):
        desk.merge(nobody)


def test_new_keys_open_what_merges_hold(store_address: str) -> None:
    newer = f"{new_key().decode()}\n{KEY}"
    with bench(store_address) as desk:
        desk.merge(merge(1, 2))
    with bench(store_address, keys=newer) as desk:
        rotate(desk.store)
    with bench(store_address, keys=newer.partition("\n")[0]) as desk:
        begun = desk.post(registered(1, 7), reported(1, 7)).encounter

        assert numbers(desk, begun) == {"mrn-2"}
