"""Every call that docs/api.md shows is made, as it stands, of a service that was started as users start it."""

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapter.web.app import ROUTES
from tests.service import running_service

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "api.md").read_text()
LINES = [line for block in re.findall(r"^```sh\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE) for line in block.splitlines()]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Host and port of a running service."""
    with running_service() as address:
        yield address


@pytest.mark.parametrize("line", LINES)
def test_a_line_of_the_page_is_answered(line: str, address: str) -> None:
    command = shlex.split(line.replace("127.0.0.1:8731", address))
    done = subprocess.run([*command, "--silent", "--fail"], cwd=ROOT, capture_output=True, check=False, timeout=60)

    assert done.returncode == 0
    assert isinstance(json.loads(done.stdout), dict)


@pytest.mark.parametrize("path", sorted({route.path for route in ROUTES}))
def test_every_call_is_on_the_page(path: str) -> None:
    assert path.replace("{type}", "Bundle") in TEXT
