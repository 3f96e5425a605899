"""Whose a FHIR document is: all that bills, reports and was done is about the patient of its visit, and the visit is there."""

from collections.abc import Callable, Iterator

from adapter.issues import Issue, IssueType, Severity
from adapter.json_types import JsonMapping
from adapter.path import Path

_PATIENT_OF = {"Composition": "subject", "Procedure": "subject", "DiagnosticReport": "subject", "Claim": "patient"}
"""The types that must be about the patient of the visit, with the element that says whom they are about."""
_ANALYSIS = "0731T"


def of_another_patient(resources: JsonMapping, place_of: Callable[[Path], str]) -> Iterator[Issue]:
    """An issue for what is about another patient than its visit, else than each visit, else than each patient there is.

    `resources` are by type, with the references between them resolved; `place_of` says where a value of them stands.
    """
    patients = [("Patient", at, patient["id"]) for at, patient in enumerate(resources.get("Patient", ()))]
    visits = _subjects(resources, "Encounter", "subject")
    known = {patient for _, _, patient in patients}
    if known and visits and known.isdisjoint(subject for _, _, subject in visits):
        kind, at, _ = visits[0]
        yield _issue("visit", place_of((kind, at, "subject")), place_of(patients[0][:2]))
        return
    by_visit = {resources["Encounter"][at]["id"]: (kind, at, subject) for kind, at, subject in visits}
    for kind, element in _PATIENT_OF.items():
        for at, resource in enumerate(resources.get(kind, ())):
            named = [by_visit[visit] for visit in _visits_of(resource) if visit in by_visit]
            subject, others = _reference(resource, element), named or visits or patients
            if subject and others and all(other != subject for _, _, other in others):
                yield _issue(kind, place_of((kind, at, element)), place_of(others[0][:2]))


def of_another_visit(resources: JsonMapping, place_of: Callable[[Path], str]) -> Iterator[Issue]:
    """An issue for each procedure for 0731T that names a visit which was not sent, where another visit was."""
    visits = {visit["id"] for visit in resources.get("Encounter", ())}
    for at, procedure in enumerate(resources.get("Procedure", ())):
        codes = {coding.get("code") for coding in procedure.get("code", {}).get("coding", ())}
        visit = _reference(procedure, "encounter")
        if _ANALYSIS in codes and visit and visits and visit not in visits:
            yield Issue(
                severity=Severity.ERROR,
                code=IssueType.CONFLICT,
                rule="document/visit",
                text="the procedure for 0731T names a visit that was not sent, and another visit was",
                suggestion="send the visit that it names, or make the reference lead to the one that was sent",
                location=(place_of(("Procedure", at, "encounter")), place_of(("Encounter", 0))),
            )


def _visits_of(resource: JsonMapping) -> Iterator[str]:
    """The visits that a resource, or an item of a claim, names."""
    yield str(_reference(resource, "encounter"))
    for item in resource.get("item", ()):
        yield from (str(visit.get("reference")) for visit in item.get("encounter", ()))


def _subjects(resources: JsonMapping, kind: str, element: str) -> list[tuple[str, int, str]]:
    told = ((at, _reference(resource, element)) for at, resource in enumerate(resources.get(kind, ())))
    return [(kind, at, subject) for at, subject in told if subject]


def _reference(resource: JsonMapping, element: str) -> str | None:
    reference = resource.get(element, {}).get("reference")
    return None if reference is None else str(reference)


def _issue(what: str, *places: str) -> Issue:
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.CONFLICT,
        rule="document/patient",
        text=f"the {what} of this document is about another patient than the rest of it",
        suggestion="send the documents of one patient; if it is one patient, make both references lead to the same Patient",
        location=places,
    )
