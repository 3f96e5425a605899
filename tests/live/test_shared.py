"""Two clinics, one server: what others own is found and kept, and nothing is written twice (docs/identity.md)."""

import json
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from random import Random
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

import pytest

from adapter.client import Delivery, FhirClient, Sender, abilities_in
from adapter.fhir.json import canonical_bytes
from adapter.fhir.ownership import SHARED_TYPES, Shared, match_query
from adapter.issues import ConflictError
from adapter.readers.document import Document
from tests.examples.ground import EXAMPLES, OPTIONS, documents_of, native_example_names, pipeline
from tests.examples.shuffle import numbered, shuffled

pytestmark = pytest.mark.live

Json = dict[str, Any]
TEST_LABEL = {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}]}
SENDERS = 20
SHARED: list[Shared] = ["create", "merge", "put"]
CAREFUL: list[Shared] = ["create", "merge"]
OWN = ("encounter.json", "ai_report.json")
SENT = [name for name in native_example_names() if (EXAMPLES / name / "bundle.json").exists()]


@pytest.fixture
def client(each_server: str) -> FhirClient:
    return FhirClient(each_server, timeout=(3.05, 300.0))


def sender(client: FhirClient, shared: Shared) -> Sender:
    """A sender that does not validate: that is another test's business, and takes most of the time."""
    abilities = abilities_in(client.capabilities() | {"implementation": {}})
    return Sender(
        client=client, shared=shared, looks_first=True, abilities=type(abilities)(**{**_fields(abilities), "validates": False})
    )


def _fields(abilities: Any) -> Json:  # noqa: ANN401 - a frozen value with slots
    return {name: getattr(abilities, name) for name in abilities.__dataclass_fields__}


def clinic() -> str:
    """The identifier system of a clinic that no test had before."""
    return f"https://{uuid4()}.example/mrn"


def bundle_of(system: str, *, case: str = "1", sparse: bool = False, **patient: object) -> Json:
    """The infant's encounter as another clinic has it; sparse, only the identifier of the patient is known."""
    documents = []
    for document in documents_of(EXAMPLES / "infant-final-report"):
        tree = json.loads(document.content)
        # The numbers of two clinics may be the same; what tells them apart is the system.
        person = {} if sparse or document.name != "encounter.json" else {**tree["patient"], **patient}
        tree["patient"] = {**person, "mrn": "4711", "mrn_system": system}
        tree["id"] = f"{system}/{case}"
        if "id" in tree.get("encounter", {}):
            tree["encounter"]["id"] = f"{system}/{case}"
        documents.append(Document(name=document.name, content=json.dumps(tree).encode()))
    conversion = pipeline().convert(documents, OPTIONS)
    assert conversion.bundle is not None, conversion.issues
    return salted(conversion.bundle, system, kinds=SHARED_TYPES - {"Patient", "Encounter"})


def salted(bundle: Json, salt: str, *, kinds: frozenset[str] = SHARED_TYPES) -> Json:
    """The Bundle with other identifiers for what others may own, so that tests which share a server do not share a clinic."""
    for entry in bundle["entry"]:
        if entry["resource"]["resourceType"] in kinds:
            for identifier in entry["resource"].get("identifier", []):
                identifier["value"] = str(uuid5(NAMESPACE_URL, f"{salt}/{identifier['value']}"))
    return bundle


def renamed(bundle: Json, salt: str) -> Json:
    """The Bundle under other ids."""
    text = canonical_bytes(bundle).decode()
    for entry in bundle["entry"]:
        text = text.replace(entry["resource"]["id"], str(uuid5(NAMESPACE_URL, f"{salt}/{entry['resource']['id']}")))
    named: Json = json.loads(text, parse_float=Decimal)
    return named


def patients(client: FhirClient, system: str) -> tuple[Json, ...]:
    return client.search("Patient", match_query(system, "4711"))


def resources_of(client: FhirClient, delivery: Delivery, kind: str) -> list[Json]:
    references = [resource.reference or "" for resource in delivery.resources]
    return [client.read(*reference.split("/")) for reference in references if reference.startswith(f"{kind}/")]


