"""What `$validate` takes, and that our own statements about ourselves are valid."""

import pytest

from adapter.assembly import load
from adapter.checks import check_resource, r4
from adapter.settings import Settings
from adapter.web.app import make_app

PATIENT = {"resourceType": "Patient"}


@pytest.mark.parametrize("query", ["", "?mode=terminology"])
def test_what_we_say_of_ourselves_is_valid(query: str) -> None:
    statement = make_app(load(Settings())).test_client().get(f"/fhir/metadata{query}").get_json()

    assert check_resource(statement, r4()) == []


@pytest.mark.parametrize("name", ["profile", "mode"])
def test_a_profile_or_a_mode_is_refused_wherever_it_comes_from(name: str) -> None:
    client = make_app(load(Settings())).test_client()
    parameters = [{"name": "resource", "resource": PATIENT}, {"name": name, "valueUri": "urn:x"}]

    asked = client.post(f"/fhir/Patient/$validate?{name}=x", json=PATIENT)
    sent = client.post("/fhir/Patient/$validate", json={"resourceType": "Parameters", "parameter": parameters})

    assert (asked.status_code, sent.status_code) == (400, 400)
