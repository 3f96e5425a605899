"""Names of files, places and letters that a system can have and a document cannot: shown, told, and never a traceback."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from adapter.cli.exit_code import Outcome
from tests.cli.ground import INFANT, Run
from tests.examples.ground import EXAMPLES
from tests.service import ADAPTER, own_environment

COMPLETE = str(EXAMPLES / "complete")
STRANGE = os.fsdecode(b"n\xff\xfe")


def in_shell(line: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """What a line of shell does in a folder; `$adapter` is the command."""
    environment = {**own_environment(), "adapter": str(ADAPTER), **environment}
    return subprocess.run(["bash", "-c", line], cwd=folder, env=environment, capture_output=True, check=False, timeout=120)


@pytest.fixture
def strange(tmp_path: Path) -> Path:
    """A folder with a name that is not UTF-8, and in it an encounter in a file of such a name."""
    folder = tmp_path / STRANGE
    folder.mkdir()
    (folder / f"{STRANGE}.json").write_bytes((EXAMPLES / "infant-final-report" / "encounter.json").read_bytes())
    return folder


@pytest.mark.parametrize(
    "arguments",
    [
        ("convert", "{}", "--json"),
        ("convert", "{}", "--lineage"),
        ("check", "{}", "--json"),
        ("check", "{}", "--as", "sarif"),
        ("check", "{}", "--as", "junit"),
        ("claim", "{}", "--json"),
        ("orders", "{}", "--json"),
        ("rules", "explain", "{}", "--json"),
        ("maps", "explain", "{}", "--element", "Claim.item", "--json"),
        ("maps", "check", "--mappings", "{}", "--json"),
    ],
)
def test_a_name_that_is_not_utf_8_is_shown_with_a_sign(run: Run, strange: Path, arguments: tuple[str, ...]) -> None:
    done = run(*(argument.format(strange) for argument in arguments))

    assert done.code in {Outcome.GOOD, Outcome.ISSUES}
    assert not any("\ud800" <= letter <= "\udfff" for letter in done.out + done.err)


def test_many_encounters_in_folders_of_such_names_are_converted(run: Run, strange: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    strange.rename(tmp_path / "in" / STRANGE)
    done = run("convert", "--bulk", str(tmp_path / "in"), "--out", str(tmp_path / "out"))

    assert done.code in {Outcome.GOOD, Outcome.ISSUES}
    (line,) = (tmp_path / "out" / "issues.ndjson").read_text("utf-8").splitlines()
    assert json.loads(line)["name"] == "n\ufffd\ufffd"


@pytest.mark.parametrize("command", ["claim", "orders", "rules explain"])
def test_letters_that_the_locale_does_not_have_are_shown_by_their_numbers(tmp_path: Path, command: str) -> None:
    done = in_shell(f"$adapter {command} {COMPLETE}", tmp_path, PYTHONIOENCODING="ascii")

    assert (b"Traceback" in done.stderr, bool(done.stdout)) == (False, True)
    assert done.stdout.isascii()


def test_what_is_for_programs_is_utf_8_whatever_the_locale(tmp_path: Path) -> None:
    line = f"$adapter claim {COMPLETE} --as csv"

    plain, ascii_only = in_shell(line, tmp_path), in_shell(line, tmp_path, PYTHONIOENCODING="ascii")

    assert ascii_only.stdout == plain.stdout
    assert not plain.stdout.isascii()


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("$adapter convert /proc/self/mem", "/proc/self/mem: "),
        ("ulimit -f 20; $adapter convert --bulk $EXAMPLES --out all", "all: File too large"),
        ("ulimit -f 1; $adapter package --out p.tgz", "p.tgz: File too large"),
    ],
)
def test_what_cannot_be_read_or_written_is_named(tmp_path: Path, line: str, named: str) -> None:
    done = in_shell(line, tmp_path, EXAMPLES=str(EXAMPLES))

    assert done.returncode == Outcome.NOT_CARRIED_OUT
    assert named in done.stderr.decode()
    assert b"standard output" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [("convert", INFANT, "--out", ""), ("package", "--out="), ("claim", COMPLETE, "--out", ""), ("mllp", "--out", "")],
)
def test_an_empty_place_is_not_the_folder_in_which_one_is(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)

    assert (done.code, done.out) == (Outcome.WRONG_USE, "")
    assert "it is empty" in done.err


def test_the_nearest_name_of_a_server_is_told(run: Run) -> None:
    done = run("send", INFANT, "--server", "hapy")

    assert done.code == Outcome.WRONG_USE
    assert "did you mean `hapi`?" in done.err
