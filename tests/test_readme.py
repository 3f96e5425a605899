"""What the README shows is run."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapter.fhir.json import read_json
from tests.service import ADAPTER, own_environment, running_service

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
COMMANDS = [line for kind, block in BLOCKS if kind == "sh" for line in block.splitlines() if line]
# Sending needs a FHIR server: tests/live does that with the same command.
OURS = [line for line in COMMANDS if line.startswith("adapter ") and not re.search("^adapter send|--server", line)]


def run(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[bytes]:
    """A program, run where the examples and a folder `build` are."""
    return subprocess.run(arguments, cwd=folder, capture_output=True, check=False, timeout=60, env=own_environment())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks like the checkout to the README's commands, and in which they may write."""
    made = tmp_path_factory.mktemp("readme")
    (made / "build").mkdir()
    (made / "fhir_examples").symlink_to(ROOT / "fhir_examples")
    return made


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Host and port of a running service."""
    with running_service() as address:
        yield address


def test_every_make_target_of_the_readme_is_there() -> None:
    targets = re.findall(r"^make (\w+)", "\n".join(COMMANDS), re.MULTILINE)

    assert targets == ["run", "test"]
    assert all(f"\n{target}:" in (ROOT / "Makefile").read_text() for target in targets)


@pytest.mark.parametrize("line", OURS)
def test_every_command_of_the_readme_works(line: str, folder: Path) -> None:
    _, *arguments = shlex.split(line)
    done = run([str(ADAPTER), *arguments], folder)

    # An example that breaks a rule ends with 1; that is what it is there to show.
    assert done.returncode == (1 if "reduced-and-discontinued" in line else 0), done.stderr.decode()
    assert done.stdout or "--out" in arguments


CURLS = [line for line in COMMANDS if line.startswith("curl ")]


def answer_of(line: str, address: str, folder: Path) -> Any:  # noqa: ANN401 - JSON
    done = run([*shlex.split(line.replace("127.0.0.1:8731", address)), "--silent", "--fail"], folder)
    assert done.returncode == 0
    return read_json(done.stdout, "answer")


def test_the_first_curl_line_returns_a_bundle(address: str, folder: Path) -> None:
    answer = answer_of(CURLS[0], address, folder)

    assert (answer["resourceType"], answer["type"]) == ("Bundle", "transaction")


@pytest.mark.parametrize("line", CURLS[1:])
def test_every_other_curl_line_is_answered(line: str, address: str, folder: Path) -> None:
    answer = answer_of(line, address, folder)

    assert answer.get("resourceType", "a packument") in {"Parameters", "ValueSet", "TerminologyCapabilities", "a packument"}
    assert {"name": "result", "valueBoolean": False} not in answer.get("parameter", ())


def test_the_python_lines_work(folder: Path) -> None:
    (program,) = [block for kind, block in BLOCKS if kind == "python"]
    done = run([sys.executable, "-c", program], folder)

    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.startswith(b"transaction 29\n")
    assert b"Bundle.entry[0].resource.id" in done.stdout


def test_the_mapping_lines_are_those_of_the_claim_map() -> None:
    (shown,) = [block for kind, block in BLOCKS if kind == "yaml" and block.startswith("modifier:")]
    claim = yaml.safe_load((ROOT / "mappings" / "fhir" / "r4" / "claim.yaml").read_text())
    items = claim["resource"]["item"]

    assert items[0]["modifier"] == yaml.safe_load(shown)["modifier"]


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#]+)\)", TEXT))))
def test_every_link_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


def test_the_messages_are_answered_over_mllp_as_shown(folder: Path) -> None:
    (shown,) = [block for kind, block in BLOCKS if kind == "console"]
    listening, *_ = shown.split("$ ")[1].splitlines()[1:]
    answers = shown.split("$ ")[2].partition("\n")[2]
    resources = shown.split("$ ")[3].splitlines()[1]
    command = [str(ADAPTER), "mllp", "--port", "0", "--out", "bundles"]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True, env=own_environment()) as server:
        assert server.stderr is not None
        ready = server.stderr.readline().strip()
        port = re.search(r"port (\d+)", ready)
        assert port is not None
        files = [str(file) for file in sorted((ROOT / "fhir_examples" / "hl7v2-messages").glob("*.hl7"))]
        done = run([str(ADAPTER), "mllp-send", "--port", port[1], *files], folder)
        server.terminate()
        server.communicate(timeout=30)
    (bundle,) = (folder / "bundles").glob("*.json")
    made = read_json(bundle.read_bytes(), "bundle")

    assert ready.replace(port[1], "2575") == listening
    assert _timeless(done.stdout.decode()) == _timeless(answers)
    assert " ".join(entry["resource"]["resourceType"] for entry in made["entry"]) == resources


def _timeless(answers: str) -> str:
    return re.sub(r"\d{14}\+0000", "TIME", answers)
