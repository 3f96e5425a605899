"""Nothing costs more than its size: the cost per item is flat, and a list beyond its limit is refused by name."""

import json
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

Tree = dict[str, Any]

ENCOUNTER: Tree = json.loads((EXAMPLES / "infant-final-report" / "encounter.json").read_bytes())
REPORT: Tree = json.loads((EXAMPLES / "infant-final-report" / "ai_report.json").read_bytes())
LINE: Tree = ENCOUNTER["billing"]["lines"][0]
CANDIDATE: Tree = REPORT["ai"]["candidates"][0]
SIZES = (125, 1_000)
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
    short, long = (max((cost(line, documents(make(name, size))) - base) / size, CHEAP) for size in SIZES)

    assert long / short < STEEPEST


def test_two_thousand_features_need_no_more_memory_than_their_lineage() -> None:
    made = pipeline().convert(documents(in_both("phenotypes", 2_000)))

    assert max(len(entry.positions) for entry in made.lineage.entries) < 50


def test_a_list_beyond_its_limit_is_refused_by_name() -> None:
    made = load(Settings(max_items=100)).convert(documents(of_encounter("phenotypes", 101)))

    assert made.failure is FailureKind.TOO_LARGE
    assert [issue.location for issue in made.issues] == [("encounter.json#/phenotypes",)]
    assert "ADAPTER_MAX_ITEMS" in (made.issues[0].suggestion or "")


def test_a_list_at_its_limit_is_taken() -> None:
    assert load(Settings(max_items=100)).convert(documents(of_encounter("phenotypes", 100))).content is not None
