"""Counts the steps of a computation, so that a test of its growth does not depend on the machine."""

import sys
from collections.abc import Callable
from types import FrameType


def steps(run: Callable[[], object]) -> int:
    """How many functions are called while it runs."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(before)
    return count
