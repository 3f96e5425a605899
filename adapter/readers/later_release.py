"""What FHIR R5 calls or builds in another way than R4: a document that has it is of R5, and its values would not be found."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from types import MappingProxyType

from adapter.issues import Issue, IssueType, Severity
from adapter.json_types import JsonValue
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
_RESOURCES = ((), *map(parse, ("contained[*]", "entry[*].resource", "entry[*].resource.contained[*]")))


def of_later_release(tree: JsonValue, name: str) -> Iterator[Issue]:
    """An issue for each element of R5 in the resources of a document, whatever else is wrong with it."""
    for place, resource in chain.from_iterable(_reached(tree, pattern) for pattern in _RESOURCES):
        kind = resource.get("resourceType") if isinstance(resource, dict) else None
        for element, in_r4 in _IN_R4.get(str(kind), {}).items():
            for path, _ in islice(_reached(resource, parse(element)), 1):
                yield _issue(f"{kind}.{element.removesuffix('[*]')}", in_r4, f"{name}#{pointer((*place, *path))}")


def _reached(value: JsonValue, pattern: Path) -> Iterator[tuple[Path, JsonValue]]:
    """The places that a pattern leads to, with what stands there."""
    if not pattern:
        yield (), value
        return
    step, *rest = pattern
    items: Iterable[tuple[str | int, JsonValue]] = enumerate(value) if step == "*" and isinstance(value, list) else ()
    children = [(step, value[step])] if isinstance(value, dict) and step in value else items
    for key, child in children:
        yield from (((key, *path), found) for path, found in _reached(child, tuple(rest)))


def _issue(element: str, in_r4: str, place: str) -> Issue:
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.NOT_SUPPORTED,
        rule="fhir/release",
        text=f"this is FHIR R5, of which only what is the same in R4 is read; `{element}` is not: in R4 it is {in_r4}",
        suggestion="ask the system that sends it for FHIR R4 (`Accept: application/fhir+json; fhirVersion=4.0`)",
        location=(place,),
    )
