"""Rules on the command line and over HTTP: the same words."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from adapter.assembly import load
from adapter.cli import adapter
from adapter.cli.exit_code import Outcome
from adapter.issues import NotFoundError
from adapter.rules.registry import RULES
from adapter.settings import Settings
from adapter.web.app import make_app
from tests.examples.ground import EXAMPLES

FOLDER = EXAMPLES / "two-units"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(adapter, ["rules", *map(str, arguments)], standalone_mode=False)


def told(*arguments: object) -> Any:  # noqa: ANN401 - a JSON value
    return json.loads(run(*arguments, "--json").stdout)


@pytest.fixture(scope="module")
def client() -> Any:  # noqa: ANN401 - Flask's test client
    return make_app(load(Settings())).test_client()


def test_the_list_names_every_rule_and_every_policy() -> None:
    shown = run("list").stdout

    assert all(rule.id in shown for rule in RULES)
    assert "medicare: error" in shown
    assert shown.count("adapter default, not payer-published") == 11


def test_the_list_for_machines_is_that_of_the_service(client: Any) -> None:  # noqa: ANN401 - as above
    listed = told("list")

    assert [each["id"] for each in listed["rules"]] == [rule.id for rule in RULES]
    assert listed == client.get("/rules").json
    (split,) = (each for each in listed["rules"] if each["id"] == "MOD-21")
    assert (split["severity"], split["payers"], split["verified"]) == ("warning", {"medicare": "error"}, True)


def test_a_rule_is_shown_with_its_severities_variants_and_source() -> None:
    shown = run("show", "mod-21").stdout

    assert "MOD-21  0731T has no components" in shown
    assert "medicare: error (adapter default, not payer-published)" in shown
    assert "  reversed: error: The last day" in run("show", "DOS-03").stdout
    assert told("show", "DOS-03")["variants"][0]["type"] == "value"


def test_a_rule_that_is_not_there_is_told() -> None:
    assert isinstance(run("show", "MOD-99").exception, NotFoundError)


def test_a_folder_of_ones_own_policies_is_read(tmp_path: Path) -> None:
    (tmp_path / "payers").mkdir()
    (tmp_path / "payers" / "mine.yaml").write_text("policy: mine\nseverities: {MOD-12: error}\n")

    assert "mine: error" in run("list", "--mappings", tmp_path).stdout


def test_an_encounter_is_explained_rule_by_rule() -> None:
    result = run("explain", EXAMPLES / "reduced-and-discontinued")

    assert result.return_value == Outcome.ISSUES
    assert result.stdout.startswith("policy default: adapter default, not payer-published\n")
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines[1:3]] == ["MOD-10", "MOD-14"]
    assert any("rules passed and" in line for line in lines)
    whole = run("explain", EXAMPLES / "reduced-and-discontinued", "--all").stdout.splitlines()
    assert {line.split()[0] for line in whole[1 : len(RULES) + 1]} == {rule.id for rule in RULES}
    assert any(line.startswith("MOD-10   fired ") and "[error at billing.lines[0].modifiers" in line for line in lines)
    assert "line 1: 53 not defensible (sent): the procedure was not stopped" in lines


def test_an_encounter_without_errors_is_good() -> None:
    assert run("explain", EXAMPLES / "complete").return_value == Outcome.GOOD
    assert run("explain", EXAMPLES / "consent-refused" / "encounter.json", "--json").return_value == Outcome.ISSUES


def test_a_suggestion_of_a_rule_is_shown(tmp_path: Path) -> None:
    tree = json.loads((EXAMPLES / "complete" / "ai_report.json").read_text())
    tree["ai"]["candidates"][0]["rank"] = 7
    (tmp_path / "ai_report.json").write_text(json.dumps(tree))

    shown = run("explain", EXAMPLES / "complete" / "encounter.json", tmp_path / "ai_report.json").stdout

    assert "error at ai.candidates[0].rank → 1" in shown


def test_what_can_not_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "encounter.json").write_text("{")

    assert run("explain", tmp_path).return_value == Outcome.ISSUES


def test_the_explanation_is_the_same_over_http(client: Any) -> None:  # noqa: ANN401 - as above
    file = FOLDER / "encounter.json"

    answer = client.post("/rules/explain", data=file.read_bytes(), content_type="application/json")

    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert [rule["outcome"] for rule in answer.json["rules"]] == [rule["outcome"] for rule in told("explain", file)["rules"]]
    assert {suggested_modifier["modifier"] for suggested_modifier in answer.json["suggestedModifiers"]} >= {"52", "95"}
    assert answer.json["policy"]["standing"] == "adapter default, not payer-published"


def test_over_http_what_can_not_be_read_is_refused_with_an_outcome(client: Any) -> None:  # noqa: ANN401 - as above
    answer = client.post("/rules/explain", data=b"{", content_type="application/json")

    assert (answer.status_code, answer.json["resourceType"]) == (400, "OperationOutcome")


def test_a_parameter_that_does_nothing_is_refused(client: Any) -> None:  # noqa: ANN401 - as above
    assert client.get("/rules?payer=aetna").status_code == 400
    assert client.post("/rules/explain?x=1", data=b"{}", content_type="application/json").status_code == 400
