"""What the service is made of is listed as the run lock names it: in NOTICE with licences, in the SBOM with hashes too."""

import re
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
NAMED = set(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], dict[str, Any]]:
    """What a script defines; it finds its neighbours as when it is run."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    return lambda name: runpy.run_path(str(ROOT / "scripts" / name))


def test_notice_lists_the_licence_of_every_package(script: Callable[[str], dict[str, Any]]) -> None:
    written = (ROOT / "NOTICE").read_text()

    assert script("make_notice.py")["notice"]() == written, "run make notice"
    assert len(NAMED) > 20
    assert all(f"  {name} {version}: " in written for name, version in NAMED)


def test_the_sbom_has_every_package_with_its_hashes_and_licence(script: Callable[[str], dict[str, Any]]) -> None:
    make = script("make_sbom.py")["sbom"]

    assert make() == make()
    components = make()["components"]
    assert {(part["name"], part["version"]) for part in components} == NAMED
    assert all(part["purl"] == f"pkg:pypi/{part['name']}@{part['version']}" for part in components)
    assert all(len(digest["content"]) == 64 for part in components for digest in part["hashes"])
    assert all(part["hashes"] and part["licenses"][0]["license"]["name"] for part in components)
