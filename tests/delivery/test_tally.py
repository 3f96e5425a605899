"""Figures of several processes that share a store are told as one."""

import threading

import pytest
from sqlalchemy import insert

from adapter.delivery.committer import Write
from adapter.delivery.figures import Figures
from adapter.delivery.outbox import Outbox
from adapter.delivery.store_table import FIGURE
from adapter.delivery.tally import Tally
from adapter.issues import Issue, IssueType, Severity, UnavailableError
from tests.delivery.ground import Bench, Clock, bench, encounter_document, outlet
from tests.delivery.test_upkeep import Refuser, Taker

NO = Issue(severity=Severity.ERROR, code=IssueType.TRANSIENT, text="not now")


def told(tally: Tally) -> dict[tuple[str, str], float]:
    """What is told, by name and the values of labels."""
    return {(one.name, "|".join(one.labels.values())): one.value for metric in tally.all() for one in metric.samples}


def test_each_process_tells_of_all_that_share_the_store(store_address: str) -> None:
    service, worker = Figures(), Figures()
    with bench(store_address) as desk:
        for _ in range(3):
            service.accepted.labels("accepted").inc()
        worker.delivered.labels("clinical", "delivered").observe(0.2)
        worker.delivered.labels("clinical", "delivered").observe(20.0)
        tallies = Tally(desk.store, service), Tally(desk.store, worker)
        tallies[1].add()
        desk.store.write(lambda connection: connection.execute(insert(FIGURE).values(name="of_later", labels="[]", value=1)))

        found = told(tallies[0])
        again = told(tallies[1])

    assert found == again
    assert found["adapter_accepted_total", "accepted"] == 3
    assert found["adapter_delivery_seconds_count", "delivered|clinical"] == 2
    assert found["adapter_delivery_seconds_bucket", "0.25|delivered|clinical"] == 1
    assert found["adapter_delivery_seconds_bucket", "+Inf|delivered|clinical"] == 2
    assert not [name for name, _ in found if name.endswith("_created")]


def test_buckets_stand_from_the_smallest_to_the_largest(store_address: str) -> None:
    figures = Figures()
    figures.intake.observe(0.3)
    with bench(store_address) as desk:
        (metric,) = [metric for metric in Tally(desk.store, figures).all() if metric.name == "adapter_intake_seconds"]

    limits = [float(sample.labels["le"]) for sample in metric.samples if "le" in sample.labels]
    assert len(limits) > 1
    assert limits == sorted(limits)


def test_what_could_not_be_added_is_added_later(store_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = Figures()
    with bench(store_address) as desk:
        tally = Tally(desk.store, figures)
        figures.accepted.labels("accepted").inc()
        with monkeypatch.context() as patch:
            patch.setattr(desk.store, "write", refused)
            with pytest.raises(UnavailableError):
                tally.add()
        tally.add()
        tally.add()

        assert told(tally)["adapter_accepted_total", "accepted"] == 1


def refused(_write: Write[object]) -> None:
    raise UnavailableError(NO)


def test_what_was_counted_last_is_added_at_the_end(store_address: str) -> None:
    figures = Figures()
    with bench(store_address) as desk:
        tally = Tally(desk.store, figures)
        tally.start()
        figures.accepted.labels("accepted").inc()
        tally.stop()

        assert told(Tally(desk.store, Figures()))["adapter_accepted_total", "accepted"] == 1
    assert "tally" not in [thread.name for thread in threading.enumerate()]


def test_the_oldest_delivery_that_is_wanted_is_told_by_destination(store_address: str) -> None:
    down = Refuser()
    down.is_final = False
    with bench(store_address, outlet(down), outlet(Taker(), "other")) as desk:
        clock = desk.clock
        assert isinstance(clock, Clock)
        began = clock.seconds
        desk.post(encounter_document(1))
        desk.run()
        clock.seconds += 500
        desk.post(encounter_document(2))
        desk.run()

        assert oldest(desk) == {"clinical": began}


def oldest(desk: Bench) -> dict[str, float]:
    with desk.store.reading() as connection:
        return Outbox(desk.store).oldest(connection)
