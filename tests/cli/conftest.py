"""The fixture by which tests run a command."""

import os

import pytest

from tests.cli.ground import Run, runner


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line with the settings that a test makes, and no others."""
    for name in [name for name in os.environ if name.startswith("ADAPTER_") and not name.startswith("ADAPTER_TEST_")]:
        monkeypatch.delenv(name)
    return runner(monkeypatch, capsys)
