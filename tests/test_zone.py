"""Times without an offset from UTC, in documents of our own form."""

import json
from typing import Any

import pytest

from adapter.conversion import Conversion, Options
from adapter.issues import Severity
from adapter.readers.document import Document, ReadDocument
from adapter.zone import ZonedDocument, with_zone
from tests.examples.ground import EXAMPLES, documents_of, pipeline

NEW_YORK = "America/New_York"


def converted(change: dict[str, Any], zone: str | None) -> Conversion:
    """The infant's example, its encounter changed, in a zone."""
    encounter, *others = documents_of(EXAMPLES / "infant-final-report")
    tree = json.loads(encounter.content)
    tree["encounter"] |= change
    documents = [Document(name=encounter.name, content=json.dumps(tree).encode()), *others]
    return pipeline().convert(documents, Options(zone=zone))


def start_of(conversion: Conversion) -> str:
    assert conversion.bundle is not None
    (encounter,) = [entry["resource"] for entry in conversion.bundle["entry"] if entry["resource"]["resourceType"] == "Encounter"]
    return str(encounter["period"]["start"])


@pytest.mark.parametrize(
    ("zone", "start", "expected"),
    [
        (NEW_YORK, "2026-01-05T09:30:00", "2026-01-05T09:30:00-05:00"),
        (NEW_YORK, "2026-07-05T09:30:00.5", "2026-07-05T09:30:00.5-04:00"),
        ("+05:30", "2026-01-05T09:30:00", "2026-01-05T09:30:00+05:30"),
        (NEW_YORK, "2026-01-05T09:30:00Z", "2026-01-05T09:30:00Z"),
        (NEW_YORK, "2026-01-05", "2026-01-05"),
    ],
)
def test_a_time_without_an_offset_takes_that_of_the_zone(zone: str, start: str, expected: str) -> None:
    assert start_of(converted({"start": start, "end": None}, zone)) == expected


def test_the_lineage_names_the_zone() -> None:
    conversion = converted({"start": "2026-01-05T09:30:00", "end": None}, NEW_YORK)

    (entry,) = [entry for entry in conversion.lineage.entries if entry.element == "Encounter.period.start"]
    assert entry.positions == ("encounter.json#/encounter/start", "options#/zone")


def test_without_a_zone_it_is_refused_with_both_remedies() -> None:
    conversion = converted({"start": "2026-01-05T09:30:00"}, None)

    (issue,) = [issue for issue in conversion.issues if issue.is_error]
    assert issue.text == "`start` is a time without an offset from UTC"
    assert issue.suggestion is not None
    assert "send the offset" in issue.suggestion
    assert "ADAPTER_ZONE" in issue.suggestion
    assert issue.location == ("encounter.json#/encounter/start",)


def test_where_clocks_were_changed_only_the_day_is_kept_and_that_is_said() -> None:
    conversion = converted({"start": "2025-11-02T01:30:00", "end": None}, NEW_YORK)

    (issue,) = [issue for issue in conversion.issues if issue.rule == "document/zone"]
    assert start_of(conversion) == "2025-11-02"
    assert issue.severity is Severity.WARNING
    assert (issue.field, issue.location) == ("encounter.start", ("encounter.json#/encounter/start",))


def test_a_day_that_does_not_exist_is_refused_in_any_zone() -> None:
    assert converted({"start": "2025-02-30T01:30:00"}, NEW_YORK).bundle is None


def test_times_in_lists_and_wrong_shapes_are_no_trouble() -> None:
    tree = {"images": [{"captured_at": "2026-01-05T09:30:00"}, "no image"], "encounter": [3], "nothing": {"start": "x"}}
    document, issues = with_zone(ReadDocument(name="d", form="case", tree=tree), "Z")

    assert isinstance(document, ZonedDocument)
    assert document.tree["images"][0] == {"captured_at": "2026-01-05T09:30:00+00:00"}
    assert document.zoned == {("images", 0, "captured_at")}
    assert {name: document.tree[name] for name in ("encounter", "nothing")} == {"encounter": [3], "nothing": {"start": "x"}}
    assert issues == ()
