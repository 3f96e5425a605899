"""Encounters are sent over HTTP and MLLP while processes are killed and the destination makes trouble.

Afterwards nothing is missing or double. The seed decides documents, faults and kills; ADAPTER_TEST_SEED repeats a run.
"""

import os
import random
import secrets
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path
from urllib.request import Request, urlopen

from adapter.delivery.opening import Surroundings, open_store
from adapter.delivery.outbox import Outbox
from adapter.delivery.postgres import announce, install
from adapter.delivery.record import DeliveryState
from adapter.delivery.shelf import Shelf
from adapter.delivery.store import Store, to_those_who_look
from adapter.fhir.ownership import SHARED_TYPES
from adapter.issues import UnavailableError
from adapter.json_types import JsonObject
from adapter.mllp.mllp_client import MllpClient
from tests.delivery.ground import KEY, ai_document, encounter_document, message
from tests.delivery.strict_fhir import StrictFhir
from tests.service import ADAPTER, own_environment

STATES: tuple[DeliveryState, ...] = ("delivered", "pending", "parked")
CORRECTED = {"delayed speech": "late speech"}
RETOLD = {
    "|REP-77|": "|REP-78|",
    "20260312104500": "20260312114500",
    "|||F|||||||": "|||C|||||||",
    "||||||F": "||||||C",
    "The face was": "The whole face was",
}
"""What a corrected report says in place of the first one."""

_STEP_SECONDS = 240
_QUIET_SECONDS = 180


@dataclass(kw_only=True)
class Plan:
    """How much happens in a run."""

    seed: int
    encounters: int
    kills: int
    clients: int = 4
    pauses: tuple[float, float] = (0.5, 4.0)
    """Between which seconds the time from one kill to the next lies."""


@dataclass(kw_only=True)
class Run:
    """A run in progress: what was acknowledged, and what was killed."""

    plan: Plan
    http: int
    mllp: int
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


def comes_as_messages(number: int) -> bool:
    """Whether an encounter is told in HL7 v2 messages, as every third is."""
    return number % 3 == 0


def contents_of(number: int, chance: random.Random) -> list[bytes]:
    """What is sent of an encounter, in order: its parts in any order, some twice, and at last a correction."""
    if comes_as_messages(number):
        parts, last = [message("1-adt-a04", number), message("3-oru-r01", number)], message("3-oru-r01", number, **RETOLD)
    else:
        parts, last = [encounter_document(number), ai_document(number)], encounter_document(number, **CORRECTED)
    chance.shuffle(parts)
    twice = [chance.choice(parts)] if chance.random() < 0.3 else []
    return [document.content for document in [*parts, *twice, last]]


def send_all(run: Run) -> None:
    """Send all encounters, each document until it is acknowledged."""
    chance = random.Random(run.plan.seed)  # noqa: S311 - a seed, so that a run can be repeated
    work = [(number, contents_of(number, chance)) for number in range(1, run.plan.encounters + 1)]
    with ThreadPoolExecutor(run.plan.clients) as pool:
        list(pool.map(lambda item: _send(run, *item), work))


def _send(run: Run, number: int, contents: list[bytes]) -> None:
    for place, content in enumerate(contents):
        key = f"{number}-{place}"
        until = time.monotonic() + _STEP_SECONDS
        while not (_is_taken(run.mllp, content) if comes_as_messages(number) else _is_kept(run.http, content, key)):
            if time.monotonic() > until:
                text = f"document {key} was not acknowledged in time"
                raise TimeoutError(text)
            time.sleep(0.1)
        run.acknowledged.setdefault(number, []).append(sha256(content).hexdigest())


def _is_kept(port: int, content: bytes, key: str) -> bool:
    headers = {"Content-Type": "application/json", "Idempotency-Key": key, "Prefer": "respond-async"}
    try:
        with urlopen(Request(f"http://127.0.0.1:{port}/encounters", data=content, headers=headers), timeout=20) as answer:
            return bool(answer.status < 300)
    except (OSError, HTTPException):  # refused, cut, or busy
        return False


def _is_taken(port: int, content: bytes) -> bool:
    try:
        with MllpClient("127.0.0.1", port, seconds=20) as client:
            return b"MSA|AA|" in client.send(content)
    except UnavailableError:  # as above
        return False


def kill_now_and_then(run: Run, killers: list[tuple[str, Callable[[], None]]]) -> None:
    """Kill one of them at a random moment, again and again, as often as planned."""
    chance = random.Random(run.plan.seed + 1)  # noqa: S311 - as above
    while len(run.kills) < run.plan.kills and not run.ended.wait(chance.uniform(*run.plan.pauses)):
        name, kill = chance.choice(killers)
        kill()
        run.kills.append(name)


def wait_until_delivered(store: Store, encounters: int) -> None:
    """Wait until nothing is due any more and everything is delivered, as long as it goes on."""
    before, until = "", 0.0
    while (left := _left(store, encounters)) != "nothing":
        if left != before:
            before, until = left, time.monotonic() + _QUIET_SECONDS
        if time.monotonic() > until:
            text = f"no more is delivered: {left}"
            raise TimeoutError(text)
        time.sleep(0.25)


