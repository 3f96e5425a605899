"""What a Bundle says of how it was sent is told: pages that are missing, failures of the server, deletions, its type."""

import json
from typing import Any

import pytest

from adapter.checks import r4
from adapter.checks.structure_walk import explain
from adapter.issues import InvalidError, Issue, Severity
from adapter.readers.document import Document
from adapter.readers.fhir_reader import FhirDocument, fhir_together, read_fhir

Tree = dict[str, Any]
PERSON: Tree = {"resourceType": "Patient", "id": "p"}
VISIT: Tree = {"resourceType": "Encounter", "id": "v", "subject": {"reference": "Patient/p"}}


def read(tree: Tree, name: str = "b.json") -> FhirDocument:
    document = Document(name=name, content=json.dumps(tree).encode())
    return read_fhir(tree, document, lambda resource: explain(resource, r4().table))


def bundle(*entries: Tree, kind: str = "collection", **members: Any) -> Tree:  # noqa: ANN401 - JSON
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries), **members}


def told(tree: Tree) -> list[tuple[str | None, Severity, tuple[str, ...]]]:
    try:
        issues = read(tree).remarks
    except InvalidError as refusal:
        issues = refusal.issues
    return [(issue.rule, issue.severity, issue.location) for issue in issues if issue.rule != "fhir/reference"]


def outcome(severity: str, code: str = "incomplete") -> Tree:
    issue = {"severity": severity, "code": code, "diagnostics": "Ada Example was not found"}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


PATIENT: Tree = {"resource": PERSON}
FAILED: Tree = {"response": {"status": "404 Not Found", "outcome": outcome("error")}}
PAGE = {"relation": "self", "url": "https://a.example/Patient?page=1"}
NEXT = {"relation": "next", "url": "https://a.example/Patient?page=2"}
OLD = {"resource": PERSON | {"meta": {"lastUpdated": "2026-01-01T00:00:00Z"}}}
NEW = {"resource": PERSON | {"meta": {"lastUpdated": "2026-01-01T09:00:00+01:00"}}}
UNTIMED = {"resource": PERSON | {"meta": {"lastUpdated": "2016-12-31T23:59:60Z"}}}
ERROR, WARNING, INFORMATION = Severity.ERROR, Severity.WARNING, Severity.INFORMATION
TOLD = {
    "a page that was not sent": (
        bundle(PATIENT, kind="searchset", link=[PAGE, NEXT], total=9),
        [("bundle/more", WARNING, ("b.json#/link/1",))],
    ),
    "a page before this one": (
        bundle(PATIENT, kind="history", link=[{"relation": "prev", "url": "https://a.example/0"}]),
        [("bundle/more", WARNING, ("b.json#/link/0",))],
    ),
    "a total above what matches": (
        bundle(
            PATIENT | {"search": {"mode": "match"}}, {"resource": VISIT, "search": {"mode": "include"}}, kind="searchset", total=2
        ),
        [("bundle/more", WARNING, ("b.json#/total",))],
    ),
    "a total alone": (
        {"resourceType": "Bundle", "type": "searchset", "total": 3},
        [("bundle/more", WARNING, ("b.json#/total",))],
    ),
    "a warning of the server": (
        bundle({"resource": outcome("warning"), "search": {"mode": "outcome"}}, kind="searchset"),
        [("bundle/outcome", WARNING, ("b.json#/entry/0/resource/issue/0",))],
    ),
    "a remark beside an answer": (
        bundle(PATIENT | {"response": {"status": "201", "outcome": outcome("information", "odd")}}, kind="batch-response"),
        [("bundle/outcome", INFORMATION, ("b.json#/entry/0/response/outcome/issue/0",))],
    ),
    "an error of the server": (
        bundle(PATIENT, {"resource": outcome("fatal")}, kind="searchset"),
        [("bundle/outcome", ERROR, ("b.json#/entry/1/resource/issue/0",))],
    ),
    "an error alone": (outcome("error"), [("bundle/outcome", ERROR, ("b.json#/issue/0",))]),
    "an error in one of the searches of a batch": (
        bundle({"resource": bundle({"resource": outcome("error")}, kind="searchset")}, kind="batch-response"),
        [("bundle/outcome", ERROR, ("b.json#/entry/0/resource/entry/0/resource/issue/0",))],
    ),
    "a part of a batch that failed": (
        bundle(PATIENT, FAILED, kind="batch-response"),
        [("bundle/failed", ERROR, ("b.json#/entry/1",))],
    ),
    "answers without resources": (
        bundle(*[{"response": {"status": "201 Created"}}] * 5, kind="transaction-response"),
        [("bundle/no-resource", WARNING, ("b.json#/entry/0", "b.json#/entry/1", "b.json#/entry/2"))],
    ),
    "a deletion": (
        bundle(PATIENT, {"request": {"method": "DELETE", "url": "Condition/c"}}, kind="transaction"),
        [("bundle/deleted", WARNING, ("b.json#/entry/1",))],
    ),
    "a deletion of what is sent": (
        bundle(PATIENT, {"request": {"method": "DELETE", "url": "Patient/p"}}, kind="transaction"),
        [("bundle/deleted", ERROR, ("b.json#/entry/1", "b.json#/entry/0/resource"))],
    ),
    "a deletion with what it deletes": (
        bundle({"resource": {"resourceType": "Patient"}, "request": {"method": "DELETE", "url": "Patient/q"}}, kind="batch"),
        [("bundle/deleted", ERROR, ("b.json#/entry/0",))],
    ),
    "a deletion in a history": (
        bundle({"request": {"method": "DELETE", "url": "Patient/p"}}, OLD, kind="history"),
        [("bundle/deleted", INFORMATION, ("b.json#/entry/0",))],
    ),
    "a patch": (
        bundle({"resource": {"resourceType": "Parameters"}, "request": {"method": "PATCH", "url": "Patient/p"}}, kind="batch"),
        [("bundle/request", ERROR, ("b.json#/entry/0",))],
    ),
    "a search to be done": (
        bundle({"request": {"method": "GET", "url": "Patient?_id=p"}}, kind="batch"),
        [("bundle/request", WARNING, ("b.json#/entry/0",))],
    ),
    "a history from old to new": (bundle(OLD, NEW, kind="history"), [("bundle/history", ERROR, ("b.json#/entry/1",))]),
    "a document without its Composition": (bundle(PATIENT, kind="document"), [("bundle/type", WARNING, ("b.json#",))]),
    "a message without its header": (bundle(kind="message"), [("bundle/type", WARNING, ("b.json#",))]),
    "a type of another release": (
        bundle(PATIENT, kind="subscription-notification"),
        [("bundle/type", WARNING, ("b.json#/type",))],
    ),
    "an answer that a message failed": (
        bundle({"resource": {"resourceType": "MessageHeader", "response": {"code": "fatal-error"}}}, kind="message"),
        [("bundle/failed", ERROR, ("b.json#/entry/0/resource/response/code",))],
    ),
    "a document that was withdrawn": (
        bundle({"resource": {"resourceType": "Composition", "status": "entered-in-error"}}, kind="document"),
        [("bundle/withdrawn", ERROR, ("b.json#/entry/0/resource/status",))],
    ),
}


