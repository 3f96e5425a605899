"""What a server holds and what we know become one resource: what only the server knows stays."""

from typing import Any

import pytest

from adapter.client.ownership_table import Meeting, rule_of
from adapter.client.reconcile import Reconciled, reconciled
from adapter.fhir.ownership import SHARED_TYPES
from adapter.fhir.table import packaged_table

TABLE = packaged_table("R4")
DIV = '<div xmlns="http://www.w3.org/1999/xhtml">'
ABSENT = [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
MRN = {"system": "urn:oid:1.2", "value": "4711"}


def met(held: dict[str, Any], ours: dict[str, Any], kind: str = "Patient") -> Reconciled:
    """The two resources, made one."""
    mine = {"resourceType": kind, "id": "our-own", "identifier": [MRN], **ours}
    return reconciled(TABLE, {"resourceType": kind, "id": "4711", "identifier": [MRN], **held}, mine)


def part(found: Reconciled) -> dict[str, Any]:
    return {name: value for name, value in found.resource.items() if name not in ("resourceType", "id", "identifier")}


@pytest.mark.parametrize("kind", sorted(SHARED_TYPES))
def test_every_element_has_an_owner(kind: str) -> None:
    rules = {name: rule_of(TABLE, kind, element) for name, element in TABLE[kind].elements.items()}

    assert all((rule.meeting is Meeting.ITEMS) >= bool(rule.key) for rule in rules.values())
    assert rules["text"].meeting is Meeting.NARRATIVE
    for name, element in TABLE[kind].elements.items():
        if element.maximum is None and name != "contained":
            assert rules[name].meeting is Meeting.ITEMS


RICH = {
    "name": [{"use": "official", "family": "Test", "given": ["Ann"]}, {"use": "nickname", "given": ["Annie"]}],
    "telecom": [{"system": "phone", "value": "1"}],
    "address": [{"use": "home", "line": ["1 Road"], "city": "Town"}],
    "gender": "female",
    "birthDate": "2020-02",
    "photo": [{"url": "https://pictures.example/1"}],
}


def test_a_sparse_resource_changes_nothing() -> None:
    found = met(RICH, {})

    assert found.changed == ()
    assert part(found) == RICH
    assert found.resource["id"] == "4711"
    assert set(found.kept) == {f"Patient.{name}" for name in RICH}


def test_a_rich_resource_completes_a_sparse_one() -> None:
    found = met({}, RICH)

    assert part(found) == RICH
    assert set(found.changed) == {f"Patient.{name}" for name in RICH}
    assert found.kept == ()


@pytest.mark.parametrize(
    ("held", "ours", "expected"),
    [
        ({"gender": "male"}, {"gender": "female"}, {"gender": "female"}),
        ({"gender": "male"}, {"gender": "unknown"}, {"gender": "male"}),
        ({}, {"gender": "unknown"}, {"gender": "unknown"}),
        ({"deceasedBoolean": False}, {"deceasedDateTime": "2026-01-01"}, {"deceasedDateTime": "2026-01-01"}),
        ({"deceasedBoolean": False, "_deceasedBoolean": {"id": "x"}}, {"deceasedDateTime": "2026"}, {"deceasedDateTime": "2026"}),
        (
            {"birthDate": "2020", "_birthDate": {"id": "x"}},
            {"birthDate": "2020"},
            {"birthDate": "2020", "_birthDate": {"id": "x"}},
        ),
        ({"birthDate": "2020", "_birthDate": {"id": "x"}}, {"birthDate": "2021"}, {"birthDate": "2021"}),
        ({"_birthDate": {"id": "x"}}, {}, {"_birthDate": {"id": "x"}}),
        ({}, {"_birthDate": {"id": "x"}}, {"_birthDate": {"id": "x"}}),
        ({"birthDate": "2020"}, {"_birthDate": {"extension": ABSENT}}, {"birthDate": "2020"}),
        ({"telecom": [{"value": "1"}]}, {"telecom": [{"value": "2"}]}, {"telecom": [{"value": "1"}, {"value": "2"}]}),
        (
            {"name": [{"use": "official", "family": "Old", "prefix": ["Dr"], "text": "Dr Old"}]},
            {"name": [{"use": "official", "family": "New"}]},
            {"name": [{"use": "official", "family": "New", "prefix": ["Dr"]}]},
        ),
        (
            {"name": [{"family": "Same", "text": "Dr Same"}]},
            {"name": [{"family": "Same"}]},
            {"name": [{"family": "Same", "text": "Dr Same"}]},
        ),
        ({"name": [{"family": "Known"}]}, {"name": [{"extension": ABSENT}]}, {"name": [{"family": "Known"}]}),
        ({"name": [{"extension": ABSENT}]}, {"name": [{"family": "Known"}]}, {"name": [{"family": "Known"}]}),
        ({"name": [{"use": "old", "family": "A"}]}, {"name": [{"extension": ABSENT}]}, {"name": [{"use": "old", "family": "A"}]}),
        ({}, {"name": [{"extension": ABSENT}]}, {"name": [{"extension": ABSENT}]}),
        ({"address": [{"line": ["1"], "city": "A"}]}, {"address": [{"line": ["2"]}]}, {"address": [{"line": ["2"]}]}),
        ({"address": [{"line": ["1"], "city": "A"}]}, {"address": [{"city": "A"}]}, {"address": [{"line": ["1"], "city": "A"}]}),
        ({"contained": [{"id": "1"}], "language": "en"}, {"language": "de"}, {"contained": [{"id": "1"}], "language": "en"}),
        ({"unheardOf": 1}, {"alsoUnheard": 2}, {"unheardOf": 1}),
    ],
)
def test_elements_meet_by_their_rules(held: dict[str, Any], ours: dict[str, Any], expected: dict[str, Any]) -> None:
    assert part(met(held, ours)) == expected


def test_labels_of_both_stay_and_what_the_server_writes_goes() -> None:
    meta = {"versionId": "7", "profile": ["a"], "tag": [{"system": "s", "code": "1", "display": "x"}]}
    found = met({"meta": meta}, {"meta": {"profile": ["a", "b"], "tag": [{"system": "s", "code": "1"}]}})

    assert found.resource["meta"] == {"profile": ["a", "b"], "tag": [{"system": "s", "code": "1", "display": "x"}]}
    assert found.changed == ("Patient.meta",)


@pytest.mark.parametrize(
    ("held", "ours", "expected"),
    [
        ({"status": "generated", "div": "old"}, {"gender": "female", "text": {"div": "new"}}, {"div": "new"}),
        ({"status": "generated", "div": "old"}, {"text": {"div": "new"}}, {"status": "generated", "div": "old"}),
        ({"status": "generated", "div": "old"}, {"gender": "female"}, None),
        ({"status": "additional", "div": "by hand"}, {"gender": "female"}, {"status": "additional", "div": "by hand"}),
        (
            {"status": "extensions", "div": "x"},
            {"gender": "female", "text": {"div": "new"}},
            {"status": "extensions", "div": "x"},
        ),
    ],
)
def test_a_narrative_stays_unless_it_tells_what_is_no_longer_so(
    held: dict[str, Any], ours: dict[str, Any], expected: dict[str, str] | None
) -> None:
    assert met({"text": held}, ours).resource.get("text") == expected


@pytest.mark.parametrize(
    ("kind", "held", "ours", "expected"),
    [
        (
            "Encounter",
            {"period": {"start": "2026-01-01T09:00:00Z", "end": "2026-01-01T10:00:00Z"}, "status": "planned"},
            {"period": {"start": "2026-01-01T04:00:00-05:00"}, "status": "finished"},
            {"period": {"start": "2026-01-01T04:00:00-05:00", "end": "2026-01-01T10:00:00Z"}, "status": "finished"},
        ),
        (
            "Encounter",
            {"class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}},
            {"class": {"system": "http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "code": "UNK"}},
            {"class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}},
        ),
        (
            "Encounter",
            {"participant": [{"individual": {"reference": "Practitioner/1"}, "period": {"start": "2026"}}]},
            {"participant": [{"individual": {"reference": "Practitioner/1"}}, {"individual": {"reference": "Practitioner/2"}}]},
            {
                "participant": [
                    {"individual": {"reference": "Practitioner/1"}, "period": {"start": "2026"}},
                    {"individual": {"reference": "Practitioner/2"}},
                ]
            },
        ),
        (
            "Coverage",
            {
                "class": [
                    {"type": {"coding": [{"system": "s", "code": "group", "display": "Group"}]}, "value": "1", "name": "One"}
                ]
            },
            {"class": [{"type": {"coding": [{"system": "s", "code": "group"}]}, "value": "2"}]},
            {"class": [{"type": {"coding": [{"system": "s", "code": "group"}]}, "value": "2", "name": "One"}]},
        ),
        ("Organization", {"alias": ["A"], "active": True}, {"alias": ["B", "A"]}, {"alias": ["A", "B"], "active": True}),
        ("Device", {"version": [{"value": "1"}]}, {"version": [{"value": "2"}]}, {"version": [{"value": "2"}]}),
    ],
)
def test_elements_of_other_types_meet_by_theirs(
    kind: str, held: dict[str, Any], ours: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert part(met(held, ours, kind)) == expected


def test_meeting_again_changes_nothing() -> None:
    once = met(
        RICH, {"gender": "male", "telecom": [{"system": "phone", "value": "2"}], "text": {"status": "generated", "div": DIV}}
    )
    again = reconciled(TABLE, once.resource, {**once.resource, "id": "our-own"})

    assert again.changed == ()
    assert again.resource == once.resource
