"""Rules about who pays, how much, and what is asked of the payer before the service."""

from collections.abc import Iterator

from adapter.rules.dates import day_of_claim
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding, rule
from adapter.rules.modifiers import field_of


@rule("COV-01")
def no_insurance(facts: Facts) -> Iterator[Finding]:
    """Something is asked of a payer, and the insurance or the payer is missing."""
    if facts.use is None:
        return
    if facts.case.coverage is None:
        yield Finding("coverage")
    if facts.case.payer is None:
        yield Finding("payer")


@rule("COV-02")
def category_iii(facts: Facts) -> Iterator[Finding]:
    """0731T is billed: the first of its lines is named."""
    for at in facts.analysis[:1]:
        yield Finding(f"billing.lines[{at}].code")


@rule("CHG-01")
def no_charge(facts: Facts) -> Iterator[Finding]:
    """A line of 0731T on a claim for payment without a charge, or with one of nothing."""
    if facts.is_claim:
        for at in facts.analysis:
            if not facts.lines[at].charge:
                yield Finding(f"billing.lines[{at}].charge")


@rule("PRE-01")
def asked_after_the_service(facts: Facts) -> Iterator[Finding]:
    """An opinion before the service that says 53, or is asked on a day after the service."""
    if facts.use in ("preauthorization", "predetermination"):
        for place in facts.discontinued:
            yield Finding(field_of(place))
        asked = day_of_claim(facts)
        for at in facts.analysis:
            day = facts.lines[at].dos_start
            if asked is not None and day is not None and day[: len(asked)] < asked:
                yield Finding(f"billing.lines[{at}].dos_start")
