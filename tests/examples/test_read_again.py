"""Our own Bundles can be read again and give the same Bundle; what of a case no Bundle carries is listed in the documentation."""

import copy
import re
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from typing import Any

import pytest

from adapter.checks.second_opinion import second_opinion
from adapter.conversion import Conversion
from adapter.fhir.json import canonical_bytes, read_json
from adapter.json_types import JsonObject, JsonValue
from adapter.path import Path, at, dotted, leaves, matching, parse
from adapter.readers.document import Document
from tests.examples.ground import OPTIONS, ROOT, conversion_of, example_names, pipeline

DIFFERENT = {
    "failed-analysis": "stage and message of the failure are one text",
    "gestaltmatcher-failure": "stage and message of the failure are one text",
    "two-analyses": "two runs of one tool are one Device",
}
"""Examples whose Bundle is another one after it was read again, each with the reason."""
BUNDLES = [name for name in example_names() if conversion_of(name).content is not None]
ROW = re.compile(r"^\| `([a-z_.]+)` \|", re.MULTILINE)


@cache
def read_again(name: str) -> Conversion:
    content = conversion_of(name).content
    assert content is not None
    return pipeline().convert([Document(name="bundle.json", content=content)], OPTIONS)


@pytest.mark.parametrize("name", sorted(set(BUNDLES) - DIFFERENT.keys()))
def test_a_bundle_of_ours_gives_the_same_bundle(name: str) -> None:
    assert read_again(name).content == conversion_of(name).content


@pytest.mark.parametrize("name", sorted(DIFFERENT))
def test_the_others_are_read_too_and_are_rightly_named(name: str) -> None:
    assert read_again(name).content not in (None, conversion_of(name).content)


def listed() -> set[str]:
    section = (
        (ROOT / "docs" / "sources.md").read_text().partition("What of a case no Bundle carries")[2].partition("Several runs")[0]
    )
    return set(ROW.findall(section))


def lost(name: str) -> set[str]:
    """The fields of a case, without places in lists, that are not there when its Bundle was read again."""
    sent, again = (
        made.case.model_dump(mode="json", exclude_none=True) for made in (conversion_of(name), read_again(name)) if made.case
    )
    return {plain(leaf) for leaf in leaves(sent) if at(sent, leaf) not in (None, []) and not is_there(again, leaf)}


def plain(path: Path) -> str:
    return dotted(tuple(step for step in path if isinstance(step, str)))


def is_there(tree: object, path: Path) -> bool:
    try:
        return at(tree, path) is not None
    except (KeyError, IndexError):
        return False


def test_what_no_bundle_carries_is_the_list_of_the_documentation() -> None:
    # `order` is the place in the list, and `dos_end` the day on which a line of one day ends: both are there without being said.
    said_otherwise = {"diagnoses.order", "billing.lines.dos_end", "billing.lines.dx_pointers"}
    found = set().union(*(lost(name) for name in BUNDLES if name != "two-analyses")) - said_otherwise
    row_of = {field: row for field in found for row in listed() if field == row or field.startswith(row + ".")}

    assert found - row_of.keys() == set()
    assert set(row_of.values()) == listed()


@pytest.mark.parametrize("name", sorted(set(BUNDLES) - {"consent-refused"}))
def test_a_bundle_and_an_ai_report_beside_it_are_of_one_encounter(name: str) -> None:
    assert [issue for issue in read_again(name).issues if issue.rule == "document/contradiction"] == []


def plain_tree(value: Any) -> Any:  # noqa: ANN401 - JSON
    """A dumped case as JSON: lists, and nothing empty."""
    if isinstance(value, dict):
        return {name: plain_tree(child) for name, child in value.items() if child not in ((), [])}
    return [plain_tree(item) for item in value] if isinstance(value, list | tuple) else value


def parts(tree: JsonValue, path: Path = ()) -> Iterator[Path]:
    """The paths of all that a tree has, whole parts included."""
    for step, child in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        yield (*path, step)
        yield from parts(child, (*path, step))


def without(tree: JsonObject, path: Path) -> JsonObject:
    """A copy of a tree without what is at a path."""
    left = copy.deepcopy(tree)
    around: Any = at(left, path[:-1])
    del around[path[-1]]
    return left


