"""A definition as a server gives it: with its version, whole or a part of it (http://hl7.org/fhir/R4/search.html#summary)."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Literal

from adapter.fhir.json import canonical_bytes
from adapter.fhir.resource import Resource
from adapter.fhir.table import Type
from adapter.json_types import JsonMapping

Summary = Literal["true", "text", "data", "false"]

SUMMARIES = ("true", "text", "data", "count", "false")
"""The values of `_summary`; `count` is for searches only."""

_SUBSETTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}
_ALWAYS = ("resourceType", "id", "meta")


def versioned(definition: JsonMapping) -> Resource:
    """A definition with `meta`: the version id is made of the content, so that it changes when the content does.

    `lastUpdated` is the definition's own date at midnight UTC.
    """
    version = sha256(canonical_bytes(definition)).hexdigest()[:16]
    meta = {**definition.get("meta", {}), "versionId": version}
    if "date" in definition:
        meta["lastUpdated"] = f"{definition['date'][:10]}T00:00:00Z"
    return {"resourceType": definition["resourceType"], "id": definition["id"], "meta": meta, **_rest(definition)}


def _rest(definition: JsonMapping) -> Resource:
    return {name: value for name, value in definition.items() if name not in _ALWAYS}


def summarised(resource: Resource, summary: Summary, kind: Type) -> Resource:
    """A resource as `_summary` wants it; what was left out is told by the tag SUBSETTED. `kind` is its type in the release."""
    if summary == "false":
        return resource
    if summary == "data":
        return _only(resource, [name for name in resource if name != "text"])
    if summary == "text":
        return _only(resource, ["text", *_mandatory(kind)])
    return _only(resource, [name for name, element in kind.elements.items() if element.summary])


def with_elements(resource: Resource, names: Iterable[str], kind: Type) -> Resource:
    """A resource with these elements, and with those that it must have."""
    return _only(resource, [*names, *_mandatory(kind)])


def _mandatory(kind: Type) -> list[str]:
    return [name for name, element in kind.elements.items() if element.minimum]


def _only(resource: Resource, names: Iterable[str]) -> Resource:
    shown = {*_ALWAYS, *names}
    meta = resource["meta"]
    tagged = {**meta, "tag": [*meta.get("tag", ()), _SUBSETTED]}
    return {name: value for name, value in (resource | {"meta": tagged}).items() if name in shown}
