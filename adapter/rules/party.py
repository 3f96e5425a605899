"""The outline of who is treated, who treats, who bills and who insures: what is there, and what is missing."""

from operator import attrgetter
from typing import NamedTuple

from adapter.case import Address, Case, Coverage
from adapter.rules.facts import Facts
from adapter.rules.taxonomy_codes import is_technician

PART_B = "MB"
"""Medicare part B, as X12 names this kind of insurance."""

_MANY = 2
_DAY = "YYYY-MM-DD"
_DOLLARS = (None, "USD")
HERE = (None, "US", "USA")
"""How an address says that it is in the United States."""
_NUMBER, _FAMILY = attrgetter("npi"), attrgetter("family")


class PartyOutline(NamedTuple):
    """The parties of a case; of practitioners `rendering` counts to 2, and `numbered` and `named` say it of all.

    `held` says that who holds the primary insurance is named, `insured_else` that an insurance has an `insured`,
    `part_b` that one is Medicare part B.
    `birth_day` says that the birth date is known to the day, `dollars` that the claim asks for no other currency.
    """

    clinic: bool
    clinic_npi: bool
    clinic_address: bool
    clinic_tin: bool
    rendering: int
    numbered: bool
    named: bool
    technician: bool
    patient_name: bool
    patient_address: bool
    birth_day: bool
    sex: bool
    insured: bool
    insured_else: bool
    held: bool
    relationship: str | None
    subscriber: str | None
    kind_of_insurance: str | None
    part_b: bool
    other_coverages: bool
    payer: bool
    payer_id: bool
    dollars: bool


def party_outline(facts: Facts) -> PartyOutline:
    """The outline of all parties."""
    case = facts.case
    clinic, people, patient, coverage, payer = case.organization, case.practitioners, case.patient, case.coverage, case.payer
    return PartyOutline(
        clinic=clinic is not None,
        clinic_npi=clinic is not None and clinic.npi is not None,
        clinic_address=clinic is not None and is_whole(clinic.address),
        clinic_tin=clinic is not None and clinic.tin is not None,
        rendering=min([someone.role for someone in people].count("rendering"), _MANY),
        numbered=all(map(_NUMBER, people)),
        named=all(map(_FAMILY, people)),
        technician=any(is_technician(someone.taxonomy) for someone in people if someone.taxonomy),
        patient_name=patient.family is not None and bool(patient.given),
        patient_address=is_whole(patient.address),
        birth_day=patient.birth_date is not None and len(patient.birth_date) == len(_DAY),
        sex=patient.sex is not None,
        insured=coverage is not None,
        insured_else=any(insurance.insured for _, insurance in facts.insurances),
        held=coverage is None or has_holder(case, coverage),
        relationship=coverage.relationship if coverage else None,
        subscriber=coverage.subscriber if coverage else None,
        kind_of_insurance=coverage.filing_indicator if coverage else None,
        part_b=any(insurance.filing_indicator == PART_B for _, insurance in facts.insurances),
        other_coverages=bool(case.other_coverages),
        payer=payer is not None,
        payer_id=payer is not None and payer.payer_id is not None,
        dollars=case.billing is None or case.billing.currency in _DOLLARS,
    )


def is_whole(address: Address | None) -> bool:
    """Whether an address has street and city, and in the United States state and postal code."""
    if address is None or not (address.line and address.city):
        return False
    return address.country not in HERE or bool(address.state and address.postal_code)


def has_holder(case: Case, coverage: Coverage) -> bool:
    """Whether who holds an insurance has a family and a given name; of the patient CMP-06 speaks."""
    if coverage.subscriber not in ("guardian", "other"):
        return True
    holder = case.guardian if coverage.subscriber == "guardian" else coverage.insured
    return holder is not None and bool(holder.family and holder.given)
