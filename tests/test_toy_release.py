"""A FHIR release that nobody has heard of: a `Release` and its maps, and nothing else has to change."""

import json
from pathlib import Path

import pytest

from adapter.assembly import Runtime
from adapter.checks import Release, check_resource, r4, release_of
from adapter.fhir.table import load_table
from adapter.files import folder_of
from adapter.issues import FailureKind
from adapter.mapping.bad_mapping import BadMappingError
from adapter.readers.document import Document
from adapter.settings import Settings

ELEMENT = ["id", ["extension", "Extension", 0, None]]
TABLE = {
    "release": "Toy",
    "version": "0.1.0",
    "resources": ["Bundle", "Person", "Visit"],
    "codes": {"state": {"urn:state": ["open", "closed"]}},
    "types": {
        "Element": ["complex", None, None, [["id", "string", 0, 1], ["extension", "Extension", 0, None]]],
        "Extension": ["complex", "Element", None, [*ELEMENT[:1], "extension", ["url", "string", 1, 1]]],
        "string": ["primitive", "Element", r"[ \r\n\t\S]+", ["id", "extension"]],
        "code": ["primitive", "Element", r"\S+", ["id", "extension"]],
        "Reference": ["complex", "Element", None, ["id", "extension", ["reference", "string", 0, 1]]],
        "Resource": ["resource", None, None, [["id", "string", 0, 1]]],
        "Person": ["resource", "Resource", None, ["id", ["born", "string", 0, 1]]],
        "Visit": [
            "resource",
            "Resource",
            None,
            [
                "id",
                ["who", "Reference", 1, 1, {"targets": {"Reference": ["Person"]}}],
                ["state", "code", 1, 1, {"codes": "state"}],
            ],
        ],
        "Bundle": ["resource", "Resource", None, ["id", ["type", "code", 1, 1], ["entry", "Bundle.entry", 0, None]]],
        "Bundle.entry": [
            "backbone",
            "Element",
            None,
            ["id", "extension", ["fullUrl", "string", 0, 1], ["resource", "Resource", 0, 1], ["request", "Bundle.request", 0, 1]],
        ],
        "Bundle.request": ["backbone", "Element", None, ["id", "extension", ["method", "code", 1, 1], ["url", "string", 1, 1]]],
    },
}
MAPS = {
    "person.yaml": """
map: Person
target: Person
resource:
  id: =stable_id('Person', case.id)
  born: =case.patient.birth_date
""",
    "visit.yaml": """
map: Visit
target: Visit
resource:
  id: =stable_id('Visit', case.id)
  who: =ref(Person)
  state: {state}
""",
}


@pytest.fixture
def toy() -> Release:
    return release_of(load_table(json.dumps(TABLE).encode()))


def runtime(folder: Path, toy: Release, state: str = "open") -> Runtime:
    maps = folder / "fhir" / "toy"
    maps.mkdir(parents=True)
    for name, text in MAPS.items():
        (maps / name).write_text(text.replace("{state}", state))
    return Runtime(Settings(mappings=str(folder)), (r4(), toy))


def documents() -> list[Document]:
    file = folder_of("fhir_examples") / "complete" / "encounter.json"
    return [Document(name=file.name, content=file.read_bytes())]


def test_a_toy_release_is_a_release_and_its_maps(tmp_path: Path, toy: Release) -> None:
    adapter = runtime(tmp_path, toy)

    made = adapter.convert(documents(), changes={"release": "Toy"})
    usual = adapter.convert(documents())

    assert made.bundle is not None
    assert [entry["resource"]["resourceType"] for entry in made.bundle["entry"]] == ["Person", "Visit"]
    assert check_resource(made.bundle, toy) == []
    assert {entry.element for entry in made.lineage.entries} >= {"Person.born", "Visit.state"}
    assert usual.content == Runtime(Settings()).convert(documents()).content
    assert {issue.rule for issue in made.issues} <= {issue.rule for issue in usual.issues} | {"coverage/unread", "request/more"}


def test_its_own_table_judges_its_maps(tmp_path: Path, toy: Release) -> None:
    with pytest.raises(BadMappingError, match="not-in-binding"):
        runtime(tmp_path, toy, "=case.patient.sex").convert(documents())


def test_a_release_without_maps_is_refused() -> None:
    refused = Runtime(Settings()).convert(documents(), changes={"release": "R6"})

    assert (refused.content, refused.failure) == (None, FailureKind.INVALID)
    assert [(issue.rule, issue.suggestion) for issue in refused.issues] == [("options/release", "use one of R4")]
