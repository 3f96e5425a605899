"""Threads for calls, a bounded number of them, with a bounded number of calls that wait."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

Result = TypeVar("Result")


@dataclass(slots=True, kw_only=True)
class Lane:
    """Some threads, and how many calls they have taken on; only the event loop of the process uses it."""

    pool: ThreadPoolExecutor
    capacity: int
    taken: int = 0

    @property
    def is_full(self) -> bool:
        """Whether another call would wait behind too many."""
        return self.taken >= self.capacity

    async def run(self, call: Callable[[], Result]) -> Result:
        """The result of a call, made in a thread; a call goes on if nobody waits for it any more, and still counts."""
        self.taken += 1
        future = asyncio.get_running_loop().run_in_executor(self.pool, call)
        future.add_done_callback(self._release)
        return await asyncio.shield(future)

    def _release(self, _future: object) -> None:
        self.taken -= 1


def lane(name: str, *, threads: int, queue: int) -> Lane:
    """A lane with so many threads, in which so many calls may wait."""
    return Lane(pool=ThreadPoolExecutor(threads, thread_name_prefix=name), capacity=threads + queue)
