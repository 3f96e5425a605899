"""Sending a bundle: carried out, read back, validated, triaged, and honest about what could not be checked."""

from pathlib import Path
from typing import Any

import pytest
import responses
import yaml

from adapter.client import FhirClient, Verdict, send_bundle, triage_table
from adapter.issues import InvalidError, UnavailableError

BASE = "http://127.0.0.1:8080/fhir"
PATIENT = {"resourceType": "Patient", "id": "p-1", "active": True}
CLAIM = {"resourceType": "Claim", "id": "c-1", "patient": {"reference": "urn:uuid:1"}}
BUNDLE = {
    "resourceType": "Bundle",
    "type": "transaction",
    "entry": [
        {"fullUrl": "urn:uuid:1", "resource": PATIENT, "request": {"method": "PUT", "url": "Patient/p-1"}},
        {"fullUrl": "urn:uuid:2", "resource": CLAIM, "request": {"method": "PUT", "url": "Claim/c-1"}},
        {"request": {"method": "DELETE", "url": "Media/m-1"}},
    ],
}
LINE = {"match": "^Known", "severity": "error", "verdict": "server-limit", "why": "Because."}
TABLE = Path(__file__).parents[2] / "mappings" / "triage" / "hapi.yaml"


def outcome(*issues: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": list(issues)}


def said(severity: str, diagnostics: str, *expression: str) -> dict[str, Any]:
    return {"severity": severity, "code": "processing", "diagnostics": diagnostics, "expression": list(expression)}


def server_takes(server: responses.RequestsMock, *locations: str | None) -> None:
    results = [{"status": "200 OK"} | ({"location": location} if location else {}) for location in locations]
    entries = [{"response": result} for result in results]
    server.post(BASE, json={"resourceType": "Bundle", "type": "transaction-response", "entry": entries})


def server_holds(server: responses.RequestsMock, resource: dict[str, Any], *issues: dict[str, Any]) -> None:
    kind = resource["resourceType"]
    server.get(f"{BASE}/{kind}/{resource['id']}", json=resource)
    server.post(f"{BASE}/{kind}/$validate", json=outcome(*issues))


def one(resource: dict[str, Any], **request: str) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "transaction", "entry": [{"resource": resource, "request": request}]}


def test_a_bundle_that_arrives_whole_is_good(server: responses.RequestsMock, client: FhirClient) -> None:
    server_takes(server, "Patient/p-1/_history/1", "Claim/c-1/_history/1", None)
    server_holds(server, PATIENT, said("information", "All OK"))
    server_holds(server, CLAIM | {"patient": {"reference": "Patient/p-1"}, "meta": {"versionId": "1"}})
    delivery = send_bundle(client, BUNDLE)

    assert [resource.reference for resource in delivery.resources] == ["Patient/p-1", "Claim/c-1"]
    assert delivery.is_good
    assert (delivery.requests, delivery.is_validated) == (1, True)


def test_a_change_made_by_the_server_is_told(server: responses.RequestsMock, client: FhirClient) -> None:
    server_takes(server, "Patient/p-1")
    server_holds(server, PATIENT | {"active": False})
    delivery = send_bundle(client, one(PATIENT, method="PUT", url="Patient/p-1"))

    assert delivery.resources[0].differences[0].path == "Patient.active"
    assert not delivery.is_good


def test_remarks_get_their_verdict_from_the_table(server: responses.RequestsMock, client: FhirClient) -> None:
    server_takes(server, "Patient/p-1")
    issues = [said("error", "Known limit"), said("warning", "Known limit"), said("information", "Hello")]
    server_holds(server, PATIENT, *issues)
    delivery = send_bundle(client, one(PATIENT, method="PUT", url="Patient/p-1"), table=triage_table({"entries": [LINE]}))

    assert [remark.verdict for remark in delivery.resources[0].remarks] == [
        Verdict.SERVER_LIMIT,
        Verdict.TO_FIX,
        Verdict.EXPECTED,
    ]
    assert not delivery.is_good


