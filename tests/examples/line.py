"""Assembles a line from a folder of mappings, as the runtime does, but with a canonical base that no setting changes."""

import json
from collections.abc import Iterable
from pathlib import Path

import yaml

from adapter.case import Case
from adapter.fhir.table import packaged_table
from adapter.mapping import functions
from adapter.mapping.function import functions_of
from adapter.mapping.library import Surroundings, load_library
from adapter.mapping.shape import ModelShapes, shape_of_json_schema
from adapter.pipeline import Line, Options
from adapter.readers.shape import input_form
from adapter.rules.judgement import Judgement
from adapter.terminology import load_terminology

BASE = "https://0731t-adapter.invalid/fhir"


def texts(folder: Path, pattern: str) -> dict[str, str]:
    """The texts of a folder's files, named as from the folder above."""
    return {str(file.relative_to(folder.parent)): file.read_text() for file in sorted(folder.glob(pattern))}


def assembled_line(mappings: Path, own: Iterable[Path] = ()) -> Line:
    """The line of our mappings; folders of the user's `own` hold files that replace ours."""
    shapes, documents = ModelShapes("attribute"), ModelShapes("key")
    tables = {name: yaml.safe_load(text) for name, text in texts(mappings, "terminology/*.yaml").items()}
    surroundings = Surroundings(
        table=packaged_table("R4"),
        functions=functions_of(functions),
        terminology=load_terminology(tables, base=BASE),
        roots={"case": shapes(Case), "judgement": shapes(Judgement), "options": shapes(Options)},
        targets={"Case": documents(Case)}.get,
    )
    folders = (mappings, *own)
    outward = {name: text for folder in folders for name, text in texts(folder, "fhir/r4/*.yaml").items()}
    inward = {name: text for folder in folders for name, text in texts(folder, "sources/*.yaml").items()}
    schemas = {file.name.removesuffix(".schema.json"): json.loads(file.read_text()) for file in mappings.glob("sources/*.json")}
    known = {name: shape_of_json_schema(schema, name) for name, schema in schemas.items()}
    sources = load_library(inward, surroundings, sources=known)
    return Line(
        library=load_library(outward, surroundings),
        sources={str(each.source.source): each for each in sources.maps},
        forms={name: input_form(name, schema) for name, schema in schemas.items()},
    )
