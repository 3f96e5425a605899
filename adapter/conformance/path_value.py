"""FHIRPath in expectations (http://hl7.org/fhirpath/): what an expression gives for an answer."""

from collections.abc import Callable
from functools import cache
from typing import TypeAlias

import fhirpathpy
from fhirpathpy.models import models

from adapter.json_types import JsonList, JsonMapping, JsonObject, JsonValue

_Compiled: TypeAlias = Callable[[JsonMapping, None], JsonList]


def values_at(expression: str, resource: JsonObject) -> JsonList:
    """What the expression gives, as a list, and nothing for what is not a resource; fhirpathpy raises for a bad expression."""
    if "resourceType" not in resource:
        return []
    return list(_compiled(expression)(resource, None))


@cache
def _compiled(expression: str) -> _Compiled:
    compiled: _Compiled = fhirpathpy.compile(expression, models["r4"])
    return compiled


def one_value(expression: str, resource: JsonObject) -> JsonValue:
    """The first value, or nothing."""
    return next(iter(values_at(expression, resource)), None)
