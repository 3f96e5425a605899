"""The figures of all processes that share a store: each adds its own now and then, so that whoever is asked tells of all."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress

from prometheus_client import Metric
from sqlalchemy import Connection, select, text

from adapter.delivery.background import Background
from adapter.delivery.figures import Figures
from adapter.delivery.store import Store
from adapter.delivery.store_table import FIGURE
from adapter.issues import UnavailableError

_PAUSE = 5.0
_WHEN = "_created"
"""When a process began to count, which says nothing of all of them."""

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
        self._added: Mapping[tuple[str, str], float] = {}
        self._lock = threading.Lock()

    def add(self) -> None:
        """Add what was counted since the last time; raises UnavailableError where that cannot be, and it is added later."""
        with self._lock:
            counted = dict(self._counted())
            grown = {key: value - self._added.get(key, 0.0) for key, value in sorted(counted.items())}
            rows = [{"name": name, "labels": labels, "value": value} for (name, labels), value in grown.items() if value]
            if rows:
                self._store.write(lambda connection: connection.execute(_ADD, rows))
            self._added = counted

    def all(self) -> list[Metric]:
        """The figures of all processes, those of this one as of now."""
        self.add()
        with self._store.reading() as connection:
            rows = _rows(connection)
        metrics = [Metric(own.name, own.documentation, own.type) for own in self._figures.registry.collect()]
        for metric in metrics:
            for name, labels, value in rows:
                if name.rpartition("_")[0] == metric.name:
                    metric.add_sample(name, labels, value)
        return metrics

    def _counted(self) -> Iterator[tuple[tuple[str, str], float]]:
        for metric in self._figures.registry.collect():
            for sample in metric.samples:
                if not sample.name.endswith(_WHEN):
                    yield (sample.name, json.dumps(sample.labels, sort_keys=True)), sample.value

    def _run(self) -> None:
        while not self._stop.wait(_PAUSE):
            with suppress(UnavailableError):  # added later
                self.add()
        with suppress(UnavailableError):
            self.add()


def _rows(connection: Connection) -> list[tuple[str, dict[str, str], float]]:
    rows = [(row.name, json.loads(row.labels), row.value) for row in connection.execute(select(FIGURE))]
    return sorted(rows, key=_place)


def _place(row: tuple[str, dict[str, str], float]) -> tuple[list[str], str, float]:
    """Where a row stands: buckets of one histogram from the smallest to the largest."""
    name, labels, _ = row
    others = [f"{label}={value}" for label, value in labels.items() if label != "le"]
    return others, name, float(labels.get("le", "0"))
