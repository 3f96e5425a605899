"""Nothing acknowledged is lost, and nothing is delivered twice, whatever is killed (`make soak` does more of it)."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from psycopg import connect

from tests.delivery.crash import Plan, check, crash_run, seed
from tests.delivery.strict_fhir import StrictFhir, serving

IS_LONG = os.environ.get("ADAPTER_TEST_CRASH") == "long"


def plan() -> Plan:
    if IS_LONG:
        return Plan(seed=seed(), encounters=2000, kills=30, clients=8, pauses=(2.0, 20.0))
    return Plan(seed=seed(), encounters=12, kills=3)


def carried_out(address: str, folder: Path, *further: tuple[str, Callable[[], None]], workers: int) -> list[str]:
    """Carry out a run on a store, and check it; gives what was killed."""
    planned = plan()
    server = StrictFhir(seed=planned.seed, faults=0.2)
    with (
        serving(server) as url,
        crash_run(planned, address, url, folder=folder, further=further, workers=workers) as (run, store),
    ):
        check(run, store, server)
    return run.kills


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_on_sqlite_whatever_is_killed(tmp_path: Path) -> None:
    assert set(carried_out(f"sqlite:///{tmp_path}/store.db", tmp_path, workers=1)) <= {"service", "mllp", "worker"}


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_on_postgresql_whatever_is_killed(postgres: Any, database: str, tmp_path: Path) -> None:  # noqa: ANN401 - the server has no types
    def kill_database() -> None:
        killed = postgres.get_pid()
        os.kill(killed, signal.SIGKILL)
        _start_again(postgres, killed)

    assert carried_out(database, tmp_path, ("database", kill_database), workers=2)


def _start_again(postgres: Any, killed: int) -> None:  # noqa: ANN401 - as above
    """Start the server again, once the process is gone: until then it counts as running, and what is left of it is in the way."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if not _is_alive(killed):
                postgres.ensure_postgres_running()
                connect(postgres.get_uri(), connect_timeout=5).close()
                return
        except Exception:  # noqa: BLE001, S110 - whatever it says, it is tried again
            pass
        time.sleep(0.2)
    message = "PostgreSQL does not start again"
    raise TimeoutError(message)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
