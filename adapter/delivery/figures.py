"""What a process keeps, converts and delivers, in numbers; labels are outcomes and names of destinations only.

`tally.py` adds them to those of the other processes.
"""

from prometheus_client import CollectorRegistry, Counter, Histogram


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
