"""A number of an order finds its encounter, and is no other patient's: whatever came between, over both doors."""

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from adapter.delivery.figures import Figures
from adapter.delivery.outbox import Outbox
from adapter.delivery.removal import remove, remove_all_old
from adapter.delivery.store_table import EVENT, KNOWN_ORDER
from adapter.delivery.tally import Tally
from adapter.dispatch import Dispatch
from adapter.issues import InvalidError
from adapter.mllp.acknowledgment import acknowledgment, header_of
from adapter.mllp.keeping import KeepingAcceptor
from adapter.readers.document import Document
from tests.delivery.ground import Bench, Clock, bench, changed, encounter_document, message, runtime
from tests.delivery.test_merged_patients import merge

VISIT = "PV1|1|O|||||||||||||||||visit-{}\r"
PLACER = "^REGISTER^1.2.840.99999.7.1^ISO"
FILLER = "^REPORTS^1.2.840.99999.7.2^ISO"


@pytest.fixture
def desk(store_address: str) -> Iterator[Bench]:
    with bench(store_address) as opened:
        yield opened


def report(patient: int, order: int, **changes: str) -> Document:
    """A report of a patient's own visit about an order."""
    return message("3-oru-r01", patient, **{f"P-{patient}^": f"P-{order}^", f"F-{patient}^": f"F-{order}^", **changes})


def without_visit(document: Document, patient: int) -> Document:
    visit = VISIT.format(patient).encode()
    assert visit in document.content
    return Document(name=document.name, content=document.content.replace(visit, b""))


@pytest.mark.parametrize("numbers", [{}, {f"F-1{FILLER}": ""}, {f"P-1{PLACER}": ""}])
def test_a_report_with_a_number_of_another_patients_order_is_refused(desk: Bench, numbers: dict[str, str]) -> None:
    desk.post(message("1-adt-a04", 1))
    desk.post(report(1, 1))

    with pytest.raises(InvalidError, match="number belongs to another patient") as refusal:
        desk.post(report(2, 1, **numbers))

    places = {place.partition("#")[2].partition("-")[0] for issue in refusal.value.issues for place in issue.location}
    assert places <= {"OBR", "ORC"}
    assert places
    assert "mrn-1" not in str(refusal.value.issues)
    with desk.store.reading() as connection:
        assert [record.received for record in desk.store.encounters(connection)] == [2]
        last = connection.execute(select(EVENT.c.what, EVENT.c.detail).order_by(EVENT.c.id.desc()).limit(1)).one()
    assert (last.what, json.loads(last.detail)["rules"]) == ("refused", ["intake/another-patient"])


def test_a_charge_for_another_patients_order_is_refused(desk: Bench) -> None:
    desk.post(report(1, 1))

    with pytest.raises(InvalidError, match="the filler number belongs to another patient"):
        desk.post(message("4-dft-p03", 2, **{"F-2^": "F-1^"}))


@pytest.mark.parametrize(
    "change",
    [
        {"1.2.840.99999.7.1^": "1.2.840.99999.8.1^", "1.2.840.99999.7.2^": "1.2.840.99999.8.2^"},  # other assigners
        {PLACER: "", FILLER: "", "REPORTS|": "OTHER REPORTS|"},  # nobody says, and another sender
    ],
)
def test_the_same_value_of_another_assigner_is_another_number(desk: Bench, change: dict[str, str]) -> None:
    mine = {PLACER: "", FILLER: ""} if PLACER in change else {}
    desk.post(Document(name="a.hl7", content=changed(report(1, 1).content, mine)))

    other = desk.post(Document(name="b.hl7", content=changed(report(2, 1).content, change)))

    assert other.is_new


def test_a_number_without_an_assigner_is_one_of_its_sender(desk: Bench) -> None:
    bare = {PLACER: "", FILLER: ""}
    desk.post(Document(name="a.hl7", content=changed(report(1, 1).content, bare)))

    with pytest.raises(InvalidError, match="another patient"):
        desk.post(Document(name="b.hl7", content=changed(report(2, 1).content, bare)))


