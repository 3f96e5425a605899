"""Every example at a real FHIR server, as `adapter send` sends it: taken, read back, valid, and sent twice the same as once."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

import adapter
from adapter.cli.send import send_command
from adapter.client import FhirClient
from tests.examples.ground import EXAMPLES, conversion_of, documents_of, example_names

pytestmark = pytest.mark.live

REFUSED = [name for name in example_names() if not (EXAMPLES / name / "bundle.json").exists()]
SENT = [name for name in example_names() if name not in REFUSED]
PATIENCE = "300"
"""Seconds: a server that was just started loads its definitions with the first validation."""

Json = dict[str, Any]


@pytest.fixture(scope="module")
def client(fhir_server: str) -> FhirClient:
    return FhirClient(fhir_server, timeout=(3.05, float(PATIENCE)))


@pytest.fixture(scope="module")
def said(fhir_server: str) -> dict[str, Json]:
    """What `adapter send --json` says of each example; all are sent by one command, once for all tests."""
    folders = [str(EXAMPLES / name) for name in example_names()]
    arguments = [*folders, "--server", fhir_server, "--timeout", PATIENCE]
    done = CliRunner().invoke(send_command, [*arguments, "--json"], standalone_mode=False)
    rows = json.loads("[" + done.stdout.replace("\n}\n{\n", "\n},\n{\n") + "]")
    return {row["case"]: row for row in rows}


def bundle_of(name: str) -> Json:
    bundle = conversion_of(name).bundle
    assert bundle is not None
    return bundle


@pytest.mark.parametrize("name", SENT)
def test_an_example_is_taken_and_read_back_as_it_was_sent(said: dict[str, Json], name: str) -> None:
    resources = said[name]["resources"]

    assert said[name]["sent"] == "all good"
    assert len(resources) == len(bundle_of(name)["entry"])
    assert [(resource["reference"], resource["skipped"]) for resource in resources if resource["skipped"]] == []
    # A label that another example gave to the same person stays at the server.
    assert {change["how"] for resource in resources for change in resource["changed"]} <= {"kept"}


@pytest.mark.parametrize("name", SENT)
def test_the_server_finds_no_error_and_every_remark_is_explained(said: dict[str, Json], name: str) -> None:
    remarks = [remark for resource in said[name]["resources"] for remark in resource["remarks"]]

    assert remarks
    assert [each for each in remarks if each["severity"] in {"fatal", "error"}] == []
    assert [each for each in remarks if not each["known"] or each["verdict"] == "to-fix"] == []


@pytest.mark.parametrize("name", SENT)
def test_the_transaction_as_a_whole_is_as_good_as_its_resources(client: FhirClient, said: dict[str, Json], name: str) -> None:
    """What another example described as well (a clinician's role) is at the server in the words of both."""
    of_resources = {remark["says"] for row in said.values() for resource in row["resources"] for remark in resource["remarks"]}
    remarks = client.validate(bundle_of(name)).remarks

    assert [each.words for each in remarks if each.issue.is_error] == []
    assert [each.words for each in remarks if each.words not in of_resources] == []


@pytest.mark.parametrize("name", SENT)
def test_what_an_example_created_is_its_first_version(said: dict[str, Json], name: str) -> None:
    """A person or organization that another example described in other words has one version for each of them."""
    assert {resource["version"] for resource in said[name]["resources"] if resource["created"]} <= {"1"}


@pytest.mark.parametrize("name", example_names())
def test_sending_says_of_a_claim_what_converting_says(said: dict[str, Json], name: str) -> None:
    def words(outcome: Json) -> list[tuple[str, str]]:
        return [(issue["severity"], issue["details"]["text"]) for issue in outcome["issue"]]

    assert words(said[name]["ours"]) == words(adapter.convert(documents_of(EXAMPLES / name)).to_outcome("base"))


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_not_sent(said: dict[str, Json], name: str) -> None:
    assert (said[name]["sent"], said[name]["resources"]) == ("refused, as expected", [])


def test_all_that_are_sent_are_green_and_the_exit_code_says_so(fhir_server: str) -> None:
    """Errors of the claim, which keep it a draft, are told by `adapter convert`; sending it went well."""
    folders = [str(EXAMPLES / name) for name in ("infant-final-report", "two-units")]
    arguments = [*folders, "--server", fhir_server, "--timeout", PATIENCE]
    done = CliRunner().invoke(send_command, arguments, standalone_mode=False)

    assert done.return_value == 0, done.output
    assert done.output.count("all good") == len(folders)
