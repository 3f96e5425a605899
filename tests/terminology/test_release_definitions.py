"""FHIR's own code systems and value sets can be asked, included, filtered and imported like any other."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapter.assembly import load
from adapter.settings import Settings
from adapter.terminology.release_definitions import release_definitions
from adapter.web.app import make_app

GENDER = "http://hl7.org/fhir/administrative-gender"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return make_app(load(Settings(log_level="error"))).test_client()


def expanded(client: FlaskClient, compose: dict[str, Any]) -> list[str]:
    """The codes of a value set that comes with the request."""
    value_set = {"resourceType": "ValueSet", "url": "http://x.invalid/vs", "status": "active", "compose": compose}
    parameters = [{"name": "valueSet", "resource": value_set}, {"name": "excludeNested", "valueBoolean": True}]
    sent = {"resourceType": "Parameters", "parameter": parameters}
    answer = client.post("/fhir/ValueSet/$expand", data=json.dumps(sent), content_type="application/fhir+json")
    assert answer.status_code == 200, answer.data
    return [entry["code"] for entry in answer.get_json()["expansion"]["contains"]]


def test_a_code_is_validated_by_the_url_of_its_value_set(client: FlaskClient) -> None:
    path = "/fhir/ValueSet/$validate-code?url=http://hl7.org/fhir/ValueSet/administrative-gender"
    answers = [client.get(f"{path}&system={GENDER}&code={code}").get_json()["parameter"] for code in ("female", "femail")]

    results = [parameter["valueBoolean"] for answer in answers for parameter in answer if parameter["name"] == "result"]
    assert results == [True, False]


def test_a_whole_system_is_included(client: FlaskClient) -> None:
    assert expanded(client, {"include": [{"system": GENDER}]}) == ["male", "female", "other", "unknown"]


def test_a_system_is_filtered_by_its_hierarchy(client: FlaskClient) -> None:
    compose = {"include": [{"system": ACT_CODE, "filter": [{"property": "concept", "op": "is-a", "value": "_ActEncounterCode"}]}]}

    assert {"AMB", "VR", "EMER"} <= set(expanded(client, compose))


def test_a_value_set_is_imported_by_another(client: FlaskClient) -> None:
    imported = {"valueSet": ["http://hl7.org/fhir/ValueSet/administrative-gender"]}
    without = {"include": [imported], "exclude": [{"system": GENDER, "concept": [{"code": "unknown"}]}]}

    assert expanded(client, without) == ["male", "female", "other"]


def test_they_are_not_listed_among_our_definitions(client: FlaskClient) -> None:
    assert client.get(f"/fhir/CodeSystem?url={GENDER}").get_json()["total"] == 0


def test_all_of_them_are_whole_and_only_hl7s() -> None:
    systems = [
        release_definition for release_definition in release_definitions() if release_definition["resourceType"] == "CodeSystem"
    ]

    assert len(systems) > 200
    assert all(system["url"].startswith(("http://hl7.org/fhir/", "http://terminology.hl7.org/")) for system in systems)
    assert all("definition" not in concept for system in systems for concept in system.get("concept", ()))
