"""FHIRPath in expectations (http://hl7.org/fhirpath/): what an expression gives for an answer."""

import re
from collections.abc import Callable
from functools import cache
from typing import TypeAlias

import fhirpathpy
from fhirpathpy.models import models

from adapter.json_types import JsonList, JsonMapping, JsonObject, JsonValue

_Compiled: TypeAlias = Callable[[JsonMapping, None], JsonList]
_VARIABLE = re.compile(r"\$\{([^}]*)\}")


class BadPathError(Exception):
    """An expression that cannot be read or carried out; the text says why."""


def values_at(expression: str, resource: JsonObject) -> JsonList:
    """What the expression gives, as a list, and nothing for what is not a resource; raises BadPathError."""
    if "resourceType" not in resource:
        return []
    try:
        return list(_compiled(expression)(resource, None))
    except Exception as error:  # what fhirpathpy raises has no class of its own
        message = f"`{expression}` is not FHIRPath that can be carried out: {error}"
        raise BadPathError(message) from error


def is_path(written: str) -> bool:
    """Whether a text with `${names}` can be carried out, as far as a resource without any elements shows it."""
    try:
        values_at(_VARIABLE.sub(r"\1", written), {"resourceType": "Basic"})
    except BadPathError:
        return False
    return True


@cache
def _compiled(expression: str) -> _Compiled:
    compiled: _Compiled = fhirpathpy.compile(expression, models["r4"])
    return compiled


def one_value(expression: str, resource: JsonObject) -> JsonValue:
    """The first value, or nothing."""
    return next(iter(values_at(expression, resource)), None)
