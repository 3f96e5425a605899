"""WorkerPool of one process: some threads that take what is due, each encounter in one thread at a time."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from adapter.delivery.background import Background
from adapter.delivery.store import Store
from adapter.delivery.work import Work
from adapter.issues import AdapterError

_PAUSE = 0.2
"""Seconds to wait before looking again when nothing was due."""


class WorkerPool(Background):
    """Looks for what is due, and works on it until told to stop; what runs then is finished.

    `report` is told of what went wrong in the work itself, which is tried again after a pause.
    """

    def __init__(self, work: Work, *, threads: int, report: Callable[[Exception], None]) -> None:
        """Take the work; nothing begins yet."""
        super().__init__("workers")
        self._work = work
        self._store: Store = work.store
        self._threads = threads
        self._report = report
        self._busy: set[str] = set()
        self._lock = threading.Lock()

    def _run(self) -> None:
        with ThreadPoolExecutor(self._threads, thread_name_prefix="worker") as pool:
            while not self._stop.is_set():
                if not self._hand_out(pool):
                    self._stop.wait(_PAUSE)

    def _hand_out(self, pool: ThreadPoolExecutor) -> bool:
        """Hand out what is due to threads that are free; whether there was anything."""
        with self._lock:
            busy = frozenset(self._busy)
        free = self._threads * 2 - len(busy)
        if free <= 0:
            return False
        try:
            with self._store.reading() as connection:
                due = [encounter for encounter in self._store.due(connection, free + len(busy)) if encounter not in busy]
        except AdapterError as error:
            self._report(error)
            return False
        for encounter in due[:free]:
            with self._lock:
                self._busy.add(encounter)
            pool.submit(self._do, encounter)
        return bool(due)

    def _do(self, encounter: str) -> None:
        try:
            self._work.on(encounter)
        except Exception as error:  # noqa: BLE001 - one encounter must not stop the others
            self._report(error)
            self._put_off(encounter)
        finally:
            with self._lock:
                self._busy.discard(encounter)

    def _put_off(self, encounter: str) -> None:
        """Leave an encounter alone for a while whose work failed for a reason that nobody foresaw."""
        try:
            self._store.write(lambda connection: self._store.put_off(connection, encounter, 30.0))
        except AdapterError as error:
            self._report(error)
