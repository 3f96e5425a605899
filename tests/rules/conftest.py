"""A case without fault, and the way to break it."""

import pytest

from tests.rules.ground import Make, case_of


@pytest.fixture(scope="session")
def make() -> Make:
    """Make the clean case with some of its fields changed: path such as `billing.lines[0].units` to value."""
    return case_of
