"""The recipes of CONTRIBUTING.md, followed literally in a temporary folder."""

import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
EXAMPLE = ROOT / "fhir_examples" / "infant-final-report"


@cache
def files() -> dict[str, str]:
    """The files that the page shows, by their path, which stands in the first line of each."""
    shown = (dedent(block) for block in re.findall(r"^ *```(?:python|yaml|json)\n(.*?)^ *```$", TEXT, re.DOTALL | re.MULTILINE))
    return {block.split("\n", 1)[0].split(maxsplit=1)[1]: block.split("\n", 1)[1] for block in shown}


def adapter(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from adapter.cli import main; main()", *arguments]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(folder if (folder / "adapter").exists() else ROOT)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def mappings(tmp_path: Path) -> Path:
    """The folder `my-mappings` of the page."""
    for name, text in files().items():
        if name.startswith("my-mappings/"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, "utf-8")
    return tmp_path / "my-mappings"


def test_each_of_the_five_things_has_a_recipe_of_five_steps() -> None:
    sections = re.findall(r"^### (.*?)\n(.*?)(?=^### |\Z)", TEXT, re.DOTALL | re.MULTILINE)

    assert [title for title, _ in sections] == ["A coding rule", "A map", "An input form", "A payer", "A terminology operation"]
    assert all(re.findall(r"^(\d)\. ", steps, re.MULTILINE) == list("12345") for _, steps in sections)


def test_a_rule_is_one_declaration(tmp_path: Path) -> None:
    for name in ("adapter", "mappings"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    module = tmp_path / "adapter/rules/place.py"
    module.write_text(module.read_text("utf-8") + "\n\n" + files()["adapter/rules/place.py"], "utf-8")

    explained = json.loads(adapter(tmp_path, "rules", "explain", str(EXAMPLE), "--json").stdout)

    (outcome,) = (outcome for outcome in explained["rules"] if outcome["id"] == "POS-90")
    assert outcome["outcome"] == "fired"


def test_what_the_page_shows_is_taken(mappings: Path) -> None:
    done = adapter(mappings.parent, "maps", "check", "--mappings", "my-mappings")

    assert done.returncode == 0, done.stdout + done.stderr


def test_a_map_is_one_file(mappings: Path) -> None:
    made = json.loads(adapter(mappings.parent, "convert", str(EXAMPLE), "--mappings", "my-mappings").stdout)

    assert [entry["resource"]["code"]["text"] for entry in made["entry"] if entry["resource"]["resourceType"] == "Basic"] == [
        "note about the visit"
    ]


def test_an_input_form_is_a_schema_and_a_map(mappings: Path) -> None:
    case = json.loads((EXAMPLE / "encounter.json").read_bytes())["id"]
    toy = mappings.parent / "toy.json"
    toy.write_text(json.dumps({"toy_visit": case, "answer": "yes"}))

    made = adapter(mappings.parent, "convert", str(EXAMPLE / "encounter.json"), "toy.json", "--mappings", "my-mappings")

    assert '"linkId": "toy"' in made.stdout


def test_a_payer_is_one_file(mappings: Path) -> None:
    listed = json.loads(adapter(mappings.parent, "rules", "list", "--mappings", "my-mappings", "--json").stdout)

    (charge,) = (rule for rule in listed["rules"] if rule["id"] == "MOD-12")
    assert charge["payers"]["toy-payer"] == "information"
