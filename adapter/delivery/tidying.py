"""The retention of a store: beside the work, what is older than it says is removed."""

import threading
from collections.abc import Callable

from adapter.delivery.removal import remove_all_old
from adapter.delivery.store import Store
from adapter.issues import AdapterError

_PAUSE = 3600.0


class Tidying:
    """Removes raw documents and cases that are older than so many days, at once and then every hour, until told to stop."""

    def __init__(self, store: Store, *, days: int, report: Callable[[Exception], None]) -> None:
        """Take the store; nothing begins yet."""
        self._store = store
        self._days = days
        self._report = report
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tidying", daemon=True)

    def start(self) -> None:
        """Begin to remove."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what runs, and end."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                remove_all_old(self._store, days=self._days)
            except AdapterError as error:
                self._report(error)
            self._stop.wait(_PAUSE)
