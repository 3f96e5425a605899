"""What FHIR R5 calls or builds in another way than R4: a document that has it is of R5, and its values would not be found."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from types import MappingProxyType

from adapter.issues import Issue, IssueType, Severity
from adapter.json_types import JsonMapping, JsonValue
from adapter.path import Path, parse, pointer

_IN_R4: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "Condition": {"participant[*].actor": "`recorder` or `asserter`"},
        "Consent": {"subject": "`patient`", "decision": "`provision.type`"},
        "Coverage": {"insurer": "`payor`"},
        "Device": {"name": "`deviceName`"},
        "Encounter": {
            "class[*]": "one Coding, not a list",
            "actualPeriod": "`period`",
            "admission": "`hospitalization`",
            "participant[*].actor": "`participant.individual`",
            "reason": "`reasonCode` or `reasonReference`",
        },
        "Procedure": {
            "occurrenceDateTime": "`performedDateTime`",
            "occurrencePeriod": "`performedPeriod`",
            "reason": "`reasonCode` or `reasonReference`",
        },
        "ServiceRequest": {"code.concept": "`code` itself", "reason": "`reasonCode` or `reasonReference`"},
    }
)
"""Elements of R5, by type of resource, and what they are in R4."""
_AROUND = ("contained", "entry", "resource", "parameter", "part")
"""The elements in which resources stand."""


def of_later_release(tree: JsonValue, name: str) -> Iterator[Issue]:
    """An issue for each element of R5 in the resources of a document, whatever else is wrong with it."""
    for place, resource in _resources(tree):
        kind = resource.get("resourceType")
        for element, in_r4 in _IN_R4.get(str(kind), {}).items():
            for path, _ in islice(_reached(resource, parse(element)), 1):
                yield _issue(f"{kind}.{element.removesuffix('[*]')}", in_r4, f"{name}#{pointer((*place, *path))}")


def _resources(value: JsonValue, place: Path = ()) -> Iterator[tuple[Path, JsonMapping]]:
    """What may be resources within a value, itself first, with their places."""
    if isinstance(value, dict):
        yield place, value
        for element in _AROUND:
            if element in value:
                yield from _resources(value[element], (*place, element))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from _resources(item, (*place, at))


def _reached(value: JsonValue, pattern: Path) -> Iterator[tuple[Path, JsonValue]]:
    """The places that a pattern leads to, with what stands there."""
    if not pattern:
        yield (), value
    for key, child in _children(value, *pattern[:1]):
        yield from (((key, *path), found) for path, found in _reached(child, pattern[1:]))


def _children(value: JsonValue, *steps: str | int) -> Iterable[tuple[str | int, JsonValue]]:
    """What a step leads to, if there is one: an element, or for `*` all items of a list."""
    if steps == ("*",) and isinstance(value, list):
        return enumerate(value)
    return [(step, value[step]) for step in steps if isinstance(value, dict) and step in value]


def _issue(element: str, in_r4: str, place: str) -> Issue:
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.NOT_SUPPORTED,
        rule="fhir/release",
        text=f"this is FHIR R5, of which only what is the same in R4 is read; `{element}` is not: in R4 it is {in_r4}",
        suggestion="ask the system that sends it for FHIR R4 (`Accept: application/fhir+json; fhirVersion=4.0`)",
        location=(place,),
    )
