"""Sending the case on the bench to a FHIR server that the settings name."""

from collections.abc import Iterator
from unittest.mock import Mock

import pytest
import responses
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from adapter.assembly import load
from adapter.settings import Settings
from adapter.trial import placed_cases, supplies_of
from adapter.web import create_app
from tests.examples.ground import EXAMPLES
from tests.fake_fhir import BASE, FakeFhir, outcome

PUBLIC = "https://fhir.example/r4"


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    settings = Settings(log_level="error", servers=f"clinic={BASE}, sandbox={PUBLIC}")
    return create_app(load(settings), workbench=True).test_client()


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def send(client: FlaskClient, example: str, server: str, **headers: str) -> TestResponse:
    names = [name for name in ("encounter.json", "ai_report.json") if (EXAMPLES / example / name).exists()]
    documents = [{"name": name, "text": (EXAMPLES / example / name).read_text()} for name in names]
    return client.post("/workbench/send", json={"documents": documents, "server": server}, headers=headers)


def test_the_servers_of_the_settings_and_public_ones_are_named_without_addresses(client: FlaskClient) -> None:
    assert client.get("/servers").json == {"servers": ["clinic", "sandbox", "hapi"]}


def test_a_case_is_sent_read_back_and_validated(client: FlaskClient, wire: responses.RequestsMock) -> None:
    server = FakeFhir(wire)

    report = dict(send(client, "complete", "clinic").json or {})

    assert (report["sent"], report["good"], report["validated"], report["problems"]) == (True, True, True, [])
    assert len(report["resources"]) == len(server.held)
    assert {resource["action"] for resource in report["resources"]} == {"created"}


def test_what_is_not_marked_as_test_data_does_not_leave(client: FlaskClient, wire: responses.RequestsMock) -> None:
    server = FakeFhir(wire, base=PUBLIC)

    report = dict(send(client, "not-marked-as-test", "sandbox").json or {})

    assert (report["sent"], server.held) == (False, {})
    assert "PRI-03" in str(report["outcome"])


def test_what_becomes_no_bundle_is_not_sent(client: FlaskClient, wire: responses.RequestsMock) -> None:
    server = FakeFhir(wire)

    report = dict(send(client, "inline-image", "clinic").json or {})

    assert (report["sent"], server.held) == (False, {})
    assert report["outcome"]["issue"]


def test_what_the_server_says_against_it_is_told(client: FlaskClient, wire: responses.RequestsMock) -> None:
    server = FakeFhir(wire)
    words = outcome({"severity": "error", "diagnostics": "no such thing"})
    server.answers = [(422, {"Content-Type": "application/fhir+json"}, words)]

    report = dict(send(client, "complete", "clinic").json or {})

    assert report["sent"] is False
    assert "no such thing" in str(report["words"])


@pytest.mark.parametrize("server", ["nowhere", "http://127.0.0.1:8080/fhir"])
def test_only_a_server_that_the_settings_name_is_reached(client: FlaskClient, wire: responses.RequestsMock, server: str) -> None:
    fake = FakeFhir(wire)

    assert send(client, "complete", server).status_code == 404
    assert (fake.held, fake.asked) == ({}, [])


@pytest.mark.usefixtures("wire")
def test_a_server_that_is_down_is_an_answer_of_its_own(client: FlaskClient) -> None:
    answer = send(client, "complete", "clinic")

    assert answer.status_code == 503
    assert (answer.json or {})["resourceType"] == "OperationOutcome"


def test_a_page_of_another_name_cannot_send(client: FlaskClient, wire: responses.RequestsMock) -> None:
    fake = FakeFhir(wire)

    assert send(client, "complete", "clinic", Host="rebound.example").status_code == 403
    assert fake.held == {}


def test_the_groups_of_cases_are_those_of_the_command(client: FlaskClient) -> None:
    groups = {group["name"]: group["cases"] for group in dict(client.get("/workbench/conformance").json or {})["groups"]}

    assert {"capability", "fidelity", "resource", "terminology"} <= groups.keys()
    assert groups["resource"] > len(groups)


def test_no_case_needs_one_of_another_group() -> None:
    assert [case.identity for case in placed_cases(None) for need in case.terms.needs if need.split("/")[0] != case.group] == []


def examine(client: FlaskClient, server: str, group: str, **headers: str) -> TestResponse:
    return client.post("/workbench/conformance", json={"server": server, "group": group}, headers=headers)


def test_a_server_is_tested_by_a_group_of_cases(client: FlaskClient, wire: responses.RequestsMock) -> None:
    server = FakeFhir(wire)
    server.statement |= {"fhirVersion": "4.0.1"}

    report = dict(examine(client, "clinic", "capability").json or {})

    assert {case["group"] for case in report["cases"]} == {"capability"}
    assert sum(report["counts"].values()) == len(report["cases"])
    assert (report["server"], report["leftBehind"], server.held) == (BASE, [], {})


def test_what_cases_are_made_of_is_read_once(monkeypatch: pytest.MonkeyPatch, wire: responses.RequestsMock) -> None:
    FakeFhir(wire).statement |= {"fhirVersion": "4.0.1"}
    read = Mock(wraps=supplies_of)
    monkeypatch.setattr("adapter.web.service.supplies_of", read)
    client = create_app(load(Settings(log_level="error", servers=f"clinic={BASE}")), workbench=True).test_client()

    client.get("/workbench/conformance")
    for _ in range(2):
        assert examine(client, "clinic", "capability").status_code == 200

    read.assert_called_once()


@pytest.mark.parametrize(
    ("server", "group", "place"), [("nowhere", "capability", "body#/server"), ("clinic", "toys", "body#/group")]
)
def test_only_what_is_there_is_tested(
    client: FlaskClient, wire: responses.RequestsMock, server: str, group: str, place: str
) -> None:
    fake = FakeFhir(wire)

    answer = examine(client, server, group)

    assert (answer.status_code, fake.asked) == (404, [])
    assert [issue["location"] for issue in (answer.json or {})["issue"]] == [[place]]


def test_a_server_of_another_release_is_refused_in_words(client: FlaskClient, wire: responses.RequestsMock) -> None:
    FakeFhir(wire).statement |= {"fhirVersion": "5.0.0"}

    answer = examine(client, "clinic", "capability")

    assert answer.status_code == 503
    assert "the cases are for R4" in str(answer.json)


def test_a_page_of_another_name_cannot_test_a_server(client: FlaskClient, wire: responses.RequestsMock) -> None:
    fake = FakeFhir(wire)

    assert examine(client, "clinic", "capability", Host="rebound.example").status_code == 403
    assert fake.asked == []


def test_what_nobody_has_allowed_is_not_sent(
    client: FlaskClient, wire: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakeFhir(wire, base=PUBLIC)
    monkeypatch.setattr("adapter.trial.personal_values", lambda _: set())

    answer = examine(client, "sandbox", "resource")

    assert (answer.status_code, fake.asked) == (422, [])
    assert "nobody has allowed" in str(answer.json)