@pytest.mark.parametrize(("tree", "expected"), TOLD.values(), ids=TOLD)
def test_what_a_bundle_says_beside_its_resources_is_told_with_its_place(
    tree: Tree, expected: list[tuple[str, Severity, tuple[str, ...]]]
) -> None:
    assert told(tree) == expected


SOUND = {
    "a whole search": bundle(
        PATIENT | {"search": {"mode": "match"}}, {"resource": VISIT, "search": {"mode": "include"}}, kind="searchset", total=1
    ),
    "a transaction": bundle(PATIENT | {"request": {"method": "PUT", "url": "Patient/p"}}, kind="transaction"),
    "an answer with its resource": bundle(PATIENT | {"response": {"status": "200 OK"}}, kind="batch-response"),
    "a history from new to old": bundle(NEW, OLD, UNTIMED, kind="history", total=3),
    "a history that deletes and makes anew": bundle(
        PATIENT, {"request": {"method": "DELETE", "url": "Patient/p"}}, {"resource": {"resourceType": "Patient"}}, kind="history"
    ),
    "a message": bundle({"resource": {"resourceType": "MessageHeader", "response": {"code": "ok"}}}, PATIENT, kind="message"),
    "a document": bundle({"resource": {"resourceType": "Composition", "status": "final"}}, PATIENT, kind="document"),
    "a Bundle that does not say its type": {"resourceType": "Bundle", "entry": [PATIENT]},
}


@pytest.mark.parametrize("tree", SOUND.values(), ids=SOUND)
def test_of_a_bundle_that_is_whole_nothing_is_told(tree: Tree) -> None:
    assert told(tree) == []


def test_a_page_that_comes_in_another_file_is_not_missing() -> None:
    first = read(bundle(PATIENT, kind="searchset", total=2, link=[PAGE, NEXT]), "1.json")
    back = [NEXT | {"relation": "self"}, PAGE | {"relation": "previous"}]
    second = read(bundle({"resource": VISIT}, kind="searchset", total=2, link=back), "2.json")

    assert [[issue.rule for issue in page.remarks] for page in (first, second)] == [
        ["bundle/more"],
        ["bundle/more", "fhir/reference"],
    ]
    assert [document.remarks for document in fhir_together([second, first])] == [()]


def test_the_words_of_a_server_and_places_beyond_the_third_are_not_repeated() -> None:
    issues: list[Issue] = list(read(bundle(*[{"resource": outcome("warning")}] * 4)).remarks)

    assert [issue.text for issue in issues] == ["the server that sent this warns of it (incomplete) (4 places)"]


