"""The figures of all processes that share a store: each adds its own now and then, so that whoever is asked tells of all."""

import json
import threading
from contextlib import suppress

from sqlalchemy import select, text

from adapter.delivery.background import Background
from adapter.delivery.figures import AnyMetric, Figures, Measured
from adapter.delivery.store import Store
from adapter.delivery.store_table import FIGURE
from adapter.issues import UnavailableError

_PAUSE = 5.0
_ADD = text(
    "INSERT INTO figure (name, labels, value) VALUES (:name, :labels, :value) "
    "ON CONFLICT (name, labels) DO UPDATE SET value = figure.value + excluded.value"
)


class Tally(Background):
    """Adds the figures of this process to those of the store every five seconds until told to stop, and then once more.

    What a process that is killed counted since then is lost.
    """

    def __init__(self, store: Store, figures: Figures) -> None:
        """Take both; nothing is added yet."""
        super().__init__("tally")
        self._store = store
        self._figures = figures
        self._added: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()

    def add(self) -> None:
        """Add what was counted since the last time; raises UnavailableError where that cannot be, and it is added later."""
        with self._lock:
            counted = {(one.name, json.dumps(one.labels)): one.value for one in self._figures.measured()}
            rows = [
                {"name": name, "labels": labels, "value": value - self._added.get((name, labels), 0.0)}
                for (name, labels), value in sorted(counted.items())  # in one order: two processes do not wait for each other
            ]
            if grown := [row for row in rows if row["value"]]:
                self._store.write(lambda connection: connection.execute(_ADD, grown))
            self._added = counted

    def all(self) -> list[AnyMetric]:
        """The figures of all processes, those of this one as of now."""
        self.add()
        with self._store.reading() as connection:
            rows = connection.execute(select(FIGURE.c.name, FIGURE.c.labels, FIGURE.c.value)).all()
        return self._figures.told(
            Measured(name, tuple((label, said) for label, said in json.loads(labels)), value) for name, labels, value in rows
        )

    def _run(self) -> None:
        while not self._stop.wait(_PAUSE):
            with suppress(UnavailableError):  # added later
                self.add()
        with suppress(UnavailableError):
            self.add()
