"""Nothing costs more than its size: the cost per item is flat, and a list beyond its limit is refused by name."""

import json
import os
import time
from collections.abc import Callable
from typing import Any

import pytest

from adapter.assembly import load
from adapter.issues import FailureKind
from adapter.pipeline import Pipeline
from adapter.readers.document import Document
from adapter.settings import Settings
from tests.examples.ground import EXAMPLES, pipeline
from tests.web.ground import client

Tree = dict[str, Any]

ENCOUNTER: Tree = json.loads((EXAMPLES / "infant-final-report" / "encounter.json").read_bytes())
REPORT: Tree = json.loads((EXAMPLES / "infant-final-report" / "ai_report.json").read_bytes())
LINE: Tree = ENCOUNTER["billing"]["lines"][0]
CANDIDATE: Tree = REPORT["ai"]["candidates"][0]
SIZES = (10, 100, 1_000, 5_000) if os.environ.get("ADAPTER_TEST_FUZZ") == "long" else (125, 1_000)
STEEPEST = 4.0
"""How many times more an item may cost in the longer list: a quadratic cost would be eight times as high."""

OF_ENCOUNTER: dict[str, Callable[[int], Any]] = {
    "phenotypes": lambda n: {"hpo": f"HP:{n:07d}", "presence": "present", "source": "clinician"},
    "practitioners": lambda n: {"key": f"p{n}", "family": "F", "role": "other"},
    "images": lambda n: {"id": f"i{n}", "view": "frontal", "url": f"https://x.invalid/{n}"},
    "answers": lambda n: {"link_id": f"q{n}", "text": "t", "value": "v"},
    "measurements": lambda n: {"name": f"m{n}", "value": n, "unit": "cm"},
    "molecular": lambda n: {"gene": {"symbol": f"G{n}"}, "hgvs": f"c.{n}A>G", "classification": "pathogenic"},
    "clinician_diagnoses": lambda n: {"name": f"d{n}", "certainty": "differential"},
    "diagnoses": lambda n: {"icd10cm": f"Q{n}", "order": n + 1},
    "orders": lambda n: {"code": str(10_000 + n), "status": "proposed", "reason": "r"},
}
OF_BILLING: dict[str, Callable[[int], Any]] = {
    "lines": lambda n: {**LINE, "code": str(20_000 + n)},
    "related": lambda n: {"claim": f"c{n}", "relationship": "prior"},
}
OF_LINE: dict[str, Callable[[int], Any]] = {"modifiers": lambda n: f"{n % 90 + 10}", "dx_pointers": lambda n: n}
OF_CANDIDATE: dict[str, Callable[[int], Any]] = {
    "codes": lambda n: {"system": "omim", "code": str(100_000 + n)},
    "scores": lambda n: {"kind": "face_similarity", "value": n, "direction": "higher"},
    "genes": lambda n: {"symbol": f"G{n}"},
}
OF_AI: dict[str, Callable[[int], Any]] = {
    "candidates": lambda n: {"rank": n + 1, "name": f"n{n}", "codes": [{"system": "omim", "code": str(100_000 + n)}]},
    "genes": lambda n: {"symbol": f"G{n}"},
}


def many(make: Callable[[int], Any], size: int) -> list[Any]:
    return [make(number) for number in range(size)]


def of_encounter(name: str, size: int) -> tuple[Tree, Tree]:
    return {**ENCOUNTER, name: many(OF_ENCOUNTER[name], size)}, REPORT


def of_billing(name: str, size: int) -> tuple[Tree, Tree]:
    return {**ENCOUNTER, "billing": {**ENCOUNTER["billing"], name: many(OF_BILLING[name], size)}}, REPORT


def of_line(name: str, size: int) -> tuple[Tree, Tree]:
    return {**ENCOUNTER, "billing": {**ENCOUNTER["billing"], "lines": [{**LINE, name: many(OF_LINE[name], size)}]}}, REPORT


def of_candidate(name: str, size: int) -> tuple[Tree, Tree]:
    return ENCOUNTER, {**REPORT, "ai": {**REPORT["ai"], "candidates": [{**CANDIDATE, name: many(OF_CANDIDATE[name], size)}]}}


