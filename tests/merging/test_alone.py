"""Documents that cannot stand alone are refused with one issue, which says what to send beside them."""

import json
from typing import Any

import pytest

from adapter.conversion import Options
from adapter.readers.document import Document
from tests.examples.ground import pipeline

MESSAGE = "MSH|^~\\&|A|B|||||MDM^T02|1|T|2.5.1\rPID|1||4711^^^^MR\rPV1|1|O\rTXA|1|CN|||||||||||||||DI\r"
SYNDROMES = {"model_version": "v1.1.2", "gallery_version": "1", "suggested_syndromes_list": [{"omim_id": 1}] * 1000}


def refusals(*contents: str | dict[str, Any]) -> list[tuple[str | None, str, tuple[str, ...]]]:
    documents = [
        Document(name=f"{place}.txt", content=(content if isinstance(content, str) else json.dumps(content)).encode())
        for place, content in enumerate(contents)
    ]
    made = pipeline().convert(documents, Options())
    assert made.content is None
    return [(issue.rule, issue.text, issue.location) for issue in made.issues]


@pytest.mark.parametrize(
    ("content", "form"),
    [
        ({"message": "Encoding error."}, "a document of the form gestaltmatcher_failure"),
        (SYNDROMES, "a document of the form gestaltmatcher"),
        ({"id": "c-1", "patient": {"mrn": "1"}, "ai": {"tool": {"product": "x"}}}, "an AI report"),
        ("tool,syndrome\nFinder,Williams\n", "a document of the form ai_report_csv"),
        (MESSAGE, "an HL7 v2 message (MDM_T02)"),
        ({"resourceType": "Patient", "id": "1"}, "a FHIR document (Patient)"),
        ({"resourceType": "Bundle", "type": "searchset", "total": 0}, "a FHIR document without resources"),
    ],
)
def test_one_issue_names_the_form_and_what_to_send(content: str | dict[str, Any], form: str) -> None:
    ((rule, text, location),) = refusals(content)

    assert (rule, location) == ("document/alone", ("0.txt#",))
    assert text.startswith(f"this is {form}, ")


def test_several_of_them_are_named_together() -> None:
    ((_, text, location),) = refusals({"message": "Encoding error."}, MESSAGE)

    assert "a document of the form gestaltmatcher_failure and an HL7 v2 message (MDM_T02)" in text
    assert location == ("0.txt#", "1.txt#")


def test_an_encounter_document_of_ours_is_told_all_that_is_missing() -> None:
    assert [rule for rule, _, _ in refusals({"patient": {"mrn": "1"}})] == ["document/missing"] * 3
