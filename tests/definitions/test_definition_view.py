"""What a server adds to a definition, and what it can leave out."""

from typing import Any

import pytest

from adapter.definitions.view import Summary, summarised, versioned, with_elements
from adapter.fhir.table import packaged_table

VALUE_SET = packaged_table("R4")["ValueSet"]
SET: dict[str, Any] = {
    "resourceType": "ValueSet",
    "id": "a",
    "meta": {"tag": [{"code": "own"}]},
    "text": {"status": "empty"},
    "url": "urn:a",
    "status": "active",
    "compose": {"include": [{"system": "urn:b"}]},
}


def test_the_version_changes_when_the_content_does() -> None:
    one, same, other = versioned(SET), versioned(dict(SET)), versioned(SET | {"status": "draft"})

    assert one["meta"]["versionId"] == same["meta"]["versionId"] != other["meta"]["versionId"]
    assert one["meta"]["tag"] == [{"code": "own"}]


@pytest.mark.parametrize(
    ("date", "expected"), [("2026-03-04", "2026-03-04T00:00:00Z"), ("2026-03-04T05:06:07Z", "2026-03-04T00:00:00Z")]
)
def test_it_was_updated_on_its_own_date(date: str, expected: str) -> None:
    assert versioned(SET | {"date": date})["meta"]["lastUpdated"] == expected


def test_without_a_date_nobody_knows_when_it_was_updated() -> None:
    assert "lastUpdated" not in versioned(SET)["meta"]


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ("false", {"text", "url", "status", "compose"}),
        ("data", {"url", "status", "compose"}),
        ("text", {"text", "status"}),
        ("true", {"url", "status"}),
    ],
)
def test_a_summary_holds(summary: Summary, expected: set[str]) -> None:
    made = summarised(versioned(SET), summary, VALUE_SET)

    assert set(made) - {"resourceType", "id", "meta"} == expected
    assert [tag["code"] for tag in made["meta"]["tag"]] == (["own"] if summary == "false" else ["own", "SUBSETTED"])


def test_elements_come_with_those_that_must_be_there() -> None:
    assert set(with_elements(versioned(SET), ["compose"], VALUE_SET)) == {"resourceType", "id", "meta", "status", "compose"}
