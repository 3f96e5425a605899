"""What a process keeps, converts and delivers, in numbers; labels are outcomes and names of destinations only.

`tally.py` adds them to those of the other processes.
"""

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from prometheus_client import CollectorRegistry, Counter, Histogram, Metric

_WHEN = "_created"
"""When a process began to count, which says nothing of all of them."""

AnyMetric: TypeAlias = Metric
"""Figures of one kind, as Prometheus has them."""


class Measured(NamedTuple):
    """One figure: how it is called, with its labels in order, and its value."""

    name: str
    labels: tuple[tuple[str, str], ...]
    value: float

    @property
    def place(self) -> tuple[list[tuple[str, str]], str, float]:
        """Where it stands among others: buckets of one histogram from the smallest to the largest."""
        return [label for label in self.labels if label[0] != "le"], self.name, float(dict(self.labels).get("le", "0"))


class Figures:
    """The figures of one process, from its start."""

    def __init__(self) -> None:
        """Begin to count."""
        self.registry = CollectorRegistry()
        self.accepted = Counter("adapter_accepted", "Requests by what became of them", ["outcome"], registry=self.registry)
        self.converted = Counter("adapter_converted", "Conversions by outcome", ["outcome"], registry=self.registry)
        self.intake = Histogram("adapter_intake_seconds", "From the request to the disk", registry=self.registry)
        self.delivered = Histogram(
            "adapter_delivery_seconds", "Tries to deliver, by outcome", ["target", "outcome"], registry=self.registry
        )

    def measured(self) -> list[Measured]:
        """What was counted so far."""
        return [
            Measured(sample.name, tuple(sorted(sample.labels.items())), sample.value)
            for metric in self.registry.collect()
            for sample in metric.samples
            if not sample.name.endswith(_WHEN)
        ]

    def told(self, measured: Iterable[Measured]) -> list[AnyMetric]:
        """Readings of all processes as the metrics that they are of."""
        metrics = {own.name: Metric(own.name, own.documentation, own.type) for own in self.registry.collect()}
        for one in sorted(measured, key=lambda one: one.place):
            metric = metrics.get(one.name.rpartition("_")[0])
            if metric is not None:  # else a process of another version counts it
                metric.add_sample(one.name, dict(one.labels), one.value)
        return list(metrics.values())
