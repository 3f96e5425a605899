"""What every test may ask for."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say how the files that we made of the examples are written anew."""
    parser.addoption("--update-examples", action="store_true", help="rewrite bundle.json and issues.json of every example")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist, which reads the groups here too
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a file in one process, and those that need a FHIR server in another; the latter begin first."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group("live" if item.get_closest_marker("live") else str(item.path)))
    items.sort(key=lambda item: item.get_closest_marker("live") is None)


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