def test_a_number_of_a_document_without_an_assigner_is_nobodys(desk: Bench) -> None:
    told = {'"encounter": {': '"order_numbers": [{"kind": "placer", "value": "P-1"}], "encounter": {'}

    assert [desk.post(encounter_document(number, **told)).is_new for number in (1, 2)] == [True, True]


def test_documents_and_messages_mean_one_number(desk: Bench) -> None:
    number = '{"kind": "placer", "value": "P-1", "system": "urn:oid:1.2.840.99999.7.1"}'
    desk.post(encounter_document(2, **{'"encounter": {': f'"order_numbers": [{number}], "encounter": {{'}))

    with pytest.raises(InvalidError, match="the placer number"):
        desk.post(report(1, 1))


def test_an_order_that_is_told_of_in_two_visits_of_a_patient_joins_nothing(desk: Bench) -> None:
    first = desk.post(report(1, 1)).encounter

    other = desk.post(report(1, 1, **{"visit-1": "visit-9", "REP-77": "REP-78"}))

    assert other.is_new
    assert desk.post(without_visit(report(1, 1, **{"REP-77": "REP-79"}), 1)).encounter == first


@pytest.mark.parametrize("is_report_first", [True, False])
def test_a_report_that_names_no_visit_is_about_the_visit_of_its_order(desk: Bench, *, is_report_first: bool) -> None:
    bare, ordered = without_visit(report(1, 1), 1), report(1, 1, **{"REP-77": "REP-76", f"F-1{FILLER}": ""})
    documents = [bare, ordered] if is_report_first else [ordered, bare]

    encounters = []
    for document in [*documents, message("1-adt-a04", 1)]:
        encounters.append(desk.post(document).encounter)
        desk.run()

    assert len(set(encounters)) == 1
    with desk.store.reading() as connection:
        (record,) = desk.store.encounters(connection)
        made = Outbox(desk.store).made(connection, record.id)
    assert record.received == 3
    assert made is not None
    assert made.conversion is not None
    assert made.conversion.case is not None
    assert made.conversion.case.encounter.id == "visit-1"


def test_a_report_that_waited_joins_the_visit_that_was_known_already(desk: Bench) -> None:
    visit = desk.post(message("1-adt-a04", 1)).encounter
    waiting = desk.post(without_visit(report(1, 1), 1)).encounter
    assert waiting != visit

    ordered = desk.post(report(1, 1, **{"REP-77": "REP-76"}))

    with desk.store.reading() as connection:
        living = [record for record in desk.store.encounters(connection) if record.state != "deleted"]
        owners = set(connection.scalars(select(KNOWN_ORDER.c.encounter)))
    assert [(record.id, record.received) for record in living] == [(ordered.encounter, 3)]
    assert owners == {ordered.encounter}


@pytest.mark.parametrize("patient", [1, 2])
def test_after_a_merge_the_numbers_are_the_other_patients(desk: Bench, patient: int) -> None:
    kept = desk.post(report(1, 1)).encounter
    desk.merge(merge(1, 2))

    later = report(patient, 1, **{f"visit-{patient}": "visit-1", "REP-77": "REP-78"})

    assert desk.post(later).encounter == kept
    with pytest.raises(InvalidError, match="another patient"):
        desk.post(report(3, 1))


def test_a_deleted_encounter_keeps_no_numbers(desk: Bench) -> None:
    deleted = desk.post(report(1, 1)).encounter
    desk.store.write(lambda connection: remove(desk.store, connection, deleted, caller="officer"))

    assert desk.post(report(2, 1)).is_new


def test_numbers_are_forgotten_with_the_documents_that_said_them(desk: Bench) -> None:
    assert isinstance(desk.clock, Clock)
    desk.post(message("1-adt-a04", 1), report(1, 1))
    desk.run()
    desk.clock.seconds += 91 * 86_400
    assert remove_all_old(desk.store, days=90) == 1

    assert desk.post(report(2, 1)).is_new


