"""Backups under load, keys that rotate, retention, and what a store does when its disk, its file or its clock misbehaves."""

import itertools
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from adapter.delivery.again import redeliver
from adapter.delivery.database import ROLES, lock_file, lock_of, only_one
from adapter.delivery.figures import Figures
from adapter.delivery.outbox import Outbox
from adapter.delivery.removal import remove_old
from adapter.delivery.seal import new_key
from adapter.delivery.shelf import Shelf
from adapter.delivery.shipment import Delivered, Failed
from adapter.delivery.tally import Tally
from adapter.delivery.upkeep import back_up, put_back, rotate
from adapter.dispatch import Dispatch, working
from adapter.issues import ConflictError, NotSupportedError, SetupError, UnavailableError
from adapter.json_types import JsonObject
from tests.delivery.ground import KEY, Bench, Clock, bench, encounter_document, outlet, stored_documents

DAY = 86_400.0
MOST_WRITTEN = 20_000


class Taker:
    """Takes everything."""

    def ship(self, bundle: JsonObject, *, is_again: bool) -> Delivered | Failed:
        return Delivered(changed=len(bundle["entry"]) * (not is_again))


class Refuser:
    """Refuses everything, for good unless it is told otherwise."""

    is_final = True

    def ship(self, bundle: JsonObject, *, is_again: bool) -> Delivered | Failed:
        return Failed(issues=(), is_final=self.is_final and bool(bundle or is_again))


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/store.db"


@pytest.fixture
def desk(address: str) -> Iterator[Bench]:
    with bench(address, outlet(Taker())) as made:
        yield made


def encounters_in(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        found: int = connection.execute("SELECT count(*) FROM encounter").fetchone()[0]
        return found


def test_a_backup_under_load_is_whole_and_can_be_put_back(desk: Bench, address: str, tmp_path: Path) -> None:
    ended = threading.Event()

    def load() -> None:
        for number in range(1, 1000):
            if ended.is_set():
                return
            desk.post(encounter_document(number))

    posting = threading.Thread(target=load)
    desk.post(encounter_document(1001))
    posting.start()
    back_up(address, tmp_path / "backup.db")
    ended.set()
    posting.join()
    desk.store.close()

    kept = encounters_in(tmp_path / "backup.db")
    put_back(tmp_path / "backup.db", address)

    assert kept >= 1
    assert encounters_in(tmp_path / "store.db") == kept
    assert (tmp_path / "backup.db").stat().st_mode & 0o777 == 0o600
    with bench(address, outlet(Taker())) as again:
        assert again.run() == kept


def test_a_backup_overwrites_nothing_and_a_damaged_one_is_not_put_back(desk: Bench, address: str, tmp_path: Path) -> None:
    desk.post(encounter_document(1))
    (tmp_path / "there.db").write_bytes(b"something else")

    with pytest.raises(SetupError, match="already"):
        back_up(address, tmp_path / "there.db")
    with pytest.raises(SetupError, match="not a whole backup"):
        put_back(tmp_path / "there.db", address)
    with pytest.raises(NotSupportedError, match="pg_dump"):
        back_up("postgresql://somewhere/db", tmp_path / "new.db")
    back_up(address, tmp_path / "good.db")
    for role in ROLES:
        with only_one(lock_of(tmp_path / "store.db", role)), pytest.raises(SetupError, match="another service"):
            put_back(tmp_path / "good.db", address)


def test_a_backup_ends_though_writing_does_not(desk: Bench, address: str, tmp_path: Path) -> None:
    def ballast(connection: Connection) -> None:
        connection.exec_driver_sql("CREATE TABLE ballast (content BLOB)")
        connection.exec_driver_sql("INSERT INTO ballast VALUES (zeroblob(50000000))")

    desk.store.write(ballast)
    ended, wrote = threading.Event(), itertools.count()

    def load() -> None:
        with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as connection:
            while not ended.is_set() and next(wrote) < MOST_WRITTEN:
                connection.execute("INSERT INTO ballast VALUES (zeroblob(1))")

    writing = threading.Thread(target=load)
    writing.start()
    back_up(address, tmp_path / "backup.db")
    ended.set()
    writing.join()

    assert next(wrote) < MOST_WRITTEN
    assert (tmp_path / "backup.db").stat().st_size > 50_000_000


def test_a_backup_that_fails_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"no database at all" * 100)

    with pytest.raises(UnavailableError, match="SQLITE_NOTADB"):
        back_up(f"sqlite:///{tmp_path}/store.db", tmp_path / "backup.db")

    assert not (tmp_path / "backup.db").exists()


def test_keys_rotate_and_the_old_one_may_go(address: str) -> None:
    fresh = new_key().decode()
    with bench(address, outlet(Taker())) as desk:
        encounter = desk.post(encounter_document(1)).encounter
        desk.run()
    with bench(address, outlet(Taker()), keys=f"{fresh}\n{KEY}") as desk:
        assert rotate(desk.store) >= 5
    with bench(address, outlet(Taker()), keys=fresh) as desk, desk.store.reading() as connection:
        assert Outbox(desk.store).outgoing(connection, encounter) is not None
        assert stored_documents(desk.store, connection, encounter)[0].document == encounter_document(1)
    with pytest.raises(SetupError, match="no key opens"), bench(address, keys=KEY):
        pass


@pytest.mark.parametrize("keys", ["", "not a key"])
def test_what_is_not_a_key_is_refused(address: str, keys: str) -> None:
    with pytest.raises(SetupError, match="base64"), bench(address, keys=keys):
        pass


