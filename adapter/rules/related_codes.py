"""Rules about the services that are billed or ordered beside 0731T: visits and laboratory tests."""

import re
from collections.abc import Iterator

from adapter.rules.facts import ANALYSIS_CODE, Facts
from adapter.rules.finding import Finding, rule
from adapter.rules.lookback import Service

SEPARATE = "25"
ONE_GENE = "81406"
LABORATORY = (ONE_GENE, "88271")
PATHOLOGY = "G0452"
_NEW = frozenset({"99202", "99203", "99204", "99205"})
_ESTABLISHED = frozenset({"99211", "99212", "99213", "99214", "99215"})
_OF_MANY_GENES = re.compile(r"\b(panels?|exomes?|genomes?|genomic|arrays?|microarrays?|multi-?gene|genes)\b", re.IGNORECASE)


def is_visit(code: str) -> bool:
    """Whether a code is one of evaluation and management (99202 to 99499)."""
    return len(code) == len(ANALYSIS_CODE) and "99202" <= code <= "99499"


@rule("REL-01")
def new_and_established(facts: Facts) -> Iterator[Finding]:
    """An office visit of an established patient after one of a new patient on the same day, or the other way round."""
    for services in facts.days:
        seen: set[str] = set()
        for service in services:
            code = service.line.code
            kind = "new" if code in _NEW else "established" if code in _ESTABLISHED else None
            if kind is not None:
                if service.at is not None and seen - {kind}:
                    yield Finding(f"billing.lines[{service.at}].code")
                seen.add(kind)


@rule("REL-02")
def visit_without_25(facts: Facts) -> Iterator[Finding]:
    """A visit without 25 on a day of 0731T; of an earlier claim's visit, the line of 0731T is named."""
    for services in facts.days:
        analysis = [each for each in services if each.line.code == ANALYSIS_CODE]
        visits = [each for each in services if is_visit(each.line.code) and SEPARATE not in each.codes]
        if analysis and visits:
            yield from _without_25(analysis, visits)


def _without_25(analysis: list[Service], visits: list[Service]) -> Iterator[Finding]:
    for visit in visits:
        if visit.at is not None:
            yield Finding(f"billing.lines[{visit.at}].modifiers", suggestion=SEPARATE)
        else:
            yield from (
                Finding(f"billing.lines[{each.at}].code", variant="earlier-claim") for each in analysis if each.at is not None
            )


@rule("REL-03")
def molecular_pathology(facts: Facts) -> Iterator[Finding]:
    """A line of G0452."""
    for at, line in enumerate(facts.lines):
        if line.code == PATHOLOGY:
            yield Finding(f"billing.lines[{at}].code")


@rule("REL-04")
def gene_not_named(facts: Facts) -> Iterator[Finding]:
    """An order of 81406 that names no gene or speaks of many, or a line of it where no such order names a gene."""
    named = False
    for at, order in enumerate(facts.case.orders):
        if order.code == ONE_GENE:
            named = named or order.gene is not None
            if order.gene is None:
                yield Finding(f"orders[{at}].gene")
            elif order.text is not None and _OF_MANY_GENES.search(order.text):
                yield Finding(f"orders[{at}].text")
    for at, line in enumerate(facts.lines):
        if line.code == ONE_GENE and not named:
            yield Finding(f"billing.lines[{at}].code")


@rule("REL-05")
def test_of_the_laboratory(facts: Facts) -> Iterator[Finding]:
    """A line of 81406 or 88271."""
    for at, line in enumerate(facts.lines):
        if line.code in LABORATORY:
            yield Finding(f"billing.lines[{at}].code")
