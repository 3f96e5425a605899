"""Without a FHIR server the live tests are skipped and say why; in CI that is a failure."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.live import conftest, hapi_server, second_server


@pytest.fixture(autouse=True)
def _no_java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without Java, and without a server that is named."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("ADAPTER_TEST_FHIR_URL", raising=False)


def start() -> str:
    with ExitStack() as stack:
        return conftest.started(stack)


def test_a_missing_server_skips_and_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)

    with pytest.raises(pytest.skip.Exception, match="install Java 17 and Maven"):
        start()


@pytest.mark.parametrize("value", ["true", "True", "1"])
def test_a_missing_server_is_a_failure_in_ci(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("CI", value)

    with pytest.raises(pytest.fail.Exception, match="install Java 17 and Maven"):
        start()


def test_without_node_the_second_server_is_missing_and_says_what_to_install() -> None:
    with pytest.raises(hapi_server.ServerMissingError, match="install Node 20"), second_server.running_second_server():
        pass


def test_a_server_that_is_named_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADAPTER_TEST_FHIR_URL", "http://127.0.0.1:1/fhir")

    assert hapi_server.named_server() == "http://127.0.0.1:1/fhir"
