"""Sending without overwriting what others own, to servers of every temper (docs/identity.md)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import responses

from adapter.client import Abilities, Delivery, FhirClient, Retries, Sender, abilities_in, remarks_behind
from adapter.fhir.ownership import Shared
from adapter.issues import AdapterError, ConflictError, InvalidError, UnavailableError
from tests.fake_fhir import BASE, Answer, FakeFhir, outcome

MRN = {"system": "urn:oid:1.2.3", "value": "4711"}
NPI = {"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893"}
SHARED: list[Shared] = ["create", "merge", "put"]
BUSY: Answer = (500, {}, outcome({"severity": "error", "diagnostics": "busy"}))


@pytest.fixture
def server() -> Iterator[FakeFhir]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield FakeFhir(mock)


def sender(shared: Shared, abilities: Abilities | None = None) -> Sender:
    retries = Retries(attempts=4, sleep=lambda _: None)
    client = FhirClient(BASE, retries=retries)
    return Sender(client=client, shared=shared, abilities=abilities or Abilities(), retries=retries)


def put(resource: dict[str, Any]) -> dict[str, Any]:
    url = f"{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource, "request": {"method": "PUT", "url": url}}


def bundle(**patient: object) -> dict[str, Any]:
    """A claim, its patient and two more, in the order that refers forwards."""
    resources: list[dict[str, Any]] = [
        {"resourceType": "Claim", "id": "c", "patient": {"reference": "urn:uuid:p"}, "provider": {"reference": "urn:uuid:d"}},
        {
            "resourceType": "Patient",
            "id": "p",
            "identifier": [MRN],
            "generalPractitioner": [{"reference": "urn:uuid:d"}],
            **patient,
        },
        {"resourceType": "Practitioner", "id": "d", "identifier": [NPI]},
        {"resourceType": "Observation", "id": "o", "status": "final", "subject": {"reference": "urn:uuid:p"}},
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": [put(resource) for resource in resources]}


def hold_patient(server: FakeFhir, **more: object) -> None:
    server.hold({"resourceType": "Patient", "id": "4711", "identifier": [MRN], "birthDate": "2020-02", **more})


def actions(delivery: Delivery) -> list[str]:
    return [resource.action for resource in delivery.resources]


@pytest.mark.parametrize("shared", SHARED)
def test_sent_twice_is_sent_once(server: FakeFhir, shared: Shared) -> None:
    first = sender(shared).send(bundle())
    before = server.versions()
    second = sender(shared).send(bundle())

    assert first.is_good
    assert second.is_good
    assert server.versions() == before
    assert len(before) == 4
    assert set(actions(first)) == {"created"}


@pytest.mark.parametrize("shared", ["create", "merge"])
def test_a_server_that_knows_the_patient_keeps_its_id_and_everything_points_there(server: FakeFhir, shared: Shared) -> None:
    hold_patient(server)
    delivery = sender(shared).send(bundle(gender="female"))

    (patient,) = server.of("Patient")
    assert (patient["id"], patient["birthDate"]) == ("4711", "2020-02")
    assert patient.get("gender") == ("female" if shared == "merge" else None)
    assert server.held["Claim/c"]["patient"] == server.held["Observation/o"]["subject"] == {"reference": "Patient/4711"}
    assert delivery.is_good


def test_put_replaces_under_our_id_even_what_was_to_be_created(server: FakeFhir) -> None:
    hold_patient(server)
    sent = bundle()
    patient = sent["entry"][1]
    patient["request"] = {"method": "POST", "url": "Patient", "ifNoneExist": "identifier=x"}
    del patient["resource"]["id"]

    assert sender("put").send(sent).is_good
    assert server.held["Patient/p"]["id"] == "p"
    assert "birthDate" not in server.held["Patient/p"]


def test_what_changed_and_what_was_kept_is_told_by_path(server: FakeFhir) -> None:
    hold_patient(server, telecom=[{"system": "phone", "value": "1"}])
    (_, patient, *_) = sender("merge").send(bundle(birthDate="2020-02-03")).resources

    assert patient.changed == ("Patient.birthDate", "Patient.generalPractitioner")
    assert patient.kept == ("Patient.telecom",)
    assert patient.action == "updated"


@pytest.mark.parametrize("shared", ["create", "merge"])
def test_two_with_one_identifier_are_named_and_nothing_is_sent(server: FakeFhir, shared: Shared) -> None:
    hold_patient(server)
    server.hold({"resourceType": "Patient", "id": "other", "identifier": [MRN]})
    before = server.versions()
    with pytest.raises(ConflictError, match="Patient/4711 and Patient/other"):
        sender(shared).send(bundle())

    assert server.versions() == before


def test_another_value_of_the_same_search_is_not_taken_for_a_match(server: FakeFhir, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that does not know the search parameter gives everything."""
    server.hold({"resourceType": "Patient", "id": "somebody", "identifier": [{"system": "urn:oid:9", "value": "4711"}]})
    monkeypatch.setattr(FakeFhir, "_matching", lambda self, kind, _: [f"{kind}/{held['id']}" for held in self.of(kind)])
    server.heeds_conditions = False
    sender("merge").send(bundle())

    assert len(server.of("Patient")) == 2


