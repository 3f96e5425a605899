"""Rules about who pays."""

from collections.abc import Iterator

from adapter.rules.facts import Facts
from adapter.rules.finding import Finding, rule


@rule("COV-01")
def no_insurance(facts: Facts) -> Iterator[Finding]:
    """Something is asked of a payer, and the insurance or the payer is missing."""
    if facts.use is None:
        return
    if facts.case.coverage is None:
        yield Finding("coverage")
    if facts.case.payer is None:
        yield Finding("payer")
