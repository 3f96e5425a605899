"""Whatever is killed on the way to a real server: it holds each resource once, in the state of the last document."""

from collections.abc import Callable
from pathlib import Path

import pytest

from adapter.client import FhirClient
from adapter.fhir.ownership import match_query
from tests.delivery.crash import Plan, comes_as_messages, crash_run, kept, seed

pytestmark = [pytest.mark.live, pytest.mark.slow]

ENCOUNTERS = 4
SYSTEMS = "https://childrens-genetics.invalid/sid/mrn", "urn:oid:1.2.840.99999.7"


def test_a_real_server_holds_each_resource_once_whatever_is_killed(start_server: Callable[..., str], tmp_path: Path) -> None:
    """The server is its own: these encounters share people with the examples, of whom they say other things."""
    server = start_server()
    planned = Plan(seed=seed(), encounters=ENCOUNTERS, kills=2, pauses=(0.5, 2.5))
    with crash_run(planned, f"sqlite:///{tmp_path}/store.db", server, folder=tmp_path) as (run, store):
        own = kept(run, store)

    client = FhirClient(server, timeout=(3.05, 60.0))
    held = {name: client.read(*name.split("/")).get("status") for name in own}
    assert held == {name: resource.get("status") for name, resource in own.items()}
    for number in range(1, ENCOUNTERS + 1):
        query = match_query(SYSTEMS[comes_as_messages(number)], f"mrn-{number}")
        (patient,) = client.search("Patient", query)
        assert len(client.search("Encounter", f"patient={patient['id']}")) == 1
