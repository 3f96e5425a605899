"""Rules about modifiers for assistants at surgery."""

from collections.abc import Iterator

from adapter.issues import IssueType
from adapter.rules.condition import ANALYSIS, ASSISTANTS, PRACTITIONERS, TAXONOMY, has_modifiers, sends
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.rule import ERROR, WARNING, rule
from adapter.rules.taxonomy_codes import is_non_physician, is_physician

BY_PHYSICIAN = ("80", "81", "82")
BY_OTHERS = "AS"
NO_RESIDENT = "82"


@rule(
    "MOD-30",
    title="Assistant at surgery",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text=("80, 81, 82 and AS are for assistants at surgery, and 0731T is not surgery. Take it off, or document the need."),
    source="0731T codebook page: assistant indicator 0; MAC guidance",
    verified=True,
    applies=(ANALYSIS, sends(*ASSISTANTS)),
)
def assistant_at_surgery(facts: Facts) -> Iterator[Finding]:
    """80, 81, 82 or AS on 0731T."""
    for place in facts.on_analysis(*BY_PHYSICIAN, BY_OTHERS):
        yield Finding(place.field)


@rule(
    "MOD-31",
    title="Two assistant modifiers",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text="A line has one assistant modifier. Keep the one that holds.",
    source="MAC guidance on assistants at surgery",
    applies=(has_modifiers(2), sends(*ASSISTANTS)),
)
def two_assistants(facts: Facts) -> Iterator[Finding]:
    """An assistant modifier on a line that has another one before it."""
    for line in facts.lines:
        first: str | None = None
        for place, code in enumerate(line.codes):
            if code in (*BY_PHYSICIAN, BY_OTHERS):
                first = first or code
                if code != first:
                    yield Finding(line.at("modifiers", place))


@rule(
    "MOD-32",
    title="Assistant modifier and clinician",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text=("AS is for clinicians who are not physicians, 80, 81 and 82 are for physicians. Send the one that fits the clinician."),
    source="MAC guidance on assistants at surgery",
    verified=True,
    applies=(sends(*ASSISTANTS), PRACTITIONERS, TAXONOMY),
)
def not_of_this_clinician(facts: Facts) -> Iterator[Finding]:
    """AS where all who may have assisted are physicians, or 80, 81 or 82 where all are PA, NP or CNS, by their taxonomy."""
    taxonomies = _assisting(facts)
    if taxonomies and all(map(is_physician, taxonomies)):
        yield from (Finding(place.field) for place in facts.places.get(BY_OTHERS, ()))
    elif taxonomies and all(map(is_non_physician, taxonomies)):
        for code in BY_PHYSICIAN:
            yield from (Finding(place.field, suggestion=BY_OTHERS) for place in facts.places.get(code, ()))


def _assisting(facts: Facts) -> list[str]:
    """The taxonomy codes of those who assisted; if nobody is said to have, of those who rendered the service."""
    for role in ("assisting", "rendering"):
        codes = [someone.taxonomy for someone in facts.case.practitioners if someone.role == role and someone.taxonomy]
        if codes:
            return codes
    return []


@rule(
    "MOD-33",
    title="82 without its reason",
    severity=WARNING,
    code=IssueType.INCOMPLETE,
    text=("82 needs a statement that no qualified resident was available, and a case cannot hold it. Send it with the claim."),
    source="MAC guidance on modifier 82",
    verified=True,
    applies=(sends("82"),),
)
def resident_not_spoken_of(facts: Facts) -> Iterator[Finding]:
    """82 on a line: a case has no field for the statement that it needs."""
    for place in facts.places.get(NO_RESIDENT, ()):
        yield Finding(place.field)
