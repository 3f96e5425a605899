"""An input form is one map and one JSON Schema in a folder of the user's own, and nothing else."""

import json
from pathlib import Path

import pytest

from adapter.assembly import load
from adapter.readers.document import Document
from adapter.settings import Settings
from tests.examples.ground import EXAMPLES

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["toy_visit"],
    "properties": {
        "toy_visit": {"type": "object", "required": ["number"], "properties": {"number": {"type": "string"}}},
        "pictures": {
            "type": "array",
            "items": {"type": "object", "properties": {"name": {"type": "string"}, "by": {"type": "string"}}},
        },
    },
}
MAP = """map: toy
source: toy
target: Case
case:
  id: =token(toy_visit.number)
  images:
    - for: picture in pictures
      let:
        name: =token(picture.name)
      when: =name
      id: =name
      operator: =token(picture.by)
"""


@pytest.fixture
def mappings(tmp_path: Path) -> str:
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "toy.yaml").write_text(MAP)
    (folder / "toy.schema.json").write_text(json.dumps(SCHEMA))
    return str(tmp_path)


def test_a_toy_form_is_recognised_read_mapped_and_traced(mappings: str) -> None:
    encounter = json.loads((EXAMPLES / "complete" / "encounter.json").read_bytes())
    picture = {"name": "toy-1", "by": "camera"}
    toy = {"toy_visit": {"number": encounter["id"]}, "pictures": [picture]}
    documents = [
        Document(name="encounter.json", content=json.dumps(encounter).encode()),
        Document(name="toy.json", content=json.dumps(toy).encode()),
    ]

    conversion = load(Settings(mappings=mappings)).convert(documents)

    assert conversion.case is not None
    assert "toy-1" in [image.id for image in conversion.case.images]
    places = {position for entry in conversion.lineage.entries for position in entry.positions}
    assert "toy.json#/pictures/0/name" in places


def test_a_document_without_the_structure_of_the_toy_form_is_refused_with_its_place(mappings: str) -> None:
    document = Document(name="toy.json", content=b'{"toy_visit": {}}')

    (issue,) = load(Settings(mappings=mappings)).convert([document]).issues

    assert (issue.rule, issue.location) == ("document/shape", ("toy.json#/toy_visit",))
