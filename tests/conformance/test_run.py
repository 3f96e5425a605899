"""`adapter conformance run` against servers that are not what they should be."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import requests
import responses

from adapter.conformance.baseline import verdicts_in
from adapter.json_types import JsonObject
from tests.cli.ground import Run

BASE = "http://127.0.0.1:8080/fhir"
OUTCOME = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "forbidden", "diagnostics": "no scope system/*.read"}],
}
STATEMENT = {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "kind": "instance", "format": ["json"]}


def conformance(run: Run, *arguments: str) -> tuple[int, str]:
    done = run("conformance", "run", "--server", BASE, *arguments)
    return done.code, done.out + done.err


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, {"resourceType": "Patient"}, "This is not a FHIR server"),
        (200, STATEMENT | {"fhirVersion": "5.0.0"}, "The server speaks FHIR R5, the cases are for R4"),
        (200, STATEMENT | {"fhirVersion": "4.3.0"}, "The server speaks FHIR R4B, the cases are for R4"),
        (200, STATEMENT | {"fhirVersion": "3.0.2"}, "The server speaks FHIR STU3, the cases are for R4"),
        (401, {}, "denies access"),
        (403, OUTCOME, "It says: no scope system/*.read"),
        (404, {}, "This is not a FHIR server"),
        (406, {}, "gives no CapabilityStatement (HTTP 406)"),
        (200, {"resourceType": "Conformance", "fhirVersion": "1.0.2"}, "The server speaks FHIR DSTU2"),
        (200, {"resourceType": "CapabilityStatement"}, "The server speaks FHIR of no stated version"),
    ],
)
@responses.activate
def test_a_server_that_is_not_fhir_r4_is_told_in_words(run: Run, status: int, body: JsonObject, words: str) -> None:
    responses.get(f"{BASE}/metadata", json=body, status=status)

    code, said = conformance(run, "--only", "capability")

    assert code == 3
    assert words in said
    assert len(responses.calls) == 1


@responses.activate
def test_another_release_is_run_if_forced(run: Run) -> None:
    responses.get(f"{BASE}/metadata", json=STATEMENT | {"fhirVersion": "5.0.0"})

    code, said = conformance(run, "--only", "capability/version", "--force")

    assert code == 1
    assert "the server speaks another version of FHIR" in said


@responses.activate
def test_a_server_that_goes_away_blocks_the_rest_and_the_reports_are_written(run: Run, tmp_path: Path) -> None:
    responses.get(f"{BASE}/metadata", json=STATEMENT)
    responses.add_callback(responses.GET, f"{BASE}/Toy/1", callback=lambda _: (404, {}, ""))
    responses.get(f"{BASE}/metadata", body=requests.ReadTimeout())

    code, _ = conformance(run, "--only", "capability/statement", "--report", str(tmp_path))
    report = json.loads((tmp_path / "report.json").read_text())

    assert code == 1
    assert report["counts"] == {"fail": 1}
    assert {file.name for file in tmp_path.iterdir()} == {
        "report.json",
        "report.html",
        "report.xml",
        "report.sarif",
        "testreport.json",
    }  # fmt: skip - the names of the files, as a list
    (suite,) = ET.parse(tmp_path / "report.xml").getroot()  # noqa: S314 - we wrote it
    assert (suite.get("name"), suite.get("failures")) == ("capability", "1")


@responses.activate
def test_a_baseline_fails_on_what_changed_what_is_new_and_what_is_gone(run: Run, tmp_path: Path) -> None:
    responses.get(f"{BASE}/metadata", json=STATEMENT)
    file = tmp_path / "baseline.json"
    only = ("--only", "capability/statement", "--only", "capability/version", "--baseline", str(file))

    first = conformance(run, *only, "--update-baseline")
    again = conformance(run, *only)
    known = json.loads(file.read_text())
    file.write_text(json.dumps({"cases": {"capability/statement": "fail", "capability/version/old": "pass"}}))
    changed = conformance(run, *only)

    assert (first[0], again[0], changed[0]) == (0, 0, 1)
    assert known["cases"] == {"capability/statement": "pass", "capability/version": "pass"}
    assert "baseline: capability/statement: fail → pass" in changed[1]
    assert "baseline: capability/version: not there → pass" in changed[1]
    assert "baseline: capability/version/old: pass → not there" in changed[1]


@responses.activate
def test_a_part_of_the_cases_changes_its_part_of_the_baseline(run: Run, tmp_path: Path) -> None:
    responses.get(f"{BASE}/metadata", json=STATEMENT)
    file = tmp_path / "baseline.json"
    file.write_text(json.dumps({"cases": {"capability/version/old": "pass", "capability/version": "fail", "toy/other": "warn"}}))

    code, _ = conformance(run, "--only", "capability/version", "--baseline", str(file), "--update-baseline")

    assert code == 0
    assert json.loads(file.read_text())["cases"] == {"capability/version": "pass", "toy/other": "warn"}


@responses.activate
def test_credentials_are_in_no_report(run: Run, tmp_path: Path) -> None:
    responses.get(f"{BASE}/metadata", json=STATEMENT)

    conformance(run, "--only", "capability/statement", "--header", "Authorization: Bearer hush", "--report", str(tmp_path))

    assert responses.calls[0].request.headers["Authorization"] == "Bearer hush"
    assert all("hush" not in file.read_text() for file in tmp_path.iterdir())


def test_the_adapter_itself_is_tested_and_a_pipe_gets_no_bar(run: Run) -> None:
    done = run("conformance", "run", "--self", "--json", "--only", "terminology", "--only", "validation/bad-code")
    report = json.loads(done.out)

    assert (done.code, done.err) == (0, "")
    assert {case["case"] for case in report["cases"] if case["verdict"] == "pass"} >= {
        "terminology/published-code",
        "terminology/published-expand",
        "terminology/published-translate",
        "validation/bad-code",
    }  # fmt: skip - the names of the cases, as a list


def test_the_adapter_is_tested_over_http_as_within_the_process(run: Run) -> None:
    only = ("--json", "--only", "capability", "--only", "terminology", "--only", "validation/bad-code")
    within = json.loads(run("conformance", "run", "--self", *only).out)
    over_http = json.loads(run("conformance", "run", "--self", "--over-http", *only).out)

    assert over_http["server"].startswith("http://127.0.0.1:")
    assert verdicts_in(within, name="within") == verdicts_in(over_http, name="over HTTP")
    assert within["counts"]["pass"] >= 6


@responses.activate
def test_what_a_case_is_for_is_chosen_by_its_name(run: Run) -> None:
    responses.get(f"{BASE}/metadata", json=STATEMENT | {"rest": [{"mode": "server", "interaction": [{"code": "transaction"}]}]})

    found = run("conformance", "run", "--server", BASE, "--only", "resource/keep/Patient", "--json")
    missing = run("conformance", "run", "--server", BASE, "--only", "resource/keep/Toy")
    elsewhere = run("conformance", "run", "--server", BASE, "--only", "condition/race/Patient")

    assert [case["case"] for case in json.loads(found.out)["cases"]] == ["resource/keep/Patient"]
    assert "there is no case of this name" in missing.err
    assert "there is no case of this name" in elsewhere.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "say either --server or --self"),
        (("--server", BASE, "--self"), "say either --server or --self"),
        (("--server", BASE, "--over-http"), "--over-http goes with --self"),
        (("--self", "--update-baseline"), "--update-baseline needs --baseline FILE"),
    ],
)
def test_what_contradicts_itself_is_told(run: Run, arguments: tuple[str, ...], words: str) -> None:
    done = run("conformance", "run", *arguments)

    assert done.code == 2
    assert words in done.err
