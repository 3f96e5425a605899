"""Adding a rule touches one file, adding a payer one YAML file: both done in a temporary folder."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import adapter

PACKAGE = Path(adapter.__file__).parent
ROOT = PACKAGE.parent
EXAMPLE = ROOT / "fhir_examples" / "infant-final-report"
RULE = '''

@rule(
    "TOY-01",
    title="A toy",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text="The place of service is 11. Toys are sold elsewhere.",
    source="a test",
    applies=(LINES,),
)
def toy(facts: Facts) -> Iterator[Finding]:
    """A line in an office."""
    for line in facts.lines:
        if line.sent.pos == "11":
            yield Finding(line.at("pos"))
'''
PAYER = """policy: toy-payer
extends: default
name: Toy Payer
severities:
  MOD-42: error
"""


def run(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-c", "from adapter.cli import main; main()", *arguments]
    finished = subprocess.run(command, cwd=folder, env={"PYTHONPATH": str(folder)}, capture_output=True, text=True, check=False)
    return finished.stdout


def test_a_toy_rule_is_one_function_in_one_file(tmp_path: Path) -> None:
    for name in ("adapter", "mappings"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "adapter" / "rules" / "place.py").open("a") as module:
        module.write(RULE)

    assert json.loads(run(tmp_path, "rules", "show", "TOY-01", "--json"))["title"] == "A toy"
    explained = json.loads(run(tmp_path, "rules", "explain", str(EXAMPLE), "--json"))
    (toy,) = (outcome for outcome in explained["rules"] if outcome["id"] == "TOY-01")
    assert (toy["outcome"], toy["issues"][0]["field"]) == ("fired", "billing.lines[0].pos")


def test_a_toy_payer_is_one_yaml_file(tmp_path: Path) -> None:
    payers = tmp_path / "mappings" / "payers"
    payers.mkdir(parents=True)
    (payers / "toy.yaml").write_text(PAYER)

    listed = json.loads(run(ROOT, "rules", "list", "--mappings", str(tmp_path / "mappings"), "--json"))

    (video,) = (rule for rule in listed["rules"] if rule["id"] == "MOD-42")
    assert video["payers"]["toy-payer"] == "error"