def of_ai(name: str, size: int) -> tuple[Tree, Tree]:
    return ENCOUNTER, {**REPORT, "ai": {**REPORT["ai"], name: many(OF_AI[name], size)}}


def in_both(_name: str, size: int) -> tuple[Tree, Tree]:
    """The same features in two documents, to be merged."""
    features = many(OF_ENCOUNTER["phenotypes"], size)
    return {**ENCOUNTER, "phenotypes": features}, {**REPORT, "phenotypes": features}


def unknown(_name: str, size: int) -> tuple[Tree, Tree]:
    return {**ENCOUNTER, **{f"x{number}": 1 for number in range(size)}}, REPORT


CHEAP = 0.000_05
"""So many seconds for an item are cheap: a machine with other work measures less than that with any factor."""

LISTS = [
    *((of_encounter, name) for name in OF_ENCOUNTER),
    *((of_billing, name) for name in OF_BILLING),
    *((of_line, name) for name in OF_LINE),
    *((of_candidate, name) for name in OF_CANDIDATE),
    *((of_ai, name) for name in OF_AI),
    (in_both, "phenotypes"),
    (unknown, "keys"),
]


def documents(trees: tuple[Tree, Tree]) -> list[Document]:
    names = ("encounter.json", "ai_report.json")
    return [Document(name=name, content=json.dumps(tree).encode()) for name, tree in zip(names, trees, strict=True)]


def cost(line: Pipeline, sent: list[Document]) -> float:
    """Processor seconds of a conversion with the places of its issues and its lineage, the least of two."""
    costs = []
    for _ in range(2):
        started = time.process_time()
        made = line.convert(sent)
        assert made.issues
        assert made.lineage.entries or made.content is None
        costs.append(time.process_time() - started)
    return min(costs)


@pytest.mark.parametrize(("make", "name"), LISTS, ids=lambda part: part if isinstance(part, str) else part.__name__)
def test_an_item_costs_the_same_in_a_long_list(make: Callable[[str, int], tuple[Tree, Tree]], name: str) -> None:
    line = pipeline()
    base = cost(line, documents(make(name, 1)))
    costs = [max((cost(line, documents(make(name, size))) - base) / size, CHEAP) for size in SIZES]

    assert costs[-1] / min(costs) < STEEPEST


MODIFIERS = "https://0731t-adapter.invalid/fhir/CodeSystem/procedure-modifier"
MODIFIER_SET = {"name": "url", "valueUri": "https://0731t-adapter.invalid/fhir/ValueSet/procedure-modifier"}
TO_CLAIM = {"name": "url", "valueUri": "https://0731t-adapter.invalid/fhir/ConceptMap/modifier-to-claim"}
EXPAND = "/fhir/ValueSet/$expand"


def codings(size: int) -> Tree:
    return {"name": "codeableConcept", "valueCodeableConcept": {"coding": [MODIFIER | {"code": f"x{n}"} for n in range(size)]}}


def composed(include: list[Any]) -> list[Tree]:
    value_set = {"resourceType": "ValueSet", "status": "active", "compose": {"include": include}}
    return [{"name": "valueSet", "resource": value_set}]


