"""The command line as `adapter` runs it, in this process."""

import os
import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest

from adapter.assembly import default_runtime
from adapter.cli import main
from tests.examples.ground import EXAMPLES

INFANT = str(EXAMPLES / "infant-final-report")
REFUSED = str(EXAMPLES / "inline-image")
NOT_CLEAN = str(EXAMPLES / "reduced-and-discontinued")


class Done(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


def runner(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """What runs a command line and gives its exit code and output."""

    def run(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["adapter", *arguments])
        # Maps are loaded once for all tests, and anew for one that sets something.
        if is_set := any(name.startswith("ADAPTER_") and not name.startswith("ADAPTER_TEST_") for name in os.environ):
            default_runtime.cache_clear()
        with pytest.raises(SystemExit) as ended:
            main()
        if is_set:
            default_runtime.cache_clear()
        return Done(int(ended.value.code or 0), *capsys.readouterr())

    return run
