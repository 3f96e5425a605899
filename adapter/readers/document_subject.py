"""Whose a FHIR document is: its Composition is about the patient whose visit it tells of."""

from collections.abc import Callable, Iterator

from adapter.issues import Issue, IssueType, Severity
from adapter.json_types import JsonMapping
from adapter.path import Path


def of_another_patient(resources: JsonMapping, place_of: Callable[[Path], str]) -> Iterator[Issue]:
    """An issue for each Composition about another patient than its visit, else than each visit, else than each patient there is.

    `resources` are by type, with the references between them resolved; `place_of` says where a value of them stands.
    """
    visits = resources.get("Encounter", ())
    patients = [("Patient", at, patient["id"]) for at, patient in enumerate(resources.get("Patient", ()))]
    for at, composition in enumerate(resources.get("Composition", ())):
        subject = composition.get("subject", {}).get("reference")
        meant = [one for one in enumerate(visits) if one[1]["id"] == composition.get("encounter", {}).get("reference")]
        seen = [("Encounter", place, _subject(visit)) for place, visit in meant or enumerate(visits) if _subject(visit)]
        others = seen or patients
        if subject and others and all(other != subject for _, _, other in others):
            kind, place, _ = others[0]
            yield _issue(place_of(("Composition", at, "subject")), place_of((kind, place)))


def _subject(visit: JsonMapping) -> str | None:
    reference = visit.get("subject", {}).get("reference")
    return None if reference is None else str(reference)


def _issue(*places: str) -> Issue:
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.CONFLICT,
        rule="document/patient",
        text="the Composition of this document is about another patient than the rest of it",
        suggestion="send the documents of one patient; if it is one patient, make both references lead to the same Patient",
        location=places,
    )
