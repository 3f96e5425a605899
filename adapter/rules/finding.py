"""What the function of a rule is, and what it finds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from adapter.rules.facts import Facts
from adapter.rules.rule import Rule
from adapter.rules.table import RULE


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a rule is broken: the case field, what would be right, and which variant of the rule it is."""

    field: str
    suggestion: str | None = None
    variant: str | None = None


Find = Callable[[Facts], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """A rule of the table together with the function that looks for breaches of it."""

    rule: Rule
    find: Find


def rule(rule_id: str) -> Callable[[Find], Check]:
    """Make a function the check of the rule with this id; raises KeyError if the table has no such rule."""
    row = RULE[rule_id]
    return lambda find: Check(row, find)
