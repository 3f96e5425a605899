"""The retention of a store: beside the work, what is older than it says is removed."""

from collections.abc import Callable

from adapter.delivery.background import Background
from adapter.delivery.removal import remove_all_old
from adapter.delivery.store import Store
from adapter.issues import AdapterError

_PAUSE = 3600.0


class Tidying(Background):
    """Removes raw documents and cases that are older than so many days, at once and then every hour, until told to stop."""

    def __init__(self, store: Store, *, days: int, report: Callable[[Exception], None]) -> None:
        """Take the store; nothing begins yet."""
        super().__init__("tidying")
        self._store = store
        self._days = days
        self._report = report

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                remove_all_old(self._store, days=self._days)
            except AdapterError as error:
                self._report(error)
            self._stop.wait(_PAUSE)