def test_a_server_that_does_not_heed_conditions_is_named(server: FakeFhir) -> None:
    server.heeds_conditions = False
    sender("create").send(bundle())
    delivery = sender("create").send(bundle())

    assert "several Patient resources with one identifier" in delivery.issues[0].text
    assert "ignores ifNoneExist" in delivery.issues[0].text
    assert not delivery.is_good


@pytest.mark.parametrize("shared", ["create", "merge"])
def test_a_server_that_says_so_is_searched_and_given_our_ids(server: FakeFhir, shared: Shared) -> None:
    server.heeds_conditions = False
    hold_patient(server)
    unable = frozenset({"Patient", "Practitioner"})
    for _ in range(2):
        assert sender(shared, Abilities(no_conditional_create=unable)).send(bundle()).is_good

    assert set(server.held) == {"Patient/4711", "Practitioner/d", "Claim/c", "Observation/o"}
    assert server.held["Claim/c"]["provider"] == {"reference": "Practitioner/d"}


@pytest.mark.parametrize("shared", SHARED)
@pytest.mark.parametrize("carried_out", [True, False])
def test_after_a_fault_the_server_is_looked_at_before_the_next_try(
    server: FakeFhir, shared: Shared, *, carried_out: bool
) -> None:
    (server.late_answers if carried_out else server.answers).append(BUSY)
    delivery = sender(shared).send(bundle())
    sent = [asked for asked in server.asked if asked == "POST "]

    assert delivery.is_good
    assert len(server.held) == 4
    assert set(server.versions().values()) == {"1"}
    assert len(sent) == (1 if carried_out else 2)
    assert delivery.requests == (0 if carried_out else 1)


def test_faults_without_end_are_told(server: FakeFhir) -> None:
    server.answers = [BUSY] * 9

    with pytest.raises(UnavailableError):
        sender("put").send(bundle())
    assert server.asked.count("POST ") == 4


def test_a_refusal_is_not_tried_again(server: FakeFhir) -> None:
    server.answers = [(422, {}, outcome({"severity": "error", "diagnostics": "no"}))]

    with pytest.raises(InvalidError):
        sender("put").send(bundle())
    assert server.asked == ["POST "]


def test_a_write_of_somebody_else_in_between_is_not_lost(server: FakeFhir) -> None:
    hold_patient(server)
    server.before_write = [lambda: hold_patient(server, photo=[{"url": "https://pictures.example/1"}])]
    delivery = sender("merge").send(bundle(gender="female"))

    (patient,) = server.of("Patient")
    assert (patient["gender"], patient["photo"]) == ("female", [{"url": "https://pictures.example/1"}])
    assert delivery.is_good


def test_writes_of_somebody_else_without_end_end(server: FakeFhir) -> None:
    hold_patient(server)
    counter = iter(range(100))
    server.before_write = [lambda: hold_patient(server, multipleBirthInteger=next(counter))] * 100

    with pytest.raises(ConflictError) as error:
        sender("merge").send(bundle(gender="female"))
    assert "in each of 4 tries" in error.value.issues[-1].text


@pytest.mark.parametrize("shared", SHARED)
@pytest.mark.parametrize("most", [1, 2, 3])
def test_a_server_with_a_limit_gets_parts_in_the_order_of_references(server: FakeFhir, shared: Shared, most: int) -> None:
    server.most_entries = most
    delivery = sender(shared).send(bundle())
    again = sender(shared).send(bundle())

    assert delivery.is_good
    assert delivery.requests == (2 if most > 1 else 4)
    assert set(server.versions().values()) == {"1"}
    assert len(server.held) == 4
    assert again.is_good


def test_a_limit_of_nothing_is_a_refusal(server: FakeFhir) -> None:
    server.most_entries = 0

    with pytest.raises(InvalidError):
        sender("put").send(bundle())


def test_entries_that_refer_to_each_other_stay_together(server: FakeFhir) -> None:
    server.most_entries = 2
    first, second = (
        {"resourceType": "Basic", "id": name, "subject": {"reference": f"urn:uuid:{other}"}} for name, other in ("ab", "ba")
    )
    entries = [*bundle()["entry"], put(first), put(second)]

    assert sender("put").send({"resourceType": "Bundle", "type": "transaction", "entry": entries}).requests == 3


def test_a_refusal_in_the_middle_says_how_much_was_taken(server: FakeFhir) -> None:
    server.most_entries = 2

    def refuse() -> None:
        server.answers.append((422, {}, outcome({"severity": "error", "diagnostics": "not this"})))

    server.before_write = [refuse]
    with pytest.raises(InvalidError) as error:
        sender("put").send(bundle())

    assert error.value.issues[-1].text == "2 of 4 resources were taken before that: send again, which repeats nothing."
    assert sender("put").send(bundle()).is_good