def incomplete() -> set[str]:
    """The parts of which the documentation says that a case without them gives another Bundle when its own is read."""
    section = (ROOT / "docs" / "sources.md").read_text().partition("What a Bundle cannot tell of a case that lacks it")[2]
    rows = (line for line in section.partition("## AI tools")[0].splitlines() if line.startswith("| `"))
    return {field for row in rows for field in re.findall(r"`([a-z_.]+)`", row.split("|")[1])}


@pytest.mark.parametrize("name", sorted(set(BUNDLES) - DIFFERENT.keys()))
def test_the_bundle_of_a_case_that_lacks_something_gives_the_same_bundle(name: str) -> None:
    made_from = conversion_of(name).case
    assert made_from is not None
    case = plain_tree(made_from.model_dump(exclude_none=True))
    carried = [path for path in parts(case) if plain(path) not in incomplete()]
    for path in sorted(carried, key=lambda path: sha256(f"{name} {dotted(path)}".encode()).digest())[:5]:
        made = pipeline().convert([Document(name="encounter.json", content=canonical_bytes(without(case, path)))], OPTIONS)
        if made.content is not None:
            again = pipeline().convert([Document(name="bundle.json", content=made.content)], OPTIONS)

            assert again.content == made.content, dotted(path)


@pytest.mark.parametrize("mode", ["in-person", "video", "audio", "store-and-forward", None])
def test_a_bundle_says_how_the_visit_was_held(mode: str | None) -> None:
    made_from = conversion_of("infant-final-report").case
    assert made_from is not None
    case = plain_tree(made_from.model_dump(exclude_none=True))
    case["encounter"] = {name: value for name, value in (case["encounter"] | {"mode": mode}).items() if value}
    made = sent_back(case)
    again = sent_back(made.bundle or {})

    assert again.content == made.content
    assert again.case is not None
    assert again.case.encounter.mode == mode
    assert [issue for issue in again.issues if "fhir-encounter-mode" in issue.text] == []


@pytest.mark.parametrize("kind", ["VR", "IMP", "EMER", "HH"])
def test_a_class_that_does_not_say_how_the_visit_was_held_is_told(kind: str) -> None:
    made = sent_back(corrected(complete(), {"Encounter.class.code": kind}))

    assert made.case is not None
    assert made.case.encounter.mode is None
    (told,) = [issue for issue in made.issues if "fhir-encounter-mode" in issue.text]
    assert told.location[0].endswith("/resource/class/code")


CPT = "http://www.ama-assn.org/go/cpt"
CORRECTIONS: dict[str, dict[str, JsonValue]] = {
    "a modifier": {
        "Claim.item[0].modifier": [{"coding": [{"system": CPT, "code": "52"}]}],
        "Procedure.note": [{"text": "One of two views could not be analysed."}],
    },
    "units": {"Claim.item[0].quantity.value": 2},
    "the place of service": {"Claim.item[0].locationCodeableConcept.coding[0].code": "22"},
    "a diagnosis": {
        "Condition.code.coding[0].code": "Q87.2",
        "Claim.diagnosis[0].diagnosisCodeableConcept.coding[0].code": "Q87.2",
    },
    "the state of the report": {"DiagnosticReport.status": "preliminary", "DiagnosticReport.issued": None},
    "the state of the visit": {"Encounter.status": "in-progress"},
    "the state of the procedure": {"Procedure.status": "in-progress"},
    "the consent": {"Consent.status": "rejected"},
    "the patient": {"Patient.birthDate": "2025-01-04", "Patient.gender": "unknown"},
}
"""Corrections by hand in our own Bundle, by type of the first resource and path in it; None takes a value away."""


def corrected(bundle: JsonObject, changes: dict[str, JsonValue]) -> JsonObject:
    """The Bundle with changes of the first resource of each type."""
    for place, value in changes.items():
        kind, _, rest = place.partition(".")
        (resource, *_) = (entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind)
        *before, last = parse(rest)
        holder = at(resource, tuple(before))
        assert isinstance(holder, dict)
        holder[last] = value
        if value is None:
            del holder[last]
    return bundle


