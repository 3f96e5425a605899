"""Rules about who pays, how much, and what is asked of the payer before the service."""

from collections.abc import Iterator

from adapter.issues import IssueType
from adapter.rules.condition import ANALYSIS, ASKED, BEFORE, CLAIM
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.rule import ERROR, INFORMATION, WARNING, rule


@rule(
    "COV-01",
    title="Insurance missing",
    severity=ERROR,
    code=IssueType.REQUIRED,
    text="Nobody can be asked to pay without an insurance and its payer. Send both.",
    source="http://hl7.org/fhir/R4/claim-definitions.html#Claim.insurance",
    verified=True,
    effect="no-claim",
    applies=(ASKED,),
)
def no_insurance(facts: Facts) -> Iterator[Finding]:
    """Something is asked of a payer, and the insurance or the payer is missing."""
    if facts.case.coverage is None:
        yield Finding("coverage")
    if facts.case.payer is None:
        yield Finding("payer")


@rule(
    "COV-02",
    title="Coverage of Category III codes varies",
    severity=INFORMATION,
    code=IssueType.INFORMATIONAL,
    text=("Payers differ on Category III codes. Ask for prior authorization, or for Medicare give an advance notice."),
    source="payer policies on Category III codes",
    applies=(ASKED, ANALYSIS),
)
def category_iii(facts: Facts) -> Iterator[Finding]:
    """0731T is billed: the first of its lines is named."""
    for line in facts.analysis[:1]:
        yield Finding(line.at("code"))


@rule(
    "CHG-01",
    title="Charge missing",
    severity=WARNING,
    code=IssueType.INCOMPLETE,
    text="0731T has no fixed price, so the payer expects a charge. Send the charge of the line.",
    source="0731T codebook page: status C, carrier priced",
    applies=(CLAIM, ANALYSIS),
)
def no_charge(facts: Facts) -> Iterator[Finding]:
    """A line of 0731T on a claim for payment without a charge, or with one of nothing."""
    for line in facts.analysis:
        if not line.sent.charge:
            yield Finding(line.at("charge"))


@rule(
    "PRE-01",
    title="Use does not fit",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text=("A preauthorization or predetermination asks about a service to come. Send a claim for one that was begun."),
    source="http://hl7.org/fhir/R4/valueset-claim-use.html",
    verified=True,
    applies=(BEFORE, ANALYSIS),
)
def asked_after_the_service(facts: Facts) -> Iterator[Finding]:
    """An opinion before the service that says 53, or is asked on a day after the service."""
    for place in facts.discontinued:
        yield Finding(place.field)
    asked = facts.day_of_claim
    for line in facts.analysis:
        day = line.sent.dos_start
        if asked is not None and day is not None and day[: len(asked)] < asked:
            yield Finding(line.at("dos_start"))
