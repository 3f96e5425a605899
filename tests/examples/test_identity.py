"""By what resources are known: no place in a list, no number that only one clinic knows."""

from random import Random
from typing import Any

import orjson
import pytest

from adapter.conversion import Conversion, Options
from adapter.fhir.json import canonical_bytes
from adapter.fhir.ownership import SHARED_TYPES
from adapter.readers.document import Document
from tests.examples.ground import EXAMPLES, OPTIONS, documents_of, native_example_names, pipeline
from tests.examples.shuffle import PRIMARY_FIRST, numbered, shuffled

NAMES = [name for name in native_example_names() if name != "inline-image"]
SEEDS = range(3)

_PLACES = frozenset({"sequence", "careTeamSequence", "valueInteger"})
"""Elements that number the items of a list as they were sent."""

every = pytest.mark.parametrize("name", NAMES)


def tree_of(document: Document) -> dict[str, Any]:
    tree: dict[str, Any] = orjson.loads(document.content)
    return tree


def converted(trees: list[tuple[str, dict[str, Any]]], **changes: Any) -> Conversion:  # noqa: ANN401 - options
    documents = [Document(name=name, content=orjson.dumps(tree)) for name, tree in trees]
    options = Options.model_validate({**OPTIONS.model_dump(), **changes})
    return pipeline().convert(documents, options)


def trees_of(name: str) -> list[tuple[str, dict[str, Any]]]:
    return [(document.name, tree_of(document)) for document in documents_of(EXAMPLES / name)]


def without_places(value: Any) -> Any:  # noqa: ANN401 - JSON
    """A value without the order of its lists."""
    if isinstance(value, dict):
        return {key: without_places(child) for key, child in value.items() if key not in _PLACES and key != "div"}
    if isinstance(value, list):
        return sorted((without_places(item) for item in value), key=canonical_bytes)
    return value


def resources_of(conversion: Conversion) -> dict[str, dict[str, Any]]:
    assert conversion.bundle, conversion.issues
    return {entry["resource"]["id"]: entry["resource"] for entry in conversion.bundle["entry"]}


@every
@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_lists_changes_no_id_and_no_resource(name: str, seed: int) -> None:
    trees = [(file, numbered(tree)) for file, tree in trees_of(name)]
    random = Random(seed)  # noqa: S311 - no secret
    expected = resources_of(converted(trees))

    actual = resources_of(converted([(file, shuffled(tree, random, in_order=PRIMARY_FIRST)) for file, tree in trees]))

    assert set(expected) == set(actual)
    for identity, resource in expected.items():
        assert without_places(resource) == without_places(actual[identity]), resource["resourceType"]


@every
def test_two_senders_share_only_what_is_truly_shared(name: str) -> None:
    def of_sender(sender: str) -> dict[str, dict[str, Any]]:
        trees = trees_of(name)
        for _, tree in trees:
            for part in (tree, tree.get("ai", {})):
                part.get("patient", {}).pop("mrn_system", None)
        return resources_of(converted(trees, assigner=sender))

    one, other = of_sender("https://one.invalid/mrn"), of_sender("urn:oid:1.2.3")
    shared = {identity: one[identity] for identity in set(one) & set(other)}

    assert {resource["resourceType"] for resource in shared.values()} <= SHARED_TYPES - {"Patient", "Encounter", "Coverage"}
    for resource in shared.values():
        if resource["resourceType"] == "Practitioner":
            assert any(identifier["system"].endswith("us-npi") for identifier in resource["identifier"])


@every
def test_the_anchor_keeps_all_ids_when_the_encounter_gets_another_number(name: str) -> None:
    first = converted(trees_of(name))
    trees = trees_of(name)
    for _, tree in trees:
        if "encounter" in tree:
            tree["encounter"]["id"] = "another number"

    again = converted(trees, anchor=first.anchor)

    assert set(resources_of(first)) == set(resources_of(again))
    assert set(resources_of(first)) != set(resources_of(converted(trees)))


@every
def test_what_others_may_own_is_made_only_if_it_is_not_there(name: str) -> None:
    created = converted(trees_of(name), shared="create").bundle
    put = converted(trees_of(name), shared="put").bundle
    assert created
    assert put

    for entry in created["entry"]:
        kind, request = entry["resource"]["resourceType"], entry["request"]
        assert (request["method"] == "POST") == (kind in SHARED_TYPES)
        assert ("ifNoneExist" in request) == (kind in SHARED_TYPES)
        assert "%7C" in request.get("ifNoneExist", "%7C")
    assert {entry["request"]["method"] for entry in put["entry"]} == {"PUT"}
    assert [entry["resource"] for entry in put["entry"]] == [entry["resource"] for entry in created["entry"]]


def test_equal_orders_and_measurements_have_ids_of_their_own() -> None:
    (encounter, *rest) = trees_of("complete")
    order = {"code": "81415", "status": "proposed"}
    measure = {"name": "Height", "value": 90}
    encounter[1]["orders"], encounter[1]["measurements"] = [order, order, order], [measure, measure]

    made = resources_of(converted([encounter, *rest]))

    kinds = [resource["resourceType"] for resource in made.values()]
    assert kinds.count("ServiceRequest") == 3


