"""`adapter conformance` against real servers: every case has its verdict, as the committed baselines say."""

import json
import re
import shlex
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from adapter.cli.conformance import conformance_commands
from tests.conformance.test_documentation import CASES

pytestmark = pytest.mark.live
BASELINES = Path(__file__).parents[1] / "conformance"
ROOT = Path(__file__).parents[2]
SHOWN = re.findall(
    r"^adapter (conformance run --server http://127\.0\.0\.1:8080/fhir.*)$",
    "".join((ROOT / page).read_text() for page in ("README.md", "docs/conformance.md")),
    re.MULTILINE,
)


@pytest.fixture(scope="module")
def report(fhir_server: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a run of all cases, warm as the suite promises its time."""
    folder = tmp_path_factory.mktemp("report")
    CliRunner().invoke(conformance_commands, ["run", "--server", fhir_server, "--only", "validation", "--quiet"])
    arguments = ["run", "--server", fhir_server, "--report", str(folder), "--baseline", str(BASELINES / "hapi.json")]
    done = CliRunner().invoke(conformance_commands, arguments, standalone_mode=False)
    (folder / "output.txt").write_text(f"{done.return_value}\n{done.output}")
    return folder


def test_every_case_has_the_verdict_of_the_baseline(report: Path) -> None:
    code, _, output = (report / "output.txt").read_text().partition("\n")

    assert code == "0", output
    assert "baseline:" not in output


def test_nothing_fails_without_an_explanation_and_nothing_stays(report: Path, fhir_server: str) -> None:
    result = json.loads((report / "report.json").read_text())
    tag = f"urn:adapter-0731t:conformance|{result['run']}"
    left = requests.get(f"{fhir_server}/Patient", params={"_tag": tag, "_summary": "count"}, timeout=30).json()

    trouble = [
        case["case"] for case in result["cases"] if case["verdict"] in ("fail", "could-not-judge") and "explained" not in case
    ]

    assert trouble == []
    assert result["leftBehind"] == []
    assert left["total"] == 0


def test_the_test_report_is_valid(report: Path, fhir_server: str) -> None:
    headers = {"Content-Type": "application/fhir+json"}
    content = (report / "testreport.json").read_bytes()

    outcome = requests.post(f"{fhir_server}/TestReport/$validate", data=content, headers=headers, timeout=60).json()

    assert [issue for issue in outcome["issue"] if issue["severity"] in ("fatal", "error")] == []


def test_exported_test_scripts_are_valid(fhir_server: str, tmp_path: Path) -> None:
    arguments = ["export", str(tmp_path), "--only", "condition", "--only", "limit", "--only", "refusal", "--only", "transaction"]
    done = CliRunner().invoke(conformance_commands, arguments, standalone_mode=False)
    headers = {"Content-Type": "application/fhir+json"}

    for file in tmp_path.glob("*.json"):
        content = file.read_bytes()
        outcome = requests.post(f"{fhir_server}/TestScript/$validate", data=content, headers=headers, timeout=60).json()
        assert [issue for issue in outcome["issue"] if issue["severity"] in ("fatal", "error")] == [], file.name
    assert done.exception is None


def test_the_commands_that_are_shown_work(fhir_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(SHOWN) == 5
    for line in dict.fromkeys(SHOWN):
        _, *arguments = shlex.split(line.replace("http://127.0.0.1:8080/fhir", fhir_server))
        # All cases are run above; here a group of them stands for all.
        chosen = [] if "--only" in arguments else ["--only", "fidelity", "--only", "condition"]
        done = CliRunner().invoke(conformance_commands, [*arguments, *chosen], standalone_mode=False)

        assert done.return_value == 0, done.output
    assert {file.name for file in (tmp_path / "build").iterdir()} == {"conformance", "baseline.json"}


def test_the_case_of_the_page_passes(fhir_server: str, tmp_path: Path) -> None:
    (tmp_path / "allergy.yaml").write_text(CASES)
    arguments = ["run", "--server", fhir_server, "--cases", str(tmp_path), "--only", "allergy", "--json"]

    done = CliRunner().invoke(conformance_commands, arguments, standalone_mode=False)

    assert json.loads(done.output)["counts"] == {"pass": 1}


def test_a_second_server_has_a_baseline_of_its_own(second_server: str) -> None:
    arguments = ["run", "--server", second_server, "--baseline", str(BASELINES / "medplum.json")]

    done = CliRunner().invoke(conformance_commands, arguments, standalone_mode=False)

    assert done.return_value == 0, done.output
    assert "baseline:" not in done.output
