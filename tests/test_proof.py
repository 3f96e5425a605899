"""What the maps were proved to make needs no second look: the quick check says of every document what the full one says."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.assembly import load
from adapter.case import Case
from adapter.conversion import Options
from adapter.issues import Issue, SetupError
from adapter.json_types import JsonValue
from adapter.mapping.shape import ModelShapes
from adapter.pipeline import Pipeline
from adapter.readers.document import Document
from adapter.settings import Settings
from tests.examples.ground import EXAMPLES, documents_of, example_names, pipeline
from tests.mapping.grammar import trees

QUICK, FULL = (Options(check=check, assigner="https://clinic.example") for check in ("quick", "full"))
CASE = ModelShapes("key")(Case)


def issues_of(documents: list[Document], options: Options, line: Pipeline | None = None) -> tuple[Issue, ...]:
    conversion = (line or pipeline()).convert(documents, options)
    return conversion.issues


@pytest.mark.parametrize("name", example_names())
@pytest.mark.parametrize("profiles", ["none", "all"])
def test_of_an_example_both_say_the_same(name: str, profiles: str) -> None:
    documents = documents_of(EXAMPLES / name)
    quick, full = (options.model_copy(update={"profiles": profiles, "ai_label": "both"}) for options in (QUICK, FULL))

    assert issues_of(documents, quick) == issues_of(documents, full)


def test_of_an_example_everything_that_was_left_to_ask_holds() -> None:
    line = pipeline()
    (release,) = line.outputs
    conversion = line.convert(documents_of(EXAMPLES / "complete"))
    assert conversion.trail is not None
    proof = line._proofs[release]  # noqa: SLF001 - what the pipeline asks
    proved = proof.of([(part.map.name, part.resource) for part in conversion.trail.made])

    assert proved.structure
    assert proved.periods
    assert proved.references


@settings(max_examples=150, deadline=None)
@given(tree=trees(CASE))
def test_of_any_case_both_say_the_same(tree: dict[str, Any]) -> None:
    documents = [Document(name="encounter.json", content=json.dumps(tree).encode())]

    assert issues_of(documents, QUICK) == issues_of(documents, FULL)


TEXTS = ["", " ", "x", "\u00a0", "\u2028", "a  b", " x", "\ttab", "-", "urn:x", "2024-02-30", "x" * 2_000, "<b>", "\ud7ff"]
NUMBERS = [0, -1, 1, 2**31, 2**31 - 1, -(2**31) - 1, 10**17, 0.1]


def leaves(value: JsonValue, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [found for name, child in value.items() for found in leaves(child, (*path, name))]
    if isinstance(value, list):
        return [found for place, child in enumerate(value) for found in leaves(child, (*path, place))]
    return [path]


def changed(tree: JsonValue, path: tuple[Any, ...], value: JsonValue) -> JsonValue:
    *above, last = path
    target = tree
    for step in above:
        target = target[step]
    target[last] = value
    return tree


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_of_an_example_with_odd_values_both_say_the_same(data: st.DataObject) -> None:
    documents = documents_of(EXAMPLES / data.draw(st.sampled_from(["complete", "infant-final-report"])))
    trees = [json.loads(document.content, parse_float=Decimal) for document in documents]
    for _ in range(data.draw(st.integers(1, 3))):
        tree = data.draw(st.sampled_from(trees))
        path = data.draw(st.sampled_from(leaves(tree)))
        was = tree
        for step in path:
            was = was[step]
        odd = TEXTS if isinstance(was, str) else NUMBERS
        changed(tree, path, data.draw(st.sampled_from(odd)))
    made = [
        Document(name=document.name, content=json.dumps(tree, default=float).encode())
        for document, tree in zip(documents, trees, strict=True)
    ]

    assert issues_of(made, QUICK) == issues_of(made, FULL)


# Maps that make something wrong: what can be known is refused when they are loaded, the rest is found in what they make.
REFUSED = {
    "a constant out of range": ("claim", "add:\n  item:\n    - sequence: 0\n      productOrService:\n        text: x\n"),
    "a word where a number is needed": (
        "claim",
        "add:\n  item:\n    - sequence: one\n      productOrService:\n        text: x\n",
    ),
    "a code outside its binding": ("patient", "replace:\n  gender: man\n"),
    "any text as a code of the binding": ("patient", "replace:\n  gender: =case.patient.family\n"),
    "an element that is needed left out": ("claim", "remove: [created]\n"),
    "an element that is needed, sometimes": ("procedure", "replace:\n  subject: =ref(coverage)\n"),
    "a reference to what cannot stand there": ("claim", "replace:\n  provider: =ref(patient)\n"),
    "a text as a URI": ("patient", "add:\n  implicitRules: =case.patient.family\n"),
    "a text as a code": ("patient", "add:\n  language: =case.patient.family\n"),
    "two of one choice": ("patient", "add:\n  multipleBirthBoolean: false\n  multipleBirthInteger: 1\n"),
}
SERVICE = "      productOrService:\n        text: x\n"
FOUND = {
    "a reference out of a text": ("claim", "replace:\n  provider:\n    reference: =case.id\n", "reference/unresolved"),
    "an invariant that its constants break": ("patient", "add:\n  contact:\n    - gender: male\n", "invariant/pat-1"),
    "an invariant that data breaks": (
        "patient",
        "add:\n  contact:\n    - relationship:\n        - text: =case.patient.family\n",
        "invariant/pat-1",
    ),
    "a number out of range": ("claim", f"add:\n  item:\n    - sequence: =count(case.molecular)\n{SERVICE}", "structure/value"),
}


def with_map(tmp_path: Path, kind: str, change: str) -> Pipeline:
    (tmp_path / "fhir" / "r4").mkdir(parents=True)
    (tmp_path / "fhir" / "r4" / "wrong.yaml").write_text(f"extends: {kind}\n{change}")
    line = load(Settings(mappings=str(tmp_path))).pipeline
    line.prepare()
    return line


@pytest.mark.parametrize("name", REFUSED)
def test_what_can_be_known_of_a_map_is_refused_when_it_is_loaded(name: str, tmp_path: Path) -> None:
    with pytest.raises(SetupError) as refusal:
        with_map(tmp_path, *REFUSED[name])

    assert refusal.value.issues


@pytest.mark.parametrize("name", FOUND)
def test_what_only_data_decides_is_found_in_what_the_map_makes(name: str, tmp_path: Path) -> None:
    *change, rule = FOUND[name]
    line = with_map(tmp_path, *change)
    documents = documents_of(EXAMPLES / "infant-final-report")

    quick = issues_of(documents, QUICK, line)

    assert quick == issues_of(documents, FULL, line)
    assert rule in {issue.rule for issue in quick if issue.is_error}


def test_an_insurance_of_the_same_payer_is_traced_to_that_payer() -> None:
    """Both make one Organization; the second one's map is left with nothing, and refers to it all the same."""
    encounter, *others = documents_of(EXAMPLES / "secondary-insurance")
    tree = json.loads(encounter.content)
    tree["coverages"][1]["payer"] = tree["payer"] if "payer" in tree else tree["coverages"][0]["payer"]
    conversion = pipeline().convert([Document(name="encounter.json", content=json.dumps(tree).encode()), *others], QUICK)

    assert conversion.bundle is not None
    payors = [e["resource"]["payor"] for e in conversion.bundle["entry"] if e["resource"]["resourceType"] == "Coverage"]
    assert len(payors) == 2
    assert payors[0] == payors[1]
    assert conversion.lineage.entries
