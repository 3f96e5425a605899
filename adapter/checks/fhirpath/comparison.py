"""Which of two values comes first, as FHIRPath says (http://hl7.org/fhirpath/N1/#comparison): nothing if that is not known."""

import re
from datetime import datetime
from decimal import Decimal

from adapter.checks.fhirpath.item import Item

_TIMES = frozenset({"date", "dateTime", "instant"})
_TIME = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?)?)?)?(Z|[+-]\d\d:\d\d)?")
_MINUTES = 5


def order(one: Item, other: Item) -> int | None:
    """Less than 0 if `one` comes first, 0 if they are equal, more than 0 if `other` does; None if that cannot be said.

    Dates are compared as far as both are known: the first difference decides, and without one nothing is known unless both are
    equally precise. Quantities are compared only if they have one unit.
    """
    if isinstance(one.value, dict) and isinstance(other.value, dict):
        return _order_of_quantities(one.value, other.value)
    if isinstance(one.value, str) and isinstance(other.value, str):
        is_time = one.type in _TIMES and other.type in _TIMES
        return _order_of_times(one.value, other.value) if is_time else _sign(one.value > other.value, one.value < other.value)
    if _is_number(one.value) and _is_number(other.value):
        return _sign(one.value > other.value, one.value < other.value)
    return None


def _sign(more: bool, less: bool) -> int:  # noqa: FBT001 - two halves of one answer
    return int(more) - int(less)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _order_of_quantities(one: dict[str, object], other: dict[str, object]) -> int | None:
    unit = [(part.get("system"), part.get("code"), part.get("code") or part.get("unit")) for part in (one, other)]
    if unit[0] != unit[1] or "value" not in one or "value" not in other:
        return None
    return order(Item(one["value"], "decimal"), Item(other["value"], "decimal"))


def _order_of_times(one: str, other: str) -> int | None:
    first, second = _TIME.fullmatch(one), _TIME.fullmatch(other)
    if first is None or second is None:
        return None
    if first[_MINUTES] and second[_MINUTES]:
        return _order_of_instants(one, other)
    pairs = zip(first.groups()[:3], second.groups()[:3], strict=True)
    known = [(int(left), int(right)) for left, right in pairs if left and right]
    difference = next((left - right for left, right in known if left != right), 0)
    return difference or (
        0 if (first[2], first[3], first[4]).count(None) == (second[2], second[3], second[4]).count(None) else None
    )


def _order_of_instants(one: str, other: str) -> int | None:
    try:
        first, second = (datetime.fromisoformat(text) for text in (one, other))
    except ValueError:
        return None
    if first.tzinfo is None or second.tzinfo is None:
        return None
    return _sign(first > second, first < second)
