"""Work of a store that runs in a thread of its own until it is told to stop."""

import threading
from abc import ABC, abstractmethod


class Background(ABC):
    """A thread that is started once; told to stop, it finishes what runs, and ends."""

    def __init__(self, name: str) -> None:
        """Name the thread; nothing begins yet."""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what runs, and end."""
        self._stop.set()
        self._thread.join()

    @abstractmethod
    def _run(self) -> None:
        """Work until `_stop` is set."""