def test_one_clinician_in_two_roles_is_one_practitioner_with_two_roles() -> None:
    (encounter, *rest) = trees_of("complete")
    first = encounter[1]["practitioners"][0]
    encounter[1]["practitioners"].append({**first, "key": "again", "role": "supervising"})

    made = resources_of(converted([encounter, *rest]))

    npis = [
        identifier["value"]
        for resource in made.values()
        if resource["resourceType"] == "Practitioner"
        for identifier in resource["identifier"]
        if identifier["system"].endswith("us-npi")
    ]
    assert len(npis) == len(set(npis))
    roles = [resource for resource in made.values() if resource["resourceType"] == "PractitionerRole"]
    assert len(roles) == len(encounter[1]["practitioners"])


@pytest.mark.parametrize(
    ("change", "rule", "field", "hint"),
    [
        ({"patient": {"mrn": "1"}}, "document/assigner", "/patient/mrn", "ADAPTER_ASSIGNER"),
        ({"patient": {"mrn": "1", "mrn_system": "EPIC"}}, "document/system", "/patient/mrn_system", "https://"),
        ({"patient": {"mrn": "1", "mrn_system": "1.2.840"}}, "document/system", "/patient/mrn_system", "urn:oid:"),
        ({"patient": {"mrn": "1", "mrn_system": "urn:oid:x"}}, "document/system", "/patient/mrn_system", "digits"),
        ({"encounter": {"id": "1", "status": "finished", "system": "x"}}, "document/system", "/encounter/system", "URI"),
        (
            {"practitioners": [{"key": "a", "npi": "1234567893"}, {"key": "a", "npi": "1245319599"}]},
            "document/one-person",
            "/practitioners/1/npi",
            "two keys",
        ),
        (
            {
                "practitioners": [
                    {"key": "a", "npi": "1234567893", "family": "A"},
                    {"key": "b", "npi": "1234567893", "family": "B"},
                ]
            },
            "document/one-person",
            "/practitioners/1/npi",
            "the name",
        ),
    ],
)
def test_what_names_nobody_or_several_is_said_at_its_place(change: dict[str, Any], rule: str, field: str, hint: str) -> None:
    encounter, _ = trees_of("infant-final-report")
    conversion = converted([(encounter[0], {**encounter[1], **change})])

    issue = next(issue for issue in conversion.issues if issue.rule == rule)

    assert any(place.endswith(f"#{field}") for place in issue.location)
    assert hint in (issue.suggestion or "")
    assert issue.is_error
    assert conversion.content is None


@pytest.mark.parametrize(
    ("people", "fields"),
    [
        ([{"npi": "1234567893"}, {}, {"npi": "1245319599"}], ("practitioners[2].npi", "practitioners[0].npi")),
        ([{}, {"family": "A"}, {"family": "B"}], ("practitioners[2].family", "practitioners[1].family")),
        (
            [{"npi": "1234567893", "family": "A"}, {"npi": "1234567893", "family": "B"}],
            ("practitioners[1].npi", "practitioners[0].npi"),
        ),
    ],
)
def test_one_key_with_two_people_is_told_once_at_both_places(people: list[dict[str, str]], fields: tuple[str, ...]) -> None:
    encounter, _ = trees_of("infant-final-report")
    tree = {**encounter[1], "practitioners": [{"key": "a", **person} for person in people]}
    issues = [issue for issue in converted([(encounter[0], tree)]).issues if issue.is_error]

    assert [issue.fields for issue in issues] == [fields]
    assert len(issues[0].location) == 2


@pytest.mark.parametrize(("assigner", "is_told"), [("https://other.invalid", True), (None, False)])
def test_a_setting_that_names_another_assigner_is_told_and_changes_nothing(assigner: str | None, *, is_told: bool) -> None:
    conversion = converted(trees_of("infant-final-report"), assigner=assigner)
    (patient,) = [resource for resource in resources_of(conversion).values() if resource["resourceType"] == "Patient"]

    assert any(issue.rule == "document/other-assigner" for issue in conversion.issues) == is_told
    assert "other.invalid" not in str(patient)


@pytest.mark.parametrize(
    ("change", "rule", "place"),
    [
        ({"images": [{"id": "i", "operator": "nobody"}]}, "REF-01", "encounter.json#/images/0/operator"),
        ({"orders": [{"code": "81415", "ordered_by": "nobody"}]}, "REF-01", "encounter.json#/orders/0/ordered_by"),
        ({"images": [{"id": "i"}]}, "REF-02", "ai_report.json#/ai/images/0/id"),
    ],
)
def test_a_key_that_names_nobody_is_told_once_at_its_place_and_keeps_the_claim_back(
    change: dict[str, Any], rule: str, place: str
) -> None:
    encounter, report = trees_of("infant-final-report")
    conversion = converted([(encounter[0], {**encounter[1], **change}), report])
    (claim,) = [resource for resource in resources_of(conversion).values() if resource["resourceType"] == "Claim"]

    assert [issue.location for issue in conversion.issues if issue.rule == rule] == [(place,)]
    assert claim["status"] == "draft"
