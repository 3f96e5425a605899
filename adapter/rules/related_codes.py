"""Rules about the services that are billed or ordered beside 0731T: visits and laboratory tests."""

import re
from collections.abc import Iterator

from adapter.code_tables.cpt import ONE_GENE
from adapter.issues import IssueType
from adapter.rules.billed_line import BilledLine
from adapter.rules.case_outline import line_outline
from adapter.rules.condition import (
    ANALYSIS,
    ANALYSIS_AND_VISIT,
    CLAIM,
    FINAL,
    GENE_TEST,
    LINES,
    NO_ANALYSIS,
    SAME_DAY,
    VISIT,
    Sign,
    bills,
)
from adapter.rules.facts import ANALYSIS_CODE, Facts
from adapter.rules.finding import Finding
from adapter.rules.procedure_code import meant_by, pair_indicator, pairs_with_analysis
from adapter.rules.rule import ERROR, WARNING, Variant, rule

SEPARATE = "25"
_DISTINCT = frozenset({"59", "XE", "XP", "XS", "XU"})
LABORATORY = (ONE_GENE, "88271")
PATHOLOGY = "G0452"
_NEW = frozenset(
    {*(str(code) for code in range(99202, 99206)), *(str(code) for code in (*range(98000, 98004), *range(98008, 98012)))}
)
_ESTABLISHED = frozenset(
    {*(str(code) for code in range(99211, 99216)), *(str(code) for code in (*range(98004, 98008), *range(98012, 98016)))}
)
_OF_MANY_GENES = re.compile(r"\b(panels?|exomes?|genomes?|genomic|arrays?|microarrays?|multi-?gene|genes)\b", re.IGNORECASE)


@rule(
    "REL-01",
    title="New and established patient",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text="One visit cannot be for a new and for an established patient. Keep the one that holds.",
    source="CPT evaluation and management",
    applies=(VISIT, SAME_DAY),
)
def new_and_established(facts: Facts) -> Iterator[Finding]:
    """An office visit of an established patient after one of a new patient on the same day, or the other way round."""
    for services in facts.days:
        seen: set[str] = set()
        for service in services:
            code = service.code
            kind = "new" if code in _NEW else "established" if code in _ESTABLISHED else None
            if kind is not None:
                if service.place is not None and seen - {kind}:
                    yield Finding(service.at("code"))
                seen.add(kind)


@rule(
    "REL-07",
    title="Visit billed by another code",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text="No line has the code of the visit (`encounter.em_code`), and one bills another visit. Keep the one that holds.",
    source="the Case: `encounter.em_code` is the code of the visit that is billed",
    applies=(VISIT,),
    asked_if=(Sign(line_outline, lambda there: there.other_visit),),
)
def visit_billed_by_another_code(facts: Facts) -> Iterator[Finding]:
    """A code of the visit that differs from those of all visits that are billed."""
    visits = [line for line in facts.lines if line.is_visit]
    code = facts.case.encounter.em_code
    if code is not None and all(line.code != meant_by(code) for line in visits):
        yield Finding("encounter.em_code", also=(visits[0].at("code"),))


@rule(
    "REL-08",
    title="Analysis that no line bills",
    severity=WARNING,
    code=IssueType.INCOMPLETE,
    text="The analysis was reported, and no line of the claim bills 0731T. Correct the code of its line, or add the line.",
    source="custom: the case is of an encounter with 0731T",
    applies=(CLAIM, LINES, FINAL, NO_ANALYSIS),
)
def analysis_not_billed(facts: Facts) -> Iterator[Finding]:
    """A claim without a line of 0731T after a report on an analysis; the first line that is not a visit is named."""
    others = [line for line in facts.lines if not line.is_visit] or facts.lines
    yield Finding(others[0].at("code"), suggestion=ANALYSIS_CODE)


@rule(
    "REL-02",
    title="Visit without 25",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text=("A visit on the day of the analysis may need 25. Add it to the visit's line if the visit stands on its own."),
    source="CMS NCCI PTP table: 0731T in column 1, indicator 1; new-patient visits are not in it",
    variants=(
        Variant(
            name="earlier-claim",
            text=("An earlier claim bills a visit of this day without 25. Correct that claim if the visit stands on its own."),
        ),
    ),
    applies=(ANALYSIS_AND_VISIT,),
)
def visit_without_25(facts: Facts) -> Iterator[Finding]:
    """A visit that CMS pairs with 0731T, of its day and without 25; of an earlier claim's visit, the line of 0731T is named."""
    for services in facts.days:
        analysis = [service for service in services if service.code == ANALYSIS_CODE]
        visits = [service for service in services if pairs_with_analysis(service.code) and SEPARATE not in service.codes]
        if analysis and visits:
            yield from _without_25(analysis, visits)


def _without_25(analysis: list[BilledLine], visits: list[BilledLine]) -> Iterator[Finding]:
    for visit in visits:
        if visit.place is not None:
            yield Finding(visit.at("modifiers"), suggestion=SEPARATE)
        else:
            yield from (Finding(line.at("code"), variant="earlier-claim") for line in analysis if line.place is not None)


@rule(
    "REL-06",
    title="Service that CMS bundles with 0731T",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text="CMS pays this service and 0731T on one day only if they were distinct. Add 59, XE, XP, XS or XU if so, or drop one.",
    source="CMS NCCI PTP table, v30.2 and a copy of 2026",
    variants=(
        Variant(
            name="never",
            text="CMS never pays this service and 0731T on one day, and no modifier changes that. Take one of the two off.",
        ),
    ),
    applies=(ANALYSIS, SAME_DAY),
)
def bundled(facts: Facts) -> Iterator[Finding]:
    """A line of a service that stands with 0731T in the table of pairs, of the day of one."""
    for services in facts.days:
        if any(service.code == ANALYSIS_CODE for service in services):
            for service in services:
                indicator = pair_indicator(service.code) if service.place is not None else None
                if indicator == 0 or (indicator == 1 and _DISTINCT.isdisjoint(service.codes)):
                    yield Finding(service.at("code"), variant=None if indicator else "never")


@rule(
    "REL-03",
    title="G0452 is molecular pathology",
    severity=WARNING,
    code=IssueType.CODE_INVALID,
    text=("G0452 is a physician's interpretation of a molecular pathology test, not care planning. Check the line."),
    source="CMS HCPCS Level II",
    verified=True,
    applies=(bills("G0452"),),
)
def molecular_pathology(facts: Facts) -> Iterator[Finding]:
    """A line of G0452."""
    for line in facts.lines:
        if line.code == PATHOLOGY:
            yield Finding(line.at("code"))


@rule(
    "REL-04",
    title="81406 without a gene",
    severity=WARNING,
    code=IssueType.INCOMPLETE,
    text=("81406 is for one gene. Name the gene in an order of 81406, or choose the code of the panel that was meant."),
    source="CPT Tier 2 molecular pathology",
    verified=True,
    applies=(GENE_TEST,),
)
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
    for line in facts.lines:
        if line.code == ONE_GENE and not named:
            yield Finding(line.at("code"))


@rule(
    "REL-05",
    title="Laboratory test on the clinic's claim",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text=("The laboratory that does the test normally bills it. Take the line off unless the clinic did the test."),
    source="claims practice",
    applies=(bills(ONE_GENE, "88271"),),
)
def test_of_the_laboratory(facts: Facts) -> Iterator[Finding]:
    """A line of 81406 or 88271."""
    for line in facts.lines:
        if line.code in LABORATORY:
            yield Finding(line.at("code"))
