"""What a call may cost at most, where an issue says so in seconds of the processor."""

import gc
import time
from collections.abc import Callable
from typing import TypeVar

_Given = TypeVar("_Given")


def within(seconds: float, call: Callable[[], _Given]) -> _Given:
    """What the call gives; it must cost less.

    What costs too much costs it every time. Once it may have met something else of a long run of tests:
    the collector of garbage over everything that was loaded, or a thread of an earlier test.
    """
    given, cost = _measured(call)
    if cost >= seconds:
        gc.collect()
        given, cost = _measured(call)
    assert cost < seconds
    return given


def _measured(call: Callable[[], _Given]) -> tuple[_Given, float]:
    started = time.process_time()
    given = call()
    return given, time.process_time() - started
