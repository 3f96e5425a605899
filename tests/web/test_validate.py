"""What `$validate` takes, and that our own statements about ourselves are valid."""

from typing import Any

import pytest

from adapter.assembly import load
from adapter.checks import check_resource, r4
from adapter.issues import MOST_ISSUES
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


@pytest.mark.parametrize(
    ("settings", "resource", "words"),
    [
        ({"max_items": 9}, {"resourceType": "Bundle", "entry": [{}] * 10}, "`entry` has 10 items"),
        ({"max_steps": 39}, {"resourceType": "Patient", "name": [{"given": ["a"] * 6}]}, "more than 39 steps"),
    ],
)
def test_what_would_take_too_long_is_refused_before_it_is_checked(
    settings: dict[str, Any], resource: dict[str, object], words: str
) -> None:
    client = make_app(load(Settings(**settings))).test_client()
    answer = client.post(f"/fhir/{resource['resourceType']}/$validate", json=resource)

    assert answer.status_code == 413
    assert words in answer.get_json()["issue"][0]["details"]["text"]


@pytest.mark.parametrize("kind", ["Bundle", "Patient"])
def test_no_more_mistakes_are_looked_for_than_are_told(kind: str) -> None:
    resource = {"resourceType": kind, {"Bundle": "entry", "Patient": "contact"}[kind]: [{}] * 200}
    whole, some = check_resource(resource, r4()), check_resource(resource, r4(), most=MOST_ISSUES + 1)

    assert sum(issue.is_error for issue in some) == MOST_ISSUES + 1 < len(whole)
    assert [issue.written() for issue in some] == [issue.written() for issue in whole[: len(some)]]
