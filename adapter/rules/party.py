"""The outline of who is treated, who treats, who bills and who insures: what is there, and what is missing."""

from operator import attrgetter
from typing import NamedTuple

from adapter.case import Address, Case
from adapter.rules.facts import Facts
from adapter.rules.taxonomy_codes import is_technician

_MANY = 2
_DAY = "YYYY-MM-DD"
_HERE = (None, "USD")
_NUMBER, _FAMILY = attrgetter("npi"), attrgetter("family")


class PartyOutline(NamedTuple):
    """The parties of a case; of practitioners `rendering` counts to 2, and `numbered` and `named` say it of all.

    `birth_day` says that the birth date is known to the day, `dollars` that the claim asks for no other currency.
    """

    clinic: bool
    clinic_npi: bool
    clinic_address: bool
    rendering: int
    numbered: bool
    named: bool
    technician: bool
    patient_name: bool
    birth_day: bool
    sex: bool
    guardian: bool
    insured: bool
    relationship: str | None
    subscriber: str | None
    kind_of_insurance: str | None
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
        rendering=min([someone.role for someone in people].count("rendering"), _MANY),
        numbered=all(map(_NUMBER, people)),
        named=all(map(_FAMILY, people)),
        technician=any(is_technician(someone.taxonomy) for someone in people if someone.taxonomy),
        patient_name=patient.family is not None and bool(patient.given),
        birth_day=patient.birth_date is not None and len(patient.birth_date) == len(_DAY),
        sex=patient.sex is not None,
        guardian=has_named_guardian(case),
        insured=coverage is not None,
        relationship=coverage.relationship if coverage else None,
        subscriber=coverage.subscriber if coverage else None,
        kind_of_insurance=coverage.filing_indicator if coverage else None,
        other_coverages=bool(case.other_coverages),
        payer=payer is not None,
        payer_id=payer is not None and payer.payer_id is not None,
        dollars=case.billing is None or case.billing.currency in _HERE,
    )


def is_whole(address: Address | None) -> bool:
    """Whether an address has street, city, state and postal code."""
    return address is not None and bool(address.line and address.city and address.state and address.postal_code)


def has_named_guardian(case: Case) -> bool:
    """Whether the guardian has a family and a given name."""
    return case.guardian is not None and bool(case.guardian.family and case.guardian.given)
