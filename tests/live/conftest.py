"""A real FHIR server for the tests in this folder."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import NoReturn

import pytest

from tests.live.hapi_server import ServerMissingError, is_required, named_server, running_server
from tests.live.second_server import running_second_server


@pytest.fixture(scope="session")
def fhir_server() -> Iterator[str]:
    """Give the base URL of a real FHIR server; without one the tests are skipped, but in CI they fail."""
    with ExitStack() as stack:
        yield named_server() or started(stack)


@pytest.fixture(scope="session")
def second_server() -> Iterator[str]:
    """Give the base URL of a FHIR server that is not HAPI; without Node the tests are skipped, but in CI they fail."""
    with ExitStack() as stack:
        try:
            yield stack.enter_context(running_second_server())
        except ServerMissingError as error:
            _give_up(f"no second FHIR server: {error}")


@pytest.fixture(params=["fhir_server", "second_server"])
def each_server(request: pytest.FixtureRequest) -> str:
    """Give the base URL of one real FHIR server after the other."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture(scope="session")
def start_server() -> Iterator[Callable[..., str]]:
    """Give a function that starts a server with settings of its own (those of `running_server`) and gives its base URL."""
    with ExitStack() as stack:
        yield partial(started, stack)


def started(stack: ExitStack, *, tx: str | None = None, packages: Sequence[Path] = ()) -> str:
    """The base URL of a server that was started; skips the test, or fails it in CI, if there can be none."""
    try:
        return stack.enter_context(running_server(tx=tx, packages=packages))
    except ServerMissingError as error:
        _give_up(f"no FHIR server: {error}")


def _give_up(reason: str) -> NoReturn:
    if is_required():
        pytest.fail(reason)
    pytest.skip(reason)
