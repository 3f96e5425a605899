"""Completeness: what a professional claim (837P, X12 005010X222A1) needs to be sent, as one checklist."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from adapter.case import Case, Practitioner
from adapter.issues import Issue, IssueType, Severity
from adapter.rules.case_outline import billing_outline
from adapter.rules.condition import ASKED, Sign
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.party import PartyOutline, has_holder, is_whole, party_outline
from adapter.rules.rule import ERROR, WARNING, Rule, Variant

Missing = Callable[[Case], Iterator[str]]
"""The case fields that are missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletenessItem:
    """One item of the checklist: what it is called, what to do if it is missing, where the 837P has it, and what looks for it.

    `sign` is what a case shows where the item may be missing.
    """

    id: str
    name: str
    text: str
    source: str
    missing: Missing
    sign: Sign[Any]


def _lacks(shows: Callable[[PartyOutline], bool]) -> Sign[PartyOutline]:
    return Sign(party_outline, shows)


_NAMED_ROLES = ("referring", "ordering", "supervising")


def _rendering(case: Case) -> list[tuple[int, Practitioner]]:
    return [(at, person) for at, person in enumerate(case.practitioners) if person.role == "rendering"]


def _billing_npi(case: Case) -> Iterator[str]:
    if case.organization is not None and case.organization.npi is None:
        yield "organization.npi"


def _billing_address(case: Case) -> Iterator[str]:
    if case.organization is not None and not is_whole(case.organization.address):
        yield "organization.address"


def _tax_number(case: Case) -> Iterator[str]:
    if case.organization is not None and case.organization.tin is None:
        yield "organization.tin"


def _patient_address(case: Case) -> Iterator[str]:
    if not is_whole(case.patient.address):
        yield "patient.address"


def _one_rendering(case: Case) -> Iterator[str]:
    if len(_rendering(case)) != 1:
        yield "practitioners"


def _rendering_npi(case: Case) -> Iterator[str]:
    return (f"practitioners[{at}].npi" for at, person in _rendering(case) if person.npi is None)


def _referring_npi(case: Case) -> Iterator[str]:
    people = enumerate(case.practitioners)
    return (f"practitioners[{at}].npi" for at, p in people if p.role in _NAMED_ROLES and p.npi is None)


def _referring_name(case: Case) -> Iterator[str]:
    people = enumerate(case.practitioners)
    return (f"practitioners[{at}].family" for at, p in people if p.role in _NAMED_ROLES and p.family is None)


def _rendering_name(case: Case) -> Iterator[str]:
    return (f"practitioners[{at}].family" for at, person in _rendering(case) if person.family is None)


def _patient_name(case: Case) -> Iterator[str]:
    if case.patient.family is None:
        yield "patient.family"
    if not case.patient.given:
        yield "patient.given"


def _birth_date(case: Case) -> Iterator[str]:
    if case.patient.birth_date is None or len(case.patient.birth_date) != len("YYYY-MM-DD"):
        yield "patient.birth_date"


def _sex(case: Case) -> Iterator[str]:
    if case.patient.sex is None:
        yield "patient.sex"


def _subscriber(case: Case) -> Iterator[str]:
    yield from (f"other_coverages[{at}].relationship" for at, other in enumerate(case.other_coverages) if not other.relationship)
    coverage = case.coverage
    if coverage is None:
        return
    if coverage.relationship is None:
        yield "coverage.relationship"
    if coverage.subscriber is None and coverage.relationship != "self":
        yield "coverage.subscriber"
    if not has_holder(case, coverage):
        yield "guardian" if coverage.subscriber == "guardian" else "coverage.insured"


def _has_doubtful_subscriber(there: PartyOutline) -> bool:
    names_one = there.subscriber is not None or there.relationship == "self"
    return there.other_coverages or there.relationship is None or not names_one or not there.held


def _payer_id(case: Case) -> Iterator[str]:
    if case.payer is not None and case.payer.payer_id is None:
        yield "payer.payer_id"


def _filing_indicator(case: Case) -> Iterator[str]:
    if case.coverage is not None and case.coverage.filing_indicator is None:
        yield "coverage.filing_indicator"


def _lines(case: Case) -> Iterator[str]:
    if case.billing is not None and not case.billing.lines:
        yield "billing.lines"


