"""What is written at the same time is committed together, and what fails takes nothing else along."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, create_engine, text

from adapter.delivery.committer import Committer, Write
from adapter.issues import ConflictError, UnavailableError


class Disk:
    """A table of names in memory; the first transaction takes as long as the test likes, so that others wait meanwhile."""

    def __init__(self, *, is_full: bool = False) -> None:
        self.goes_on = threading.Event()
        self.commits = 0
        self._is_full = is_full
        self._connection = create_engine("sqlite://", connect_args={"check_same_thread": False}).connect()
        self._connection.execute(text("CREATE TABLE kept (name TEXT)"))
        self._connection.commit()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self._connection.begin():
            yield self._connection
            self.goes_on.wait()
            self.commits += 1
            if self._is_full and self.commits > 1:
                raise UnavailableError

    def names(self) -> list[str]:
        return sorted(self._connection.scalars(text("SELECT name FROM kept")))


def keeping(name: str) -> Write[str]:
    def write(connection: Connection) -> str:
        connection.execute(text("INSERT INTO kept VALUES (:name)"), {"name": name})
        return name

    return write


def refusing(error: Exception) -> Write[str]:
    def write(connection: Connection) -> str:
        keeping("half")(connection)
        raise error

    return write


def written(disk: Disk, *writes: Write[str]) -> list[Future[str]]:
    """How writes ended that came while another one was being committed."""
    committer = Committer(disk.writing, most=10)
    with ThreadPoolExecutor(10) as pool:
        futures = [pool.submit(committer.write, keeping("first"))]
        time.sleep(0.1)
        futures += [pool.submit(committer.write, write) for write in writes]
        time.sleep(0.1)
        disk.goes_on.set()
    committer.close()
    return futures


def test_what_comes_during_a_commit_shares_the_next_one() -> None:
    disk = Disk()
    assert [future.result() for future in written(disk, *map(keeping, "abcdef"))] == ["first", *"abcdef"]
    assert disk.names() == [*"abcdef", "first"]
    assert disk.commits == 2


@pytest.mark.parametrize("error", [ConflictError(), ZeroDivisionError()])
def test_what_fails_leaves_nothing_and_takes_nothing_along(error: Exception) -> None:
    disk = Disk()
    first, before, failed, after = written(disk, keeping("before"), refusing(error), keeping("after"))
    assert [first.result(), before.result(), after.result()] == ["first", "before", "after"]
    assert failed.exception() is error
    assert disk.names() == ["after", "before", "first"]


def test_where_the_disk_takes_no_more_it_is_not_tried_for_each() -> None:
    disk = Disk(is_full=True)
    first, *others = written(disk, *map(keeping, "abc"))
    assert first.result() == "first"
    assert all(isinstance(future.exception(), UnavailableError) for future in others)
    assert disk.names() == ["first"]
    assert disk.commits == 2


class DeadlockError(Exception):
    """What a driver says of a transaction that the server ended, since another one held what it needed."""

    sqlstate = "40P01"


def test_a_group_that_was_in_the_way_of_another_process_is_written_one_by_one() -> None:
    disk = Disk()
    tries: list[str] = []

    def collide_once(connection: Connection) -> str:
        tries.append("try")
        if len(tries) == 1:
            raise UnavailableError from DeadlockError()
        return keeping("late")(connection)

    assert [future.result() for future in written(disk, keeping("other"), collide_once)] == ["first", "other", "late"]
    assert disk.names() == ["first", "late", "other"]
    assert disk.commits == 3
