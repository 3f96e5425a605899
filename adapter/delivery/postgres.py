"""The queue on PostgreSQL: PgQueuer calls workers on any number of machines, and each encounter is in one of them at a time.

A job only says that an encounter may have work; what there is to be done is read from the rows. So a job that runs twice, after a
worker was lost, does no harm.
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from hashlib import sha256

from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment
from pgqueuer.core.qm import QueueManager
from pgqueuer.db import PsycopgDriver
from pgqueuer.models import Job
from pgqueuer.queries import Queries, SyncQueries
from psycopg import AsyncConnection, RawCursor
from psycopg.rows import dict_row
from sqlalchemy import Connection, Engine, func, select, text

from adapter.delivery.background import Background
from adapter.delivery.store import Store
from adapter.delivery.work import Work

_ENTRYPOINT = "encounter"
_HEARTBEAT = timedelta(seconds=10)
_LOOK = timedelta(seconds=0.1)
"""How long PgQueuer waits before it looks again: it does so, too, when jobs have ended and more are waiting."""
_TAKEN_AHEAD = 2
"""So many jobs for each thread are taken at most: one that is worked on, and one that is next."""
_SWEEP_SECONDS = 30.0
_BUSY_SECONDS = 0.5
_MOST_SWEPT = 1000
_INSTALL_LOCK, _SWEEP_LOCK = 731_001, 731_002
_QUEUED = text("SELECT convert_from(payload, 'UTF8') FROM pgqueuer WHERE payload = ANY(:payloads)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _InTransaction:
    """A driver of PgQueuer that speaks on the connection of a transaction, so that job and rows are there together."""

    connection: Connection

    def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        driver = self.connection.connection.driver_connection
        assert driver is not None  # noqa: S101 - a transaction has a connection
        with RawCursor(driver, row_factory=dict_row) as cursor:
            cursor.execute(query.encode(), args or None)
            return cursor.fetchall()

    def run(self, statements: str) -> None:
        """Carry out statements that give nothing."""
        driver = self.connection.connection.driver_connection
        assert driver is not None  # noqa: S101 - as above
        driver.cursor().execute(statements.encode())


def announce(connection: Connection, due: Mapping[str, float]) -> None:
    """Tell the workers about work, in the transaction in which it arises: which encounters, and in how many seconds."""
    queries = SyncQueries(_InTransaction(connection=connection))
    payloads: list[bytes | None] = [encounter.encode() for encounter in due]
    waits: list[timedelta | None] = [timedelta(seconds=seconds) for seconds in due.values()]
    queries.enqueue([_ENTRYPOINT] * len(due), payloads, [0] * len(due), waits)


def install(engine: Engine) -> None:
    """Make the tables of PgQueuer where they are not there."""
    with engine.begin() as connection:
        connection.execute(select(func.pg_advisory_xact_lock(_INSTALL_LOCK)))
        if connection.scalar(select(func.to_regclass("pgqueuer"))) is None:
            _InTransaction(connection=connection).run(QueryBuilderEnvironment().build_install_query())


def announce_again(store: Store) -> None:
    """Announce what is long due and has no job: where clocks differ, or after a backup was put back, one may be missing.

    What has a job is left to it; a second job for each encounter at every look would bury the first ones when much is waiting.
    """

    def write(connection: Connection) -> None:
        if connection.scalar(select(func.pg_try_advisory_xact_lock(_SWEEP_LOCK))):
            due = store.due(connection, _MOST_SWEPT, since=_SWEEP_SECONDS)
            queued = set(connection.scalars(_QUEUED, {"payloads": [encounter.encode() for encounter in due]}))
            if missing := {encounter: 0.0 for encounter in due if encounter not in queued}:
                announce(connection, missing)

    store.write(write)


class PostgresWorkers(Background):
    """Workers of one process that PgQueuer calls; as `WorkerPool`, which looks for work itself."""

    def __init__(self, work: Work, *, threads: int, report: Callable[[Exception], None]) -> None:
        """Take the work; nothing begins yet."""
        super().__init__("workers")
        self._work = work
        self._store: Store = work.store
        self._threads = threads
        self._report = report

    def _run(self) -> None:
        """Work until told to stop; a database that went away is waited for."""
        while not self._stop.is_set():
            try:
                asyncio.run(self._called())
            except Exception as error:  # noqa: BLE001 - whatever it is, the work goes on when it has passed
                self._report(error)
                self._stop.wait(1.0)

    async def _called(self) -> None:
        url = self._store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with ThreadPoolExecutor(self._threads, thread_name_prefix="worker") as pool:
            async with await AsyncConnection.connect(url, autocommit=True) as connection:
                await self._called_over(connection, pool)

    async def _called_over(self, connection: AsyncConnection, pool: ThreadPoolExecutor) -> None:
        manager = QueueManager(Queries(PsycopgDriver(connection)))

        @manager.entrypoint(_ENTRYPOINT)
        async def _call(job: Job) -> None:
            # In a thread: a handler that holds up the loop past the heartbeat is taken for lost, and run twice.
            await asyncio.get_running_loop().run_in_executor(pool, self._do, (job.payload or b"").decode())

        beside = asyncio.create_task(self._beside(manager))
        try:
            await manager.run(
                dequeue_timeout=_LOOK,
                batch_size=self._threads,
                max_concurrent_tasks=self._threads * _TAKEN_AHEAD,
                heartbeat_timeout=_HEARTBEAT,
            )
        finally:
            beside.cancel()

    async def _beside(self, manager: QueueManager) -> None:
        """End the manager when told to stop; now and then announce again what should long have been done."""
        swept = 0.0
        while not self._stop.is_set():
            if asyncio.get_running_loop().time() - swept > _SWEEP_SECONDS:
                await asyncio.to_thread(self._guarded, partial(announce_again, self._store))
                swept = asyncio.get_running_loop().time()
            await asyncio.sleep(0.1)
        manager.shutdown.set()

    def _do(self, encounter: str) -> None:
        self._guarded(lambda: self._alone_with(encounter))

    def _guarded(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Exception as error:  # noqa: BLE001 - one encounter must not stop the others; the sweep finds it again
            self._report(error)

    def _alone_with(self, encounter: str) -> None:
        """Work on an encounter, unless another worker does, on whatever machine: then later."""
        with self._store.engine.connect() as connection:
            key = int.from_bytes(sha256(encounter.encode()).digest()[:8], "big", signed=True)
            if not connection.scalar(select(func.pg_try_advisory_lock(key))):
                self._store.write(lambda writing: self._store.announce(writing, encounter, _BUSY_SECONDS))
                return
            connection.commit()  # the lock is of the session, and no transaction stays open meanwhile
            try:
                if self._store.is_due(connection, encounter):
                    connection.commit()
                    self._work.on(encounter)
            finally:
                connection.execute(select(func.pg_advisory_unlock(key)))
                connection.commit()
