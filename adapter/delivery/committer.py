"""Commits what is written at the same time together: one wait for the disk for all of it."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from functools import partial
from queue import Full, Queue
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection

from adapter.issues import AdapterError, Issue, IssueType, Severity, UnavailableError

Result = TypeVar("Result")
Write = Callable[[Connection], Result]
"""Something that is written within a transaction, and does nothing else."""

_MOST_TOGETHER = 64


class Committer:
    """Takes writes from many threads, and commits them in groups in one of its own.

    A write that is refused within a group stands alone; where the commit fails, nothing of the group was written. No more than
    `most` may wait.
    """

    def __init__(self, writing: Callable[[], AbstractContextManager[Connection]], *, most: int) -> None:
        """Begin to work."""
        self._writing = writing
        self._queue: Queue[_Waiting | None] = Queue(maxsize=most)
        self._thread = threading.Thread(target=self._work, name="committer", daemon=True)
        self._thread.start()

    @property
    def is_full(self) -> bool:
        """Whether more would wait than may."""
        return self._queue.full()

    def write(self, write: Write[Result]) -> Result:
        """The result of a write; when this returns it is on disk. Raises UnavailableError where too many wait already."""
        answer: Future[Result] = Future()
        waiting = _Waiting(carry_out=partial(_carried_out, write, answer), fail=answer.set_exception)
        try:
            self._queue.put_nowait(waiting)
        except Full:
            text = "too many documents wait for the disk: send again in a second"
            issue = Issue(severity=Severity.ERROR, code=IssueType.THROTTLED, rule="store/busy", text=text)
            raise UnavailableError(issue) from None
        return answer.result()

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

    def _commit(self, group: "list[_Waiting]") -> None:
        try:
            with self._writing() as connection:
                tellings = [waiting.carry_out(connection) for waiting in group]
        except Exception as error:  # noqa: BLE001 - whoever waits gets the error, whatever it is
            for waiting in group:
                waiting.fail(error)
            return
        for tell in tellings:
            tell()


class _Waiting(NamedTuple):
    """A write, which gives what tells its result once that is on disk, and what tells that it failed."""

    carry_out: Callable[[Connection], Callable[[], None]]
    fail: Callable[[Exception], None]


def _carried_out(write: Write[Result], answer: Future[Result], connection: Connection) -> Callable[[], None]:
    """Write; a refusal takes back what was written for it alone."""
    point = connection.begin_nested()
    try:
        result = write(connection)
    except AdapterError as refusal:
        point.rollback()
        return partial(answer.set_exception, refusal)
    point.commit()
    return partial(answer.set_result, result)
