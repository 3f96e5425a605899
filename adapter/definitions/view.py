"""A definition as a server gives it: with its version, whole or a part of it (http://hl7.org/fhir/R4/search.html#summary)."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Literal

from adapter.fhir.json import canonical_bytes

Resource = dict[str, Any]
Summary = Literal["true", "text", "data", "false"]

SUMMARIES = ("true", "text", "data", "count", "false")
"""The values of `_summary`; `count` is for searches only."""

_SUBSETTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}
_ALWAYS = ("resourceType", "id", "meta")
_SHARED = (
    "implicitRules",
    "url",
    "identifier",
    "version",
    "name",
    "title",
    "status",
    "experimental",
    "date",
    "publisher",
    "contact",
    "useContext",
    "jurisdiction",
)
# The elements with a Σ in the tables of http://hl7.org/fhir/R4/codesystem.html and its siblings.
_IN_SUMMARY: Mapping[str, tuple[str, ...]] = {
    "CodeSystem": (
        "caseSensitive",
        "valueSet",
        "hierarchyMeaning",
        "compositional",
        "versionNeeded",
        "content",
        "supplements",
        "count",
        "filter",
        "property",
    ),
    "ValueSet": ("immutable",),
    "ConceptMap": ("sourceUri", "sourceCanonical", "targetUri", "targetCanonical"),
    "StructureDefinition": (
        "keyword",
        "fhirVersion",
        "kind",
        "abstract",
        "context",
        "contextInvariant",
        "type",
        "baseDefinition",
        "derivation",
    ),
}
_MANDATORY: Mapping[str, tuple[str, ...]] = {
    "CodeSystem": ("status", "content"),
    "ValueSet": ("status",),
    "ConceptMap": ("status",),
    "StructureDefinition": ("url", "name", "status", "kind", "abstract", "type"),
}


def versioned(definition: Mapping[str, Any]) -> Resource:
    """A definition with `meta`: the version id is made of the content, so that it changes when the content does.

    `lastUpdated` is the definition's own date at midnight UTC.
    """
    version = sha256(canonical_bytes(definition)).hexdigest()[:16]
    meta = {**definition.get("meta", {}), "versionId": version}
    if "date" in definition:
        meta["lastUpdated"] = f"{definition['date'][:10]}T00:00:00Z"
    return {"resourceType": definition["resourceType"], "id": definition["id"], "meta": meta, **_rest(definition)}


def _rest(definition: Mapping[str, Any]) -> Resource:
    return {name: value for name, value in definition.items() if name not in _ALWAYS}


def summarised(resource: Resource, summary: Summary) -> Resource:
    """A resource as `_summary` wants it; what was left out is told by the tag SUBSETTED."""
    kind = resource["resourceType"]
    if summary == "false":
        return resource
    if summary == "data":
        return _only(resource, [name for name in resource if name != "text"])
    wanted = ("text", *_MANDATORY[kind]) if summary == "text" else (*_SHARED, *_IN_SUMMARY[kind])
    return _only(resource, wanted)


def with_elements(resource: Resource, names: Iterable[str]) -> Resource:
    """A resource with these elements, and with those that it must have."""
    return _only(resource, [*names, *_MANDATORY[resource["resourceType"]]])


def _only(resource: Resource, names: Iterable[str]) -> Resource:
    wanted = {*_ALWAYS, *names}
    meta = resource["meta"]
    tagged = {**meta, "tag": [*meta.get("tag", ()), _SUBSETTED]}
    return {name: value for name, value in (resource | {"meta": tagged}).items() if name in wanted}
