"""Files that nobody in this project wrote are converted, or refused as the documentation says; no value is lost in silence."""

import json
import re
from pathlib import Path

import pytest

from adapter.checks.second_opinion import second_opinion
from adapter.conversion import Conversion, Options
from adapter.json_types import JsonObject
from adapter.path import at, leaves
from adapter.readers.document import Document, MappedDocument
from adapter.unread import coverage_of
from tests.examples.ground import ROOT, pipeline

ROW = re.compile(r"^\| `([\w/.-]+/[\w.-]+)` \| `([a-z_/]+)` \| ([^|]*) \|$", re.MULTILINE)
TABLE = {name: (rule, words) for name, rule, words in ROW.findall((ROOT / "docs" / "sources.md").read_text())}
OPTIONS = Options(version="0.1.0", assigner="https://clinic.example/mrn", zone="America/Chicago")
VISIT: JsonObject = {
    "id": "visit-1",
    "patient": {"mrn": "100102", "mrn_system": "https://clinic.example/mrn"},
    "encounter": {"id": "visit-1", "status": "finished"},
    "procedure": {"status": "completed"},
}
"""The least that an encounter says."""
BESIDE = sorted(name for name, (_, words) in TABLE.items() if words.endswith("beside one it is converted"))
OF_THE_CLAIM = re.compile(r"[A-Z]+-[A-Z0-9]+|invariant/us-core-17")
"""Rules that judge the claim: none of the samples is about 0731T, and the NPIs of two are invented."""
DECIDES = re.compile(r"/(is_group|progressStatus|expressions/\d+/(syntax|value))$")
"""Values that decide what becomes of others, and further notations of a variant, of which one is carried."""


def sample(folder: Path, name: str) -> Document:
    file = folder / "samples" / name
    if not file.exists():
        pytest.skip(f"there is no {name} in the folder of test data")
    return Document(name=file.name, content=file.read_bytes())


def beside_an_encounter(document: Document) -> Conversion:
    """The conversion of a sample with what it lacks to be an encounter."""
    said: JsonObject = {}
    for mapped in mapped_parts(document):
        said |= mapped.tree
    rest = lacking(VISIT, said)
    if "id" in said:
        rest["encounter"] |= {"id": said["id"]} if "encounter" not in said else {}
    return pipeline().convert([Document(name="encounter.json", content=json.dumps(rest).encode()), document], OPTIONS)


def lacking(whole: JsonObject, said: JsonObject) -> JsonObject:
    """What of an object another one does not say."""
    rest = {name: value for name, value in whole.items() if name not in said}
    return rest | {name: lacking(value, said[name]) for name, value in whole.items() if isinstance(value, dict) and name in said}


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
def test_a_file_beside_an_encounter_is_converted_into_valid_fhir(test_data: Path, name: str) -> None:
    made = beside_an_encounter(sample(test_data, name))

    assert [issue.rule for issue in made.issues if issue.is_error and not OF_THE_CLAIM.fullmatch(issue.rule or "")] == []
    assert made.bundle is not None
    assert list(second_opinion(made.bundle)) == []


@pytest.mark.parametrize("name", [name for name in BESIDE if not name.startswith(("fhir/", "hl7v2/"))])
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


NOT_READ = {
    "fhir/cds_hooks_order-dispatch_request.json",
    "fhir/synthea_5035bbae_born2017-05-16.json",
    "fhir/synthea_728248bf_born2017-08-28.json",
}
"""Files of which nothing is read, so that nothing can be lost."""
LOOKED_AT = {
    "fhir.R4": r"\.(code|id|reference|status|system|use)",
    "face2gene_lab": r"\.omim_id",
    "phenopacket": r"\.syntax",
    "hl7v2": (
        r"(PID\.3\.4\.[123]|PID\.3\.5|PID\.5\.7|PID\.30|OBX\.2|OBX\.11|OBX\.5\.[123]|EVN\.2|OBR\.4\.1|DG1\.3\.3|FT1\.5|FT1\.6\.1|FT1\.19\.1|FT1\.20\.13"
        r"|FT1\.26\.3|FT1\.23\.[234]|OBR\.[23]\.[234]|ORC\.[23]\.[1234]|PV1\.7\.13|IN1\.12|IN1\.13|NK1\.3\.1|GT1\.11\.1|IN1\.17\.1|PR1\.3\.3|PR1\.5)"
    ),
}
"""By form, values that decide what becomes of others, and those that are carried in another spelling."""


def silent(mapped: MappedDocument, told: set[str]) -> set[str]:
    """The fields that a map neither carried as they were sent nor, as told, left out."""
    used = {place for source in mapped.origins.values() for place in source.positions}
    original = mapped.original
    return {
        ".".join(step for step in leaf if isinstance(step, str))
        for leaf in leaves(original.tree)
        for place in original.positions(leaf)
        if at(original.tree, leaf) not in (None, "") and place not in used | told and not is_within(place, told)
    }


def is_within(place: str, wholes: set[str]) -> bool:
    """Whether a place is a part of one that is told as a whole: `#/a/0` of `#/a`, `#FT1[2]-26` of `#FT1[2]`."""
    parts = (place[:at_] for at_, letter in enumerate(place) if letter in "/-.")
    return not wholes.isdisjoint(parts)


def mapped_parts(document: Document) -> list[MappedDocument]:
    made = pipeline()
    parts = [made.in_case_form(part, OPTIONS)[0] for part in made.readers.read(document)]
    return [part for part in parts if isinstance(part, MappedDocument)]


@pytest.mark.parametrize("name", sorted(TABLE.keys() - NOT_READ))
def test_what_a_map_does_not_carry_is_told_in_every_form(test_data: Path, name: str) -> None:
    for mapped in mapped_parts(sample(test_data, name)):
        told = {place for unread in coverage_of(mapped) for place in unread.in_full().positions}
        form = mapped.original.form.partition(".")[0] if name.startswith("hl7v2/") else mapped.original.form
        decides = re.compile(rf".*{LOOKED_AT[form]}")

        assert {field for field in silent(mapped, told) if not decides.fullmatch(field)} == set()
        assert silent(mapped, set()) - silent(mapped, told), "a coverage that tells nothing must be noticed"
