"""A client of a server that exists only in the answers it gives."""

from collections.abc import Iterator

import pytest
import responses

from adapter.client import FhirClient, Retries

BASE = "http://127.0.0.1:8080/fhir"


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    """Give the server's answers, to be filled; every one that is given must be asked for."""
    with responses.RequestsMock() as answers:
        yield answers


@pytest.fixture
def waits() -> list[float]:
    """Give the seconds that the client would have slept."""
    return []


@pytest.fixture
def client(waits: list[float]) -> FhirClient:
    """Give a client of the server, which does not sleep."""
    return FhirClient(BASE, retries=Retries(sleep=waits.append, jitter=lambda: 1.0))
