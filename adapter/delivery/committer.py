"""Commits what is written at the same time together: one wait for the disk for all of it."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from functools import partial
from queue import Full, Queue
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection

from adapter.delivery.database import is_collision
from adapter.issues import Issue, IssueType, Severity, UnavailableError

Result = TypeVar("Result")
Write = Callable[[Connection], Result]
"""Something that is written within a transaction, and does nothing else: it may be carried out again in another one."""

_MOST_TOGETHER = 64


class Committer:
    """Takes writes from many threads, and commits them in groups in one of its own.

    Where one of a group fails, or another process was in its way, nothing of the group is written, and each stands alone. No more
    than `most` may wait.
    """

    def __init__(self, writing: Callable[[], AbstractContextManager[Connection]], *, most: int) -> None:
        """Begin to work."""
        self._writing = writing
        self._queue: Queue[_Waiting | None] = Queue(maxsize=most)
        self._thread = threading.Thread(target=self._work, name="committer", daemon=True)
        self._thread.start()

    def write(self, write: Write[Result]) -> Result:
        """The result of a write; when this returns it is on disk. Raises UnavailableError where too many wait already."""
        answer: Future[Result] = Future()
        waiting = _Waiting(carry_out=lambda connection: partial(answer.set_result, write(connection)), fail=answer.set_exception)
        try:
            self._queue.put_nowait(waiting)
        except Full:
            text = "too many documents wait for the disk: send again in a second"
            issue = Issue(severity=Severity.ERROR, code=IssueType.THROTTLED, rule="store/busy", text=text)
            raise UnavailableError(issue) from None
        return answer.result()

    @property
    def waiting(self) -> int:
        """How many writes wait for the commit of others."""
        return self._queue.qsize()

    def close(self) -> None:
        """Finish what waits, and end."""
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (first := self._queue.get()) is not None:
            group, ends = [first], False
            while len(group) < _MOST_TOGETHER and not self._queue.empty() and not ends:
                waiting = self._queue.get()
                if waiting is None:
                    ends = True
                else:
                    group.append(waiting)
            self._commit(group)
            if ends:
                return

    def _commit(self, group: "list[_Waiting]", *, is_again: bool = False) -> None:
        try:
            with self._writing() as connection:
                tellings = [waiting.carry_out(connection) for waiting in group]
        except UnavailableError as error:
            for waiting in group:
                if is_collision(error) and not is_again:
                    self._commit([waiting], is_again=True)
                else:
                    waiting.fail(error)
        except Exception as error:  # noqa: BLE001 - whoever waits gets the error, whatever it is
            self._commit_apart(group, error)
        else:
            for tell in tellings:
                tell()

    def _commit_apart(self, group: "list[_Waiting]", error: Exception) -> None:
        """Commit each of a group alone after one of them failed; one that was alone has failed."""
        if len(group) == 1:
            group[0].fail(error)
            return
        for waiting in group:
            self._commit([waiting])


class _Waiting(NamedTuple):
    """A write, which gives what tells its result once that is on disk, and what tells that it failed."""

    carry_out: Callable[[Connection], Callable[[], None]]
    fail: Callable[[Exception], None]
