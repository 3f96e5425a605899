"""What tests of the mapping language stand on: the real tables, the real functions, and small maps."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict

from adapter.case import Case
from adapter.definitions.load_terminology import load_terminology
from adapter.fhir.table import packaged_table
from adapter.mapping import functions
from adapter.mapping.emit.compiled import CompiledMap
from adapter.mapping.emit.support import Report
from adapter.mapping.function import functions_of
from adapter.mapping.load import MappingContext, load_library
from adapter.mapping.run.library import Library, MappedResource
from adapter.mapping.shape import ModelShapes, shape_of_json_schema
from adapter.mapping.types import Shape
from adapter.merging.singular import case_tree
from adapter.rules.judgement import Judgement, judge
from adapter.terminology import Terminology

MAPPINGS = Path(__file__).parent.parent.parent / "mappings"
BASE = "https://adapter.invalid/fhir"

Reports = list[tuple[CompiledMap, Report]]


class Options(BaseModel):
    """Switches as a map sees them."""

    model_config = ConfigDict(frozen=True)

    profiles: Literal["none", "own", "uscore", "all"] = "none"
    ai_label: Literal["device", "ai", "both"] = "device"
    narrative: bool = True
    zone: str | None = None
    version: str = "0"


@cache
def terminology() -> Terminology:
    files = sorted((MAPPINGS / "terminology").glob("*.yaml"))
    return load_terminology({file.name: yaml.safe_load(file.read_text()) for file in files}, base=BASE)


@cache
def mapping_context() -> MappingContext:
    shapes, documents = ModelShapes("attribute"), ModelShapes("key")
    return MappingContext(
        table=packaged_table("R4"),
        functions=functions_of(functions),
        terminology=terminology(),
        roots={"case": shapes(Case), "judgement": shapes(Judgement), "options": shapes(Options)},
        targets={"Case": documents(Case)}.get,
    )


VISIT_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["visit_number"],
    "properties": {
        "visit_number": {"type": ["string", "integer"]},
        "kind": {"type": "string", "enum": ["office", "video"]},
        "begin": {"type": ["string", "null"]},
        "minutes": {"type": "integer"},
        "fee": {"type": "number"},
        "done": {"type": "boolean"},
        "remarks": {"type": "array", "items": {"type": "string"}},
        "person": {"$ref": "#/$defs/person"},
        "features": {"type": "array", "items": {"$ref": "#/$defs/feature"}},
    },
    "$defs": {
        "person": {"type": "object", "properties": {"name": {"type": "string"}, "number": {"type": "string"}}},
        "feature": {
            "type": "object",
            "properties": {"hpo": {"type": "string"}, "seen": {"type": "string"}, "weight": {"type": "number"}},
        },
    },
}


@cache
def visit_shape() -> Shape:
    return shape_of_json_schema(VISIT_SCHEMA, "visit")


def load(text: str, *more: str, sources: Mapping[str, Shape] | None = None) -> Library:
    """The library of one file, or of several."""
    files = {f"maps-{number}.yaml" if number else "maps.yaml": each for number, each in enumerate((text, *more))}
    return load_library(files, mapping_context(), sources=sources if sources is not None else {"visit": visit_shape()})


def case_of(**parts: Any) -> Case:  # noqa: ANN401 - JSON
    """A case with nothing in it but what is needed and these parts."""
    least = {
        "id": "C-1",
        "patient": {"mrn": "M-1"},
        "encounter": {"id": "E-1", "status": "finished"},
        "procedure": {"status": "completed"},
    }
    return Case.model_validate(case_tree({**least, **parts}))


def roots_of(case: Case, **options: Any) -> tuple[object, ...]:  # noqa: ANN401 - JSON
    return case, judge(case), Options(**options)


def made_of(library: Library, case: Case, *, reports: Reports | None = None, **options: Any) -> list[MappedResource]:  # noqa: ANN401 - JSON
    resources, found = library.run(roots_of(case, **options))
    if reports is not None:
        reports += found
    return resources


def resources(library: Library, case: Case, **options: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
    return [each.resource for each in made_of(library, case, **options)]


def make_document(library: Library, tree: Mapping[str, Any], reports: list[Report] | None = None) -> dict[str, Any]:
    """What the only map of a library makes of a document of another form."""
    (compiled,) = library.maps
    document, noted = compiled.document(tree, Options())
    if reports is not None:
        reports += noted
    return document


def indented(lines: Sequence[str], depth: int) -> str:
    return "".join(f"{' ' * depth}{line}\n" for line in lines)