def test_a_line_for_one_path_fits_only_there(server: responses.RequestsMock, client: FhirClient) -> None:
    server_takes(server, "Patient/p-1")
    server_holds(server, PATIENT, said("error", "Known limit", "Patient.name"), said("error", "Known limit", "Patient.active"))
    table = triage_table({"entries": [LINE | {"path": r"\.name$"}]})
    delivery = send_bundle(client, one(PATIENT, method="PUT", url="Patient/p-1"), table=table)

    assert [remark.verdict for remark in delivery.resources[0].remarks] == [Verdict.SERVER_LIMIT, Verdict.TO_FIX]


def test_a_resource_without_a_location_is_looked_for_where_it_was_put(server: responses.RequestsMock, client: FhirClient) -> None:
    server_takes(server, None)
    server_holds(server, PATIENT)

    assert send_bundle(client, one(PATIENT, method="PUT", url="Patient/p-1")).is_good


@pytest.mark.parametrize("request_part", [{"method": "POST", "url": "Patient"}, {"method": "PUT", "url": "Patient?identifier=a"}])
def test_a_resource_that_can_not_be_found_again_is_skipped(
    server: responses.RequestsMock, client: FhirClient, request_part: dict[str, str]
) -> None:
    server_takes(server, None)
    delivery = send_bundle(client, one(PATIENT, **request_part))

    assert "does not say where" in delivery.resources[0].skipped[0].text
    assert not delivery.is_good


def test_a_resource_that_can_not_be_read_is_skipped_with_the_reason(server: responses.RequestsMock, client: FhirClient) -> None:
    server_takes(server, "Patient/p-1")
    server.get(f"{BASE}/Patient/p-1", status=404)
    delivery = send_bundle(client, one(PATIENT, method="PUT", url="Patient/p-1"))

    assert "HTTP 404" in delivery.resources[0].skipped[0].text
    assert not delivery.is_good


@pytest.mark.parametrize(("status", "has_validation"), [(501, False), (404, False), (403, True)])
def test_a_server_that_cannot_validate_leaves_the_comparison(
    server: responses.RequestsMock, client: FhirClient, status: int, *, has_validation: bool
) -> None:
    server_takes(server, "Patient/p-1")
    server.get(f"{BASE}/Patient/p-1", json=PATIENT | {"active": False})
    server.post(f"{BASE}/Patient/$validate", status=status)
    delivery = send_bundle(client, one(PATIENT, method="PUT", url="Patient/p-1"))

    assert [difference.path for difference in delivery.resources[0].differences] == ["Patient.active"]
    assert delivery.is_validated is has_validation
    assert bool(delivery.resources[0].skipped) is has_validation


def test_an_entry_that_was_refused_alone_keeps_the_words_of_the_server(
    server: responses.RequestsMock, client: FhirClient
) -> None:
    response = {"status": "422 Unprocessable", "outcome": outcome(said("error", "Not this one"))}
    server.post(BASE, json={"resourceType": "Bundle", "type": "transaction-response", "entry": [{"response": response}]})
    (resource,) = send_bundle(client, one(PATIENT, method="PUT", url="Patient/p-1")).resources

    assert [remark.words for remark in resource.answered] == ["Not this one"]
    assert "HTTP 422" in resource.skipped[0].text
    assert not resource.is_good


def test_a_transaction_that_is_not_carried_out_is_an_error(server: responses.RequestsMock, client: FhirClient) -> None:
    server.post(BASE, status=500)
    with pytest.raises(UnavailableError):
        send_bundle(client, BUNDLE)


@pytest.mark.parametrize(
    "tree",
    [
        None,
        {"lines": []},
        {"entries": {}},
        {"entries": ["x"]},
        {"entries": [LINE | {"colour": "red"}]},
        {"entries": [{"match": "x"}]},
        {"entries": [LINE | {"match": "("}]},
        {"entries": [LINE | {"match": 7}]},
        {"entries": [LINE | {"severity": "grave"}]},
        {"entries": [LINE | {"verdict": "ignore"}]},
    ],
)
def test_a_table_that_can_not_be_used_is_refused(tree: object) -> None:
    with pytest.raises(InvalidError, match=r"triage table"):
        triage_table(tree)


def test_every_mistake_in_a_table_is_told() -> None:
    with pytest.raises(InvalidError) as error:
        triage_table({"entries": [LINE, LINE | {"match": "("}, LINE | {"verdict": "?"}]})

    assert len(error.value.issues) == 2


def test_the_committed_table_can_be_used() -> None:
    assert len(triage_table(yaml.safe_load(TABLE.read_text()))) > 20
