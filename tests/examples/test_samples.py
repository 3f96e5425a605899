"""Files that nobody in this project wrote are converted, or refused as the documentation says; no value is lost in silence."""

import json
import re
from pathlib import Path

import pytest

from adapter.checks.second_opinion import second_opinion
from adapter.conversion import Conversion
from adapter.path import at, leaves
from adapter.readers.document import Document, MappedDocument
from tests.examples.ground import OPTIONS, ROOT, pipeline
from tests.examples.test_ai_tools import ENCOUNTER

ROW = re.compile(r"^\| `([\w/.-]+/[\w.-]+)` \| `([a-z_/]+)` \| ([^|]*) \|$", re.MULTILINE)
TABLE = {name: (rule, words) for name, rule, words in ROW.findall((ROOT / "docs" / "sources.md").read_text())}
BESIDE = sorted(name for name, (_, words) in TABLE.items() if words.endswith("beside one it is converted"))
DECIDES = re.compile(r"/(is_group|progressStatus|expressions/\d+/(syntax|value))$")
"""Values that decide what becomes of others, and further notations of a variant, of which one is carried."""


def sample(folder: Path, name: str) -> Document:
    file = folder / "samples" / name
    if not file.exists():
        pytest.skip(f"there is no {name} in the folder of test data")
    return Document(name=file.name, content=file.read_bytes())


def beside_an_encounter(document: Document) -> Conversion:
    return pipeline().convert([Document(name="encounter.json", content=json.dumps(ENCOUNTER).encode()), document], OPTIONS)


def test_the_table_has_every_file(test_data: Path) -> None:
    folder = test_data / "samples"
    files = {
        str(file.relative_to(folder))
        for file in folder.glob("*/*")
        if file.parent.name not in ("LICENSES", "hl7v2_expected_fhir")
    }
    if not files:
        pytest.skip("there are no samples in the folder of test data")

    assert TABLE.keys() == files


@pytest.mark.parametrize("name", sorted(TABLE))
def test_a_file_alone_is_refused_as_the_table_says(test_data: Path, name: str) -> None:
    made = pipeline().convert([sample(test_data, name)], OPTIONS)
    problems = [issue for issue in made.issues if issue.is_error]

    assert problems[0].rule == TABLE[name][0]
    assert all(len(issue.location) <= 20 for issue in problems if issue.rule == "document/alone")


@pytest.mark.parametrize("name", BESIDE)
def test_a_file_beside_an_encounter_is_converted_without_an_objection(test_data: Path, name: str) -> None:
    made = beside_an_encounter(sample(test_data, name))

    assert [issue for issue in made.issues if issue.is_error] == []
    assert made.bundle is not None
    assert list(second_opinion(made.bundle)) == []


@pytest.mark.parametrize("name", BESIDE)
def test_every_value_is_in_the_output_or_reported(test_data: Path, name: str) -> None:
    made = beside_an_encounter(sample(test_data, name))
    assert made.trail is not None
    used = {place for entry in made.lineage.entries for place in entry.positions}
    reported = {place for field in made.unread_fields.fields for place in field.positions}
    reported |= {place for issue in made.issues for place in issue.location}
    originals = [document.original for document in made.trail.merged.documents if isinstance(document, MappedDocument)]
    places = {
        place
        for original in originals
        for leaf in leaves(original.tree)
        if at(original.tree, leaf) not in (None, "", [], {})
        for place in original.positions(leaf)
    }
    silent = {place for place in places - used - reported if not any(place.startswith(f"{whole}/") for whole in reported)}

    assert places
    assert {place for place in silent if not DECIDES.search(place)} == set()
