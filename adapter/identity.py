"""By what a patient, an encounter and a clinician are known, and what is wrong with how a case names them (docs/identity.md)."""

import re
from collections.abc import Iterator

from adapter.case import Case, Practitioner
from adapter.issues import Issue, IssueType, Severity
from adapter.plain_value import ABSOLUTE_URI

_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
_URN_OID = re.compile(r"urn:oid:[0-2](\.(0|[1-9][0-9]*))+")
_ABSOLUTE = re.compile(ABSOLUTE_URI)


def encounter_key(case: Case, assigner: str | None, anchor: str | None) -> str:
    """By what the encounter is known: the anchor if one is given, else its number with who assigned it.

    Where nobody says who assigned the encounter's number, the patient's number with its assigner stands for that.
    """
    if anchor:
        return anchor
    patient = (case.patient.mrn_system or assigner, case.patient.mrn)
    system = (case.encounter.system or assigner,) if case.encounter.system or assigner else patient
    return "|".join(part for part in (*system, case.encounter.id) if part)


def identity_issues(case: Case, assigner: str | None) -> Iterator[Issue]:
    """What is wrong with the numbers by which the case names people and things."""
    yield from _systems(case, assigner)
    yield from _other_assigner(case, assigner)
    yield from _one_payer(case)
    yield from _alive_and_dead(case)
    yield from _one_person(case.practitioners)
    yield from _photographs_unsaid(case)


def _systems(case: Case, assigner: str | None) -> Iterator[Issue]:
    if case.patient.mrn_system is None and assigner is None:
        text = "nobody says who assigned `patient.mrn`, and another patient may have the same number elsewhere"
        hint = "send `patient.mrn_system`, an absolute URI, or set ADAPTER_ASSIGNER to a URI that names this sender"
        yield _issue("document/assigner", IssueType.REQUIRED, "patient.mrn", text=text, suggestion=hint)
    for field, system in (("patient.mrn_system", case.patient.mrn_system), ("encounter.system", case.encounter.system)):
        form = _right_form(system) if system is not None else None
        if form:
            yield _issue("document/system", IssueType.VALUE, field, text=f"`{field}` must be an absolute URI", suggestion=form)


def _right_form(system: str) -> str | None:
    """What to write instead of a system that is not an absolute URI."""
    if _OID.fullmatch(system):
        return "write an OID as urn:oid: and its numbers"
    if not _ABSOLUTE.fullmatch(system):
        return "write a URI that names who assigns the numbers, such as https://clinic.example/mrn or urn:oid:1.2.3"
    if system.lower().startswith("urn:oid:") and not _URN_OID.fullmatch(system):
        return "write the OID with digits and dots: urn:oid:1.2.3"
    return None


def _other_assigner(case: Case, assigner: str | None) -> Iterator[Issue]:
    """A system of the document beside another one of the sender's setting."""
    if assigner is not None and case.patient.mrn_system not in (None, assigner):
        yield Issue(
            severity=Severity.INFORMATION,
            code=IssueType.INFORMATIONAL,
            rule="document/other-assigner",
            text="the document and the setting name different assigners of the patient's number; the document's is used",
            field="patient.mrn_system",
        )


def _one_payer(case: Case) -> Iterator[Issue]:
    """A payer of the primary insurance that is not the payer of the case."""
    if case.coverage is not None and case.coverage.payer is not None and case.coverage.payer != case.payer:
        text = "`payer` and the payer of the primary insurance are not the same"
        hint = "say who pays once, or list the insurances with the primary one first"
        yield _issue("document/one-payer", IssueType.CONFLICT, "coverage.payer", "payer", text=text, suggestion=hint)


def _alive_and_dead(case: Case) -> Iterator[Issue]:
    """A patient who has not died, with a day of death."""
    if case.patient.deceased is False and case.patient.deceased_at is not None:
        text = "the patient has not died, and a time of death is given"
        fields = ("patient.deceased", "patient.deceased_at")
        yield _issue("document/deceased", IssueType.CONFLICT, *fields, text=text, suggestion="correct one of the two")


_ONE_PERSON = (
    ("key", "npi", "npi", "one key and two NPIs", "give the two people two keys, or correct the NPI"),
    ("npi", "family", "npi", "one NPI and two names", "correct the NPI, or the name"),
    ("key", "family", "family", "one key and two names", "give the two people two keys, or correct the name"),
)
"""By what a person is known, what then may not differ, the field to look at, what is wrong, and what to do."""


def _one_person(practitioners: tuple[Practitioner, ...]) -> Iterator[Issue]:
    """One key, or one NPI, that means two people; each of them is told of once."""
    pairs: set[int] = set()
    for known, differing, field, wrong, hint in _ONE_PERSON:
        first: dict[str, int] = {}
        for place, person in enumerate(practitioners):
            name, value = getattr(person, known), getattr(person, differing)
            before = first.setdefault(name, place) if name and value else place
            if value != getattr(practitioners[before], differing) and place not in pairs:
                pairs.add(place)
                text = f"`practitioners[{before}]` and `practitioners[{place}]` have {wrong}"
                fields = (f"practitioners[{place}].{field}", f"practitioners[{before}].{field}")
                yield _issue("document/one-person", IssueType.CONFLICT, *fields, text=text, suggestion=hint)


def _photographs_unsaid(case: Case) -> Iterator[Issue]:
    """Runs of AI software that do not say which of several photographs they read."""
    for name, run in case.runs if len(case.images) > 1 else ():
        if not run.images:
            yield Issue(
                severity=Severity.INFORMATION,
                code=IssueType.INFORMATIONAL,
                rule="document/photographs-unsaid",
                text="the AI report does not say which photographs it read, so its results refer to all of them",
                field=f"{name}.images",
                suggestion="list them in `images` of the AI report",
            )


def _issue(rule: str, code: IssueType, *fields: str, text: str, suggestion: str) -> Issue:
    """An error at a field, and at those that it contradicts."""
    field, *others = fields
    return Issue(severity=Severity.ERROR, code=code, rule=rule, text=text, field=field, also=tuple(others), suggestion=suggestion)