CHECKLIST: tuple[CompletenessItem, ...] = (
    CompletenessItem(
        id="CMP-01",
        name="NPI of the billing provider",
        text="The clinic that bills has no NPI. Send `organization.npi`.",
        source="837P loop 2010AA, NM109",
        missing=_billing_npi,
        sign=_lacks(lambda there: not there.clinic_npi),
    ),
    CompletenessItem(
        id="CMP-02",
        name="address of the billing provider",
        text="The clinic that bills has no whole address. Send street, city, state and postal code in `organization.address`.",
        source="837P loop 2010AA, N3 and N4",
        missing=_billing_address,
        sign=_lacks(lambda there: not there.clinic_address),
    ),
    CompletenessItem(
        id="CMP-03",
        name="one rendering provider",
        text="A line needs exactly one rendering provider. Give exactly one practitioner the role `rendering`.",
        source="837P loop 2310B",
        missing=_one_rendering,
        sign=_lacks(lambda there: there.rendering != 1),
    ),
    CompletenessItem(
        id="CMP-04",
        name="NPI of the rendering provider",
        text="The rendering provider has no NPI. Send it in `practitioners`.",
        source="837P loop 2310B, NM109",
        missing=_rendering_npi,
        sign=_lacks(lambda there: not there.numbered),
    ),
    CompletenessItem(
        id="CMP-05",
        name="NPI of who referred, ordered or supervised",
        text="Who referred, ordered or supervised has no NPI. Send it in `practitioners`.",
        source="837P loops 2310A, 2310D and 2420E, NM109",
        missing=_referring_npi,
        sign=_lacks(lambda there: not there.numbered),
    ),
    CompletenessItem(
        id="CMP-06",
        name="name of the patient",
        text="The patient has no family name or no given name. Send both.",
        source="837P loops 2010BA and 2010CA, NM103 and NM104",
        missing=_patient_name,
        sign=_lacks(lambda there: not there.patient_name),
    ),
    CompletenessItem(
        id="CMP-07",
        name="birth date of the patient",
        text="The patient's date of birth is not known to the day. Send it as YYYY-MM-DD.",
        source="837P loops 2010BA and 2010CA, DMG02",
        missing=_birth_date,
        sign=_lacks(lambda there: not there.birth_day),
    ),
    CompletenessItem(
        id="CMP-08",
        name="sex of the patient",
        text="The patient's sex is missing. Send `patient.sex`; `unknown` is an answer.",
        source="837P loops 2010BA and 2010CA, DMG03",
        missing=_sex,
        sign=_lacks(lambda there: not there.sex),
    ),
    CompletenessItem(
        id="CMP-09",
        name="subscriber",
        text=(
            "It is not clear whose insurance this is. Send `coverage.relationship` and `coverage.subscriber`, and family and "
            "given name of the guardian, or of the `insured` who is neither guardian nor patient."
        ),
        source="837P loops 2000B and 2010BA",
        missing=_subscriber,
        sign=_lacks(_has_doubtful_subscriber),
    ),
    CompletenessItem(
        id="CMP-10",
        name="payer id",
        text="The payer has no id. Send `payer.payer_id` as the clearinghouse lists it.",
        source="837P loop 2010BB, NM109",
        missing=_payer_id,
        sign=_lacks(lambda there: not there.payer_id),
    ),
    CompletenessItem(
        id="CMP-11",
        name="claim filing indicator",
        text="The kind of insurance is missing. Send `coverage.filing_indicator`, for example CI (commercial) or MC (Medicaid).",
        source="837P loop 2000B, SBR09",
        missing=_filing_indicator,
        sign=_lacks(lambda there: there.kind_of_insurance is None),
    ),
    CompletenessItem(
        id="CMP-12",
        name="service line",
        text="Nothing is billed: the claim has no line. Send the service in `billing.lines`.",
        source="837P loop 2400",
        missing=_lines,
        sign=Sign(billing_outline, lambda there: not there.lines),
    ),
    CompletenessItem(
        id="CMP-13",
        name="name of the rendering provider",
        text="The rendering provider has no family name. Send it in `practitioners`.",
        source="837P loop 2310B, NM103",
        missing=_rendering_name,
        sign=_lacks(lambda there: not there.named),
    ),
    CompletenessItem(
        id="CMP-16",
        name="tax number of the billing provider",
        text="The clinic that bills has no tax number. Send its EIN, or the SSN of who bills alone, in `organization.tin`.",
        source="837P loop 2010AA, REF*EI or REF*SY",
        missing=_tax_number,
        sign=_lacks(lambda there: not there.clinic_tin),
    ),
    CompletenessItem(
        id="CMP-17",
        name="address of the patient",
        text="The patient has no whole address. Send street, city, state and postal code in `patient.address`.",
        source="837P loops 2010BA and 2010CA, N3 and N4",
        missing=_patient_address,
        sign=_lacks(lambda there: not there.patient_address),
    ),
    CompletenessItem(
        id="CMP-18",
        name="name of who referred, ordered or supervised",
        text="Who referred, ordered or supervised has no family name. Send it in `practitioners`.",
        source="837P loops 2310A, 2310D and 2420E, NM103",
        missing=_referring_name,
        sign=_lacks(lambda there: not there.named),
    ),
)
"""What a claim needs; member id, diagnosis, charge and place of service have their own rules (COV-01, DX-01, CHG-01, POS-01)."""

_BEFORE = "before the service"


def _find(item: CompletenessItem, facts: Facts) -> Iterator[Finding]:
    variant = None if facts.is_claim else _BEFORE
    return (Finding(field, variant=variant) for field in item.missing(facts.case))


COMPLETENESS_RULES: tuple[Rule, ...] = tuple(
    Rule(
        id=item.id,
        title=f"{item.name[0].upper()}{item.name[1:]}",
        severity=ERROR,
        code=IssueType.REQUIRED,
        text=item.text,
        source=f"X12 005010X222A1, {item.source}",
        variants=(Variant(name=_BEFORE, severity=WARNING),),
        applies=(ASKED,),
        asked_if=(item.sign,),
        find=partial(_find, item),
    )
    for item in CHECKLIST
)
"""The items of the checklist as rules."""

_ELSEWHERE = {"COV-01": "insurance and member id", "DX-01": "diagnosis", "CHG-01": "charge", "POS-01": "place of service"}


def checklist(fired: Collection[str]) -> Issue:
    """The checklist in one sentence, by the rules that found something: how many items are there, and which are missing."""
    names = {item.id: item.name for item in CHECKLIST} | _ELSEWHERE
    missing = [name for rule_id, name in names.items() if rule_id in fired]
    tail = f"; missing: {', '.join(missing)}" if missing else ""
    return Issue(
        severity=Severity.INFORMATION,
        code=IssueType.INFORMATIONAL,
        rule="checklist/837p",
        field="billing",
        text=f"Of what an 837P needs, {len(names) - len(missing)} of {len(names)} are there{tail}.",
        source="X12 005010X222A1",
    )