@pytest.mark.parametrize("shared", SHARED)
def test_two_clinics_with_the_same_number_are_two_patients(client: FhirClient, shared: Shared) -> None:
    first, second = clinic(), clinic()
    for system, name in ((first, "First"), (second, "Second")):
        assert sender(client, shared).send(bundle_of(system, family=name)).is_good

    ((one,), (other,)) = patients(client, first), patients(client, second)
    assert (one["name"][0]["family"], other["name"][0]["family"]) == ("First", "Second")
    assert one["id"] != other["id"]


@pytest.mark.parametrize("shared", CAREFUL)
@pytest.mark.parametrize("sparse_first", [True, False])
def test_an_encounter_that_knows_little_erases_nothing(client: FhirClient, shared: Shared, *, sparse_first: bool) -> None:
    system = clinic()
    for number, sparse in enumerate((sparse_first, not sparse_first)):
        assert sender(client, shared).send(bundle_of(system, case=str(number), sparse=sparse)).is_good

    (patient,) = patients(client, system)
    is_rich = {"name", "gender", "birthDate"} <= patient.keys()
    assert is_rich is (shared == "merge" or not sparse_first)


@pytest.mark.parametrize("shared", CAREFUL)
def test_a_server_that_holds_the_patient_keeps_its_id_and_what_we_do_not_know(client: FhirClient, shared: Shared) -> None:
    system, number = clinic(), str(uuid4())
    more: Json = {"multipleBirthInteger": 2, "telecom": [{"system": "email", "value": "x@clinic.example"}]}
    identifier = {"system": system, "value": "4711"}
    held = {"resourceType": "Patient", "id": number, "meta": TEST_LABEL, "identifier": [identifier], **more}
    client.carry_out({"resource": held, "request": {"method": "PUT", "url": f"Patient/{number}"}})
    delivery = sender(client, shared).send(bundle_of(system))

    (patient,) = patients(client, system)
    assert delivery.is_good
    assert patient["id"] == number
    assert patient["multipleBirthInteger"] == more["multipleBirthInteger"]
    assert more["telecom"][0] in patient["telecom"]
    assert ("name" in patient) is (shared == "merge")
    (claim,) = resources_of(client, delivery, "Claim")
    assert claim["patient"]["reference"] == f"Patient/{number}"


@pytest.mark.parametrize("shared", SHARED)
def test_many_senders_of_one_encounter_leave_one_of_each(fhir_server: str, shared: Shared) -> None:
    """At HAPI only: the second server keeps resources in memory, without anything that keeps two transactions apart."""
    client = FhirClient(fhir_server, timeout=(3.05, 300.0))
    system = clinic()
    bundle = bundle_of(system)
    with ThreadPoolExecutor(SENDERS) as pool:
        first = list(pool.map(lambda _: sent_at_once(client, shared, bundle), range(SENDERS)))
    # On a busy machine a sender may lose every race: it is told so, and sends again.
    deliveries = [delivery if delivery.is_good else sent_at_once(client, shared, bundle) for delivery in first]

    assert [delivery.is_good for delivery in deliveries] == [True] * SENDERS
    assert len(patients(client, system)) == 1
    assert len({tuple(resource.reference for resource in delivery.resources) for delivery in deliveries}) == 1
    own = [resource for resource in deliveries[0].resources if (resource.reference or "").split("/")[0] not in SHARED_TYPES]
    assert sender(client, shared).send(bundle).is_good
    assert len(own) > 10


def sent_at_once(client: FhirClient, shared: Shared, bundle: Json) -> Delivery:
    return sender(FhirClient(client.target.base_url, timeout=(3.05, 300.0)), shared).send(bundle)


