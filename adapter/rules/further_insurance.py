"""Rules about the insurances that pay after the first: what a claim needs of each, and what excludes each other."""

from collections.abc import Iterator

from adapter.case import OtherCoverage
from adapter.issues import IssueType
from adapter.rules.condition import ASKED, Sign
from adapter.rules.facts import MEDICARE, Facts
from adapter.rules.finding import Finding
from adapter.rules.insurance import FILING_INDICATORS
from adapter.rules.party import has_holder, party_outline
from adapter.rules.rule import ERROR, WARNING, Variant, rule

_SEVERAL = Sign(party_outline, lambda there: there.other_coverages)
_MEDICAID, _TRICARE = "MC", "CH"
_BEFORE_NOBODY = frozenset({_MEDICAID, "TV", "OF", "ZZ"})
"""Kinds of insurance that Medicaid and TRICARE do not wait for, or may not: Medicaid, Title V, other federal, not told."""


def _others(facts: Facts) -> Iterator[tuple[str, OtherCoverage]]:
    return ((f"other_coverages[{at}]", other) for at, other in enumerate(facts.case.other_coverages))


@rule(
    "COV-10",
    title="Subscriber of another insurance",
    severity=ERROR,
    code=IssueType.CONFLICT,
    text=(
        "The patient is the subscriber of a further insurance (`self`), and somebody else is as well. Correct relationship or "
        "subscriber."
    ),
    source="837P loop 2320, SBR02",
    variants=(
        Variant(
            name="dependant",
            severity=WARNING,
            text=(
                "The patient has a further insurance through somebody else, and is its subscriber. Correct relationship or "
                "subscriber."
            ),
        ),
    ),
    applies=(ASKED,),
    asked_if=(_SEVERAL,),
)
def another_subscriber(facts: Facts) -> Iterator[Finding]:
    """What CON-16 and CON-17 say of the first insurance, of the others."""
    for at, other in _others(facts):
        field, also = f"{at}.relationship", (f"{at}.subscriber",)
        if other.relationship == "self" and other.subscriber in ("guardian", "other"):
            yield Finding(field, also=also)
        elif other.relationship not in (None, "self", "other") and other.subscriber == "patient":
            yield Finding(field, variant="dependant", also=also)


@rule(
    "COV-12",
    title="What an 837P needs of another insurance",
    severity=WARNING,
    code=IssueType.INCOMPLETE,
    text="The payer of a further insurance has no id. Send its `payer.payer_id` as the clearinghouse lists it.",
    source="X12 005010X222A1, 837P loops 2320 (SBR09), 2330A (NM103) and 2330B (NM109)",
    variants=(
        Variant(
            name="kind",
            text="The kind of a further insurance is missing. Send its `filing_indicator`, for example MC (Medicaid).",
        ),
        Variant(
            name="subscriber",
            text="Nobody names who holds a further insurance. Send family and given name of the `guardian`, or of the `insured`.",
        ),
    ),
    applies=(ASKED,),
    asked_if=(_SEVERAL,),
)
def incomplete_insurance(facts: Facts) -> Iterator[Finding]:
    """A further insurance without the id of its payer, without its kind, or of a subscriber without a name."""
    for at, other in _others(facts):
        if other.payer.payer_id is None:
            yield Finding(f"{at}.payer.payer_id")
        if other.filing_indicator is None:
            yield Finding(f"{at}.filing_indicator", variant="kind")
        if not has_holder(facts.case, other):
            yield Finding(f"{at}.subscriber", variant="subscriber")


@rule(
    "COV-13",
    title="Kind and payer of another insurance",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text="The kind of a further insurance is not one of its payer's. Check which of the two is right.",
    source="X12 005010X222A1, SBR09 of loop 2320; payer policy, filing_indicators and names",
    variants=(
        Variant(
            name="unknown",
            code=IssueType.CODE_INVALID,
            text="X12 has no such kind of insurance. Send one that it has, for example CI (commercial) or MC (Medicaid).",
        ),
        Variant(
            name="payers",
            text=(
                "Key, id, plan and name of the payer of a further insurance belong to different payers that the adapter knows. "
                "Keep those of the payer that pays after the first."
            ),
        ),
    ),
    applies=(ASKED,),
    asked_if=(_SEVERAL,),
)
def kind_of_another_insurance(facts: Facts) -> Iterator[Finding]:
    """A filing indicator that X12 or the policy of the payer does not have, or fields that belong to different payers."""
    for (at, other), named in zip(_others(facts), facts.further, strict=False):
        indicator = other.filing_indicator
        kinds = named[0][1].filing_indicators if named else ()
        if indicator is not None and indicator not in FILING_INDICATORS:
            yield Finding(f"{at}.filing_indicator", variant="unknown")
        elif indicator is not None and kinds and indicator not in kinds:
            yield Finding(f"{at}.filing_indicator", also=(f"{at}.payer",))
        against = [field for field, policy in named if not (policy.is_of(named[0][1]) or named[0][1].is_of(policy))]
        if against:
            yield Finding(against[0], variant="payers", also=(named[0][0], *against[1:]))


@rule(
    "COV-14",
    title="Dependant of another payer that insures none",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text=(
        "The payer of a further insurance insures each person in their own name, and the patient is insured through somebody "
        "else. Correct payer or insurance."
    ),
    source="payer policy, dependants; Medicare: 837P SBR02 is 18 (self)",
    applies=(ASKED,),
    asked_if=(_SEVERAL,),
)
def dependant_of_another(facts: Facts) -> Iterator[Finding]:
    """What COV-04 says of the first insurance, of the others."""
    for (at, other), named in zip(_others(facts), facts.further, strict=False):
        insures_nobody_else = other.filing_indicator in MEDICARE or any(not policy.dependants for _, policy in named)
        if insures_nobody_else and other.relationship not in (None, "self"):
            yield Finding(f"{at}.relationship", also=(f"{at}.payer",))


@rule(
    "COV-15",
    title="Order of the insurances",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text="Medicaid pays after every other insurance, and stands before one. Put the other one first.",
    source="42 U.S.C. 1396a(a)(25); 42 CFR 433.139",
    variants=(
        Variant(
            name="tricare",
            text="TRICARE pays after other insurances, but for Medicaid, and stands before one. Put the other one first.",
        ),
    ),
    applies=(ASKED,),
    asked_if=(_SEVERAL,),
)
def order_of_payers(facts: Facts) -> Iterator[Finding]:
    """An insurance after that of Medicaid or TRICARE which pays before it (32 CFR 199.8)."""
    insurances = list(facts.insurances)
    for place, (at, coverage) in enumerate(insurances):
        later = [(field, other) for field, other in insurances[place + 1 :] if other.filing_indicator is not None]
        paying = [field for field, other in later if other.filing_indicator not in _BEFORE_NOBODY | {coverage.filing_indicator}]
        if coverage.filing_indicator in (_MEDICAID, _TRICARE) and paying:
            variant = "tricare" if coverage.filing_indicator == _TRICARE else None
            yield Finding(f"{at}.filing_indicator", variant=variant, also=tuple(f"{field}.filing_indicator" for field in paying))
