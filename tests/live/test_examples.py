"""Every example at a real FHIR server: taken, read back as it was sent, valid there, and sent twice the same as once."""

from functools import cache

import pytest
from click.testing import CliRunner

from adapter.cli.send import send_command, triage_lines
from adapter.client import FhirClient, TriageEntry, Verdict, send_bundle
from tests.examples.ground import EXAMPLES, conversion_of, example_names

pytestmark = pytest.mark.live

REFUSED = frozenset({"inline-image"})
SENT = [name for name in example_names() if name not in REFUSED]


@pytest.fixture
def client(fhir_server: str) -> FhirClient:
    return FhirClient(fhir_server, timeout=(3.05, 120.0))


@cache
def lines() -> tuple[TriageEntry, ...]:
    return triage_lines()


@pytest.mark.parametrize("name", SENT)
def test_an_example_is_taken_read_back_and_found_valid(client: FhirClient, name: str) -> None:
    bundle = conversion_of(name).bundle
    assert bundle is not None

    delivery = send_bundle(client, bundle, table=lines())
    remarks = [remark for resource in delivery.resources for remark in resource.remarks]

    assert [(each.reference, each.skipped) for each in delivery.resources if each.skipped] == []
    assert [each for resource in delivery.resources for each in resource.differences if each.kind != "kept"] == []
    assert [each.remark.words for each in remarks if each.remark.issue.is_error] == []
    assert [each.remark.words for each in remarks if each.verdict is Verdict.TO_FIX] == []
    assert len(delivery.resources) == len(bundle["entry"])


@pytest.mark.parametrize("name", SENT)
def test_an_example_that_is_sent_twice_changes_nothing(client: FhirClient, name: str) -> None:
    bundle = conversion_of(name).bundle
    assert bundle is not None

    first, second = client.transaction(bundle), client.transaction(bundle)

    assert [each.version for each in second.entries] == [each.version for each in first.entries]
    assert all(each.version for each in second.entries)
    assert {each.status for each in second.entries} == {200}


def test_all_examples_are_sent_from_the_command_line(fhir_server: str) -> None:
    folders = [str(EXAMPLES / name) for name in SENT]
    done = CliRunner().invoke(send_command, [*folders, "--server", fhir_server], standalone_mode=False)

    assert done.return_value == 0, done.output
    assert done.output.count("all good") == len(SENT)


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_is_refused_is_not_sent(fhir_server: str, name: str) -> None:
    done = CliRunner().invoke(send_command, [str(EXAMPLES / name), "--server", fhir_server], standalone_mode=False)

    assert done.return_value == 1
    assert "refused by our checks" in done.output
