"""Amounts of a FHIR Claim that contradict each other: a payer adds them up, and refuses the claim if they differ."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from adapter.issues import Issue, IssueType, Severity
from adapter.json_types import JsonObject, JsonValue
from adapter.path import Path
from adapter.readers.placed_resource import PlacedResource, listed

_CENT = Decimal("0.01")
_MOST_PLACES = 3
_WITHOUT_EFFECT = ("cancelled", "entered-in-error")
_WITHIN = {"item": "detail", "detail": "subDetail"}
_TOTAL = "the total of this claim is not the sum of its items; the Claim that is made of it has the sum"
_NET = "this is not what its parts make (units by price by factor, else the sum of the details); it is taken as the charge"
_CURRENCIES = "the amounts of this claim are in several currencies, so nobody can add them up"

_Placed = tuple[JsonObject, Path]


def claim_amount_issues(claim: PlacedResource) -> Iterator[Issue]:
    """What contradicts in the amounts of a Claim, each with the places of both; an error where no charge can be right."""
    if claim.resource.get("status") in _WITHOUT_EFFECT:
        return
    currencies = _first_of_each_currency(claim.resource)
    if len(currencies) > 1:
        yield _issue(claim, _CURRENCIES, list(currencies.values()), severity=Severity.ERROR)
    items = _inside(claim.resource, (), "item")
    for item, path in items:
        yield from _of_part(claim, item, path)
    total, amounts = _number(claim.resource.get("total"), "value"), [_amount(item, "item") for item, _ in items]
    if items and total is not None and _differs(total, _sum(amounts)):
        yield _issue(claim, _TOTAL, [("total", "value"), *(_place_of_amount(*item) for item in items)])


def _of_part(claim: PlacedResource, part: JsonObject, path: Path) -> Iterator[Issue]:
    """What contradicts in an item, a detail, or one in it."""
    kind = str(path[-2])
    inner = _inside(part, path, _WITHIN[kind]) if kind in _WITHIN else []
    for detail, place in inner:
        yield from _of_part(claim, detail, place)
    net, made = _number(part.get("net"), "value"), _made_of_parts(part, kind)
    if net is not None and _differs(net, made):
        is_priced = _priced(part) is not None
        others = [(*path, "unitPrice", "value")] if is_priced else [_place_of_amount(*detail) for detail in inner]
        yield _issue(claim, _NET, [(*path, "net", "value"), *others])


def _inside(around: JsonObject, path: Path, name: str) -> list[_Placed]:
    return [(part, (*path, name, at)) for at, part in enumerate(listed(around.get(name))) if isinstance(part, dict)]


def _amount(part: JsonObject, kind: str) -> Decimal | None:
    """What a part costs: its net amount, else what its own parts make."""
    net = _number(part.get("net"), "value")
    return _made_of_parts(part, kind) if net is None else net


def _made_of_parts(part: JsonObject, kind: str) -> Decimal | None:
    """Quantity times price times factor, else the sum of what is in it; nothing where that is not said."""
    priced = _priced(part)
    if priced is not None or kind not in _WITHIN:
        return priced
    within = _WITHIN[kind]
    inner = [_amount(detail, within) for detail, _ in _inside(part, (), within)]
    return _sum(inner) if inner else None


def _priced(part: JsonObject) -> Decimal | None:
    """https://hl7.org/fhir/R4/claim-definitions.html#Claim.item.net: quantity times unit price times factor."""
    price = _number(part.get("unitPrice"), "value")
    if price is None:
        return None
    units, factor = _number(part.get("quantity"), "value"), _number(part, "factor")
    return price * (1 if units is None else units) * (1 if factor is None else factor)


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if len(known) == len(amounts) else None


def _differs(sent: Decimal, made: Decimal | None) -> bool:
    return made is not None and abs(sent - made) >= _CENT


def _number(around: JsonValue, name: str) -> Decimal | None:
    value = around.get(name) if isinstance(around, dict) else None
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def _place_of_amount(part: JsonObject, path: Path) -> Path:
    """Where it is said what a part costs."""
    return next(((*path, name, "value") for name in ("net", "unitPrice") if name in part), path)


def _first_of_each_currency(claim: JsonObject) -> dict[str, Path]:
    """The currencies of all amounts, each with the first place of it."""
    found: dict[str, Path] = {}
    for part, path in _parts(claim, ()):
        for name in ("total", "net", "unitPrice"):
            money = part.get(name)
            if isinstance(money, dict) and isinstance(money.get("currency"), str) and "value" in money:
                found.setdefault(money["currency"], (*path, name, "currency"))
    return found


def _parts(around: JsonObject, path: Path) -> Iterator[_Placed]:
    """A claim, its items, and all in them."""
    yield around, path
    for name in ("item", *_WITHIN.values()):
        for part, place in _inside(around, path, name):
            yield from _parts(part, place)


def _issue(claim: PlacedResource, text: str, places: Sequence[Path], *, severity: Severity = Severity.WARNING) -> Issue:
    return Issue(
        severity=severity,
        code=IssueType.BUSINESS_RULE,
        rule="fhir/claim-amount",
        text=text,
        suggestion="check which of them is right, and correct the other",
        location=tuple(claim.position(*place) for place in places[:_MOST_PLACES]),
    )
