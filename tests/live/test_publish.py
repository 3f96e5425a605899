"""Our definitions on a real server: put, put again, and taken off."""

import pytest

from adapter.assembly import default_runtime
from adapter.client import FhirClient
from adapter.client.publish import Publisher

pytestmark = pytest.mark.live


def test_publishing_twice_changes_nothing_and_all_can_be_taken_off(fhir_server: str) -> None:
    runtime = default_runtime()
    definitions = runtime.definitions[:6]
    foreign = {"resourceType": "ValueSet", "id": "foreign", "url": "http://hl7.org/fhir/ValueSet/foreign"}
    publisher = Publisher(client=FhirClient(fhir_server), canonical_base=runtime.settings.canonical_base)

    first = [one.state for one in publisher.publish([*definitions, foreign])]
    again = [one.state for one in publisher.publish(definitions)]
    off = [one.state for one in publisher.unpublish(definitions)]
    gone = [one.state for one in publisher.unpublish(definitions)]

    assert sorted(first) == ["created"] * 6 + ["refused"]
    assert again == ["unchanged"] * 6
    assert off == ["deleted"] * 6
    assert gone == ["not there"] * 6