@pytest.mark.parametrize("name", sorted(CORRECTIONS))
def test_a_bundle_that_was_corrected_by_hand_is_made_anew_with_the_correction(name: str) -> None:
    changes = CORRECTIONS[name]
    sent = corrected(read_json(conversion_of("infant-final-report").content or b"", "bundle.json"), changes)
    made = pipeline().convert([Document(name="bundle.json", content=canonical_bytes(sent))], OPTIONS)
    assert made.bundle is not None
    again = pipeline().convert([Document(name="bundle.json", content=made.content or b"")], OPTIONS)

    assert list(second_opinion(made.bundle)) == []
    assert again.content == made.content
    for place, value in changes.items():
        kind, _, rest = place.partition(".")
        resources = [entry["resource"] for entry in made.bundle["entry"] if entry["resource"]["resourceType"] == kind]
        found = [at(resource, path) for resource in resources for path in matching(resource, parse(rest))]
        assert value is None or value in found, place


def complete() -> JsonObject:
    tree: JsonObject = read_json(conversion_of("complete").content or b"", "bundle.json")
    return tree


def sent_back(bundle: JsonObject) -> Conversion:
    return pipeline().convert([Document(name="bundle.json", content=canonical_bytes(bundle))], OPTIONS)


def claim_status(made: Conversion) -> list[str]:
    resources = (entry["resource"] for entry in (made.bundle or {"entry": []})["entry"])
    return [resource["status"] for resource in resources if resource["resourceType"] == "Claim"]


DRAFTS = [name for name in BUNDLES if claim_status(conversion_of(name)) == ["draft"]]


@pytest.mark.parametrize("name", DRAFTS)
def test_a_draft_stays_a_draft_when_its_bundle_is_read_again(name: str) -> None:
    assert claim_status(read_again(name)) == ["draft"]
    assert [issue.field for issue in read_again(name).issues if issue.rule == "RPT-06"] == ["billing.draft"]


def test_a_claim_whose_error_is_gone_is_active_once_it_is_sent_as_active() -> None:
    case = conversion_of("complete").case
    assert case is not None
    tree = without(plain_tree(case.model_dump(exclude_none=True)), ("billing", "lines", 0, "dx_pointers"))
    held = sent_back(tree)
    assert held.bundle is not None
    again = sent_back(held.bundle)
    assert again.bundle is not None
    better = corrected(copy.deepcopy(again.bundle), {"Claim.item[0].diagnosisSequence": [1]})

    assert claim_status(held) == claim_status(again) == claim_status(sent_back(better)) == ["draft"]
    assert again.content == held.content
    assert claim_status(sent_back(corrected(better, {"Claim.status": "active"}))) == ["active"]


def test_a_claim_whose_code_is_written_in_small_letters_is_still_the_claim() -> None:
    small = corrected(complete(), {"Claim.item[0].productOrService.coding[0].code": "0731t"})
    made = sent_back(small)
    assert made.bundle is not None

    assert claim_status(made) == claim_status(sent_back(made.bundle)) == ["draft"]


@pytest.mark.parametrize(("status", "made"), [("draft", "draft"), ("active", "active"), (None, "active")])
def test_only_a_claim_that_is_no_draft_is_released(status: str | None, made: str) -> None:
    assert claim_status(sent_back(corrected(complete(), {"Claim.status": status}))) == [made]


@pytest.mark.parametrize("kind", ["Coverage", "QuestionnaireResponse", "Observation", "Condition", "Device"])
def test_what_is_entered_in_error_is_left_out_and_told(kind: str) -> None:
    wrong = {"coding": [{"code": "entered-in-error"}]} if kind == "Condition" else "entered-in-error"
    places = [place for place, entry in enumerate(complete()["entry"]) if entry["resource"]["resourceType"] == kind]
    for place in places[:-1] if kind == "Device" else places:  # the last Device is the adapter itself
        bundle = complete()
        bundle["entry"][place]["resource"]["verificationStatus" if kind == "Condition" else "status"] = wrong
        made = sent_back(bundle)
        dropped = [position for unread in made.unread_fields.fields if unread.dropped for position in unread.positions]

        assert made.bundle is not None
        assert len(made.bundle["entry"]) < len(bundle["entry"]), place
        assert any(position.startswith(f"bundle.json#/entry/{place}/resource") for position in dropped), place


def test_what_the_ai_said_stays_with_a_report_that_is_withdrawn() -> None:
    made = sent_back(corrected(complete(), {"DiagnosticReport.status": "entered-in-error"}))
    assert made.bundle is not None
    again = sent_back(made.bundle)

    assert made.case is not None
    assert again.case is not None
    assert made.case.analyses == again.case.analyses
    assert made.case.phenotypes == again.case.phenotypes
