"""FHIR as JSON: resources by type, references resolved inside the document and never invented, every value with its place."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.checks import r4
from adapter.checks.structure_walk import explain
from adapter.issues import AdapterError, ConflictError, InvalidError, PendingIssue
from adapter.json_types import JsonObject
from adapter.readers.document import Document
from adapter.readers.fhir_reader import FhirDocument, read_fhir
from adapter.readers.json_reader import JsonReader

NPI = "http://hl7.org/fhir/sid/us-npi"


def structure(resource: JsonObject) -> Iterator[PendingIssue]:
    return explain(resource, r4().table)


def read(tree: Any) -> FhirDocument:  # noqa: ANN401 - JSON
    return read_fhir(tree, Document(name="b.json", content=json.dumps(tree).encode()), structure)


def bundle(*entries: dict[str, Any], kind: str = "collection") -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def entry(resource: dict[str, Any], url: str | None = None) -> dict[str, Any]:
    return {"resource": resource} | ({"fullUrl": url} if url else {})


DOCTOR: dict[str, Any] = {"resourceType": "Practitioner", "id": "d1", "identifier": [{"system": NPI, "value": "1234567893"}]}


@pytest.mark.parametrize(
    ("reference", "target"),
    [
        ({"reference": "urn:uuid:4b978e93-5a7c-89ce-af72-2549884783f5"}, "Practitioner/d1"),
        ({"reference": "Practitioner/d1"}, "Practitioner/d1"),
        ({"reference": "Practitioner/d1/_history/3"}, "Practitioner/d1"),
        ({"reference": f"Practitioner?identifier={NPI}|1234567893"}, "Practitioner/d1"),
        ({"reference": "Practitioner?identifier=http%3A%2F%2Fhl7.org%2Ffhir%2Fsid%2Fus-npi%7C1234567893"}, "Practitioner/d1"),
        ({"type": "Practitioner", "identifier": {"system": NPI, "value": "1234567893"}}, "Practitioner/d1"),
        ({"identifier": {"system": NPI, "value": "1234567893"}}, "Practitioner/d1"),
        ({"reference": "https://other.example/Practitioner/d1"}, "https://other.example/Practitioner/d1"),
        ({"reference": "Practitioner/d2", "display": "Dr. D"}, "Practitioner/d2"),
        ({"reference": f"Practitioner?identifier={NPI}|1"}, f"Practitioner?identifier={NPI}|1"),
        ({"identifier": {"system": NPI, "value": "1"}}, None),
        ({"type": "Organization", "identifier": {"system": NPI, "value": "1234567893"}}, None),
        ({"display": "Dr. D"}, None),
    ],
)
def test_a_reference_leads_to_what_is_in_the_document_or_stays_as_it_was_sent(
    reference: dict[str, Any], target: str | None
) -> None:
    patient = {"resourceType": "Patient", "id": "p", "generalPractitioner": [reference]}
    document = read(bundle(entry(DOCTOR, "urn:uuid:4b978e93-5a7c-89ce-af72-2549884783f5"), entry(patient)))

    assert document.tree["Patient"][0]["generalPractitioner"][0].get("reference") == target


def test_an_absolute_reference_leads_to_the_entry_of_that_url() -> None:
    patient = {"resourceType": "Patient", "generalPractitioner": [{"reference": "https://a.example/Practitioner/d1"}]}
    document = read(bundle(entry(DOCTOR, "https://a.example/Practitioner/d1"), entry(patient)))

    assert document.tree["Patient"][0]["generalPractitioner"][0]["reference"] == "Practitioner/d1"


def person(version: str, **said: str) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": "p", "meta": {"versionId": version}, **said}


def test_a_resource_that_was_sent_twice_is_one() -> None:
    twice = bundle(entry(person("1", gender="female")), entry(person("2", gender="female"), "https://a.example/Patient/p"))

    assert [one["gender"] for one in read(twice).tree["Patient"]] == ["female"]


def test_resources_of_two_servers_with_one_id_are_two() -> None:
    urls = ("https://a.example/Patient/p", "https://b.example/Patient/p")
    document = read(bundle(*(entry(person("1", gender=sex), url) for sex, url in zip(("female", "male"), urls, strict=True))))

    assert [one["gender"] for one in document.tree["Patient"]] == ["female", "male"]


def test_a_resource_that_is_there_twice_must_say_the_same() -> None:
    with pytest.raises(ConflictError, match="here twice") as caught:
        read(bundle(entry(person("1", gender="female")), entry(person("2", gender="male"))))

    assert caught.value.issues[0].location == ("b.json#/entry/0/resource", "b.json#/entry/1/resource")


def test_of_a_history_the_newest_versions_count_and_the_others_stay_in_the_bundle() -> None:
    deleted = {"request": {"method": "DELETE", "url": "Practitioner/d1"}}
    versions = (
        entry(person("2", gender="female")),
        deleted,
        entry(DOCTOR),
        entry(person("1", gender="male")),
        {"fullUrl": "urn:x"},
    )
    document = read(bundle(*versions, kind="history"))

    assert [one["gender"] for one in document.tree["Patient"]] == ["female"]
    assert "Practitioner" not in document.tree
    assert [at for at, one in enumerate(document.tree["Bundle"][0]["entry"]) if "resource" in one] == [2, 3]


LATER = [
    ({"resourceType": "Encounter", "class": [{"text": "office"}]}, "/class/0", "`Encounter.class`"),
    ({"resourceType": "Encounter", "participant": [{}, {"actor": {}}]}, "/participant/1/actor", "it is `participant.individual`"),
    ({"resourceType": "Procedure", "occurrenceDateTime": 7}, "/occurrenceDateTime", "it is `performedDateTime`"),
    ({"resourceType": "ServiceRequest", "code": {"concept": {"text": "x"}}}, "/code/concept", "it is `code` itself"),
]


@pytest.mark.parametrize(("resource", "place", "words"), LATER)
def test_what_r5_has_otherwise_is_refused_as_r5(resource: JsonObject, place: str, words: str) -> None:
    around = {"resourceType": "Patient", "contained": [resource]}
    wrapped = {"resourceType": "Parameters", "parameter": [{"part": [{"resource": bundle(entry(resource))}]}]}
    for tree, before in (
        (resource, ""),
        (bundle(entry(around)), "/entry/0/resource/contained/0"),
        (around, "/contained/0"),
        (wrapped, "/parameter/0/part/0/resource/entry/0/resource"),
    ):
        with pytest.raises(InvalidError, match=f"this is FHIR R5.*{words}") as caught:
            read(tree)

        assert [issue.location for issue in caught.value.issues] == [(f"b.json#{before}{place}",)]


def test_what_r5_has_as_r4_has_it_is_read() -> None:
    visit = {"resourceType": "Encounter", "class": {"code": "AMB"}, "participant": [{"individual": {"display": "A"}}]}

    assert read(bundle(entry(visit))).tree["Encounter"][0]["class"] == {"code": "AMB"}


@pytest.mark.parametrize(
    ("url", "target"),
    [(None, "Practitioner/d1"), ("https://ehr.example/fhir/Practitioner/d1", "https://other.example/fhir/Practitioner/d1")],
)
def test_an_absolute_reference_leads_by_type_and_id_only_to_what_was_sent_without_its_url(url: str | None, target: str) -> None:
    visit = {
        "resourceType": "Encounter",
        "participant": [{"individual": {"reference": "https://other.example/fhir/Practitioner/d1"}}],
    }
    document = read(bundle(entry(DOCTOR, url), entry(visit)))

    assert document.tree["Encounter"][0]["participant"][0]["individual"]["reference"] == target


def test_what_is_contained_in_two_resources_and_says_the_same_is_one() -> None:
    visits = [
        {"resourceType": kind, "id": "1", "contained": [{**DOCTOR, "id": name}], "performer": [{"reference": f"#{name}"}]}
        for kind, name in (("Observation", "a"), ("DiagnosticReport", "b"))
    ]
    tree = read(bundle(*map(entry, visits))).tree

    assert [doctor["id"] for doctor in tree["Practitioner"]] == ["Observation/1#a"]
    assert [tree[kind][0]["performer"][0]["reference"] for kind in ("Observation", "DiagnosticReport")] == ["Observation/1#a"] * 2


def test_what_is_contained_and_refers_to_its_neighbour_is_its_own() -> None:
    visits = [
        {
            "resourceType": "Observation",
            "id": name,
            "contained": [
                {**DOCTOR, "id": "d", "name": [{"text": name}]},
                {"resourceType": "PractitionerRole", "id": "r", "practitioner": {"reference": "#d"}},
            ],
        }
        for name in ("1", "2")
    ]
    roles = read(bundle(*map(entry, visits))).tree["PractitionerRole"]

    assert [role["practitioner"]["reference"] for role in roles] == ["Observation/1#d", "Observation/2#d"]


def test_two_resources_with_one_identifier_are_not_guessed() -> None:
    patient = {"resourceType": "Patient", "generalPractitioner": [{"identifier": DOCTOR["identifier"][0]}]}
    document = read(bundle(entry(DOCTOR), entry(DOCTOR | {"id": "d2"}), entry(patient)))

    assert "reference" not in document.tree["Patient"][0]["generalPractitioner"][0]


def test_what_is_contained_is_found_in_its_own_resource_only() -> None:
    inner = {"resourceType": "Practitioner", "id": "in", "name": [{"family": "Inner"}]}
    one = {"resourceType": "Patient", "id": "a", "contained": [inner], "generalPractitioner": [{"reference": "#in"}]}
    two = {"resourceType": "Patient", "id": "b", "generalPractitioner": [{"reference": "#in"}, {"reference": "#"}]}
    document = read(bundle(entry(one), entry(two)))
    first, second = document.tree["Patient"]

    assert first["generalPractitioner"][0]["reference"] == document.tree["Practitioner"][0]["id"] == "Patient/a#in"
    assert [doctor["reference"] for doctor in second["generalPractitioner"]] == ["#in", "Patient/b"]
    assert document.positions(("Practitioner", 0, "name", 0, "family")) == ("b.json#/entry/0/resource/contained/0/name/0/family",)


def test_every_value_has_its_place() -> None:
    document = read(bundle(entry(DOCTOR), {"fullUrl": "urn:x", "request": {"method": "DELETE", "url": "Patient/1"}}))

    assert document.positions(("Practitioner", 0, "identifier", 0, "value")) == ("b.json#/entry/0/resource/identifier/0/value",)
    assert document.positions(("Bundle", 0, "entry", 1, "request", "url")) == ("b.json#/entry/1/request/url",)
    assert document.positions(("Practitioner", 0, "birthDate")) == ("b.json#/entry/0/resource",)
    assert document.positions(()) == ("b.json#",)


@pytest.mark.parametrize("kind", ["transaction", "batch", "collection", "message", "document", "searchset", "history"])
def test_a_bundle_of_every_type_is_read(kind: str) -> None:
    nested = bundle(entry(bundle(entry(DOCTOR), kind="collection")), kind=kind)

    assert [each["id"] for each in read(nested).tree["Practitioner"]] == ["Practitioner/d1"]


def test_an_identifier_without_a_value_and_something_odd_contained_do_no_harm() -> None:
    odd = {
        "resourceType": "Bundle",
        "type": "batch",
        "contained": ["x"],
        "entry": [entry(DOCTOR | {"identifier": [{"use": "usual"}]})],
    }

    assert [doctor["id"] for doctor in read(odd).tree["Practitioner"]] == ["Practitioner/d1"]


def test_a_single_resource_is_read_and_may_lack_what_fhir_requires() -> None:
    document = read({"resourceType": "Coverage", "subscriberId": "S-1"})

    assert document.tree["Coverage"] == [{"id": "Coverage/", "subscriberId": "S-1"}]
    assert document.positions(("Coverage", 0, "subscriberId")) == ("b.json#/subscriberId",)


@pytest.mark.parametrize(
    ("tree", "place"),
    [
        ({"resourceType": "Patient", "name": {"family": "x"}}, "b.json#/name"),
        (bundle(entry({"resourceType": "Patient", "birthDate": 5})), "b.json#/entry/0/resource/birthDate"),
        ({"resourceType": "Nothing"}, "b.json#"),
        (bundle(entry({"resourceType": "Patient", "name": ["x"]})), "b.json#/entry/0/resource/name/0"),
    ],
)
def test_what_is_not_built_so_that_it_can_be_read_is_refused_with_its_place(tree: dict[str, Any], place: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        read(tree)

    assert refusal.value.issues[0].location == (place,)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["Patient", "Bundle", "#", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["resourceType", "entry", "resource", "contained", "id", "name", "reference"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_no_json_crashes_the_reader(value: Any) -> None:  # noqa: ANN401 - JSON
    tree = value if isinstance(value, dict) else {"entry": value}
    content = json.dumps({"resourceType": "Bundle", "type": "batch", **tree}).encode()
    reader = JsonReader(forms={}, structure=structure)
    try:
        assert reader.read(Document(name="b.json", content=content))
    except AdapterError as refusal:
        assert str(refusal)  # noqa: PT017 - either is right


def test_references_that_lead_nowhere_are_told_once_for_each_element() -> None:
    visits = [
        entry({"resourceType": "Encounter", "id": name, "participant": [{"individual": {"reference": "Practitioner/x"}}]})
        for name in ("a", "b")
    ]
    inner = entry(
        {"resourceType": "Procedure", "id": "p", "subject": {"reference": "#who"}, "encounter": {"reference": "Encounter/a"}}
    )
    remarks = read(bundle(*visits, inner)).remarks

    assert [(issue.rule, issue.severity.value, issue.location) for issue in remarks] == [
        ("fhir/reference", "information", ("b.json#/entry/0/resource/participant/0/individual/reference",)),
        ("fhir/reference", "warning", ("b.json#/entry/2/resource/subject/reference",)),
    ]
    assert remarks[0].text.startswith("`Encounter.participant.individual` (2 places) leads to a resource that was not sent")


def test_a_reference_leads_by_its_identifier_where_its_text_leads_nowhere() -> None:
    patient = entry({"resourceType": "Patient", "id": "p", "identifier": [{"system": "s", "value": "1"}]})
    subject = {"reference": "https://elsewhere.invalid/Patient/9", "identifier": {"system": "s", "value": "1"}}
    document = read(bundle(patient, entry({"resourceType": "Encounter", "id": "e", "subject": subject})))

    assert document.tree["Encounter"][0]["subject"]["reference"] == "Patient/p"
    assert document.remarks == ()


def test_items_that_are_null_are_left_out_and_the_others_keep_their_places() -> None:
    name = {"given": [None, "Ada", None, "Bea"], "_given": [{"id": "g"}, None, None, None]}
    document = read(bundle(entry({"resourceType": "Patient", "id": "p", "name": [{"family": "E"}, name]})))
    path = ("Patient", 0, "name", 1)

    assert document.tree["Patient"][0]["name"][1] == {"given": ["Ada", "Bea"], "_given": [{"id": "g"}]}
    assert document.positions((*path, "given", 1)) == ("b.json#/entry/0/resource/name/1/given/3",)
    assert document.positions((*path, "_given", 0, "id")) == ("b.json#/entry/0/resource/name/1/_given/0/id",)
    assert document.positions((*path, "given")) == ("b.json#/entry/0/resource/name/1/given",)


ANALYSIS: dict[str, Any] = {"resourceType": "Procedure", "id": "r", "status": "completed", "subject": {"display": "x"}}
VISIT: dict[str, Any] = {"resourceType": "Encounter", "id": "v", "status": "finished", "class": {"code": "AMB"}}


@pytest.mark.parametrize(
    ("code", "visit", "is_refused"),
    [
        ("0731T", "Encounter/other", True),
        ("0731T", "Procedure/r", True),
        ("0731T", "Encounter/v", False),
        ("99213", "Encounter/other", False),
        ("0731T", None, False),
    ],
)
def test_an_analysis_of_a_visit_that_was_not_sent_is_refused_where_another_was(
    code: str, visit: str | None, *, is_refused: bool
) -> None:
    analysis = ANALYSIS | {"code": {"coding": [{"code": code}]}} | ({"encounter": {"reference": visit}} if visit else {})
    tree = bundle(entry(VISIT), entry(analysis))
    if not is_refused:
        assert read(tree).tree["Procedure"]
        return
    with pytest.raises(InvalidError) as refusal:
        read(tree)

    assert [(issue.rule, issue.location) for issue in refusal.value.issues] == [
        ("document/visit", ("b.json#/entry/1/resource/encounter", "b.json#/entry/0/resource"))
    ]
