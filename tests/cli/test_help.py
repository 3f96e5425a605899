"""Help is there for every command, with examples that work, and without loading what it does not need."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from shutil import copy, copytree

import click
import pytest
import trustme

from adapter.cli import adapter
from adapter.delivery.seal import new_key
from adapter.delivery.upkeep import back_up
from adapter.dispatch import opened_store
from adapter.settings import Settings
from tests.cli.ground import Run
from tests.examples.ground import ROOT
from tests.service import ADAPTER, own_environment

HEAVY = {"flask", "pydantic", "rich", "orjson", "yaml", "requests", "uvicorn", "jsonschema_rs", "reportlab", "fhir"}


def commands(group: click.Group, *path: str) -> list[tuple[str, ...]]:
    """The paths of all commands, those of groups too."""
    found = [path]
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        found += commands(command, *path, name) if isinstance(command, click.Group) else [(*path, name)]
    return found


PATHS = commands(adapter)


def command_of(path: tuple[str, ...]) -> click.Command:
    command: click.Command = adapter
    for name in path:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found is not None
        command = found
    return command


def examples_of(path: tuple[str, ...]) -> list[str]:
    lines = (command_of(path).help or "").partition("Examples:")[2].splitlines()
    return [line.strip() for line in lines if line.strip().startswith("adapter ")]


EXAMPLES = sorted({line for path in PATHS for line in examples_of(path)})
# Serving does not end by itself, sending needs a server, an encounter its id, and `--update` writes into the checkout: other
# tests do these.
WITH_FILES = "adapter conformance compare"
ELSEWHERE = (
    "adapter serve",
    "adapter send",
    "adapter mllp",
    "adapter deliver run",
    "5f0c…",
    "adapter examples --update",
    WITH_FILES,
    "--server",
)


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_help_has_examples_that_begin_on_lines_of_their_own(run: Run, path: tuple[str, ...]) -> None:
    done = run(*path, "--help")

    assert done.code == 0
    assert re.search(r"^ +Examples:\n +adapter ", done.out, re.MULTILINE)
    assert "\\b" not in done.out
    assert all(option in done.out for option in ("-h", "--help"))


def _a_store(folder: Path) -> dict[str, str]:
    """The settings of a store in a folder, with a backup of it beside it."""
    (folder / "keys").write_bytes(new_key())
    url, keys = f"sqlite:///{folder}/store.db", str(folder / "keys")
    opened_store(Settings(store=url, store_keys=keys)).close()
    back_up(url, folder / "sunday.db")
    return {"ADAPTER_STORE": url, "ADAPTER_STORE_KEYS": keys}


@pytest.mark.parametrize("line", [line for line in EXAMPLES if not any(each in line for each in ELSEWHERE)])
def test_an_example_of_the_help_works(line: str, tmp_path: Path) -> None:
    infant = ROOT / "fhir_examples" / "infant-final-report"
    for name, source in {
        "encounter.json": infant / "encounter.json",
        "ai_report.json": infant / "ai_report.json",
        "bundle.json": infant / "bundle.json",
        "march.json": infant / "encounter.json",
        "fhir_examples": ROOT / "fhir_examples",
        "face2gene.json": ROOT / "fhir_examples" / "face2gene-lab" / "face2gene.json",
    }.items():
        # Copies: a command may write here.
        copytree(source, tmp_path / name) if source.is_dir() else copy(source, tmp_path / name)
    (tmp_path / "my-mappings").mkdir()
    if "face2gene.json" in line:
        copy(ROOT / "fhir_examples" / "face2gene-lab" / "encounter.json", tmp_path / "encounter.json")
    if "lab.pem" in line:
        trustme.CA().issue_cert("lab").cert_chain_pems[0].write_to_path(str(tmp_path / "lab.pem"))
    _, *arguments = shlex.split(re.split(r" (?:[|>]|>>) ", line)[0])
    (tmp_path / "encounters.ndjson").write_bytes((infant / "encounter.json").read_bytes().replace(b"\n", b"") + b"\n")
    settings = own_environment(**(_a_store(tmp_path) if arguments[0] in {"deliver", "encounters", "store"} else {}))
    done = subprocess.run([str(ADAPTER), *arguments], cwd=tmp_path, capture_output=True, check=False, timeout=60, env=settings)

    assert done.returncode in {0, 1}, done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_help_loads_nothing_that_it_does_not_need() -> None:
    program = (
        "import sys\nfrom adapter.cli import main\nsys.argv = ['adapter', '--help']\n"
        "try:\n    main()\nfinally:\n    print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, text=True, timeout=60)

    assert done.returncode == 0
    assert HEAVY.isdisjoint(done.stderr.split())


def test_the_version_is_told(run: Run) -> None:
    assert run("--version").out.startswith("adapter, version ")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_can_complete_commands(shell: str) -> None:
    done = subprocess.run(
        [str(ADAPTER)],
        env=os.environ | {"_ADAPTER_COMPLETE": f"{shell}_source"},
        capture_output=True,
        check=False,
        timeout=60,
        text=True,
    )

    assert "_ADAPTER_COMPLETE" in done.stdout


def test_the_names_of_commands_are_completed() -> None:
    words = {"_ADAPTER_COMPLETE": "bash_complete", "COMP_WORDS": "adapter conv", "COMP_CWORD": "1"}
    done = subprocess.run([str(ADAPTER)], env=os.environ | words, capture_output=True, check=False, timeout=60, text=True)

    assert done.stdout == "plain,convert\n"