MODIFIER: Tree = {"system": MODIFIERS}
PARAMETERS: dict[str, tuple[str, Callable[[int], list[Tree]]]] = {
    "codings in a value set": ("/fhir/ValueSet/$validate-code", lambda n: [MODIFIER_SET, codings(n)]),
    "codings in a code system": (
        "/fhir/CodeSystem/$validate-code",
        lambda n: [{"name": "url", "valueUri": MODIFIERS}, codings(n)],
    ),
    "codings to translate": ("/fhir/ConceptMap/$translate", lambda n: [TO_CLAIM, codings(n)]),
    "properties": (EXPAND, lambda n: [MODIFIER_SET, *({"name": "property", "valueString": f"p{i}"} for i in range(n))]),
    "designations": (EXPAND, lambda n: [MODIFIER_SET, *({"name": "designation", "valueString": f"p{i}|q"} for i in range(n))]),
    "resources": (
        EXPAND,
        lambda n: [
            MODIFIER_SET,
            *(
                {"name": "tx-resource", "resource": {"resourceType": "ValueSet", "url": f"urn:x:{i}", "status": "active"}}
                for i in range(n)
            ),
        ],
    ),
    "codes of an include": (EXPAND, lambda n: composed([MODIFIER | {"concept": [{"code": f"x{i}"} for i in range(n)]}])),
    "includes": (EXPAND, lambda n: composed([MODIFIER] * n)),
    "filters": (
        EXPAND,
        lambda n: composed([MODIFIER | {"filter": [{"property": "code", "op": "regex", "value": f"x{i}.*"} for i in range(n)]}]),
    ),
    "properties of a code": (
        "/fhir/CodeSystem/$lookup",
        lambda n: [
            {"name": "system", "valueUri": MODIFIERS},
            {"name": "code", "valueCode": "extent"},
            *({"name": "property", "valueCode": f"p{i}"} for i in range(n)),
        ],
    ),
}


@pytest.mark.parametrize("kind", PARAMETERS)
def test_an_item_costs_the_same_in_a_long_list_of_parameters(kind: str) -> None:
    path, make = PARAMETERS[kind]
    service = client()

    def seconds(size: int) -> float:
        body = json.dumps({"resourceType": "Parameters", "parameter": make(size)})
        costs = []
        for _ in range(2):
            started = time.process_time()
            assert service.post(path, data=body, content_type="application/fhir+json").status_code < 500
            costs.append(time.process_time() - started)
        return min(costs)

    base = seconds(1)
    costs = [max((seconds(size) - base) / size, CHEAP) for size in (100, 1_000, 5_000)]

    assert costs[-1] / min(costs) < STEEPEST


def test_two_thousand_features_need_no_more_memory_than_their_lineage() -> None:
    made = pipeline().convert(documents(in_both("phenotypes", 2_000)))

    assert max(len(entry.positions) for entry in made.lineage.entries) < 50


def test_a_list_beyond_its_limit_is_refused_by_name() -> None:
    made = load(Settings(max_items=100)).convert(documents(of_encounter("phenotypes", 101)))

    assert made.failure is FailureKind.TOO_LARGE
    assert [issue.location for issue in made.issues] == [("encounter.json#/phenotypes",)]
    assert "ADAPTER_MAX_ITEMS" in (made.issues[0].suggestion or "")


@pytest.mark.parametrize(
    "trees",
    [unknown("keys", 600), ({**ENCOUNTER, **{name: many(OF_ENCOUNTER[name], 40) for name in ("phenotypes", "orders")}}, REPORT)],
    ids=["values that are read", "elements that are made"],
)
def test_a_request_that_takes_more_steps_than_its_budget_is_refused_by_name(trees: tuple[Tree, Tree]) -> None:
    assert load(Settings()).convert(documents(trees)).failure is not FailureKind.TOO_LARGE

    made = load(Settings(max_steps=700)).convert(documents(trees))

    assert made.failure is FailureKind.TOO_LARGE
    assert [issue.rule for issue in made.issues] == ["request/steps"]
    assert "ADAPTER_MAX_STEPS" in (made.issues[0].suggestion or "")


def test_a_request_that_is_counted_and_within_its_budget_is_carried_out() -> None:
    made = load(Settings(max_steps=10_000)).convert(documents(of_encounter("phenotypes", 40)))

    assert made.failure is None
    assert made.content is not None


def test_what_is_made_for_every_pair_of_two_lists_is_bounded_by_the_budget() -> None:
    """The output of two lists can be as large as their product: at the limits of items it would be gigabytes."""
    lists = {name: many(OF_ENCOUNTER[name], 3_000) for name in ("phenotypes", "orders")}
    started = time.process_time()
    made = pipeline().convert(documents(({**ENCOUNTER, **lists}, REPORT)))

    assert made.failure is FailureKind.TOO_LARGE
    assert time.process_time() - started < 30


def test_a_list_at_its_limit_is_taken() -> None:
    assert load(Settings(max_items=100)).convert(documents(of_encounter("phenotypes", 100))).content is not None
