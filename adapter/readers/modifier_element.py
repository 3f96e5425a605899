"""What changes the meaning of a FHIR resource in a way that only its sender knows: FHIR forbids to overlook it."""

from collections.abc import Iterator, Mapping

from adapter.issues import Issue, IssueType, Severity
from adapter.json_types import JsonValue
from adapter.path import Path
from adapter.readers.placed_resource import PlacedResource

_ELEMENTS = frozenset({"modifierExtension", "implicitRules"})


def has_modifier(value: Mapping[str, JsonValue]) -> bool:
    """Whether an element of this object changes the meaning of what it stands in."""
    return not _ELEMENTS.isdisjoint(value) or value.get("active") is False or value.get("type") == "replaced-by"


def _is_modifier(name: str, value: JsonValue) -> bool:
    """Whether an element is one of these, or says that a record is not in use any more, or that another one took its place."""
    return name in _ELEMENTS or (name == "active" and value is False) or (name == "type" and value == "replaced-by")


def modifier_issues(resource: PlacedResource) -> Iterator[Issue]:
    """A warning for each such element of a resource (http://hl7.org/fhir/R4/extensibility.html#modifierExtension)."""
    for path in _places(resource.resource):
        yield Issue(
            severity=Severity.WARNING,
            code=IssueType.EXTENSION,
            rule="fhir/modifier",
            text="this changes what the resource means, in a way that is not known here; the rest is read without it",
            suggestion="check that the rest holds all the same, or leave the resource out",
            location=(resource.position(*path),),
        )


def _places(value: JsonValue, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, dict):
        for name, child in value.items():
            if _is_modifier(name, child):
                yield (*path, name)
            else:
                yield from _places(child, (*path, name))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from _places(item, (*path, at))
