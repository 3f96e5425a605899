"""What a FHIR document has of another visit is left out and told, and what is only proposed is not ordered."""

from typing import Any

import pytest

from tests.examples.odd_answers import converted
from tests.examples.odd_inputs import ANALYSIS, CPT, PATIENT, VISIT, bundle, changed, chart, claim

Tree = dict[str, Any]
OTHER: Tree = {"resourceType": "Encounter", "id": "v2", "status": "finished"}
THERE: Tree = {"reference": "Encounter/v2"}
REPORT: Tree = {
    "resourceType": "DiagnosticReport",
    "id": "d",
    "status": "final",
    "code": {"coding": [{"system": CPT, "code": "0731T"}]},
    "subject": {"reference": "Patient/p"},
    "conclusion": "It fits.",
}
LINE: Tree = claim()["item"][0]
PHOTOGRAPH: Tree = {"resourceType": "Media", "id": "m", "status": "completed", "content": {"url": "https://i.invalid/1"}}
ORDER: Tree = {
    "resourceType": "ServiceRequest",
    "id": "s",
    "status": "active",
    "code": {"coding": [{"system": CPT, "code": "81406"}]},
}


@pytest.mark.parametrize(
    ("resource", "part"),
    [
        (REPORT | {"encounter": THERE}, "review"),
        (claim(item=[LINE | {"encounter": [THERE]}]), "billing"),
        (PHOTOGRAPH | {"encounter": THERE}, "images"),
    ],
)
def test_what_is_of_another_visit_is_left_out_and_told(resource: Tree, part: str) -> None:
    made = converted(chart(OTHER, resource))
    told = [place for unread in made.unread_fields.fields for place in unread.positions]

    assert made.case is not None
    assert not getattr(made.case, part)
    assert any(place.startswith("b.json#/entry/4/resource") for place in told)


@pytest.mark.parametrize("visit", [{"reference": "Encounter/v"}, None])
def test_what_is_of_this_visit_or_of_none_is_read(visit: Tree | None) -> None:
    bill = claim(item=[changed(LINE, encounter=[visit] if visit else None)])
    made = converted(chart(OTHER, changed(REPORT, encounter=visit), bill, changed(PHOTOGRAPH, encounter=visit)))

    assert made.case is not None
    assert made.case.review
    assert made.case.billing
    assert made.case.images


def test_of_two_reports_that_of_the_visit_is_read_whichever_comes_first() -> None:
    other = REPORT | {"id": "d2", "encounter": THERE, "conclusion": "It does not."}
    own = REPORT | {"encounter": {"reference": "Encounter/v"}}
    for reports in ((own, other), (other, own)):
        made = converted(chart(OTHER, *reports))
        assert made.case is not None
        assert made.case.review
        assert made.case.review.conclusion == "It fits."


def test_of_two_reports_of_one_visit_none_is_taken_and_that_is_told() -> None:
    made = converted(chart(REPORT, REPORT | {"id": "d2", "conclusion": "It does not."}))

    assert made.case is not None
    assert made.case.review is None
    assert "map/only" in {issue.rule for issue in made.issues}


@pytest.mark.parametrize(
    ("intent", "status", "read_as"),
    [
        ("order", "active", "active"),
        ("proposal", "active", "proposed"),
        ("plan", "on-hold", "proposed"),
        ("option", "active", "proposed"),
        ("proposal", "revoked", "revoked"),
        ("filler-order", "completed", "completed"),
    ],
)
def test_what_is_proposed_is_not_ordered(intent: str, status: str, read_as: str) -> None:
    made = converted(chart(ORDER | {"intent": intent, "status": status}))

    assert made.case is not None
    assert [order.status for order in made.case.orders] == [read_as]


CONSENT: Tree = {
    "resourceType": "Consent",
    "scope": {"coding": [{"code": "patient-privacy"}]},
    "patient": {"reference": "Patient/p"},
}
OLD: Tree = CONSENT | {"id": "k1", "status": "active", "dateTime": "2025-01-01"}
NEW: Tree = CONSENT | {"id": "k2", "status": "rejected", "dateTime": "2026-03-10T09:00:00-05:00"}


@pytest.mark.parametrize(
    ("consents", "status"),
    [
        ((OLD, NEW), "rejected"),
        ((NEW, OLD), "rejected"),
        ((OLD, NEW | {"status": "entered-in-error"}), "active"),
        ((OLD, NEW | {"patient": {"reference": "Patient/p2"}}), "active"),
        ((OLD | {"dateTime": NEW["dateTime"]}, NEW), None),
        ((changed(OLD, dateTime=None),), "active"),
        ((OLD,), "active"),
    ],
)
def test_the_newest_consent_counts_and_of_two_of_one_time_none(consents: tuple[Tree, ...], status: str | None) -> None:
    made = converted(chart(changed(PATIENT, id="p2"), *consents))

    assert made.case is not None
    assert (made.case.consent.status if made.case.consent else None) == status
    assert ("map/only" in {issue.rule for issue in made.issues}) is (status is None)


@pytest.mark.parametrize(
    ("patient", "place"),
    [
        ({"active": False}, "active"),
        ({"link": [{"other": {"reference": "Patient/new"}, "type": "replaced-by"}]}, "link/0/type"),
        ({"active": True}, None),
        ({"link": [{"other": {"reference": "Patient/old"}, "type": "replaces"}]}, None),
    ],
)
def test_a_record_that_is_out_of_use_is_a_warning(patient: Tree, place: str | None) -> None:
    made = converted([("b.json", bundle(PATIENT | patient, VISIT, ANALYSIS))])
    told = [issue.location for issue in made.issues if issue.rule == "fhir/modifier"]

    assert made.content is not None
    assert told == ([(f"b.json#/entry/0/resource/{place}",)] if place else [])