def _left(store: Store, encounters: int) -> str:
    with store.reading() as connection:
        delivered, pending, parked = (Outbox(store).counted(connection, state) for state in STATES)
        is_idle = store.oldest_due(connection) is None
    is_done = is_idle and delivered == {"clinical": encounters}
    return "nothing" if is_done else f"delivered {delivered}, pending {pending}, parked {parked}"


def kept(run: Run, store: Store) -> dict[str, JsonObject]:
    """Hold what is kept against what was acknowledged; gives what is our own of what the destination is to hold."""
    with store.reading() as connection:
        records = store.encounters(connection, most=10 * run.plan.encounters)
        assert len(records) == run.plan.encounters
        digests = [{document.digest for document in Shelf(store).records(connection, record.id)} for record in records]
        bundles = [Outbox(store).outgoing(connection, record.id) for record in records]
    assert sorted(map(sorted, digests)) == sorted(sorted(set(sent)) for sent in run.acknowledged.values())
    return {
        entry["request"]["url"]: entry["resource"]
        for bundle in bundles
        if bundle is not None
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] not in SHARED_TYPES
    }


def check(run: Run, store: Store, server: StrictFhir) -> None:
    """Hold what is kept and what the server has against what was acknowledged."""
    assert server.complaints == []
    own = kept(run, store)
    assert len(server.of("Patient")) == len(server.of("Encounter")) == run.plan.encounters
    told = sum(map(comes_as_messages, range(1, run.plan.encounters + 1)))
    assert sum("late speech" in str(held) for held in server.of("Encounter")) == run.plan.encounters - told
    reports = [report for report in server.of("DiagnosticReport") if "The whole face" in str(report)]
    assert [report["status"] for report in reports] == ["corrected"] * told
    held = {name: found for name, found in server.held.items() if name.partition("/")[0] not in SHARED_TYPES}
    assert set(held) == set(own)
    assert {name: found.get("status") for name, found in held.items()} == {name: one.get("status") for name, one in own.items()}


@contextmanager
def processes(folder: Path, settings: dict[str, str], run: Run, *, workers: int = 1) -> Iterator[list[Process]]:
    """The service, the door for messages, and workers of their own."""
    environment = own_environment(**settings, ADAPTER_DELIVER="false", ADAPTER_LOG_LEVEL="error")
    log = folder / "processes.log"
    commands = [
        ("service", ["serve", "--port", str(run.http), "--workers", "1"]),
        ("mllp", ["mllp", "--port", str(run.mllp)]),
        *[("worker", ["deliver", "run"])] * workers,
    ]
    with ExitStack() as stack:
        started = [Process(name, [str(ADAPTER), *words], environment, log) for name, words in commands]
        for process in started:
            stack.callback(process.end)
        yield started


@contextmanager
def crash_run(
    plan: Plan,
    address: str,
    url: str,
    *,
    folder: Path,
    further: Sequence[tuple[str, Callable[[], None]]] = (),
    workers: int = 1,
) -> Iterator[tuple[Run, Store]]:
    """Carry out a run on the store at an address, with a destination at a URL; all is delivered when the block begins."""
    print(f"ADAPTER_TEST_SEED={plan.seed}")  # noqa: T201 - whoever wants to re-run it needs it
    (folder / "keys").write_text(KEY)
    (folder / "destinations.yaml").write_text(f"destination: clinical\nurl: {url}\ntries: 100\n")
    settings = {
        "ADAPTER_STORE": address,
        "ADAPTER_STORE_KEYS": str(folder / "keys"),
        "ADAPTER_DESTINATIONS": str(folder / "destinations.yaml"),
    }
    run = Run(plan=plan, http=free_port(), mllp=free_port())
    with opened(address) as store:
        with processes(folder, settings, run, workers=workers) as started:
            killers = [(process.name, process.kill) for process in started] + list(further)
            killing = threading.Thread(target=kill_now_and_then, args=(run, killers))
            killing.start()
            try:
                send_all(run)
                killing.join()
            finally:
                run.ended.set()
            wait_until_delivered(store, plan.encounters)
        assert len(run.kills) == plan.kills
        yield run, store


@contextmanager
def opened(address: str) -> Iterator[Store]:
    """The store at an address, beside the processes that use it."""
    is_file = address.startswith("sqlite")
    how = to_those_who_look if is_file else announce
    store = open_store(address, KEY, Surroundings(now=time.time, new_id=lambda: secrets.token_hex(8), announce=how))
    try:
        if not is_file:
            install(store.engine)
        yield store
    finally:
        store.close()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
        return number


def seed() -> int:
    """The seed of the run that is repeated, or a new one."""
    return int(os.environ.get("ADAPTER_TEST_SEED") or random.randrange(10**6))  # noqa: S311 - as above
