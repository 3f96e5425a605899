"""Amounts of a Claim that contradict each other are told with the places of both, and several currencies are refused."""

import json
from decimal import Decimal
from typing import Any

import pytest

from adapter.issues import InvalidError, Severity
from adapter.readers.document import Document
from adapter.readers.fhir_reader import read_fhir

Tree = dict[str, Any]
ERROR, WARNING = Severity.ERROR, Severity.WARNING


def told(tree: Tree) -> list[tuple[str | None, Severity, tuple[str, ...]]]:
    content = json.dumps(tree)
    document = Document(name="b.json", content=content.encode())
    try:
        issues = read_fhir(json.loads(content, parse_float=Decimal), document, lambda _: ()).remarks
    except InvalidError as refusal:
        issues = refusal.issues
    return [(issue.rule, issue.severity, issue.location) for issue in issues]


def money(value: float | None, currency: str | None = "USD") -> Tree:
    return {name: part for name, part in {"value": value, "currency": currency}.items() if part is not None}


def item(net: float | None = None, *, price: float | None = None, units: float | None = None, **more: object) -> Tree:
    whole = {
        "net": None if net is None else money(net),
        "unitPrice": None if price is None else money(price),
        "quantity": None if units is None else {"value": units},
    }
    return {name: part for name, part in whole.items() if part is not None} | more


def claim(*items: Tree, total: float | None = None, **more: object) -> Tree:
    whole: Tree = {"resourceType": "Claim", "id": "c", "status": "active", "item": list(items), **more}
    return whole if total is None else whole | {"total": money(total)}


AGREEING = {
    "one item": claim(item(150), total=150),
    "two items": claim(item(150), item(30.5), total=180.5),
    "no total": claim(item(150)),
    "no item": claim(total=150),
    "a price of two units": claim(item(180, price=90, units=2), total=180),
    "a price alone": claim(item(price=90), total=90),
    "a price, units and a factor": claim(item(45, price=90, units=1, factor=0.5), total=45),
    "a third of a cent": claim(item(100, price=33.333, units=3), total=100),
    "an item without an amount": claim(item(150), item(), total=999),
    "details": claim(item(180, detail=[item(100), item(80)]), total=180),
    "details that alone have amounts": claim(item(detail=[item(100), item(subDetail=[item(80)])]), total=180),
    "details without amounts": claim(item(180, detail=[item()]), total=180),
    "an amount without a value": claim({"net": money(None)}, total=150),
    "an amount without a currency": claim({"net": money(150, None)}, total=150),
    "a claim that was cancelled": claim(item(150), total=1, status="cancelled"),
    "a claim that was entered in error": claim(item(150), total=1, status="entered-in-error"),
}


@pytest.mark.parametrize("name", AGREEING)
def test_amounts_that_agree_are_not_told(name: str) -> None:
    assert told(AGREEING[name]) == []


CONTRADICTING = {
    "a total above its items": (
        claim(item(150), item(30), total=200),
        WARNING,
        ("total/value", "item/0/net/value", "item/1/net/value"),
    ),
    "a total of nothing": (claim(item(150), total=0), WARNING, ("total/value", "item/0/net/value")),
    "a total that differs by a cent": (claim(item(150), total=150.01), WARNING, ("total/value", "item/0/net/value")),
    "a total and a price alone": (claim(item(price=90, units=2), total=90), WARNING, ("total/value", "item/0/unitPrice/value")),
    "a total and details": (claim(item(detail=[item(100)]), total=90), WARNING, ("total/value", "item/0")),
    "a net amount of one unit for two": (
        claim(item(90, price=90, units=2)),
        WARNING,
        ("item/0/net/value", "item/0/unitPrice/value"),
    ),
    "a factor that was forgotten": (
        claim(item(90, price=90, factor=0.5)),
        WARNING,
        ("item/0/net/value", "item/0/unitPrice/value"),
    ),
    "a net amount and its details": (
        claim(item(150, detail=[item(100), item(80)])),
        WARNING,
        ("item/0/net/value", "item/0/detail/0/net/value", "item/0/detail/1/net/value"),
    ),
    "a detail and what is in it": (
        claim(item(detail=[item(100, subDetail=[item(90)])])),
        WARNING,
        ("item/0/detail/0/net/value", "item/0/detail/0/subDetail/0/net/value"),
    ),
    "two currencies": (
        claim(item(150), {"net": money(30, "EUR")}),
        ERROR,
        ("item/0/net/currency", "item/1/net/currency"),
    ),
    "a total in another currency": (
        claim({"unitPrice": money(150, "CAD")}, total=150),
        ERROR,
        ("total/currency", "item/0/unitPrice/currency"),
    ),
    "a detail in another currency": (
        claim(item(150, detail=[{"net": money(150, "EUR")}])),
        ERROR,
        ("item/0/net/currency", "item/0/detail/0/net/currency"),
    ),
}


@pytest.mark.parametrize("name", CONTRADICTING)
def test_amounts_that_contradict_are_told_with_both_places(name: str) -> None:
    tree, severity, places = CONTRADICTING[name]

    assert told(tree) == [("fhir/claim-amount", severity, tuple(f"b.json#/{place}" for place in places))]


def test_the_places_are_those_in_the_bundle() -> None:
    tree = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": claim(item(150), total=1)}]}

    assert told(tree) == [
        ("fhir/claim-amount", WARNING, ("b.json#/entry/0/resource/total/value", "b.json#/entry/0/resource/item/0/net/value"))
    ]
