"""Rules about how the addresses on a claim are written."""

import re
from collections.abc import Iterator

from adapter.case import Address
from adapter.issues import IssueType
from adapter.rules.condition import ASKED
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.party import HERE
from adapter.rules.rule import WARNING, Variant, rule

_BOX = re.compile(r"\s*(p\.?\s*o\.?|post\s+office|lock)\s*box\b", re.IGNORECASE)
_ZIP = re.compile(r"[0-9]{5}(-?[0-9]{4})?")
_STATE = re.compile(
    "A[AEKLPRSZ]|C[AOT]|D[CE]|F[LM]|G[AU]|HI|I[ADLN]|K[SY]|LA|M[ADEHINOPST]|N[CDEHJMVY]|O[HKR]|P[ARW]|RI|S[CD]|T[NX]|UT|V[AIT]|W[AIVY]"
)
"""The states, districts, territories and military addresses of the United States, by the letters of the Postal Service."""


@rule(
    "CMP-14",
    title="Box instead of a street",
    severity=WARNING,
    code=IssueType.VALUE,
    text=(
        "The address of the clinic that bills is a box, and payers want its street. Send the street, and the box in "
        "`organization.billing_address`."
    ),
    source="X12 005010X222A1, 837P loops 2010AA (N301) and 2010AB",
    applies=(ASKED,),
)
def box_instead_of_a_street(facts: Facts) -> Iterator[Finding]:
    """A post office box in the address of the billing provider; where payment goes may be one."""
    clinic = facts.case.organization
    for at, line in enumerate(clinic.address.line if clinic and clinic.address else ()):
        if _BOX.match(line):
            yield Finding(f"organization.address.line[{at}]")


@rule(
    "CMP-15",
    title="State or postal code of an address",
    severity=WARNING,
    code=IssueType.VALUE,
    text="A postal code of the United States has five digits, or nine. Correct it, or say which country it is.",
    source="X12 005010X222A1, 837P N402 and N403",
    variants=(
        Variant(
            name="state",
            text="No state of the United States has these letters. Send the two letters of one, or the country.",
        ),
    ),
    applies=(ASKED,),
)
def not_of_this_country(facts: Facts) -> Iterator[Finding]:
    """An address of the United States, or of no country, whose state or postal code does not exist there."""
    for field, address in _addresses(facts):
        if address is not None and address.country in HERE:
            if address.state is not None and _STATE.fullmatch(address.state) is None:
                yield Finding(f"{field}.state", variant="state")
            if address.postal_code is not None and _ZIP.fullmatch(address.postal_code) is None:
                yield Finding(f"{field}.postal_code")


def _addresses(facts: Facts) -> Iterator[tuple[str, Address | None]]:
    yield "patient.address", facts.case.patient.address
    yield from ((f"{at}.insured.address", coverage.insured.address) for at, coverage in facts.insurances if coverage.insured)
    clinic = facts.case.organization
    if clinic is not None:
        yield "organization.address", clinic.address
        yield "organization.billing_address", clinic.billing_address
