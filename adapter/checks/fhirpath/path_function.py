"""The functions of FHIRPath that invariants use (http://hl7.org/fhirpath/N1/#functions), and what collections mean as values."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeAlias

from adapter.checks.fhirpath.item import Item
from adapter.checks.narrative import is_narrative

Items: TypeAlias = list[Item]
Function: TypeAlias = Callable[..., Items]


class UndecidedError(Exception):
    """An expression wants one value where there are several: it says neither yes nor no."""


def single(items: Items) -> Item | None:
    """The only item, or nothing; raises UndecidedError if there are several."""
    if len(items) > 1:
        raise UndecidedError
    return items[0] if items else None


def boolean(items: Items) -> bool | None:
    """A collection as true, false or nothing; one item of another type counts as true."""
    item = single(items)
    if item is None:
        return None
    return item.value if isinstance(item.value, bool) else True


def same(one: Item, other: Item) -> bool:
    """Whether two items have the same value; true is not 1."""
    return isinstance(one.value, bool) == isinstance(other.value, bool) and bool(one.value == other.value)


def _yes(answer: bool) -> Items:  # noqa: FBT001 - an answer
    return [Item(answer, "Boolean")]


def _text(items: Items) -> str | None:
    item = single(items)
    return item.value if item is not None and isinstance(item.value, str) else None


def _of_texts(ask: Callable[[str, str], bool]) -> Function:
    def function(items: Items, argument: Items) -> Items:
        text, other = _text(items), _text(argument)
        return [] if text is None or other is None else _yes(ask(text, other))

    return function


def _not(items: Items) -> Items:
    answer = boolean(items)
    return [] if answer is None else _yes(not answer)


def _distinct(items: Items) -> Items:
    """Linear for what can be hashed, as codes and paths can."""
    items_by_value: dict[object, Item] = {}
    for item in items:
        items_by_value.setdefault(key_of(item), item)
    return list(items_by_value.values())


def key_of(item: Item) -> object:
    """What is equal for equal values, so that they can be looked up."""
    return (isinstance(item.value, bool), _frozen(item.value))


def _frozen(value: object) -> object:
    if isinstance(value, dict):
        return frozenset((name, _frozen(part)) for name, part in value.items())
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _intersect(items: Items, others: Items) -> Items:
    keys = {key_of(item) for item in others}
    return _distinct([item for item in items if key_of(item) in keys])


def _has_value(items: Items) -> Items:
    return _yes(len(items) == 1 and items[0].value is not None and not isinstance(items[0].value, dict))


def _to_integer(items: Items) -> Items:
    item = single(items)
    text = "" if item is None else str(item.value)
    return [Item(int(text), "Integer")] if re.fullmatch(r"[+-]?[0-9]+", text) else []


def _to_string(items: Items) -> Items:
    item = single(items)
    is_plain = item is not None and isinstance(item.value, str | int | float | Decimal) and not isinstance(item.value, bool)
    return [Item(str(item.value), "String")] if item is not None and is_plain else []


def _substring(items: Items, start: Items, length: Items | None = None) -> Items:
    text, first = _text(items), single(start)
    if text is None or first is None or first.value >= len(text):
        return []
    count = single(length) if length else None
    return [Item(text[first.value :][: count.value if count else None], "String")]


def _replace_matches(items: Items, pattern: Items, by: Items) -> Items:
    text, expression, new = _text(items), _text(pattern), _text(by)
    return [] if text is None or expression is None or new is None else [Item(re.sub(expression, new, text), "String")]


def _html_checks(items: Items) -> Items:
    text = _text(items)
    return [] if text is None else _yes(is_narrative(text))


FUNCTIONS: Mapping[str, Function] = {
    "exists": lambda items: _yes(bool(items)),
    "empty": lambda items: _yes(not items),
    "not": _not,
    "count": lambda items: [Item(len(items), "Integer")],
    "hasValue": _has_value,
    "first": lambda items: items[:1],
    "last": lambda items: items[-1:],
    "tail": lambda items: items[1:],
    "distinct": _distinct,
    "isDistinct": lambda items: _yes(len(_distinct(items)) == len(items)),
    "combine": lambda items, others: [*items, *others],
    "intersect": _intersect,
    "startsWith": _of_texts(str.startswith),
    "contains": _of_texts(lambda text, part: part in text),
    "matches": _of_texts(lambda text, pattern: re.fullmatch(pattern, text) is not None),
    "replaceMatches": _replace_matches,
    "substring": _substring,
    "toInteger": _to_integer,
    "toString": _to_string,
    "trace": lambda items, *_: items,
    "htmlChecks": _html_checks,
}
"""The functions whose arguments are worked out before they are called, by name."""
