"""Rules about units of service."""

from collections.abc import Iterator

from adapter.case import Number
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding, rule


@rule("UNT-02")
def units_not_a_positive_whole_number(facts: Facts) -> Iterator[Finding]:
    """A line whose units are missing, below one or fractional; 1.0 is whole."""
    for at, line in enumerate(facts.lines):
        if line.units is None or line.units < 1 or not _is_whole(line.units):
            yield Finding(f"billing.lines[{at}].units")


def _is_whole(number: Number) -> bool:
    return isinstance(number, int) or number == number.to_integral_value()  # % 1 fails on numbers such as 1E+30
