"""Encounters are posted while processes are killed and the destination makes trouble; afterwards nothing is missing or double.

The seed decides documents, faults and which process is killed; it is printed, and ADAPTER_TEST_SEED re-runs it.
"""

import os
import random
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path
from urllib.request import Request, urlopen

from adapter.delivery.outbox import Outbox
from adapter.delivery.record import DeliveryState
from adapter.delivery.shelf import Shelf
from adapter.delivery.store import Store
from adapter.fhir.ownership import SHARED_TYPES
from adapter.readers.document import Document
from tests.delivery.ground import ai_document, encounter_document
from tests.delivery.strict_fhir import StrictFhir
from tests.service import ADAPTER, own_environment

STATES: tuple[DeliveryState, ...] = ("delivered", "pending", "parked")
CORRECTED = {"delayed speech": "late speech"}
_STEP_SECONDS = 120
_QUIET_SECONDS = 180


@dataclass(kw_only=True)
class Plan:
    """How much happens in a run."""

    seed: int
    encounters: int
    kills: int
    clients: int = 4


@dataclass(kw_only=True)
class Run:
    """A run in progress: what was acknowledged, and what was killed."""

    plan: Plan
    address: str
    acknowledged: dict[int, list[str]] = field(default_factory=dict)
    kills: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)


