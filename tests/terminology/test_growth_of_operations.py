"""An item of a list parameter costs the same in a long list, and a page of an expansion does not make the rest."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from adapter.assembly import load
from adapter.settings import Settings
from adapter.terminology.catalog import Catalog
from adapter.terminology.wire.operation.common import Invocation, OperationContext
from adapter.terminology.wire.operation.operations import OPERATIONS
from adapter.terminology.wire.parameter import read_parameters
from tests.terminology.operations.small import Resource

BASE = "https://0731t-adapter.invalid/fhir"
MODIFIERS = f"{BASE}/CodeSystem/procedure-modifier"
SIZES = (250, 2_500)
STEEPEST = 4.0
"""How many times more an item may cost in the longer list: a quadratic cost would be ten times as high."""

Rows = list[dict[str, Any]]
OPERATION = {(operation.type, operation.name): operation for operation in OPERATIONS}


def codings(size: int) -> Rows:
    listed = [{"system": MODIFIERS, "code": f"x{number}"} for number in range(size)]
    return [{"name": "codeableConcept", "valueCodeableConcept": {"coding": listed}}]


def texts(name: str, kind: str, size: int) -> Rows:
    return [{"name": name, kind: f"http://x.invalid/{number}|1"} for number in range(size)]


def overlays(size: int) -> Rows:
    system = {"resourceType": "CodeSystem", "status": "active", "content": "complete", "concept": [{"code": "a"}]}
    return [{"name": "tx-resource", "resource": {**system, "url": "urn:s", "version": f"1.{number}"}} for number in range(size)]


NAMED = [{"name": "url", "valueUri": "urn:s"}, {"name": "code", "valueCode": "a"}]
VALUE_SET = {"name": "url", "valueUri": f"{BASE}/ValueSet/procedure-modifier"}
CODE = [{"name": "system", "valueUri": MODIFIERS}, {"name": "code", "valueCode": "extent-reduced"}]
LISTS: dict[str, tuple[str, str, Callable[[int], Rows]]] = {
    "codings in a value set": ("ValueSet", "validate-code", lambda n: [VALUE_SET, *codings(n)]),
    "codings in a code system": (
        "CodeSystem",
        "validate-code",
        lambda n: [{"name": "url", "valueUri": MODIFIERS}, *codings(n)],
    ),
    "codings to translate": ("ConceptMap", "translate", codings),
    "properties": ("CodeSystem", "lookup", lambda n: [*CODE, *texts("property", "valueCode", n)]),
    "versions": ("ValueSet", "expand", lambda n: [VALUE_SET, *texts("system-version", "valueCanonical", n)]),
    "codings, each with versions": (
        "ValueSet",
        "validate-code",
        lambda n: [VALUE_SET, *codings(n), *texts("force-system-version", "valueCanonical", n)],
    ),
    "versions of a code system": ("CodeSystem", "validate-code", lambda n: [*NAMED, *overlays(n)]),
    "designations": ("ValueSet", "expand", lambda n: [VALUE_SET, *texts("designation", "valueString", n)]),
}


@pytest.fixture(scope="module")
def surroundings() -> OperationContext:
    return OperationContext(catalog=load(Settings()).catalog, now="2026-01-01T00:00:00Z")


def cost(surroundings: OperationContext, kind: str, name: str, *, rows: Rows) -> float:
    """Processor seconds of a call, the least of two."""
    operation = OPERATION[kind, name]
    costs = []
    for _ in range(2):
        started = time.process_time()
        arguments = read_parameters(operation.table, {"resourceType": "Parameters", "parameter": rows})
        assert operation.call(surroundings, Invocation(arguments=arguments))
        costs.append(time.process_time() - started)
    return min(costs)


@pytest.mark.parametrize("name", LISTS)
def test_an_item_of_a_list_costs_the_same_in_a_long_list(name: str, surroundings: OperationContext) -> None:
    kind, operation, rows = LISTS[name]
    short, long = (max(cost(surroundings, kind, operation, rows=rows(size)), 0.001) / size for size in SIZES)

    assert long / short < STEEPEST


def large(size: int, *, below: bool = False) -> OperationContext:
    """A service with one large code system, flat or all below one code, and the value set of all of it."""
    concepts: list[Resource] = [{"code": f"c{number}", "display": f"display {number}"} for number in range(size)]
    if below:
        concepts = [{"code": "top", "concept": concepts}]
    system = {"resourceType": "CodeSystem", "url": "http://x.invalid/cs", "status": "active", "content": "complete"}
    compose = {"include": [{"system": "http://x.invalid/cs"}]}
    everything = {"resourceType": "ValueSet", "url": "http://x.invalid/vs", "status": "active", "compose": compose}
    catalog = Catalog.of([{**system, "concept": concepts}, everything])
    return OperationContext(catalog=catalog, now="2026-01-01T00:00:00Z")


def page(service: OperationContext, **rows: int) -> Resource:
    listed: Rows = [{"name": name, "valueInteger": value} for name, value in rows.items()]
    operation = OPERATION["ValueSet", "expand"]
    body = {"resourceType": "Parameters", "parameter": [{"name": "url", "valueUri": "http://x.invalid/vs"}, *listed]}
    answer: Resource = operation.call(service, Invocation(arguments=read_parameters(operation.table, body)))
    expansion: Resource = answer["expansion"]
    return expansion


@pytest.mark.parametrize("below", [False, True])
@pytest.mark.parametrize(("offset", "count"), [(0, 3), (2, 3), (7, 3), (9, 5), (12, 4), (0, 0)])
def test_a_page_holds_what_the_whole_holds_there(offset: int, count: int, *, below: bool) -> None:
    service = large(10, below=below)
    everything = page(service, offset=0, count=11 if below else 10)
    shown = page(service, offset=offset, count=count)

    codes = [entry["code"] for entry in everything.get("contains", ())]
    assert [entry["code"] for entry in shown.get("contains", ())] == codes[offset : offset + count]
    assert shown["total"] == everything["total"] == len(codes)


@pytest.mark.parametrize("offset", [0, 15_000])
def test_a_page_does_not_make_the_rest(offset: int) -> None:
    service = large(20_000)
    page(service, count=1)  # the concepts are indexed with the first question
    started = time.process_time()
    page(service, offset=offset, count=20)
    spent = time.process_time() - started
    started = time.process_time()
    page(service, offset=0, count=20_000)

    assert spent * 20 < time.process_time() - started
