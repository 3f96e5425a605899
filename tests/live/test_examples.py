"""Every example at a real FHIR server: taken, read back as it was sent, valid there, and sent twice the same as once."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from click.testing import CliRunner

from adapter.cli.send import send_command, triage_lines
from adapter.client import Delivery, FhirClient, send_bundle
from tests.examples.ground import EXAMPLES, conversion_of, example_names

pytestmark = pytest.mark.live

REFUSED = [name for name in example_names() if not (EXAMPLES / name / "bundle.json").exists()]
SENT = [name for name in example_names() if name not in REFUSED]
CREATED = 201


@pytest.fixture(scope="module")
def client(fhir_server: str) -> FhirClient:
    return FhirClient(fhir_server, timeout=(3.05, 120.0))


@pytest.fixture(scope="module")
def delivery_of(client: FhirClient) -> Callable[[str], Delivery]:
    """What became of an example when it was sent; each is sent and validated once for all tests."""
    lines = triage_lines()
    return cache(lambda name: send_bundle(client, bundle_of(name), table=lines))


def bundle_of(name: str) -> dict[str, Any]:
    bundle = conversion_of(name).bundle
    assert bundle is not None
    return bundle


@pytest.mark.parametrize("name", SENT)
def test_an_example_is_taken_and_read_back_as_it_was_sent(delivery_of: Callable[[str], Delivery], name: str) -> None:
    delivery = delivery_of(name)

    assert len(delivery.resources) == len(bundle_of(name)["entry"])
    assert [(each.reference, each.skipped) for each in delivery.resources if each.skipped] == []
    # Examples share resources, and what one of them marks as test data keeps the label when another one does not.
    assert [each for resource in delivery.resources for each in resource.differences if each.kind != "kept"] == []


@pytest.mark.parametrize("name", SENT)
def test_the_server_finds_no_error_and_every_remark_is_explained(delivery_of: Callable[[str], Delivery], name: str) -> None:
    delivery = delivery_of(name)
    remarks = [remark for resource in delivery.resources for remark in resource.remarks]

    assert [each.remark.words for each in remarks if each.remark.issue.is_error] == []
    assert [each.remark.words for each in remarks if not each.is_known] == []
    assert delivery.is_good


@pytest.mark.parametrize("name", SENT)
def test_an_example_that_is_sent_again_makes_nothing_new(
    client: FhirClient, delivery_of: Callable[[str], Delivery], name: str
) -> None:
    delivery_of(name)
    first, second = client.transaction(bundle_of(name)), client.transaction(bundle_of(name))
    versions = [client.read(*(each.reference or "").split("/"))["meta"]["versionId"] for each in second.entries]

    assert {each.status for each in second.entries} == {200}
    assert [each.version for each in second.entries] == [each.version for each in first.entries] == versions


@pytest.mark.parametrize("name", SENT)
def test_what_an_example_created_is_still_its_first_version(delivery_of: Callable[[str], Delivery], name: str) -> None:
    """A person or organization that another example described in other words has one version for each of them."""
    created = [each for each in delivery_of(name).transaction.entries if each.status == CREATED]

    assert {each.version for each in created} <= {"1"}


@pytest.mark.parametrize("name", SENT)
def test_the_transaction_as_a_whole_is_as_good_as_its_resources(
    client: FhirClient, delivery_of: Callable[[str], Delivery], name: str
) -> None:
    of_resources = {each.remark.words for resource in delivery_of(name).resources for each in resource.remarks}
    remarks = client.validate(bundle_of(name)).remarks

    assert [each.words for each in remarks if each.issue.is_error] == []
    assert [each.words for each in remarks if each.words not in of_resources] == []


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_not_sent(fhir_server: str, name: str) -> None:
    done = CliRunner().invoke(send_command, [str(EXAMPLES / name), "--server", fhir_server], standalone_mode=False)

    assert done.return_value == 1
    assert "refused by our checks" in done.output


def test_all_examples_are_sent_from_the_command_line(fhir_server: str) -> None:
    folders = [str(EXAMPLES / name) for name in SENT]
    done = CliRunner().invoke(send_command, [*folders, "--server", fhir_server], standalone_mode=False)

    assert done.return_value == 0, done.output
    assert done.output.count("all good") == len(SENT)
