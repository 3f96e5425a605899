"""JSON that is neither a document of ours nor a tool's file is told once; a document with misspelled fields is told them all."""

import json
from typing import Any

import pytest

from adapter.conversion import Options
from adapter.readers.document import Document
from tests.examples.ground import EXAMPLES, pipeline

ENCOUNTER = {
    "id": "c-1",
    "patient": {"mrn": "1", "mrn_system": "urn:oid:1.2.3"},
    "encounter": {"id": "v-1", "status": "finished"},
}


def rules(*trees: dict[str, Any]) -> list[tuple[str | None, tuple[str, ...]]]:
    documents = [Document(name=f"{place}.json", content=json.dumps(tree).encode()) for place, tree in enumerate(trees)]
    return [(issue.rule, issue.location) for issue in pipeline().convert(documents, Options()).issues]


@pytest.mark.parametrize("tree", [{"error": "no face"}, {"labCasesList": [], "last_page": 1, "total": 0}])
def test_json_of_no_form_is_told_once(tree: dict[str, Any]) -> None:
    assert rules(tree) == [("document/form", ("0.json#",))]
    assert rules(ENCOUNTER, tree) == [("document/form", ("1.json#",))]


def test_a_tools_file_beside_it_is_of_a_form() -> None:
    tool = json.loads((EXAMPLES / "gestaltmatcher" / "gestaltmatcher.json").read_text())

    assert [told for told in rules(ENCOUNTER, tool, {"error": "no face"}) if told[0] == "document/form"] == [
        ("document/form", ("2.json#",))
    ]


@pytest.mark.parametrize("tree", [{"enconter": {}}, {"visit": {}, "provider": []}, {**ENCOUNTER, "unheard": 1, "of": 2}])
def test_a_document_of_ours_with_fields_that_do_not_exist_is_told_each(tree: dict[str, Any]) -> None:
    told = [rule for rule, _ in rules(tree)]

    assert "document/extra-forbidden" in told
    assert "document/form" not in told


def test_of_a_document_with_thousands_of_names_the_first_say_whose_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def is_near(name: str) -> bool:
        asked.append(name)
        return False

    monkeypatch.setattr("adapter.merging.foreign.is_near_a_field", is_near)

    assert rules({f"n{number}": 1 for number in range(5_000)}) == [("document/form", ("0.json#",))]
    assert len(asked) == 200
