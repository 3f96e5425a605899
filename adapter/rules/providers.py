"""Rules about clinicians and the clinic."""

from collections.abc import Iterator

from adapter.code_tables.npi import is_npi
from adapter.code_tables.tax_number import is_tax_number, nine_digits
from adapter.issues import IssueType
from adapter.rules.condition import ASKED, NPI, Sign
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.party import party_outline
from adapter.rules.rule import ERROR, WARNING, Variant, rule


@rule(
    "PRV-ORG",
    title="Billing provider missing",
    severity=ERROR,
    code=IssueType.REQUIRED,
    text="Somebody must bill the service. Send the clinic as `organization`.",
    source="http://hl7.org/fhir/R4/claim-definitions.html#Claim.provider",
    verified=True,
    effect="no-claim",
    applies=(ASKED,),
    asked_if=(Sign(party_outline, lambda there: not there.clinic),),
)
def nobody_bills(facts: Facts) -> Iterator[Finding]:
    """Something is asked of a payer, and the clinic that asks is missing."""
    if facts.case.organization is None:
        yield Finding("organization")


@rule(
    "PRV-NPI",
    title="National provider identifier",
    severity=ERROR,
    code=IssueType.VALUE,
    text="The NPI must be ten digits with a valid check digit. Look it up in NPPES.",
    source="US Core us-core-16, us-core-17; 45 CFR 162.406",
    verified=True,
    applies=(NPI,),
)
def npi_not_valid(facts: Facts) -> Iterator[Finding]:
    """An NPI of a practitioner or of the clinic that is not ten digits or fails its check digit; suggests its digits alone."""
    for at, practitioner in enumerate(facts.case.practitioners):
        if practitioner.npi is not None and not is_npi(practitioner.npi):
            yield Finding(f"practitioners[{at}].npi", suggestion=_digits(practitioner.npi))
    clinic = facts.case.organization
    if clinic is not None and clinic.npi is not None and not is_npi(clinic.npi):
        yield Finding("organization.npi", suggestion=_digits(clinic.npi))


@rule(
    "PRV-TIN",
    title="Tax number",
    severity=ERROR,
    code=IssueType.VALUE,
    text="A tax number has nine digits: NN-NNNNNNN of an employer, NNN-NN-NNNN of a person. Correct it.",
    source="X12 005010X222A1, 837P loop 2010AA, REF*EI and REF*SY; IRS: EIN",
    variants=(Variant(name="before the service", severity=WARNING),),
    applies=(ASKED,),
    asked_if=(Sign(party_outline, lambda there: there.clinic_tin),),
)
def no_tax_number(facts: Facts) -> Iterator[Finding]:
    """A tax number of the clinic that is not written as one; suggests its digits alone."""
    clinic = facts.case.organization
    if clinic is not None and clinic.tin is not None and not is_tax_number(clinic.tin):
        variant = None if facts.is_claim else "before the service"
        yield Finding("organization.tin", suggestion=nine_digits(clinic.tin), variant=variant)


def _digits(npi: str) -> str | None:
    """The digits of what was sent, without prefix and separators, if they are an NPI."""
    digits = "".join(figure for figure in npi if figure.isdecimal() and figure.isascii())
    return digits if is_npi(digits) else None