@pytest.mark.parametrize("shared", SHARED)
@pytest.mark.parametrize("name", SENT)
def test_an_example_that_is_sent_again_makes_no_new_version(client: FhirClient, shared: Shared, name: str) -> None:
    """Neither as it was, nor with all lists of our own documents in another order: in what others write a place may be a rank."""
    trees = [
        (document.name, numbered(json.loads(document.content, parse_float=Decimal))) for document in documents_of(EXAMPLES / name)
    ]
    again = [(file, shuffled(tree, Random(0)) if file in OWN else tree) for file, tree in trees]  # noqa: S311 - no secret
    system = clinic()
    first = sender(client, shared).send(sent_as(system, trees))
    before = versions(client, first)

    for bundle in (sent_as(system, trees), sent_as(system, again)):
        delivery = sender(client, shared).send(bundle)
        assert delivery.is_good
        assert versions(client, delivery) == before
        assert "created" not in {resource.action for resource in delivery.resources}


def sent_as(system: str, trees: list[tuple[str, Json]]) -> Json:
    """The Bundle of the documents, as if they were another clinic's."""
    documents = [Document(name=name, content=canonical_bytes(tree)) for name, tree in trees]
    content = pipeline().convert(documents, OPTIONS).content
    assert content is not None
    return renamed(salted(json.loads(content, parse_float=Decimal), system), system)


def infant(**changes: Any) -> list[tuple[str, Json]]:  # noqa: ANN401 - JSON
    """The documents of the infant's encounter, changed."""
    encounter, report = [
        (document.name, json.loads(document.content)) for document in documents_of(EXAMPLES / "infant-final-report")
    ]
    return [(encounter[0], {**encounter[1], **changes}), report]


@pytest.mark.parametrize("shared", CAREFUL)
def test_two_orders_in_another_order_are_the_same_two(client: FhirClient, shared: Shared) -> None:
    system = clinic()
    clinician = infant()[0][1]["practitioners"][0]["key"]
    orders = [{"code": "81415", "gene": gene, "status": "active", "ordered_by": clinician} for gene in ("KMT2D", "KDM6A")]
    first, second = (sender(client, shared).send(sent_as(system, infant(orders=listed))) for listed in (orders, orders[::-1]))

    assert first.is_good
    assert second.is_good
    assert len(resources_of(client, second, "ServiceRequest")) == 2
    assert versions(client, second) == versions(client, first)


@pytest.mark.parametrize("shared", CAREFUL)
def test_one_clinician_in_two_roles_is_one_practitioner_there(client: FhirClient, shared: Shared) -> None:
    (rendering, *others) = infant()[0][1]["practitioners"]
    supervising = {**rendering, "key": "again", "role": "supervising"}
    trees = infant(practitioners=[rendering, supervising, *others])
    delivery = sender(client, shared).send(sent_as(clinic(), trees))

    assert delivery.is_good
    people = [person["id"] for person in resources_of(client, delivery, "Practitioner")]
    roles = resources_of(client, delivery, "PractitionerRole")
    assert len(people) == len(set(people)) == 1 + len(others)
    assert len(roles) == 2 + len(others)
    assert len([role for role in roles if role["practitioner"]["reference"] == f"Practitioner/{people[0]}"]) == 2


def versions(client: FhirClient, delivery: Delivery) -> dict[str, str]:
    references = [resource.reference or "" for resource in delivery.resources]
    return {reference: client.read(*reference.split("/"))["meta"]["versionId"] for reference in references}


@pytest.mark.parametrize("shared", CAREFUL)
def test_two_patients_with_one_identifier_are_named_and_nothing_is_sent(client: FhirClient, shared: Shared) -> None:
    system = clinic()
    ids = [str(uuid4()), str(uuid4())]
    for number in ids:
        identifier = [{"system": system, "value": "4711"}]
        resource = {"resourceType": "Patient", "id": number, "meta": TEST_LABEL, "identifier": identifier}
        client.carry_out({"resource": resource, "request": {"method": "PUT", "url": f"Patient/{number}"}})
    bundle = bundle_of(system)
    with pytest.raises(ConflictError) as refusal:
        sender(client, shared).send(bundle)

    assert all(f"Patient/{number}" in refusal.value.issues[0].text for number in ids)
    (claim,) = [entry["resource"]["id"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Claim"]
    with pytest.raises(Exception, match="HTTP 404"):
        client.read("Claim", claim)
