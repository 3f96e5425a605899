"""Cases as FHIR TestScripts: what fits is written, what does not is named."""

import json
from pathlib import Path

from tests.cli.ground import Run


def test_a_case_that_fits_is_written_with_what_it_sends(run: Run, tmp_path: Path) -> None:
    done = run("conformance", "export", str(tmp_path), "--only", "condition")
    script = json.loads((tmp_path / "TestScript-condition-lost-update.json").read_text())
    sent = json.loads((tmp_path / script["fixture"][0]["resource"]["reference"]).read_text())
    refused = script["test"][0]["action"][-4]["assert"]

    assert done.code == 0
    assert sent["meta"]["security"][0]["code"] == "HTEST"
    assert script["variable"] == [{"name": "seen", "expression": "meta.versionId"}]
    assert (refused["operator"], refused["responseCode"], refused["description"]) == (
        "in",
        "409,412",
        "the server ignores If-Match",
    )


def test_a_case_that_does_not_fit_is_named(run: Run, tmp_path: Path) -> None:
    done = run("conformance", "export", str(tmp_path), "--only", "condition/race", "--only", "fidelity/decimals")

    assert "condition/race does not fit: several requests at the same time" in done.out
    assert "fidelity/decimals does not fit: the comparison of whole resources" in done.out
    assert list(tmp_path.glob("*.json")) == []
