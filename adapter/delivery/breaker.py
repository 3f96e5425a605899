"""A destination that is down is left alone for a while, and so holds up nobody else."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Breaker:
    """Opens after so many failures in a row, for so many seconds; then one try decides."""

    clock: Callable[[], float]
    failures: int = 5
    seconds: float = 30.0
    _failed: int = 0
    _open_until: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self) -> float:
        """In how many seconds a try is allowed; 0: now. While one tries, others wait."""
        with self._lock:
            if self._open_until is None:
                return 0.0
            left = self._open_until - self.clock()
            if left <= 0:
                self._open_until = self.clock() + self.seconds
                return 0.0
            return left

    def note(self, *, is_down: bool) -> None:
        """Note how a try ended."""
        with self._lock:
            self._failed = self._failed + 1 if is_down else 0
            if self._failed >= self.failures:
                self._open_until = self.clock() + self.seconds
            elif not is_down:
                self._open_until = None

    @property
    def is_open(self) -> bool:
        """Whether the destination is being left alone."""
        return self._open_until is not None
