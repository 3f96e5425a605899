"""The store as calls reach it: opened in the process that answers them, since no connection outlives a fork."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from http import HTTPStatus

from flask import Flask

from adapter.assembly import Runtime
from adapter.dispatch import Dispatch, dispatching, working
from adapter.web.refusal import RefusedError

_EXTENSION = "adapter.desk"


class Desk:
    """Where documents are taken in; closed until `open`."""

    def __init__(self, runtime: Runtime, report: Callable[..., None]) -> None:
        """Take the settings with the runtime, and who is told of failures in the work that nobody waits for."""
        self._runtime = runtime
        self._report = report
        self._dispatch: Dispatch | None = None
        self.is_working = False

    @contextmanager
    def open(self) -> Iterator[None]:
        """Take in documents for the time of a block, and work on them unless others do."""
        with dispatching(self._runtime, role="service") as dispatch:
            delivers = self._runtime.settings.deliver
            with working(dispatch, self._failed) if delivers else nullcontext(enter_result=False) as is_working:
                self._dispatch, self.is_working = dispatch, is_working
                yield
                self._dispatch = None

    @property
    def dispatch(self) -> Dispatch:
        """What keeps and delivers; raises RefusedError (503) while it is closed."""
        if self._dispatch is None:
            raise RefusedError(
                HTTPStatus.SERVICE_UNAVAILABLE, "the store is not open yet; try again in a second", retry_after="1"
            )
        return self._dispatch

    def _failed(self, failure: Exception) -> None:
        self._report(failure=failure, route="work")


def place_desk(app: Flask, desk: Desk | None) -> None:
    """Give the application its desk."""
    app.extensions[_EXTENSION] = desk


def desk_of(app: Flask) -> Desk | None:
    """The desk of the application; nothing if it keeps nothing."""
    desk: Desk | None = app.extensions[_EXTENSION]
    return desk
