"""A resource says the same in whatever order it says it, unless the order means something."""

from decimal import Decimal
from typing import Any

import pytest

from adapter.client.meaning import says_the_same

Json = dict[str, Any]

REPORT: Json = {"resourceType": "DiagnosticReport", "status": "final", "result": [{"reference": "Observation/1"}]}
CLAIM: Json = {
    "resourceType": "Claim",
    "careTeam": [
        {"sequence": 1, "provider": {"reference": "Practitioner/1"}},
        {"sequence": 2, "provider": {"reference": "Practitioner/2"}},
    ],
    "diagnosis": [{"sequence": 1, "diagnosisCodeableConcept": {"text": "a"}}],
    "item": [{"sequence": 1, "careTeamSequence": [1], "modifier": [{"text": "26"}, {"text": "52"}], "diagnosisSequence": [1, 2]}],
}
RENUMBERED: Json = {
    **CLAIM,
    "careTeam": [
        {"sequence": 1, "provider": {"reference": "Practitioner/2"}},
        {"sequence": 2, "provider": {"reference": "Practitioner/1"}},
    ],
    "item": [{**CLAIM["item"][0], "careTeamSequence": [2]}],
}


def in_line(**change: object) -> Json:
    return {**CLAIM, "item": [{**CLAIM["item"][0], **change}]}


@pytest.mark.parametrize(
    ("sent", "held"),
    [
        (REPORT, {"status": "final", **REPORT, "meta": {"versionId": "3", "tag": [{"code": "theirs"}]}}),
        (
            {**REPORT, "result": [{"reference": "Observation/2"}, {"reference": "Observation/1"}]},
            {**REPORT, "result": [{"reference": "Observation/1"}, {"reference": "Observation/2"}]},
        ),
        ({**REPORT, "issued": "2026-03-12T09:31:42-04:00"}, {**REPORT, "issued": "2026-03-12T13:31:42.0Z"}),
        ({**REPORT, "x": Decimal("0.8730")}, {**REPORT, "x": 0.873}),
        (CLAIM, RENUMBERED),
    ],
)
def test_the_same_is_the_same_in_another_order(sent: Json, held: Json) -> None:
    assert says_the_same(sent, held)


@pytest.mark.parametrize(
    ("sent", "held"),
    [
        (REPORT, {**REPORT, "status": "amended"}),
        ({**REPORT, "result": REPORT["result"] * 2}, REPORT),
        ({**REPORT, "meta": {"tag": [{"code": "ours"}]}}, REPORT),
        ({**REPORT, "x": True}, {**REPORT, "x": 1}),
        ({**REPORT, "x": "1"}, {**REPORT, "x": 1}),
        (CLAIM, {**RENUMBERED, "item": CLAIM["item"]}),
        (CLAIM, in_line(modifier=[{"text": "52"}, {"text": "26"}])),
        (CLAIM, in_line(diagnosisSequence=[2, 1])),
        ({"resourceType": "List", "entry": [1, 2]}, {"resourceType": "List", "entry": [2, 1]}),
    ],
)
def test_what_differs_in_meaning_differs(sent: Json, held: Json) -> None:
    assert not says_the_same(sent, held)
