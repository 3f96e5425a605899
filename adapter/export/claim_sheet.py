"""A case as the boxes of the CMS-1500 form (version 02/12) and the segments of the X12 837P in which its values go.

It is a worksheet for people: neither the form nor a transaction (modelling.md §14; NUCC 1500 manual; ASC X12 005010X222A1).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from adapter.case import Address, Case, Coverage, Guardian, Insured, Line, Named, OtherCoverage, Patient, Practitioner
from adapter.code_tables.tax_number import is_ssn
from adapter.issues import InvalidError, Issue, IssueType, Severity
from adapter.rules.judgement import Judgement

DISCLAIMER = "Worksheet. This is neither a claim form nor an 837 transaction; nothing was sent to anybody."
NOT_SENT = "not sent"
"""What stands in place of a value that the case does not have."""

_LETTERS = "ABCDEFGHIJKL"
_KIND_OF_PLAN = {
    "MA": "Medicare",
    "MB": "Medicare",
    "MC": "Medicaid",
    "CH": "TRICARE",
    "VA": "CHAMPVA",
    "FI": "other",
    "CI": "other",
    "BL": "other",
}
"""Box 1 by the claim filing indicator; of others, and of none, the form is left blank."""
_USE = {"claim": "claim", "preauthorization": "request for preauthorization", "predetermination": "request for predetermination"}
_FREQUENCY = {"original": "1", "replacement": "7", "void": "8"}
_QUALIFIER = {"referring": "DN", "ordering": "DK", "supervising": "DQ"}
_TAXONOMY_QUALIFIER = "ZZ"
_SELF = "self"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetEntry:
    """One value: box of the form, what it is in our words, segment of the transaction, and the case field that it came from.

    `value` is nothing if the case does not have it; `line` counts service lines from 1.
    """

    box: str
    label: str
    segment: str
    field: str
    value: str | None
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSheet:
    """The worksheet: `head` says what it is and how it stands, `entries` are in the order of the boxes."""

    head: tuple[str, ...]
    entries: tuple[SheetEntry, ...]


def claim_sheet(case: Case, judgement: Judgement) -> ClaimSheet:
    """The worksheet of a case; raises InvalidError if nothing is billed."""
    if case.billing is None:
        text = "the case bills nothing, so there is no worksheet; send `billing`"
        raise InvalidError(
            Issue(severity=Severity.ERROR, code=IssueType.REQUIRED, rule="sheet/billing", text=text, field="billing")
        )
    status = judgement.claim or "none: no claim is made"
    standing = f"Use: {_USE[case.billing.use]}. Status: {status}."
    problems = f"Errors to fix first: {', '.join(judgement.errors)}." if judgement.errors else "No errors."
    entries = (*_insurance(case), *_claim(case), *_lines(case), *_providers(case))
    return ClaimSheet(head=(DISCLAIMER, standing, problems), entries=entries)


def _insurance(case: Case) -> Iterator[SheetEntry]:
    payer, coverage = case.payer, case.coverage
    indicator = coverage.filing_indicator if coverage else None
    plan = _KIND_OF_PLAN.get(indicator) if indicator else None
    yield SheetEntry(box="—", label="payer", segment="NM1*PR (2010BB)", field="payer.name", value=payer.name if payer else None)
    yield SheetEntry(
        box="—", label="payer id", segment="NM109 (2010BB)", field="payer.payer_id", value=payer.payer_id if payer else None
    )
    yield SheetEntry(box="1", label="kind of plan", segment="SBR09", field="coverage.filing_indicator", value=plan)
    member = coverage.member_id if coverage else None
    yield SheetEntry(box="1a", label="insured's id", segment="NM109 (2010BA)", field="coverage.member_id", value=member)
    yield from _people(case)
    for place, other in enumerate(case.other_coverages):
        yield from _other(case, other, f"other_coverages[{place}]")
    yield SheetEntry(box="10", label="related to employment or accident", segment="CLM11", field="—", value=None)
    yield from _policy(case)


def _other(case: Case, other: OtherCoverage, at: str) -> Iterator[SheetEntry]:
    """A further insurance; of its group and plan only what was sent, for the form has a box for one of them."""
    insured, payer = _name(_insured(case, other, at)[0]), other.payer
    field = f"{at}.insured" if other.subscriber == "other" else f"{at}.subscriber"
    yield SheetEntry(box="9", label="other insured", segment="NM1*IL (2330A)", field=field, value=insured)
    yield SheetEntry(box="9a", label="other policy", segment="NM109 (2330A)", field=f"{at}.member_id", value=other.member_id)
    if other.group:
        yield SheetEntry(box="9a", label="other group", segment="SBR03 (2320)", field=f"{at}.group", value=other.group)
    yield SheetEntry(box="9d", label="other payer", segment="NM1*PR (2330B)", field=f"{at}.payer", value=payer.name)
    if other.plan:
        yield SheetEntry(box="9d", label="other plan", segment="SBR04 (2320)", field=f"{at}.plan", value=other.plan)
    yield SheetEntry(box="—", label="other payer id", segment="NM109 (2330B)", field=f"{at}.payer.payer_id", value=payer.payer_id)


def _policy(case: Case) -> Iterator[SheetEntry]:
    """Group and plan of the first insurance, who its insured is, and whether there is another one."""
    coverage = case.coverage
    insured, at = _insured(case, coverage, "coverage")
    known = None if isinstance(insured, Guardian) else insured
    born, sex = (f"{at}.birth_date", f"{at}.sex") if known else ("—", "—")
    yield SheetEntry(box="11", label="group", segment="SBR03", field="coverage.group", value=coverage.group if coverage else None)
    yield SheetEntry(
        box="11a", label="insured's birth date", segment="DMG02 (2010BA)", field=born, value=known.birth_date if known else None
    )
    yield SheetEntry(box="11a", label="insured's sex", segment="DMG03 (2010BA)", field=sex, value=known.sex if known else None)
    yield SheetEntry(box="11c", label="plan", segment="SBR04", field="coverage.plan", value=coverage.plan if coverage else None)
    another = "yes" if case.other_coverages else None
    yield SheetEntry(box="11d", label="another health plan", segment="SBR (2320)", field="other_coverages", value=another)


def _people(case: Case) -> Iterator[SheetEntry]:
    """The patient and the insured, who may be the same."""
    coverage, patient = case.coverage, case.patient
    is_subscriber = _is_subscriber(coverage)
    insured, at = _insured(case, coverage, "coverage")
    lives = insured.address if isinstance(insured, Patient | Insured) else None
    yield SheetEntry(
        box="2", label="patient", segment="NM1*IL" if is_subscriber else "NM1*QC", field="patient", value=_name(patient)
    )
    yield SheetEntry(box="3", label="birth date", segment="DMG02", field="patient.birth_date", value=patient.birth_date)
    yield SheetEntry(box="3", label="sex", segment="DMG03", field="patient.sex", value=patient.sex)
    field = at if isinstance(insured, Insured) else "coverage.subscriber"
    yield SheetEntry(box="4", label="insured", segment="NM1*IL (2010BA)", field=field, value=_name(insured))
    yield SheetEntry(
        box="5", label="patient's address", segment="N3, N4", field="patient.address", value=_address(patient.address)
    )
    yield SheetEntry(box="5", label="patient's telephone", segment="PER04", field="patient.phone", value=patient.phone)
    relation = coverage.relationship if coverage else None
    yield SheetEntry(
        box="6", label="patient's relation to insured", segment="SBR02 or PAT01", field="coverage.relationship", value=relation
    )
    yield SheetEntry(
        box="7",
        label="insured's address",
        segment="N3, N4 (2010BA)",
        field=f"{at}.address" if isinstance(insured, Patient | Insured) else "—",
        value=_address(lives),
    )


def _claim(case: Case) -> Iterator[SheetEntry]:
    yield SheetEntry(box="12", label="patient's signature on file", segment="CLM09", field="—", value=None)
    yield SheetEntry(box="13", label="insured's signature on file", segment="CLM08", field="—", value=None)
    yield SheetEntry(box="14", label="first day of the illness", segment="DTP*431", field="—", value=None)
    yield from _named_providers(case)
    reasons = {"reduced_reason": case.procedure.reduced_reason, "stop_reason": case.procedure.stop_reason}
    for name in [name for name, words in reasons.items() if words] or ["reduced_reason"]:
        yield SheetEntry(box="19", label="additional words", segment="NTE", field=f"procedure.{name}", value=reasons[name])
    for place, item in enumerate(_orders(case).values()):
        segment, code = "HI*ABK" if place == 0 else "HI*ABF", case.diagnoses[item].icd10cm.replace(".", "")
        field = f"diagnoses[{item}].icd10cm"
        yield SheetEntry(box=f"21 {_letter(place)}", label="diagnosis (ICD-10-CM)", segment=segment, field=field, value=code)
    earlier = next((claim for claim in case.billing.related if claim.relationship == "prior"), None) if case.billing else None
    frequency = case.billing.frequency if case.billing else None
    again = _FREQUENCY[frequency] if frequency not in (None, "original") else None
    yield SheetEntry(box="22", label="resubmission code", segment="CLM05-3", field="billing.frequency", value=again)
    original = earlier.claim if earlier else None
    authorization = case.billing.authorization if case.billing else None
    yield SheetEntry(box="22", label="original reference", segment="REF*F8", field="billing.related", value=original)
    yield SheetEntry(box="23", label="prior authorization", segment="REF*G1", field="billing.authorization", value=authorization)
    if case.billing and case.billing.referral:
        referral = case.billing.referral
        yield SheetEntry(box="23", label="referral number", segment="REF*9F", field="billing.referral", value=referral)


def _named_providers(case: Case) -> Iterator[SheetEntry]:
    """Who referred, ordered or supervised: the form has a box for the first of them, the transaction a loop for each."""
    people = [(at, p) for role in _QUALIFIER for at, p in enumerate(case.practitioners) if p.role == role]
    if not people:
        yield SheetEntry(box="17", label="referred, ordered or supervised by", segment="NM1", field="practitioners", value=None)
    for place, (at, person) in enumerate(people):
        qualifier, field, box = _QUALIFIER[person.role or ""], f"practitioners[{at}]", "—" if place else "17"
        yield SheetEntry(box=box, label="qualifier", segment="NM101", field=f"{field}.role", value=qualifier)
        yield SheetEntry(box=box, label=f"{person.role} provider", segment=f"NM1*{qualifier}", field=field, value=_name(person))
        yield SheetEntry(
            box="—" if place else "17b",
            label=f"NPI of the {person.role} provider",
            segment="NM109",
            field=f"{field}.npi",
            value=person.npi,
        )


def _lines(case: Case) -> Iterator[SheetEntry]:
    rendering = _rendering(case)
    at = f"practitioners[{case.practitioners.index(rendering)}]" if rendering else "practitioners"
    for number, line in enumerate(case.billing.lines if case.billing else (), 1):
        where = f"billing.lines[{number - 1}]"
        for box, label, segment, field, value in _line(line, list(_orders(case))):
            yield SheetEntry(box=box, label=label, segment=segment, field=f"{where}.{field}", value=value, line=number)
        npi, taxonomy = (rendering.npi, rendering.taxonomy) if rendering else (None, None)
        yield SheetEntry(box="24J", label="rendering NPI", segment="NM1*82", field=f"{at}.npi", value=npi, line=number)
        kind = _TAXONOMY_QUALIFIER if taxonomy else None
        yield SheetEntry(
            box="24I shaded", label="qualifier (PXC in an 837P)", segment="PRV02", field=f"{at}.taxonomy", value=kind, line=number
        )
        yield SheetEntry(
            box="24J shaded", label="taxonomy", segment="PRV*PE*PXC", field=f"{at}.taxonomy", value=taxonomy, line=number
        )


def _orders(case: Case) -> dict[int, int]:
    """The place of each diagnosis by the number that lines point at, in the order of the numbers, without those of the AI."""
    numbered = (
        (diagnosis.order or place + 1, place) for place, diagnosis in enumerate(case.diagnoses) if diagnosis.source != "ai"
    )
    return dict(sorted(numbered))


def _letter(place: int) -> str:
    return _LETTERS[place] if place < len(_LETTERS) else "beyond L"


def _line(line: Line, orders: list[int]) -> Iterator[tuple[str, str, str, str, str | None]]:
    days = " to ".join(dict.fromkeys(day for day in (line.dos_start, line.dos_end) if day)) or None
    yield "24A", "day of service", "DTP*472", "dos_start", days
    yield "24B", "place of service", "CLM05-1, SV105", "pos", line.pos
    yield "24D", "code", "SV101-2", "code", line.code
    yield "24D", "modifiers", "SV101-3 to SV101-6", "modifiers", " ".join(modifier.code for modifier in line.modifiers) or None
    yield "24E", "diagnoses pointed at", "SV107", "dx_pointers", _pointers(line, orders)
    yield "24F", "charge", "SV102", "charge", None if line.charge is None else f"{line.charge}"
    yield "24G", "units", "SV104 (UN)", "units", None if line.units is None else f"{line.units}"


def _pointers(line: Line, orders: list[int]) -> str | None:
    """The places in the list of diagnoses, as number (transaction) and letter (form)."""
    places = [orders.index(order) if order in orders else None for order in line.dx_pointers]
    words = ["no such diagnosis" if place is None else f"{place + 1} ({_letter(place)})" for place in places]
    return ", ".join(words) or None


def _providers(case: Case) -> Iterator[SheetEntry]:
    clinic, lines = case.organization, case.billing.lines if case.billing else ()
    tin = clinic.tin if clinic else None
    kind = "REF*SY" if tin and is_ssn(tin) else "REF*EI"
    yield SheetEntry(box="25", label="tax id", segment=kind, field="organization.tin", value=tin and tin.replace("-", ""))
    yield SheetEntry(box="26", label="account", segment="CLM01", field="id", value=case.id)
    charges = [line.charge for line in lines if line.charge is not None]
    yield SheetEntry(box="27", label="assignment accepted", segment="CLM07", field="—", value=None)
    total = f"{sum(charges)}" if charges and len(charges) == len(lines) else None
    yield SheetEntry(box="28", label="total charge", segment="CLM02", field="billing.lines[*].charge", value=total)
    yield SheetEntry(box="29", label="paid by the patient", segment="AMT*F5", field="—", value=None)
    signed = case.review.signed_at if case.review else None
    name = _name(_rendering(case))
    yield SheetEntry(box="31", label="clinician", segment="NM1*82", field="practitioners", value=name)
    yield SheetEntry(box="31", label="report signed at", segment="—", field="review.signed_at", value=signed)
    yield from _addresses(case)
    yield SheetEntry(
        box="33", label="telephone", segment="PER04", field="organization.phone", value=clinic.phone if clinic else None
    )
    yield SheetEntry(
        box="33a", label="billing NPI", segment="NM109 (2010AA)", field="organization.npi", value=clinic.npi if clinic else None
    )


def _addresses(case: Case) -> Iterator[SheetEntry]:
    """Where the service was, if payment goes elsewhere; and who bills. In an 837P the street is in 2010AA, a box in 2010AB."""
    clinic = case.organization
    elsewhere = clinic.billing_address if clinic else None
    place = clinic.address if clinic and elsewhere else None
    yield SheetEntry(
        box="32",
        label="place of the service, if another",
        segment="N3, N4 (2010AA)" if place else "N3, N4 (2310C)",
        field="organization.address" if place else "—",
        value=_address(place),
    )
    yield SheetEntry(
        box="33", label="billing provider", segment="NM1*85", field="organization.name", value=clinic.name if clinic else None
    )
    yield SheetEntry(
        box="33",
        label="address",
        segment="N3, N4 (2010AB)" if elsewhere else "N3, N4 (2010AA)",
        field="organization.billing_address" if elsewhere else "organization.address",
        value=_address(elsewhere or (clinic.address if clinic else None)),
    )


def _rendering(case: Case) -> Practitioner | None:
    """Who rendered the service, by role."""
    return next((person for person in case.practitioners if person.role == "rendering"), None)


def _is_subscriber(coverage: Coverage | None) -> bool:
    """Whether the patient is the one who is insured: as was said, else by the relationship."""
    return coverage is not None and (coverage.subscriber or (coverage.relationship == _SELF and "patient")) == "patient"


def _insured(case: Case, coverage: Coverage | None, at: str) -> tuple[Patient | Guardian | Insured | None, str]:
    """Who holds an insurance, and the case field that says so; of a guardian neither birth date nor address is known."""
    if _is_subscriber(coverage):
        return case.patient, "patient"
    if coverage is not None and coverage.subscriber == "other":
        return coverage.insured, f"{at}.insured"
    return case.guardian if coverage is not None and coverage.subscriber == "guardian" else None, "guardian"


def _name(person: Named | None) -> str | None:
    if person is None:
        return None
    return ", ".join(part for part in (person.family, " ".join(person.given)) if part) or None


def _address(address: Address | None) -> str | None:
    if address is None:
        return None
    parts = (*address.line, address.city, address.state, address.postal_code, address.country)
    return ", ".join(part for part in parts if part) or None
