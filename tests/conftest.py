"""What every test may ask for."""

import os
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

LIVE = ("tests/live/", "tests/tx/")

settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say how the files that we made of the examples are written anew."""
    parser.addoption("--update-examples", action="store_true", help="rewrite bundle.json and issues.json of every example")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that need a FHIR server: together they take longest."""
    items.sort(key=lambda item: not is_live(item.nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Keep the tests of a file in one process, and all that need a FHIR server in one as well, so that it starts once."""
    return ByServerAndFile(config, log)


class ByServerAndFile(LoadScopeScheduling):  # type: ignore[misc]  # the library has no types
    """Tests of one scope run in one process."""

    def _split_scope(self, nodeid: str) -> str:
        return "live" if is_live(nodeid) else nodeid.partition("::")[0]


def is_live(nodeid: str) -> bool:
    """Whether a test stands where those are that need a FHIR server or another program in Java."""
    return nodeid.startswith(LIVE)


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Give the folder of real sample files; without one the test is skipped."""
    named = os.environ.get("ADAPTER_TEST_DATA")
    if not named:
        pytest.skip("ADAPTER_TEST_DATA names no folder of test data")
    folder = Path(named)
    if not folder.is_dir():
        pytest.skip("ADAPTER_TEST_DATA names a folder that does not exist")
    return folder
