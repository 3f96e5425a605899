"""Every input field that no map reads is reported."""

import json
from pathlib import Path
from typing import Any

import pytest

from adapter.readers.document import Document
from adapter.unread import UnreadField
from tests.examples.ground import EXAMPLES, OPTIONS, ROOT, conversion_of, documents_of, native_example_names, pipeline

FOLDER = EXAMPLES / "face2gene-lab"


@pytest.mark.parametrize("name", native_example_names())
def test_our_own_documents_are_read_completely(name: str) -> None:
    unread = conversion_of(name).unread_fields.fields

    assert [each for each in unread if each.reason is None] == []
    assert [each for each in unread if each.positions[0].startswith(("encounter.json#", "ai_report.json#"))] == []


@pytest.mark.parametrize(
    ("path", "field"),
    [
        (("new_field",), "new_field"),
        (("case_data", "new_field"), "case_data.new_field"),
        (("case_data", "suggested_syndromes", 2, "new_field"), "case_data.suggested_syndromes[*].new_field"),
        (("case_data", "genomic_entries", 0, "gene", "new_field"), "case_data.genomic_entries[*].gene.new_field"),
    ],
)
def test_a_field_that_the_tool_adds_is_reported(path: tuple[str | int, ...], field: str) -> None:
    tree = json.loads((FOLDER / "face2gene.json").read_text())
    *before, last = path
    place: Any = tree
    for step in before:
        place = place[step]
    place[last] = "new"
    encounter, _ = documents_of(FOLDER)
    conversion = pipeline().convert([encounter, Document(name="face2gene.json", content=json.dumps(tree).encode())], OPTIONS)
    positions = ("face2gene.json#/" + "/".join(map(str, path)),)

    assert [each for each in conversion.unread_fields.fields if each.reason is None] == [
        UnreadField(field=field, positions=positions, reason=None)
    ]
    assert [issue.location for issue in conversion.issues if issue.rule == "coverage/unread"] == [positions]


def test_a_field_that_the_users_own_map_drops_is_reported(tmp_path: Path) -> None:
    own = tmp_path / "fhir" / "r4"
    own.mkdir(parents=True)
    ours = (ROOT / "mappings" / "fhir" / "r4" / "media.yaml").read_text()
    dropped = "  operator: =ref(practitioner, first(p for p in case.practitioners if p.key == image.operator))\n"
    assert dropped in ours
    (own / "media.yaml").write_text(ours.replace(dropped, ""))
    conversion = pipeline(str(tmp_path)).convert(documents_of(EXAMPLES / "complete"), OPTIONS)
    places = tuple(f"encounter.json#/images/{number}/operator" for number in range(3))

    assert conversion.unread_fields.fields == (UnreadField(field="images[*].operator", positions=places, reason=None),)
    assert any(entry.place.startswith(str(own / "media.yaml")) for entry in conversion.lineage.entries)


def test_a_users_own_source_map_is_held_to_the_same(tmp_path: Path) -> None:
    own = tmp_path / "sources"
    own.mkdir()
    ours = (ROOT / "mappings" / "sources" / "face2gene_lab.yaml").read_text()
    line_of_sex = "    sex: =recode('face2gene-sex', case_data.gender)\n"
    assert line_of_sex in ours
    (own / "mine.yaml").write_text(ours.replace("  patient:\n" + line_of_sex, ""))
    conversion = pipeline(str(tmp_path)).convert(documents_of(FOLDER), OPTIONS)

    assert [(field.field, field.positions) for field in conversion.unread_fields.fields if field.reason is None] == [
        ("case_data.gender", ("face2gene.json#/case_data/gender",))
    ]
