"""The documents of an example with all lists in another order, except those whose order means something."""

from random import Random
from typing import Any

PRIMARY_FIRST = frozenset({"coverages"})
"""Insurances: another one in front is the primary one, and pays."""

IN_ORDER = PRIMARY_FIRST | {"candidates", "suggested_syndromes", "lines", "modifiers", "dx_pointers", "given", "line"}
"""All lists whose order a resource tells: the rank of candidates, the sequence of lines, and the parts of names and addresses."""


def shuffled(value: Any, random: Random, *, in_order: frozenset[str] = IN_ORDER, name: str = "") -> Any:  # noqa: ANN401 - JSON
    """A JSON value with all lists but those in another order; candidates that are put elsewhere get the rank of their place."""
    if isinstance(value, dict):
        return {key: shuffled(child, random, in_order=in_order, name=key) for key, child in value.items()}
    if not isinstance(value, list):
        return value
    items = [shuffled(item, random, in_order=in_order) for item in value]
    if name in in_order:
        return items
    items = random.sample(items, len(items))
    return [{**item, "rank": place} for place, item in enumerate(items, start=1)] if name == "candidates" else items


def numbered(tree: dict[str, Any]) -> dict[str, Any]:
    """A document in which diagnoses say their numbers, which otherwise are their places."""
    for place, diagnosis in enumerate(tree.get("diagnoses", []), start=1):
        diagnosis.setdefault("order", place)
    return tree
