"""Rules about codes that were valid once, and about names of variants that are not written as such."""

import re
from collections.abc import Iterator

from adapter.code_tables.cpt import DELETED
from adapter.issues import IssueType
from adapter.rules.case_outline import first_day
from adapter.rules.condition import MOLECULAR
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.rule import WARNING, rule

_BARE_CHANGE = re.compile(r"(?:^|:)[cgmn]?\s*[0-9][0-9_+-]*\s*(?:[ACGT]+>[ACGT]+|del|dup|ins)", re.IGNORECASE)
"""A change of bases at a position, without the kind of sequence and its full stop: `c4321G>T`, `NM_133433.4:4321G>T`."""


@rule(
    "REL-09",
    title="Code that was deleted",
    severity=WARNING,
    code=IssueType.CODE_INVALID,
    text="CPT had deleted this code before the day of service. Send the code that was valid then.",
    source="AMA, CPT changes for 2021, 2023 and 2025: deleted codes",
    applies=(),
)
def deleted(facts: Facts) -> Iterator[Finding]:
    """The visit's code, that of a line or of an order on a day on which CPT did not have it any more; suggests the next one."""
    day = first_day(facts) or (facts.beginning or ("", ""))[1]
    codes = [("encounter.em_code", facts.case.encounter.em_code, day)]
    codes += [(line.at("code"), line.code, line.sent.dos_start or day) for line in facts.lines]
    codes += [(f"orders[{at}].code", order.code, order.ordered_at or day) for at, order in enumerate(facts.case.orders)]
    for field, code, when in codes:
        first, instead = DELETED.get(code or "", ("", None))
        if first and when[: len(first)] >= first:
            yield Finding(field, suggestion=instead)


@rule(
    "COD-07",
    title="Name of a variant",
    severity=WARNING,
    code=IssueType.VALUE,
    text="This is not written as a variant: HGVS has c., g., m. or n. before the place of the change. Correct it.",
    source="HGVS nomenclature, https://hgvs-nomenclature.org",
    effect="none",
    applies=(MOLECULAR,),
)
def not_a_variant(facts: Facts) -> Iterator[Finding]:
    """A finding whose `hgvs` has a place and a change without the kind of sequence before them."""
    for at, finding in enumerate(facts.case.molecular):
        if finding.hgvs is not None and _BARE_CHANGE.search(finding.hgvs):
            yield Finding(f"molecular[{at}].hgvs")
