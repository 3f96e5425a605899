"""Pieces of work that take turns, so that all of them see the same machine; a figure is a median with its spread."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

ROUNDS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What was measured: the median, and the quarter of the measurements below and above which a quarter lies."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        """`2.10 (2.05-2.31)`."""
        digits = 2 if self.median < 100 else 0
        return f"{self.median:,.{digits}f} ({self.low:,.{digits}f}-{self.high:,.{digits}f})"


def figure(measured: list[float]) -> Figure:
    """The figure of some measurements."""
    low, median, high = statistics.quantiles(measured, n=4, method="inclusive") if len(measured) > 1 else measured * 3
    return Figure(median=median, low=low, high=high)


def in_turns(works: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Seconds of processor time of each piece of work in each round, each time right after it has run once.

    Without that first run a piece pays for what the piece before it has left in the processor's caches.
    """
    for work in works.values():
        work()
    gc.collect()
    gc.freeze()
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            work()
            started = time.process_time()
            work()
            times[name].append(time.process_time() - started)
    gc.unfreeze()
    return times


def ratio(times: Mapping[str, list[float]], name: str, to: str) -> Figure:
    """How many times as long one piece of work took as another, round by round."""
    return figure([one / other for one, other in zip(times[name], times[to], strict=True)])