def test_nothing_of_a_patient_is_readable_in_the_files(desk: Bench, tmp_path: Path) -> None:
    desk.post(encounter_document(1))
    desk.run()

    written = b"".join(file.read_bytes() for file in tmp_path.glob("store.db*"))

    assert not [mark for mark in (b"mrn-1", b"case-1", b"delayed speech", b"0731T") if mark in written]
    assert {file.stat().st_mode & 0o077 for file in tmp_path.glob("store.db*")} == {0}


def test_documents_and_cases_are_removed_in_time_and_the_audit_trail_stays(desk: Bench) -> None:
    old = desk.post(encounter_document(1)).encounter
    desk.run()
    clock = desk.clock
    assert isinstance(clock, Clock)
    clock.seconds += 31 * DAY
    young = desk.post(encounter_document(2)).encounter
    desk.run()

    removed = desk.store.write(lambda connection: remove_old(desk.store, connection, days=30))

    with desk.store.reading() as connection:
        shelf = Shelf(desk.store)
        assert removed == 1
        assert [one.document for one in stored_documents(desk.store, connection, old)] == [None]
        assert all(one.document for one in stored_documents(desk.store, connection, young))
        assert [one.is_kept for encounter in (old, young) for one in shelf.records(connection, encounter)] == [False, True]
        assert [line.what for line in desk.store.events(connection, old)][:2] == ["posted", "converted"]


def test_what_is_parked_is_not_removed_and_what_was_removed_is_not_delivered_again(address: str) -> None:
    with bench(address, outlet(Refuser(), tries=1)) as desk:
        parked = desk.post(encounter_document(1)).encounter
        desk.run()
    with bench(address, outlet(Taker())) as desk:
        desk.store.new_id = lambda: "another"
        delivered = desk.post(encounter_document(2)).encounter
        desk.run()
        assert isinstance(desk.clock, Clock)
        desk.clock.seconds += 31 * DAY

        assert desk.store.write(lambda connection: remove_old(desk.store, connection, days=30)) == 1

        desk.store.write(lambda connection: redeliver(desk.store, connection, parked, caller="test"))
        with pytest.raises(ConflictError, match="was removed"):
            desk.store.write(lambda connection: redeliver(desk.store, connection, delivered, caller="test"))
        assert desk.run() == 1


def test_what_is_old_is_removed_beside_the_work(desk: Bench) -> None:
    encounters = [desk.post(encounter_document(number)).encounter for number in (1, 2)]
    desk.run()
    clock = desk.clock
    assert isinstance(clock, Clock)
    clock.seconds += 31 * DAY
    dispatch = Dispatch(
        store=desk.store, intake=desk.intake, work=desk.work, tally=Tally(desk.store, Figures()), retention_days=30
    )

    failures: list[Exception] = []

    with working(dispatch, failures.append):
        until = time.monotonic() + 30
        while kept(desk, encounters) and time.monotonic() < until:
            time.sleep(0.02)

    assert (kept(desk, encounters), failures) == (0, [])


def kept(desk: Bench, encounters: list[str]) -> int:
    """How many documents of encounters are still there."""
    with desk.store.reading() as connection:
        found = [stored_documents(desk.store, connection, encounter) for encounter in encounters]
    return sum(stored.document is not None for documents in found for stored in documents)


def test_a_second_service_of_one_file_is_refused(desk: Bench) -> None:
    lock = lock_file(desk.store.engine, "service")
    assert lock is not None

    with only_one(lock), pytest.raises(SetupError, match="another service uses this store"), only_one(lock):
        pass


def test_a_clock_that_jumps_back_keeps_nothing_waiting(desk: Bench) -> None:
    desk.post(encounter_document(1))
    clock = desk.clock
    assert isinstance(clock, Clock)

    clock.seconds -= 10 * DAY

    assert desk.run() == 1


def test_a_full_disk_is_told_before_it_is_full(desk: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.statvfs

    def full(path: str) -> os.statvfs_result:
        return os.statvfs_result((*real(path)[:3], 1, 1, *real(path)[5:]))

    monkeypatch.setattr(os, "statvfs", full)

    with pytest.raises(UnavailableError, match="nearly full"):
        desk.post(encounter_document(1))


def test_a_file_that_is_full_refuses_and_keeps_what_it_has(desk: Bench) -> None:
    encounter = desk.post(encounter_document(1)).encounter

    def fill(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")

    desk.store.write(fill)
    with pytest.raises(UnavailableError, match="nothing was kept"):
        _post_many(desk)
    with desk.store.reading() as connection:
        assert desk.store.encounter(connection, encounter).received == 1


def _post_many(desk: Bench) -> None:
    for number in range(2, 40):
        desk.post(encounter_document(number))


def test_a_database_that_may_only_be_read_refuses(desk: Bench) -> None:
    desk.store.engine.dispose()

    @event.listens_for(desk.store.engine, "connect")
    def _read_only(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA query_only = ON")

    with pytest.raises(UnavailableError, match="SQLITE_READONLY"):
        desk.post(encounter_document(1))
    with pytest.raises(UnavailableError, match="nothing was kept"):
        desk.store.check_writable()


def test_a_damaged_last_page_of_the_log_takes_nothing_else_along(address: str, tmp_path: Path) -> None:
    with bench(address) as desk:
        encounter = desk.post(encounter_document(1)).encounter
        for name in ("store.db", "store.db-wal"):
            (tmp_path / f"copy-{name}").write_bytes((tmp_path / name).read_bytes())
    log = tmp_path / "copy-store.db-wal"
    content = bytearray(log.read_bytes())
    content[-100:] = b"\x00" * 100
    log.write_bytes(content)
    log.rename(tmp_path / "copy-store.db-wal")

    with bench(f"sqlite:///{tmp_path}/copy-store.db") as again, again.store.reading() as connection:
        found = again.store.encounters(connection)
        assert [record.id for record in found] in ([], [encounter])  # the damaged transaction is gone as a whole
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
