"""What is installed from a wheel, without the checkout, brings its examples, documentation and mappings along."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.examples.ground import ROOT, example_names

PROGRAM = "import sys; from adapter.cli import main; sys.argv[0] = 'adapter'; main()"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the wheel, made with the build backend of the lock."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


def run(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ADAPTER_")}
    command = [sys.executable, "-c", PROGRAM, *arguments]
    environment["PYTHONPATH"] = str(installed)
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False, text=True, timeout=120)


def test_the_examples_are_copied_and_converted(installed: Path, tmp_path: Path) -> None:
    assert run(installed, tmp_path, "examples", "--copy", "mine").returncode == 0
    assert sorted(path.name for path in (tmp_path / "mine").iterdir()) == example_names()

    done = run(installed, tmp_path, "convert", "mine/complete", "--out", "bundle.json", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "bundle.json").read_bytes() == (ROOT / "fhir_examples" / "complete" / "bundle.json").read_bytes()

    again = run(installed, tmp_path, "examples", "--copy", "mine")
    assert again.returncode == 2
    assert "is in it already" not in again.stdout
    assert "name a new folder" in again.stderr


def test_the_documentation_is_printed(installed: Path, tmp_path: Path) -> None:
    pages = sorted(path.stem for path in (ROOT / "docs").glob("*.md"))
    listed = run(installed, tmp_path, "docs").stdout.splitlines()

    assert [line.split()[0] for line in listed] == pages
    assert run(installed, tmp_path, "docs", "settings").stdout == (ROOT / "docs" / "settings.md").read_text()
    wrong = run(installed, tmp_path, "docs", "setings")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "did you mean `settings`?" in wrong.stderr


def test_schemas_and_maps_are_there(installed: Path, tmp_path: Path) -> None:
    assert '"$id"' in run(installed, tmp_path, "schema", "encounter").stdout
    assert "maps are good" in run(installed, tmp_path, "maps", "check").stdout
