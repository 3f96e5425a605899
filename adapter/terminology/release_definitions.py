"""FHIR's own code systems and value sets: those that required and extensible bindings of R4 name."""

from functools import cache
from importlib.resources import files

import orjson

from adapter.json_types import JsonObject


@cache
def release_definitions() -> tuple[JsonObject, ...]:
    """CodeSystems and ValueSets as FHIR R4, with codes, displays and hierarchy; made by `scripts/make_fhir_terminology.py`."""
    return tuple(orjson.loads(files("adapter.terminology").joinpath("r4.json").read_bytes()))
