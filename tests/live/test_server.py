"""The client against a real FHIR server (HAPI FHIR JPA R4)."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest
import yaml

from adapter.client import Difference, FhirClient, Verdict, remarks_behind, send_bundle, triage_table
from adapter.issues import AdapterError, InvalidError, NotFoundError, NotSupportedError

pytestmark = pytest.mark.live

NAMESPACE = UUID("6f1d1c1e-0a5c-5b58-9a51-4a27d0b0c000")
PATIENT = str(uuid5(NAMESPACE, "patient"))
OBSERVATION = str(uuid5(NAMESPACE, "observation"))
OBSERVATION_VALUE = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
HTEST = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}
TABLE = Path(__file__).parents[2] / "mappings" / "triage" / "hapi.yaml"


@pytest.fixture
def client(fhir_server: str) -> FhirClient:
    return FhirClient(fhir_server, timeout=(3.05, 300.0))


def entry(resource: Mapping[str, Any]) -> dict[str, Any]:
    url = f"{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource, "request": {"method": "PUT", "url": url}}


def patient() -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": PATIENT,
        "meta": {"security": [HTEST]},
        "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Test &amp; <b>only</b> it\'s</div>'},
        "identifier": [{"system": "https://0731t-adapter.invalid/fhir/sid/mrn", "value": "TEST-1"}],
        "birthDate": "2020-02",
    }


def observation(*, asserted_by: str = "DEVAST", status: str = "preliminary") -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": OBSERVATION,
        "meta": {"security": [{"system": OBSERVATION_VALUE, "code": asserted_by}, HTEST]},
        "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">A candidate</div>'},
        "status": status,
        "code": {"text": "Candidate syndrome"},
        "subject": {"reference": f"urn:uuid:{PATIENT}"},
        "effectiveDateTime": "2026-03-02T10:05:00.50-05:00",
        "performer": [{"display": "An AI tool"}],
        "valueQuantity": {"value": Decimal("0.8730"), "unit": "face similarity"},
    }


def transaction(*resources: Mapping[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "transaction", "entry": [entry(resource) for resource in resources]}


def test_a_transaction_sent_twice_changes_nothing_the_second_time(client: FhirClient) -> None:
    bundle = transaction(patient(), observation())
    first = client.transaction(bundle)
    second = client.transaction(bundle)

    assert [result.status for result in second.entries] == [200, 200]
    assert [result.version for result in second.entries] == [result.version for result in first.entries]
    assert [result.reference for result in second.entries] == [f"Patient/{PATIENT}", f"Observation/{OBSERVATION}"]


def test_the_same_transaction_sent_by_many_at_once_is_carried_out_once(fhir_server: str) -> None:
    raced = str(uuid4())
    bundle = transaction(patient() | {"id": raced})
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda _: outcome_of(FhirClient(fhir_server), bundle), range(8)))
    final = FhirClient(fhir_server).read("Patient", raced)

    assert set(said) <= {"200", "201", "ConflictError"}
    assert said.count("201") == 1
    assert final["meta"]["versionId"] == "1"


def outcome_of(client: FhirClient, bundle: Mapping[str, Any]) -> str:
    try:
        return str(client.transaction(bundle).entries[0].status)
    except AdapterError as error:
        return type(error).__name__


def test_a_changed_resource_gets_a_new_version_and_its_neighbour_does_not(client: FhirClient) -> None:
    first = client.transaction(transaction(patient(), observation()))
    second = client.transaction(transaction(patient(), observation(status="final")))

    assert second.entries[0].version == first.entries[0].version
    assert second.entries[1].version != first.entries[1].version


def test_what_is_read_back_is_what_was_sent_and_valid(client: FhirClient) -> None:
    delivery = send_bundle(client, transaction(patient(), observation()))

    assert [resource.differences for resource in delivery.resources] == [(), ()]
    assert [resource.skipped for resource in delivery.resources] == [(), ()]
    assert delivery.is_good


def test_a_label_that_is_no_longer_sent_stays_at_the_server_and_is_told(client: FhirClient) -> None:
    """An update adds to tags, security labels and profiles (http://hl7.org/fhir/R4/resource.html#tag-updates)."""
    relabelled = str(uuid4())
    client.transaction(transaction(patient(), observation(asserted_by="AIAST") | {"id": relabelled}))
    delivery = send_bundle(client, transaction(patient(), observation(asserted_by="DEVAST") | {"id": relabelled}))

    labels = {security["code"] for security in client.read("Observation", relabelled)["meta"]["security"]}

    assert delivery.resources[1].differences == (Difference(path="Observation.meta.security", kind="kept"),)
    assert labels == {"AIAST", "DEVAST", "HTEST"}


def test_decimals_and_times_come_back_as_they_were_written(client: FhirClient) -> None:
    client.transaction(transaction(patient(), observation()))
    read = client.read("Observation", OBSERVATION)

    assert str(read["valueQuantity"]["value"]) == "0.8730"
    assert read["effectiveDateTime"] == "2026-03-02T10:05:00.50-05:00"


def test_a_reference_to_nobody_is_refused_and_nothing_of_the_transaction_is_kept(client: FhirClient) -> None:
    stranger = patient() | {"id": str(uuid5(NAMESPACE, "stranger"))}
    lost = observation() | {"id": str(uuid5(NAMESPACE, "lost")), "subject": {"reference": "Patient/nobody-at-all"}}
    with pytest.raises(InvalidError) as refusal:
        client.transaction(transaction(stranger, lost))

    assert "Patient/nobody-at-all" in remarks_behind(refusal.value)[0].words
    assert "nobody" not in str(refusal.value)
    with pytest.raises(NotFoundError):
        client.read("Patient", stranger["id"])


def test_a_code_outside_a_required_binding_is_a_finding_not_a_failure(client: FhirClient) -> None:
    validation = client.validate(observation(status="nonsense"))

    assert any(issue.is_error for issue in validation.issues)
    assert "nonsense" not in "".join(issue.text for issue in validation.issues)


def test_an_unknown_resource_is_not_found(client: FhirClient) -> None:
    with pytest.raises(NotFoundError):
        client.read("Patient", "nobody-at-all")


def test_an_operation_that_the_server_lacks_is_told_apart(client: FhirClient) -> None:
    with pytest.raises((NotSupportedError, NotFoundError, InvalidError)):
        client.read("NoSuchType", "x")


def test_the_server_says_who_it_is(client: FhirClient) -> None:
    assert client.capabilities()["fhirVersion"] == "4.0.1"


def test_plain_r4_knows_devast_and_not_aiast(client: FhirClient) -> None:
    """The canary of decision 9: when it fails, the server's v3-ObservationValue is newer than 2024-02, and `ai` may be used."""
    assert client.validate_code(OBSERVATION_VALUE, "DEVAST") is True
    assert client.validate_code(OBSERVATION_VALUE, "AIAST") is False
    assert client.validate_code("https://0731t-adapter.invalid/fhir/CodeSystem/unheard-of", "x") is None


def test_aiast_is_triaged_as_a_limit_of_the_server(client: FhirClient) -> None:
    table = triage_table(yaml.safe_load(TABLE.read_text()))
    labelled = observation(asserted_by="AIAST") | {"id": str(uuid5(NAMESPACE, "labelled"))}
    delivery = send_bundle(client, transaction(patient(), labelled), table=table)
    verdicts = {(remark.verdict, remark.remark.issue.severity.value) for remark in delivery.resources[1].remarks}

    assert (Verdict.SERVER_LIMIT, "error") in verdicts
    assert delivery.is_good
