"""Sets of messages of a clinic's feeds, each with its one right answer, whatever the order in which they come."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapter.conversion import Conversion
from adapter.path import at
from adapter.readers.document import Document
from tests.examples.ground import pipeline

TABLE: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "message_sets.yaml").read_text("utf-8"))
OF_THE_CLAIM = re.compile(r"[A-Z]{2,4}-[A-Z0-9]+")
"""Rules that hold a claim back, and nothing else."""


Sent = str | list[str] | dict[str, dict[str, str]]


def segments_of(sent: Sent) -> list[str]:
    """The segments of a message: a base, a base with changed fields, or as they are written."""
    if isinstance(sent, list):
        return sent
    changed: dict[str, dict[str, str]] = {sent: {}} if isinstance(sent, str) else sent
    ((base, changes),) = changed.items()
    segments = [segment.split("|") for segment in TABLE["bases"][base]]
    for place, value in changes.items():
        name, number = place.split("-")
        fields = next(fields for fields in segments if fields[0] == name)
        position = int(number) - (name == "MSH")
        fields += [""] * (position + 1 - len(fields))
        fields[position] = value
    return ["|".join(fields) for fields in segments]


def documents_of(entry: dict[str, Any]) -> list[Document]:
    contents = ("\r".join([*segments_of(sent), ""]).encode() for sent in entry["send"])
    return [Document(name=f"{number}.hl7", content=content) for number, content in enumerate(contents, start=1)]


def resources(made: Conversion, kind: str) -> list[dict[str, Any]]:
    entries = made.bundle["entry"] if made.bundle else []
    return [entry["resource"] for entry in entries if entry["resource"]["resourceType"] == kind]


def lines_of(made: Conversion) -> list[str]:
    items = [item for claim in resources(made, "Claim") for item in claim.get("item", [])]
    return [
        " ".join(part["coding"][0]["code"] for part in (item["productOrService"], *item.get("modifier", []))) for item in items
    ]


def numbers_of(report: dict[str, Any]) -> list[str]:
    typed = [number for number in report["identifier"] if "type" in number]
    return [f"{number['type']['coding'][0]['code']} {number['value']}" for number in typed]


def check_content(made: Conversion, entry: dict[str, Any]) -> None:
    reports = resources(made, "DiagnosticReport")
    conclusion = " ".join(report.get("conclusion", "") for report in reports)
    if "report" in entry:
        assert [report["status"] for report in reports] == [entry["report"]]
    assert [text for text in entry.get("says", ()) if text not in conclusion] == []
    assert [text for text in entry.get("lacks", ()) if text in conclusion] == []
    assert [number for number in entry.get("numbers", ()) if number not in numbers_of(reports[0])] == []
    assert lines_of(made) == entry.get("lines", lines_of(made))
    for path, value in entry.get("patient", {}).items():
        patient, steps = resources(made, "Patient")[0], [int(step) if step.isdigit() else step for step in path.split(".")]
        assert (at(patient, tuple(steps)) if steps[0] in patient else None) == value


def check(made: Conversion, entry: dict[str, Any]) -> None:
    told = [(issue.rule or "", " ".join((*issue.location, issue.text))) for issue in made.issues]
    for rule, place in entry.get("tells", ()):
        assert any(rule in own and re.search(place, words) for own, words in told), (rule, place)
    if "refused" in entry:
        assert made.content is None
        assert any(re.search(entry["refused"], words) for _, words in told)
        return
    if "errors" in entry:
        assert [issue for issue in made.issues if issue.is_error and not OF_THE_CLAIM.fullmatch(issue.rule or "")] == []
    check_content(made, entry)


@pytest.mark.parametrize("entry", TABLE["sets"], ids=[entry["name"] for entry in TABLE["sets"]])
def test_messages_have_one_answer_in_whatever_order_they_come(entry: dict[str, Any]) -> None:
    documents = documents_of(entry)
    made = pipeline().convert(documents)

    check(made, entry)
    assert pipeline().convert(documents[::-1]).content == made.content
