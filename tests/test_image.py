"""The commands of the Dockerfile, without a container: each file that it copies is there, and what it builds starts.

What fetches packages is left out; the service finds those of this environment instead.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.examples.ground import ROOT
from tests.service import free_port, own_environment, wait_for

INSTRUCTION = re.compile(r"(?P<name>[A-Z]+) +(?P<words>.+)")
PORT = "8731"


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile in order, by name; lines that go on are one."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    found = map(INSTRUCTION.fullmatch, filter(None, text.replace("\\\n", " ").splitlines()))
    return [(match["name"], match["words"].strip()) for match in found if match]


def of(name: str) -> list[str]:
    return [words for instruction, words in instructions() if instruction == name]


def copied() -> Iterator[tuple[list[str], str]]:
    """What is copied from the checkout, and where to."""
    for words in of("COPY"):
        if not words.startswith("--from"):
            *sources, target = words.split()
            yield sources, target


def in_context(file: str) -> bool:
    """Whether .dockerignore, which leaves out everything but some names, lets a file of the top folder through."""
    let_through = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    return any(file == name or file.startswith(f"{name}/") for name in let_through)


@pytest.mark.parametrize("source", [source for sources, _ in copied() for source in sources])
def test_every_file_that_is_copied_is_there_and_sent_to_the_builder(source: str) -> None:
    assert (ROOT / source).exists()
    assert in_context(source)


def test_packages_are_those_of_the_locks_with_their_hashes() -> None:
    locks = re.findall(r"--require-hashes --requirement (\S+)", " ".join(of("RUN")))

    assert locks == ["requirements-build.lock", "requirements.lock"]
    for lock in locks:
        pinned = re.findall(r"^[\w.-]+==\S+ \\\n    --hash=sha256:", (ROOT / lock).read_text(), re.MULTILINE)
        assert len(pinned) == len(re.findall(r"^[\w.-]+==", (ROOT / lock).read_text(), re.MULTILINE)) > 0


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs that the commands of the Dockerfile install."""
    source, opt = tmp_path_factory.mktemp("src"), tmp_path_factory.mktemp("opt")
    for sources, target in copied():
        for name in sources:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, source / target, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
            else:
                (source / target).mkdir(exist_ok=True)
                shutil.copy(ROOT / name, source / target)
    without_node = {"PATH": str(Path(sys.executable).parent)}
    commands = [command.strip() for words in of("RUN") for command in words.split("&&")]
    for command in commands:
        if "/opt" in command and "--requirement" not in command and "venv /opt/build" not in command:
            here = command.replace("/opt/build/bin/python", sys.executable).replace("/opt/", f"{opt}/")
            subprocess.run(["/bin/sh", "-c", here], cwd=source, env=without_node, check=True, capture_output=True, timeout=120)
    return opt / "adapter" / "bin"


def environment(built: Path, **settings: str) -> dict[str, str]:
    """The environment of the image, and where the packages of the lock are here."""
    path = f"{built}:{os.environ['PATH']}"
    return {**own_environment(**settings), "PATH": path, "PYTHONPATH": sysconfig.get_path("purelib")}


def test_the_image_starts_only_with_tokens(built: Path) -> None:
    (entry,) = map(json.loads, of("ENTRYPOINT"))
    (more,) = map(json.loads, of("CMD"))

    done = subprocess.run([*entry, *more], env=environment(built), capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 2
    assert "ADAPTER_TOKENS" in done.stderr


def test_what_is_built_is_healthy(built: Path) -> None:
    (entry,) = map(json.loads, of("ENTRYPOINT"))
    (check,) = (json.loads(words.partition("CMD")[2]) for words in of("HEALTHCHECK"))
    port = str(free_port())
    *serve, _ = entry  # all but the address: this machine only

    with subprocess.Popen([*serve, "127.0.0.1", "--port", port], env=environment(built), stderr=subprocess.DEVNULL) as service:
        try:
            wait_for(f"http://127.0.0.1:{port}/health")
            asked = [word.replace(PORT, port) for word in check]
            assert subprocess.run(asked, env=environment(built), check=False, timeout=60).returncode == 0
        finally:
            service.terminate()
