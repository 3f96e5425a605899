"""What the tests of the examples ask for."""

import pytest


@pytest.fixture(scope="session")
def update_examples(request: pytest.FixtureRequest) -> bool:
    """Whether the files that we made of the examples are to be written anew (`pytest --update-examples`)."""
    return bool(request.config.getoption("--update-examples"))
