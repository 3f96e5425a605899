"""Rules about who pays, how much, and what is asked of the payer before the service."""

from collections.abc import Iterator

from adapter.issues import IssueType
from adapter.rules.condition import ANALYSIS, ASKED, BEFORE, CLAIM, LINES, NO_DEPENDANTS, SEVERAL_NAMES, Sign
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.moment import age, is_before
from adapter.rules.party import party_outline
from adapter.rules.rule import ERROR, INFORMATION, WARNING, Variant, rule

_MARRIAGEABLE = 15
"""An age below which nobody is insured as a spouse or a parent."""

_NO_CHILDREN = frozenset({"spouse", "common", "parent"})
"""What a child is not to a subscriber."""

_MEDICAID = "MC"
FILING_INDICATORS = frozenset(
    {"11", "12", "13", "14", "15", "16", "17", "AM", "BL", "CH", "CI", "DS", "FI", "HM", "LM", "MA", "MB", "MC"}
    | {"OF", "TV", "VA", "WC", "ZZ"}
)
"""The kinds of insurance that a claim may name (codes alone)."""


@rule(
    "COV-01",
    title="Insurance missing",
    severity=ERROR,
    code=IssueType.REQUIRED,
    text="Nobody can be asked to pay without an insurance (`coverage`) and its `payer`. Send both.",
    source="http://hl7.org/fhir/R4/claim-definitions.html#Claim.insurance",
    verified=True,
    effect="no-claim",
    variants=(
        Variant(name="coverage", text="`coverage` is missing: nobody can be asked to pay without an insurance. Send it."),
        Variant(name="payer", text="`payer` is missing: nobody can be asked to pay. Send who insures the patient."),
    ),
    applies=(ASKED,),
    asked_if=(Sign(party_outline, lambda there: not (there.insured and there.payer)),),
)
def no_insurance(facts: Facts) -> Iterator[Finding]:
    """Something is asked of a payer, and the insurance or the payer is missing."""
    if facts.case.coverage is None:
        yield Finding("coverage", variant="coverage")
    if facts.case.payer is None:
        yield Finding("payer", variant="payer")


@rule(
    "COV-02",
    title="Coverage of Category III codes varies",
    severity=INFORMATION,
    code=IssueType.INFORMATIONAL,
    text="Payers differ on Category III codes, and no policy of this payer was found. Ask the payer before the service.",
    source="payer policy, coverage",
    variants=(
        Variant(
            name="not-covered-by-default",
            severity=WARNING,
            text=(
                "The payer publishes that it covers no Category III code unless another of its policies says so. Look for such a "
                "policy before the service, and tell the family."
            ),
        ),
        Variant(
            name="contractor-decides",
            text=(
                "The Medicare contractor decides on coverage and price. Look for its decision; an advance notice "
                "(ABN) may be needed."
            ),
        ),
    ),
    applies=(ASKED, ANALYSIS),
)
def category_iii(facts: Facts) -> Iterator[Finding]:
    """0731T is billed: the first of its lines is named."""
    variant = None if facts.policy.coverage == "unknown" else facts.policy.coverage
    for line in facts.analysis[:1]:
        yield Finding(line.at("code"), variant=variant)


@rule(
    "CHG-01",
    title="Charge missing",
    severity=ERROR,
    code=IssueType.INCOMPLETE,
    text="A line of a claim needs a charge above nothing; 0731T has no fixed price. Send the charge of the line.",
    source="X12 837P SV102; 0731T codebook page: status C, carrier priced",
    applies=(CLAIM, LINES),
)
def no_charge(facts: Facts) -> Iterator[Finding]:
    """A line of a claim for payment without a charge, or with one of nothing or less."""
    for line in facts.lines:
        if line.sent.charge is None or line.sent.charge <= 0:
            yield Finding(line.at("charge"))


@rule(
    "CHG-02",
    title="Charge finer than a cent",
    severity=WARNING,
    code=IssueType.VALUE,
    text="A charge has two decimal places at most. Send the charge in dollars and cents.",
    source="X12 837P SV102",
    applies=(ASKED, LINES),
)
def finer_than_a_cent(facts: Facts) -> Iterator[Finding]:
    """A charge with a third decimal place that is not nought."""
    for line in facts.lines:
        if line.sent.charge is not None and line.sent.charge * 100 % 1:
            yield Finding(line.at("charge"))


@rule(
    "CHG-03",
    title="Charge in another currency",
    severity=WARNING,
    code=IssueType.VALUE,
    text="Payers of the United States are asked for US dollars. Send the charges in dollars, with `USD` as the currency.",
    source="X12 837P: amounts are US dollars unless the payer has agreed on another currency",
    applies=(ASKED,),
    asked_if=(Sign(party_outline, lambda there: not there.dollars),),
)
def another_currency(facts: Facts) -> Iterator[Finding]:
    """A claim whose currency is not the US dollar."""
    currency = facts.case.billing.currency if facts.case.billing else None
    if currency not in (None, "USD"):
        yield Finding("billing.currency")


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
    claimed_on = facts.day_of_claim
    for line in facts.analysis:
        day = line.sent.dos_start
        if claimed_on is not None and day is not None and day[: len(claimed_on)] < claimed_on:
            yield Finding(line.at("dos_start"))


