"""The bundled editor: the same lock gives the same bytes, small enough, with the licences of what is in it."""

import gzip
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.workbench.conftest import BUNDLE, WORKBENCH

MOST_BYTES = 200_000


@pytest.fixture(scope="module", autouse=True)
def node() -> None:
    """Skip where the editor was not bundled, but fail in CI."""
    if not BUNDLE.exists() or shutil.which("node") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("the editor is not bundled: `make editor` (needs Node)")


def test_the_same_lock_gives_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("one", "other"):
        subprocess.run(["node", str(WORKBENCH / "editor" / "bundle.mjs"), str(tmp_path / folder)], check=True)

    for name in ("editor.js", "licences.txt"):
        made = {(folder / name).read_bytes() for folder in (tmp_path / "one", tmp_path / "other", BUNDLE.parent)}
        assert len(made) == 1


def test_the_page_stays_small() -> None:
    files = [file for file in (WORKBENCH / "page").iterdir() if file.name != "editor.js"]

    assert sum(len(gzip.compress(file.read_bytes())) for file in (*files, BUNDLE)) <= MOST_BYTES


def test_every_package_in_it_has_its_licence() -> None:
    licences = (BUNDLE.parent / "licences.txt").read_text()
    wanted = json.loads((WORKBENCH / "editor" / "package.json").read_text())["dependencies"]

    for name in wanted.keys() - {"esbuild"}:
        assert f"{name} {wanted[name]}\n" in licences


def test_the_lock_holds_digests_and_no_addresses() -> None:
    lock = json.loads((WORKBENCH / "editor" / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}

    assert len(packages) > 10
    assert all("integrity" in package and "resolved" not in package for package in packages.values())