class Process:
    """A command of the adapter that is started again whenever it was killed."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.name, self._command, self._environment, self._log = name, command, environment, log
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            # As any supervisor does: what ends by itself, since its database is away, is started again.
            supervised = ["bash", "-c", 'while true; do "$@"; sleep 0.5; done', "supervisor", *self._command]
            return subprocess.Popen(supervised, env=self._environment, stdout=log, stderr=log, start_new_session=True)

    def kill(self) -> None:
        """Kill it with all its children, at once, and start it again."""
        self.end(signal.SIGKILL)
        self._process = self._start()

    def end(self, number: int = signal.SIGTERM) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
        self._process.wait(timeout=30)


def documents_of(number: int, chance: random.Random) -> list[Document]:
    """What is sent of an encounter, in order: its parts in any order, some twice, and at last a correction."""
    parts = [encounter_document(number), ai_document(number)]
    chance.shuffle(parts)
    twice = [chance.choice(parts)] if chance.random() < 0.3 else []
    return [*parts, *twice, encounter_document(number, **CORRECTED)]


def post_all(run: Run) -> None:
    """Post all encounters, each document until it is acknowledged."""
    chance = random.Random(run.plan.seed)  # noqa: S311 - a seed, so that a run can be repeated
    work = [(number, documents_of(number, chance)) for number in range(1, run.plan.encounters + 1)]
    with ThreadPoolExecutor(run.plan.clients) as pool:
        list(pool.map(lambda item: _post(run, *item), work))


def _post(run: Run, number: int, documents: list[Document]) -> None:
    for place, document in enumerate(documents):
        key = f"{number}-{place}"
        until = time.monotonic() + _STEP_SECONDS
        while not _is_acknowledged(run.address, document.content, key):
            if time.monotonic() > until:
                message = f"document {key} was not acknowledged in time"
                raise TimeoutError(message)
            time.sleep(0.1)
        run.acknowledged.setdefault(number, []).append(sha256(document.content).hexdigest())


def _is_acknowledged(address: str, content: bytes, key: str) -> bool:
    headers = {"Content-Type": "application/json", "Idempotency-Key": key, "Prefer": "respond-async"}
    try:
        with urlopen(Request(f"http://{address}/encounters", data=content, headers=headers), timeout=20) as answer:
            return bool(answer.status < 300)
    except (OSError, HTTPException):  # refused, cut, or busy
        return False


def kill_now_and_then(run: Run, killers: list[tuple[str, Callable[[], None]]]) -> None:
    """Kill one of them at a random moment, again and again, as often as planned."""
    chance = random.Random(run.plan.seed + 1)  # noqa: S311 - as above
    while len(run.kills) < run.plan.kills and not run.ended.wait(chance.uniform(0.5, 4.0)):
        name, kill = chance.choice(killers)
        kill()
        run.kills.append(name)


def wait_until_delivered(store: Store, encounters: int) -> None:
    """Wait until nothing is due any more and everything is delivered."""
    until = time.monotonic() + _QUIET_SECONDS
    while (left := _left(store, encounters)) != "nothing":
        if time.monotonic() > until:
            message = f"not delivered in time: {left}"
            raise TimeoutError(message)
        time.sleep(0.25)


def _left(store: Store, encounters: int) -> str:
    with store.reading() as connection:
        delivered, pending, parked = (Outbox(store).counted(connection, state) for state in STATES)
        is_idle = store.oldest_due(connection) is None
    is_done = is_idle and delivered == {"clinical": encounters}
    return "nothing" if is_done else f"delivered {delivered}, pending {pending}, parked {parked}"


def check(run: Run, store: Store, server: StrictFhir) -> None:
    """Hold what is kept and what the server has against what was acknowledged."""
    assert server.complaints == []
    with store.reading() as connection:
        records = store.encounters(connection, most=10 * run.plan.encounters)
        assert len(records) == run.plan.encounters
        kept = [{document.digest for document in Shelf(store).documents(connection, record.id)} for record in records]
        bundles = [Outbox(store).outgoing(connection, record.id) for record in records]
    assert sorted(map(sorted, kept)) == sorted(sorted(set(digests)) for digests in run.acknowledged.values())
    assert len(server.of("Patient")) == len(server.of("Encounter")) == run.plan.encounters
    assert all("late speech" in str(held) for held in server.of("Encounter"))
    own = {
        entry["request"]["url"]: entry["resource"]
        for bundle in bundles
        if bundle is not None
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] not in SHARED_TYPES
    }
    held = {name: found for name, found in server.held.items() if name.partition("/")[0] not in SHARED_TYPES}
    assert set(held) == set(own)
    assert {name: found.get("status") for name, found in held.items()} == {name: one.get("status") for name, one in own.items()}


@contextmanager
def processes(folder: Path, settings: dict[str, str], port: int, *, workers: int = 1) -> Iterator[list[Process]]:
    """The service and workers of their own."""
    environment = own_environment(**settings, ADAPTER_DELIVER="false", ADAPTER_LOG_LEVEL="error")
    log = folder / "processes.log"
    with ExitStack() as stack:
        made = [Process("service", [str(ADAPTER), "serve", "--port", str(port), "--workers", "1"], environment, log)]
        made += [Process("worker", [str(ADAPTER), "deliver", "run"], environment, log) for _ in range(workers)]
        for process in made:
            stack.callback(process.end)
        yield made


def crash_run(
    plan: Plan,
    server: StrictFhir,
    store: Store,
    *,
    folder: Path,
    settings: dict[str, str],
    further: list[tuple[str, Callable[[], None]]] | None = None,
    workers: int = 1,
) -> Run:
    """Carry out a run, and check it."""
    print(f"ADAPTER_TEST_SEED={plan.seed}")  # noqa: T201 - whoever wants to re-run it needs it
    port = free_port()
    run = Run(plan=plan, address=f"127.0.0.1:{port}")
    with processes(folder, settings, port, workers=workers) as made:
        killers = [(process.name, process.kill) for process in made] + (further or [])
        killing = threading.Thread(target=kill_now_and_then, args=(run, killers))
        killing.start()
        try:
            post_all(run)
            killing.join()
        finally:
            run.ended.set()
        wait_until_delivered(store, plan.encounters)
    check(run, store, server)
    return run


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
        return number


def seed() -> int:
    """The seed of the run that is repeated, or a new one."""
    return int(os.environ.get("ADAPTER_TEST_SEED") or random.randrange(10**6))  # noqa: S311 - as above