def test_of_two_that_come_at_the_same_moment_one_is_refused(desk: Bench) -> None:
    for order in range(10, 20):
        together = Barrier(2)

        def post(patient: int, order: int = order, together: Barrier = together) -> str:
            together.wait()
            try:
                desk.post(report(patient, order, **{f"visit-{patient}": f"visit-{order}"}))
            except InvalidError:
                return "refused"
            return "kept"

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(post, [1, 2])) == ["kept", "refused"]
    with desk.store.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(KNOWN_ORDER)) == 20


def test_over_mllp_the_answer_has_the_field_of_the_number(desk: Bench) -> None:
    dispatch = Dispatch(store=desk.store, intake=desk.intake, work=desk.work, tally=Tally(desk.store, Figures()))
    acceptor = KeepingAcceptor(runtime=runtime(), dispatch=dispatch)
    content = report(2, 1, **{f"P-1{PLACER}": ""}).content
    asyncio.run(acceptor.accept(report(1, 1).content))

    answer = acknowledgment(header_of(content), asyncio.run(acceptor.accept(content)), mode="application", now="")

    segments = [line.split("|") for line in answer.decode().split("\r") if line]
    assert segments[1][:2] == ["MSA", "AE"]
    assert [segment[2] for segment in segments[2:]] == ["OBR^1^3^1^1"]


def of_account(document: Document, patient: int, account: str) -> Document:
    """A message that names an account in the place of its visit."""
    number = f"mrn-{patient}^^^LAKESIDE&1.2.840.99999.7&ISO^MR\r"
    bare = without_visit(document, patient)
    return Document(name="a.hl7", content=changed(bare.content, {number: f"{number[:-1]}|||||||||||||||{account}\r"}))


def registered(patient: int, account: str, **more: str) -> Document:
    return message("1-adt-a04", patient, **{"5550144\r": f"5550144|||||{account}\r", **more})


def charge(patient: int, control_id: str) -> Document:
    return message("4-dft-p03", patient, **{"CHG-5": control_id, f"F-{patient}{FILLER}": ""})


@pytest.mark.parametrize(("account", "is_found"), [("ACC-1^^^LAKESIDE&1.2.3.9&ISO", True), ("ACC-1", False)])
def test_what_names_an_account_only_is_about_the_visit_that_has_it(desk: Bench, account: str, *, is_found: bool) -> None:
    """Where nobody says who assigned it, another sender's is another one."""
    visit = desk.post(registered(1, account)).encounter
    assert desk.post(registered(1, account, **{"A04": "A08", "REG-1001": "REG-1009"})).encounter == visit

    billed = [desk.post(of_account(charge(1, control_id), 1, account)) for control_id in ("CHG-1", "CHG-2")]

    assert [one.encounter == visit for one in billed] == [is_found, is_found]
    assert billed[0].encounter == billed[1].encounter


def test_an_account_of_two_visits_or_of_two_patients_finds_neither(desk: Bench) -> None:
    account = "ACC-1^^^LAKESIDE&1.2.3.9&ISO"
    visits = {desk.post(registered(1, account)).encounter, desk.post(registered(2, account)).encounter}
    assert desk.post(of_account(message("3-oru-r01", 2), 2, account)).encounter in visits
    visits.add(desk.post(registered(1, account, **{"visit-1": "visit-9", "REG-1001": "REG-1002"})).encounter)

    alone = desk.post(of_account(charge(1, "CHG-1"), 1, account)).encounter

    assert len(visits) == 3
    assert alone not in visits
    assert desk.post(of_account(charge(1, "CHG-1"), 1, account)).encounter == alone


def test_after_a_merge_an_account_that_was_told_again_finds_the_visit(desk: Bench) -> None:
    account = "ACC-1^^^LAKESIDE&1.2.3.9&ISO"
    visit = desk.post(registered(1, account)).encounter
    desk.merge(merge(1, 2))
    desk.post(registered(2, account, **{"visit-2": "visit-1", "REG-1001": "REG-1002"}))

    assert desk.post(of_account(charge(2, "CHG-1"), 2, account)).encounter == visit
