"""Rules about units of service."""

from collections.abc import Iterator
from decimal import Decimal

from adapter.case import Number
from adapter.rules.facts import ANALYSIS_CODE, Facts
from adapter.rules.finding import Finding, rule

_REPEATS = ("59", "XE", "XP", "XS", "XU", "76", "77", "91")


@rule("UNT-01")
def more_units_than_a_day_has(facts: Facts) -> Iterator[Finding]:
    """A line of 0731T with which the units of its day, those of earlier claims included, pass the payer's limit."""
    for services in facts.days:
        units, earlier = Decimal(0), False
        for service in services:
            if service.line.code != ANALYSIS_CODE:
                continue
            units += max(service.line.units or 0, 0)
            earlier = earlier or service.at is None
            if service.at is not None and units > facts.policy.unit_limit:
                yield Finding(f"billing.lines[{service.at}].units", variant="earlier-claim" if earlier else None)


@rule("UNT-02")
def units_not_a_positive_whole_number(facts: Facts) -> Iterator[Finding]:
    """A line whose units are missing, below one or fractional; 1.0 is whole."""
    for at, line in enumerate(facts.lines):
        if line.units is None or line.units < 1 or not _is_whole(line.units):
            yield Finding(f"billing.lines[{at}].units")


def _is_whole(number: Number) -> bool:
    return isinstance(number, int) or number == number.to_integral_value()  # % 1 fails on numbers such as 1E+30


@rule("UNT-03")
def repeat_modifier(facts: Facts) -> Iterator[Finding]:
    """A modifier for a repeated or distinct service on a line of 0731T that is not the first of its day."""
    for services in facts.days:
        for service in [each for each in services if each.line.code == ANALYSIS_CODE][1:]:
            for place, code in enumerate(service.codes if service.at is not None else ()):
                if code in _REPEATS:
                    yield Finding(f"billing.lines[{service.at}].modifiers[{place}]")
