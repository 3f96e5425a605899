"""Rules about claims that replace or void an earlier one, and about the numbers by which a payer knows claims."""

import re
from collections.abc import Iterator, Sequence

from adapter.case import RelatedClaim
from adapter.issues import IssueType
from adapter.rules.case_outline import billing_outline
from adapter.rules.condition import ASKED, CLAIM, NOT_ORIGINAL, Sign
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.party import PART_B, party_outline
from adapter.rules.rule import ERROR, INFORMATION, WARNING, Variant, rule

_LONGEST_REFERENCE = 50


@rule(
    "COV-06",
    title="Replacement or void without the earlier claim",
    severity=ERROR,
    code=IssueType.REQUIRED,
    text="A claim that replaces or voids another needs its number. Name it in `billing.related` as `prior`.",
    source="837P CLM05-3 and REF*F8; CMS-1500 box 22",
    variants=(
        Variant(
            name="before",
            severity=WARNING,
            text="A request that replaces or voids an earlier one needs its number. Name it in `billing.related` as `prior`.",
        ),
    ),
    applies=(ASKED, NOT_ORIGINAL),
)
def nothing_to_replace(facts: Facts) -> Iterator[Finding]:
    """A claim, or a request before the service, of frequency 7 or 8 that names no earlier one."""
    related = facts.case.billing.related if facts.case.billing else ()
    if all(earlier.relationship != "prior" for earlier in related):
        yield Finding("billing.related", variant=None if facts.is_claim else "before", also=("billing.frequency",))


@rule(
    "COV-08",
    title="First claim that replaces another",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text="A first claim names an earlier one as `prior`. Say `replacement` or `void`, or take the earlier one off.",
    source="837P CLM05-3 and REF*F8; CMS-1500 box 22",
    applies=(CLAIM,),
    asked_if=(Sign(billing_outline, lambda there: there.frequency in (None, "original")),),
)
def first_and_not_first(facts: Facts) -> Iterator[Finding]:
    """A claim that calls itself the original one, or nothing else, and names one that came before it in its place."""
    billing = facts.case.billing
    if billing is None or billing.frequency not in (None, "original"):
        return
    for at, earlier in enumerate(billing.related):
        if earlier.relationship == "prior":
            yield Finding("billing.frequency", also=(f"billing.related[{at}].relationship",))


@rule(
    "COV-16",
    title="Number of an earlier claim",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text="An 837P names one claim that it replaces or voids, and several are `prior`. Keep one, and call others `associated`.",
    source="X12 005010X222A1, 837P REF*F8, REF*G1 and REF*9F (REF02); CMS-1500 boxes 22 and 23",
    variants=(
        Variant(name="twice", text="The same earlier claim is named twice. Name it once."),
        Variant(
            name="itself",
            text="The claim names itself as an earlier one. Send the number that the payer gave to the earlier claim.",
        ),
        Variant(
            name="long",
            code=IssueType.TOO_LONG,
            text="An 837P has 50 characters for this number. Send it as the payer wrote it.",
        ),
    ),
    applies=(),
    asked_if=(Sign(billing_outline, lambda there: there.use is not None),),
)
def number_of_a_claim(facts: Facts) -> Iterator[Finding]:
    """Several prior claims, one named twice, the claim itself, or a number that the transaction cannot hold."""
    billing = facts.case.billing
    if billing is None:
        return
    yield from _claims(facts.case.id, billing.related)
    numbers = {"billing.authorization": billing.authorization, "billing.referral": billing.referral}
    numbers |= {f"billing.related[{at}].claim": earlier.claim for at, earlier in enumerate(billing.related)}
    for field, number in numbers.items():
        if number is not None and len(number) > _LONGEST_REFERENCE:
            yield Finding(field, variant="long")


def _claims(own: str, related: Sequence[RelatedClaim]) -> Iterator[Finding]:
    """Earlier claims that are named twice, or are the claim itself, or are more than one that it takes the place of."""
    first: dict[str, str] = {}
    prior: list[str] = []
    for at, earlier in enumerate(related):
        field = f"billing.related[{at}].claim"
        if earlier.claim in first:
            yield Finding(field, variant="twice", also=(first[earlier.claim],))
        elif earlier.claim == own:
            yield Finding(field, variant="itself", also=("id",))
        elif earlier.relationship == "prior":
            prior.append(field)
        first.setdefault(earlier.claim, field)
    if len(prior) > 1:
        yield Finding(prior[1], also=(prior[0], *prior[2:]))


@rule(
    "COV-17",
    title="Replacement or void to Medicare",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text=(
        "Medicare contractors take professional claims of frequency 1 only, and correct what they have decided by a reopening or "
        "an appeal. Ask the contractor for one."
    ),
    source="Medicare contractors' companion guides to the 837P, CLM05-3; MLN: reopenings",
    applies=(CLAIM, NOT_ORIGINAL),
    asked_if=(Sign(party_outline, lambda there: there.kind_of_insurance == PART_B),),
)
def not_taken_again(facts: Facts) -> Iterator[Finding]:
    """A claim of frequency 7 or 8 to Medicare part B."""
    coverage = facts.case.coverage
    if coverage is not None and coverage.filing_indicator == PART_B:
        yield Finding("billing.frequency", also=("coverage.filing_indicator",))


_BENEFICIARY = re.compile(
    "[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9][AC-HJKMNP-RT-Y]{2}[0-9]{2}"
)


@rule(
    "COV-18",
    title="Medicare beneficiary identifier",
    severity=WARNING,
    code=IssueType.VALUE,
    text=(
        "A Medicare number has 11 characters in a fixed pattern, and none of the letters S, L, O, I, B and Z. Send it as it "
        "stands on the card."
    ),
    source="CMS, Understanding the Medicare Beneficiary Identifier (MBI) format",
    variants=(
        Variant(
            name="other",
            severity=INFORMATION,
            text="This does not look like a Medicare number, which has 11 characters and begins with a digit. Check the card.",
        ),
    ),
    applies=(ASKED,),
    asked_if=(Sign(party_outline, lambda there: there.part_b),),
)
def beneficiary_identifier(facts: Facts) -> Iterator[Finding]:
    """A member id of Medicare part B that is not an MBI, its hyphens aside: one that begins with a digit was meant as one."""
    for at, coverage in facts.insurances:
        if coverage.filing_indicator == PART_B and _BENEFICIARY.fullmatch(coverage.member_id.replace("-", "")) is None:
            yield Finding(f"{at}.member_id", variant=None if coverage.member_id[0].isdecimal() else "other")