def composition(subject: str, **said: Any) -> Tree:  # noqa: ANN401 - JSON
    return {"resource": {"resourceType": "Composition", "status": "final", "subject": {"reference": subject}, **said}}


OTHER: Tree = {"resourceType": "Encounter", "id": "o", "subject": {"reference": "Patient/o"}}
STRANGER: Tree = {"reference": "Patient/o"}
THE_VISIT: Tree = {"reference": "Encounter/v"}


def of_stranger(kind: str, **said: Any) -> Tree:  # noqa: ANN401 - JSON
    return {"resource": {"resourceType": kind, "patient" if kind == "Claim" else "subject": STRANGER, **said}}


OF_ANOTHER = {
    "a procedure of the visit": bundle(of_stranger("Procedure", encounter=THE_VISIT), PATIENT, {"resource": VISIT}),
    "a report of no visit": bundle(of_stranger("DiagnosticReport"), PATIENT, {"resource": VISIT}),
    "a claim for the visit": bundle(
        of_stranger("Claim", item=[{"encounter": [THE_VISIT]}]), PATIENT, {"resource": VISIT}, {"resource": OTHER}
    ),
    "the patient of the visit is not there": bundle({"resource": OTHER}, PATIENT),
    "the only visit is another patient's": bundle(composition("Patient/o"), PATIENT, {"resource": VISIT}),
    "its visit is another patient's": bundle(
        composition("Patient/o", encounter={"reference": "Encounter/v"}), PATIENT, {"resource": VISIT}, {"resource": OTHER}
    ),
    "the patient is not there": bundle(composition("https://a.example/Patient/o"), PATIENT),
    "the visit does not say whose it is": bundle(composition("Patient/o"), PATIENT, {"resource": {"resourceType": "Encounter"}}),
}


@pytest.mark.parametrize("tree", OF_ANOTHER.values(), ids=OF_ANOTHER)
def test_a_document_about_another_patient_is_refused(tree: Tree) -> None:
    ((rule, severity, places),) = told(tree)

    assert (rule, severity) == ("document/patient", ERROR)
    assert places[0].startswith("b.json#/entry/0/resource/")
    assert places[1].startswith("b.json#/entry/")


@pytest.mark.parametrize(
    "tree",
    [
        bundle(composition("Patient/p"), PATIENT, {"resource": VISIT}, {"resource": OTHER}),
        bundle(composition("Patient/p"), PATIENT),
        bundle(composition("Patient/p")),
        bundle({"resource": {"resourceType": "Composition"}}, PATIENT),
    ],
)
def test_a_document_about_its_patient_is_read(tree: Tree) -> None:
    assert told(tree) == []


def test_resources_in_parameters_and_their_parts_are_read() -> None:
    inner = {"name": "result", "part": [{"name": "visit", "resource": VISIT}, {"name": "count", "valueInteger": 1}]}
    document = read({"resourceType": "Parameters", "parameter": [{"name": "return", "resource": bundle(PATIENT)}, inner]})

    assert document.tree["Encounter"][0]["subject"]["reference"] == "Patient/p"
    assert document.positions(("Encounter", 0, "id")) == ("b.json#/parameter/1/part/0/resource/id",)
    assert document.positions(("Patient", 0, "id")) == ("b.json#/parameter/0/resource/entry/0/resource/id",)
    assert document.tree["Parameters"][0]["parameter"][1]["part"] == [{"name": "visit"}, {"name": "count", "valueInteger": 1}]


def test_what_changes_the_meaning_of_a_resource_in_an_unknown_way_is_told() -> None:
    odd = {
        "extension": [{"url": "https://a.example/odd"}],
        "modifierExtension": [{"url": "https://a.example/not", "valueBoolean": True}],
    }
    tree = bundle(
        {
            "resource": PERSON
            | {"name": [{"family": "A"}, {"family": "B"} | odd], "contained": [{"resourceType": "Patient", "id": "i"} | odd]}
        },
        {"resource": VISIT | {"implicitRules": "https://a.example/rules"}},
        PATIENT | {"resource": PERSON | {"id": "q"}},
    )

    assert told(tree) == [
        ("fhir/modifier", WARNING, ("b.json#/entry/0/resource/name/1/modifierExtension",)),
        ("fhir/modifier", WARNING, ("b.json#/entry/0/resource/contained/0/modifierExtension",)),
        ("fhir/modifier", WARNING, ("b.json#/entry/1/resource/implicitRules",)),
    ]


@pytest.mark.parametrize("kind", ["Procedure", "DiagnosticReport", "Claim"])
def test_what_is_about_the_patient_of_another_visit_that_is_there_is_left_to_the_map(kind: str) -> None:
    assert told(bundle(of_stranger(kind), PATIENT, {"resource": VISIT}, {"resource": OTHER})) == []
