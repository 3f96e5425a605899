"""An item of a list parameter costs the same in a long list, and a page of an expansion does not make the rest."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from adapter.assembly import load
from adapter.settings import Settings
from adapter.terminology.catalog import Catalog
from adapter.terminology.operation_error import OperationRefusedError
from adapter.terminology.wire.operation.common import Invocation, OperationContext
from adapter.terminology.wire.operation.operations import OPERATIONS, TerminologyOperation
from adapter.terminology.wire.parameter import OperationParameter, ParameterType, read_parameters
from tests.terminology.operations.small import Resource

BASE = "https://0731t-adapter.invalid/fhir"
MODIFIERS = f"{BASE}/CodeSystem/procedure-modifier"
SIZES = (10, 100, 1_000, 5_000)
STEEPEST = 4.0
"""How many times more a further item may cost at the end of a long list: a quadratic cost would be five times as high."""
CHEAP = 0.000_05
"""So many seconds for an item are cheap: a machine with other work measures less than that with any factor."""

Rows = list[dict[str, Any]]
OPERATION = {(operation.type, operation.name): operation for operation in OPERATIONS}
CODE: Rows = [{"name": "system", "valueUri": MODIFIERS}, {"name": "code", "valueCode": "extent-reduced"}]
VALUE_SET: Rows = [{"name": "url", "valueUri": f"{BASE}/ValueSet/procedure-modifier"}]
ASKED: dict[tuple[str | None, str], Rows] = {
    ("CodeSystem", "lookup"): CODE,
    ("CodeSystem", "validate-code"): [{"name": "url", "valueUri": MODIFIERS}, CODE[1]],
    ("CodeSystem", "subsumes"): [CODE[0], *({"name": f"code{letter}", "valueCode": "extent"} for letter in "AB")],
    ("ValueSet", "validate-code"): [*VALUE_SET, *CODE],
    ("ValueSet", "expand"): VALUE_SET,
    ("ConceptMap", "translate"): [{"name": "url", "valueUri": f"{BASE}/ConceptMap/modifier-to-claim"}, *CODE],
}
"""What an operation is asked about beside a long list."""


def overlay(number: int) -> Resource:
    system = {"resourceType": "CodeSystem", "status": "active", "content": "complete", "concept": [{"code": "a"}]}
    return {**system, "url": "urn:s", "version": f"1.{number}"}


def one_of_a_batch(number: int) -> Resource:
    about: Rows = [{"name": "url", "valueUri": MODIFIERS}, {"name": "code", "valueCode": f"x{number}"}]
    return {"resourceType": "Parameters", "parameter": about}


def item(row: OperationParameter, number: int) -> dict[str, Any]:
    """One of many values of a parameter."""
    if row.kind is ParameterType.RESOURCE:
        return {"name": row.name, "resource": one_of_a_batch(number) if row.name == "validation" else overlay(number)}
    if row.kind is ParameterType.CANONICAL:
        return {"name": row.name, "valueCanonical": f"http://x.invalid/{number}|1"}
    return {"name": row.name, "valueString": f"p{number}|q" if row.name == "designation" else f"p{number}"}


def codings(name: str, size: int) -> Rows:
    listed = [{"system": MODIFIERS, "code": f"x{number}"} for number in range(size)]
    return [{"name": name, "valueCodeableConcept": {"coding": listed}}]


def repeated(asked: Rows, row: OperationParameter, size: int) -> Rows:
    return [*asked, *(item(row, number) for number in range(size))]


def in_a_concept(subject: Rows, row: OperationParameter, size: int) -> Rows:
    return [*subject, *codings(row.name, size)]


def composed(include: Rows) -> Rows:
    value_set = {"resourceType": "ValueSet", "status": "active", "compose": {"include": include}}
    return [{"name": "valueSet", "resource": value_set}]


def _lists() -> Iterator[tuple[TerminologyOperation, str, Callable[[int], Rows]]]:
    """Every parameter of every operation that may be sent several times, and every concept, which has many codings."""
    for operation in OPERATIONS:
        asked = ASKED.get((operation.type, operation.name), [])
        subject = [row for row in asked if row["name"] not in {"code", "system"}]
        for row in operation.table.rows:
            if row.repeats and row.is_supported:
                yield operation, row.name, partial(repeated, asked, row)
            elif row.kind is ParameterType.CONCEPT:
                yield operation, row.name, partial(in_a_concept, subject, row)


OF_VALUE_SETS: dict[str, Callable[[int], Rows]] = {
    "include": lambda n: composed([{"system": MODIFIERS}] * n),
    "include.concept": lambda n: composed([{"system": MODIFIERS, "concept": [{"code": f"x{place}"} for place in range(n)]}]),
    "include.filter": lambda n: composed(
        [{"system": MODIFIERS, "filter": [{"property": "code", "op": "regex", "value": f"x{place}.*"} for place in range(n)]}]
    ),
    "include.valueSet": lambda n: composed([{"valueSet": [f"{BASE}/ValueSet/procedure-modifier"] * n}]),
}
"""Lists within a value set that is sent along."""
LISTS = {
    **{f"{operation.type}-{operation.name}-{name}": (operation, rows) for operation, name, rows in _lists()},
    **{f"ValueSet-expand-{name}": (OPERATION["ValueSet", "expand"], rows) for name, rows in OF_VALUE_SETS.items()},
    "ValueSet-validate-code-codings-with-versions": (
        OPERATION["ValueSet", "validate-code"],
        lambda n: [
            *VALUE_SET,
            *codings("codeableConcept", n),
            *({"name": "force-system-version", "valueCanonical": f"http://x.invalid/{place}|1"} for place in range(n)),
        ],
    ),
}


@pytest.fixture(scope="module")
def surroundings() -> OperationContext:
    return OperationContext(catalog=load(Settings()).catalog, now="2026-01-01T00:00:00Z")


def cost(surroundings: OperationContext, operation: TerminologyOperation, rows: Rows) -> float:
    """Processor seconds of a call, the least of two."""
    body = {"resourceType": "Parameters", "parameter": rows}
    costs = []
    for _ in range(2):
        started = time.process_time()
        with suppress(OperationRefusedError):
            operation.call(surroundings, Invocation(arguments=read_parameters(operation.table, body)))
        costs.append(time.process_time() - started)
    return min(costs)


@pytest.mark.parametrize("name", LISTS)
def test_an_item_of_a_list_costs_the_same_in_a_long_list(name: str, surroundings: OperationContext) -> None:
    operation, rows = LISTS[name]
    cost(surroundings, operation, rows(1))
    costs = [cost(surroundings, operation, rows(size)) for size in SIZES]
    pairs = zip(SIZES[1:], SIZES, costs[1:], costs, strict=False)
    *before, last = (max((more - less) / (longer - shorter), CHEAP) for longer, shorter, more, less in pairs)

    assert last < STEEPEST * max(before)


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