@rule(
    "COV-04",
    title="Dependant of a payer that insures none",
    severity=ERROR,
    code=IssueType.CONFLICT,
    text=(
        "The payer insures each person in their own name, and the patient is insured through somebody else. Correct "
        "payer or insurance."
    ),
    source="payer policy, dependants; Medicare: 837P SBR02 is 18 (self)",
    applies=(ASKED, NO_DEPENDANTS),
)
def dependant(facts: Facts) -> Iterator[Finding]:
    """A patient who is insured through somebody else by a payer that has no dependants."""
    coverage = facts.case.coverage
    if coverage is None:
        return
    if coverage.relationship not in (None, "self"):
        yield Finding("coverage.relationship", also=("payer",))
    elif coverage.relationship is None and coverage.subscriber in ("guardian", "other"):
        yield Finding("coverage.subscriber", also=("payer",))


@rule(
    "COV-11",
    title="Dependant under Medicaid",
    severity=INFORMATION,
    code=IssueType.INFORMATIONAL,
    text="Medicaid insures everybody in their own name, children too. Check that the member id is not the patient's own.",
    source="X12 005010X222A1, loop 2000B: a patient with a member id of their own is the subscriber",
    applies=(ASKED,),
    asked_if=(
        Sign(party_outline, lambda there: there.kind_of_insurance == _MEDICAID and there.relationship not in (None, "self")),
    ),
)
def dependant_under_medicaid(facts: Facts) -> Iterator[Finding]:
    """A patient whose insurance is Medicaid, through somebody else."""
    coverage = facts.case.coverage
    if coverage is not None and coverage.filing_indicator == _MEDICAID and coverage.relationship not in (None, "self"):
        yield Finding("coverage.relationship", also=("coverage.filing_indicator",))


@rule(
    "COV-05",
    title="Fields that name different payers",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text=(
        "Key, id, plan and name of the payer belong to different payers that the adapter knows. Keep those of the payer that "
        "is asked to pay."
    ),
    source="payer policies: payer_ids and names",
    applies=(ASKED, SEVERAL_NAMES),
)
def different_payers(facts: Facts) -> Iterator[Finding]:
    """Fields that belong to policies of different payers, of which none is a branch of the other."""
    (first, policy), *others = facts.named
    against = [field for field, other in others if not (policy.is_of(other) or other.is_of(policy))]
    if against:
        yield Finding(against[0], also=(first, *against[1:]))


@rule(
    "COV-07",
    title="Child insured as a spouse or parent",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text="A child is insured as the subscriber's spouse or parent. Correct the relationship or the birth date.",
    source="837P loop 2000C, PAT01",
    applies=(ASKED,),
    asked_if=(Sign(party_outline, lambda there: there.relationship in _NO_CHILDREN),),
)
def spouse_or_parent(facts: Facts) -> Iterator[Finding]:
    """A patient under 15 at the beginning of the service who is insured as a spouse or as a parent."""
    coverage, birth, day = facts.case.coverage, facts.case.patient.birth_date, (facts.beginning or ("", ""))[1]
    if coverage is not None and coverage.relationship in _NO_CHILDREN and birth is not None:
        years = age(birth, day)
        if years is not None and years < _MARRIAGEABLE:
            yield Finding("coverage.relationship", also=("patient.birth_date",))


@rule(
    "COV-09",
    title="Kind of insurance",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text="The kind of insurance (`filing_indicator`) is not one of this payer's. Check which of the two is right.",
    source="X12 005010X222A1, SBR09; payer policy, filing_indicators",
    variants=(
        Variant(
            name="unknown",
            severity=ERROR,
            code=IssueType.CODE_INVALID,
            text="X12 has no such kind of insurance. Send one that it has, for example CI (commercial) or MC (Medicaid).",
        ),
    ),
    applies=(ASKED,),
)
def kind_of_insurance(facts: Facts) -> Iterator[Finding]:
    """A claim filing indicator that X12 does not have, or that the payer's policy does not list."""
    indicator = facts.case.coverage.filing_indicator if facts.case.coverage else None
    if indicator is None:
        return
    if indicator not in FILING_INDICATORS:
        yield Finding("coverage.filing_indicator", variant="unknown")
    elif facts.policy.filing_indicators and indicator not in facts.policy.filing_indicators:
        yield Finding("coverage.filing_indicator", also=("payer",))


@rule(
    "COV-19",
    title="Birth date of the insured",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text="The insured was not born yet on the day of service. Correct the birth date.",
    source="837P loops 2000B and 2000C, PAT01; CMS-1500 box 11a",
    variants=(Variant(name="child", text="The insured is younger than the child. Correct a birth date, or the relationship."),),
    applies=(ASKED,),
    asked_if=(Sign(party_outline, lambda there: there.insured_else),),
)
def birth_of_the_insured(facts: Facts) -> Iterator[Finding]:
    """An insured who was born after the service began, or after the patient who is the insured's child."""
    born, day = facts.case.patient.birth_date, (facts.beginning or ("", ""))[1]
    for at, coverage in facts.insurances:
        birth = coverage.insured.birth_date if coverage.insured else None
        if birth is not None and day and is_before(day, birth):
            yield Finding(f"{at}.insured.birth_date")
        elif birth is not None and born is not None and coverage.relationship == "child" and is_before(born, birth):
            yield Finding(f"{at}.insured.birth_date", variant="child", also=("patient.birth_date",))
