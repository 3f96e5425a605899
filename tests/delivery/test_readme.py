"""What the README shows of posting, looking and delivering again is run as it stands there."""

import json
import re
import subprocess
import time
from pathlib import Path

import pytest

from adapter.delivery.seal import Seal
from tests.delivery.strict_fhir import StrictFhir, serving
from tests.service import ADAPTER, running_service

ROOT = Path(__file__).resolve().parents[2]
STEPS = re.search(r"^```text\n(.*?)^```$", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE)
SHOWN_ID = "6b1f3c0e5d2a4f7c8e9b0a1d2c3e4f50"


def shown() -> dict[str, str]:
    """Give each command of the README with the answer below it."""
    assert STEPS is not None
    parts = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", STEPS[1], re.MULTILINE)
    return {command: answer.strip() for command, answer in parts}


def ran(command: str) -> str:
    return subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, check=True, timeout=60).stdout.decode().strip()


def test_posted_looked_at_and_delivered_again_as_the_readme_shows(tmp_path: Path) -> None:
    keys, variables, start, post, look, again = shown()
    made = subprocess.run([str(ADAPTER), *keys.split()[1:4]][:3], capture_output=True, check=True).stdout
    Seal([made.strip()])
    (tmp_path / "store.keys").write_bytes(made)
    settings = dict(word.split("=", 1) for word in variables.split()[1:])
    places = {name: value.replace("sqlite:///", f"sqlite:///{tmp_path}/") for name, value in settings.items()}
    places |= {name: f"{tmp_path}/{value}" for name, value in settings.items() if name != "ADAPTER_STORE"}
    assert start == "adapter serve"
    with serving(StrictFhir()) as url:
        (tmp_path / "destinations.yaml").write_text(f"destination: clinical\nurl: {url}\n")
        with running_service(workers=1, tls=None, **places) as address:
            here = {"127.0.0.1:8731": address}
            location = ran(_with(post, here))
            found = location.rpartition("/")[2]
            here[SHOWN_ID] = found
            assert _with(location, {address: "127.0.0.1:8731", found: SHOWN_ID}) == shown()[post]
            said = _delivered(_with(look, here))
            times = re.sub(r'"(changed|created)":"[^"]*"', r'"\1":"…"', said)
            assert _with(times, {found: SHOWN_ID}) == shown()[look]
            assert _with(ran(_with(again, here)), {found: SHOWN_ID}) == shown()[again]


def _delivered(look: str) -> str:
    """Look until it is delivered; gives what was said then."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        said = ran(look)
        if json.loads(said)["deliveries"] == {"clinical": "delivered"}:
            return said
        time.sleep(0.2)
    pytest.fail("not delivered in time")


def _with(text: str, names: dict[str, str]) -> str:
    for old, new in names.items():
        text = text.replace(old, new)
    return text
