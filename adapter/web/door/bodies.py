"""The bodies that a process holds at once, so that many large ones do not take all of its memory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Bodies:
    """Counts the bytes of all bodies that are being read or answered; no more than `most` may be."""

    def __init__(self, *, most: int) -> None:
        """Begin with none."""
        self._most = most
        self._held = 0

    @contextmanager
    def share(self) -> Iterator[Callable[[int], bool]]:
        """Hold the bytes of one request for the time of a block; what it gives counts more of them, and whether they may be."""
        own = 0

        def take(number: int) -> bool:
            nonlocal own
            own += number
            self._held += number
            return self._held <= self._most

        try:
            yield take
        finally:
            self._held -= own
