"""What counts as a difference between a resource as sent and as read back."""

from decimal import Decimal
from typing import Any

import pytest

from adapter.client import Difference, differences

DIV = '<div xmlns="http://www.w3.org/1999/xhtml">'


def compared(sent: dict[str, Any], read: dict[str, Any]) -> list[tuple[str, str]]:
    references = {"urn:uuid:1": "Patient/p-1"}
    found = differences({"resourceType": "R"} | sent, {"resourceType": "R"} | read, references=references)
    return [(difference.path, difference.kind) for difference in found]


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ({"id": "a", "x": [1, {"y": "z"}]}, {"id": "a", "x": [1, {"y": "z"}]}),
        ({}, {"meta": {"versionId": "1", "lastUpdated": "2026", "source": "#x"}}),
        ({"meta": {"tag": [{"code": "a"}, {"code": "b"}]}}, {"meta": {"tag": [{"code": "b"}, {"code": "a"}], "versionId": "2"}}),
        ({}, {"id": "given-by-the-server"}),
        ({}, {"text": {"status": "generated", "div": f"{DIV}x</div>"}}),
        ({"subject": {"reference": "urn:uuid:1"}}, {"subject": {"reference": "Patient/p-1"}}),
        ({"subject": {"reference": "Patient?identifier=a|b"}}, {"subject": {"reference": "Patient/9"}}),
        ({"value": Decimal("12.50")}, {"value": Decimal("12.5")}),
        ({"value": 12}, {"value": Decimal("12.0")}),
        ({"at": "2026-03-02T10:05:00-05:00"}, {"at": "2026-03-02T15:05:00.000Z"}),
        ({"at": "2026-03-02T10:05:00.50-05:00"}, {"at": "2026-03-02T15:05:00.5Z"}),
        ({"s": {"reference": "Patient/p-1"}}, {"s": {"reference": "http://server/fhir/Patient/p-1"}}),
        ({"s": {"reference": "https://server/fhir/Patient/p-1"}}, {"s": {"reference": "Patient/p-1"}}),
        ({"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"d": 3, "c": 2}, "a": 1}),
        (
            {"text": {"div": f"{DIV}It's<br/>  one\n<p>&amp; </p></div>"}},
            {"text": {"div": f"{DIV}It&#39;s<br />one <p>&amp;</p></div>"}},
        ),
    ],
)
def test_these_are_the_same(sent: dict[str, Any], read: dict[str, Any]) -> None:
    assert compared(sent, read) == []


@pytest.mark.parametrize(
    ("sent", "read", "difference"),
    [
        ({"id": "a"}, {"id": "b"}, ("R.id", "changed")),
        ({"x": {"y": [1, 2]}}, {"x": {"y": [1]}}, ("R.x.y[1]", "missing")),
        ({"x": [1]}, {"x": [1, 2]}, ("R.x[1]", "added")),
        ({"x": [1, 2]}, {"x": [2, 1]}, ("R.x[0]", "changed")),
        ({"x": 1}, {}, ("R.x", "missing")),
        ({}, {"x": 1}, ("R.x", "added")),
        ({"x": True}, {"x": 1}, ("R.x", "changed")),
        ({"x": Decimal("0.87")}, {"x": Decimal("0.871")}, ("R.x", "changed")),
        ({"x": "1"}, {"x": 1}, ("R.x", "changed")),
        ({"x": "2026-03-02T10:05:00-05:00"}, {"x": "2026-03-02T10:05:00Z"}, ("R.x", "changed")),
        ({"x": "2026-03-02T10:05:00.5Z"}, {"x": "2026-03-02T10:05:00Z"}, ("R.x", "changed")),
        ({"x": "2026-99-02T10:05:00Z"}, {"x": "2026-98-02T10:05:00Z"}, ("R.x", "changed")),
        ({"x": {"reference": "Patient/1"}}, {"x": {"reference": "Patient/11"}}, ("R.x.reference", "changed")),
        ({"x": {"reference": "Patient/1"}}, {"x": {"reference": "SomePatient/1"}}, ("R.x.reference", "changed")),
        ({"modifier": ["a", "b"]}, {"modifier": ["a"]}, ("R.modifier[1]", "missing")),
        ({"x": ["a"]}, {"x": "a"}, ("R.x", "changed")),
        ({"x": {"a": 1}}, {"x": "a"}, ("R.x", "changed")),
        (
            {"subject": {"reference": "Patient?identifier=a"}},
            {"subject": {"reference": "Group/9"}},
            ("R.subject.reference", "changed"),
        ),
        ({"meta": {"security": [{"code": "R"}]}}, {}, ("R.meta", "missing")),
        ({"meta": {"security": [{"code": "R"}]}}, {"meta": {"security": []}}, ("R.meta.security", "missing")),
        ({"meta": {"security": []}}, {"meta": {"security": [{"code": "R"}]}}, ("R.meta.security", "kept")),
        ({"meta": {"security": []}}, {"meta": {"security": [], "tag": [{"code": "a"}]}}, ("R.meta.tag", "kept")),
        ({}, {"meta": {"security": [{"code": "R"}]}}, ("R.meta", "kept")),
        ({"text": {"div": f"{DIV}one</div>"}}, {"text": {"div": f"{DIV}two</div>"}}, ("R.text.div", "changed")),
    ],
)
def test_these_are_different(sent: dict[str, Any], read: dict[str, Any], difference: tuple[str, str]) -> None:
    assert difference in compared(sent, read)


def test_a_difference_holds_no_value() -> None:
    found = differences({"resourceType": "R", "x": "secret"}, {"resourceType": "R", "x": "open"}, references={})

    assert found == (Difference(path="R.x", kind="changed"),)