@pytest.mark.parametrize("shared", SHARED)
def test_a_server_without_transactions_gets_single_requests(server: FakeFhir, shared: Shared) -> None:
    server.transactions = False
    hold_patient(server, id="4711")
    before = [sender(shared, Abilities(transactions=False)).send(bundle(gender="female")) for _ in range(2)]
    versions = server.versions()

    assert [delivery.is_good for delivery in before] == [True, True]
    assert sender(shared, Abilities(transactions=False)).send(bundle(gender="female")).is_good
    assert server.versions() == versions
    assert "POST " not in server.asked


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (501, "no"),
        (405, "no"),
        (400, "Transactions are not supported here"),
        (422, "this server does not support transactions"),
    ],
)
def test_a_server_that_turns_out_to_take_no_transactions_gets_single_requests(server: FakeFhir, status: int, words: str) -> None:
    server.answers = [(status, {}, outcome({"severity": "error", "diagnostics": words}))]
    delivery = sender("create").send(bundle())

    assert delivery.is_good
    assert delivery.requests == 4
    assert server.asked.count("POST ") == 1


def test_a_refusal_says_which_entry_it_is_about(server: FakeFhir) -> None:
    places = ["Bundle.entry[0].resource.patient", "Bundle.entry[2]", "Bundle.entry[9]", "Claim.patient"]
    said = [{"severity": "error", "diagnostics": "odd", "expression": [place]} for place in places]
    server.answers = [(422, {}, outcome(*said, {"severity": "error", "diagnostics": "odd"}))]
    with pytest.raises(InvalidError) as refusal:
        sender("create").send(bundle())

    assert [remark.about for remark in remarks_behind(refusal.value)] == ["Claim/c", "Practitioner urn:uuid:d", None, None, None]


def test_an_answer_that_is_not_a_bundle_has_no_entries_to_be_about(server: FakeFhir) -> None:
    server.answers = [(200, {}, '{"resourceType": "Patient"}')]

    with pytest.raises(UnavailableError, match="Bundle"):
        sender("create").send(bundle())


def test_without_an_answer_the_rest_is_not_read_back(server: FakeFhir) -> None:
    server.answers_reads = False
    delivery = sender("put").send(bundle())

    assert delivery.is_lost
    assert all(resource.skipped for resource in delivery.resources)
    assert sum(asked.startswith("GET") for asked in server.asked) == 4  # as often as one request is tried


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ([], Abilities()),
        ([{"mode": "client", "interaction": [{"code": "batch"}]}], Abilities()),
        ([{"mode": "server"}], Abilities()),
        ([{"mode": "server", "interaction": [{"code": "transaction"}]}], Abilities()),
        ([{"mode": "server", "interaction": [{"code": "batch"}]}], Abilities(transactions=False)),
        (
            [{"mode": "server", "resource": [{"type": "Patient", "conditionalCreate": False}, {"type": "Claim"}, "x"]}],
            Abilities(no_conditional_create=frozenset({"Patient"})),
        ),
        ([{"mode": "server", "resource": [{"type": "Patient", "conditionalCreate": True}]}], Abilities()),
    ],
)
def test_abilities_are_those_that_a_server_states(rest: list[Any], expected: Abilities) -> None:
    assert abilities_in({"resourceType": "CapabilityStatement", "rest": rest}) == expected


def test_what_may_not_go_to_a_public_server_is_not_even_asked_about() -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        public = FakeFhir(mock, base="https://fhir.example/r4")
        with pytest.raises(AdapterError, match="HTEST"):
            Sender(client=FhirClient("https://fhir.example/r4"), shared="merge").send(bundle())

    assert public.asked == []


@pytest.mark.parametrize("shared", SHARED)
def test_what_was_sent_before_is_looked_for_and_what_is_new_is_not(server: FakeFhir, shared: Shared) -> None:
    careful = replace(sender(shared), looks_first=True)
    first = careful.send(bundle())
    asked = len(server.asked)
    second = careful.send(bundle())

    assert server.asked[0] == "GET Claim/c"
    assert (first.requests, second.requests) == (1, 0)
    assert "POST " not in server.asked[asked:]
    assert set(actions(second)) == {"unchanged"}


def test_what_says_the_same_in_another_order_is_not_sent_again(server: FakeFhir) -> None:
    careful = replace(sender("put"), looks_first=True)
    careful.send(bundle(name=[{"given": ["A", "B"]}, {"family": "C"}]))

    before = server.versions()

    assert careful.send(bundle(name=[{"family": "C"}, {"given": ["A", "B"]}])).requests == 0
    assert server.versions() == before
    assert careful.send(bundle(name=[{"family": "C"}, {"given": ["B", "A"]}])).requests == 1


def test_a_bundle_without_anything_that_is_put_cannot_be_looked_for(server: FakeFhir) -> None:
    sent = bundle()
    sent["entry"] = [entry for entry in sent["entry"] if entry["resource"]["resourceType"] == "Practitioner"]

    assert replace(sender("create"), looks_first=True).send(sent).is_good
    assert server.asked[0] == "POST "
