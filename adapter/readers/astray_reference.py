"""What is said of references that lead to nothing in the documents that were sent."""

from collections.abc import Callable, Iterable, Iterator

from adapter.issues import Issue, IssueType, Severity
from adapter.json_types import JsonObject, JsonValue
from adapter.path import Path
from adapter.readers.placed_resource import PlacedResource


def astray_issues(resources: Iterable[PlacedResource], is_astray: Callable[[JsonObject, str], bool]) -> Iterator[Issue]:
    """An issue for each element of a type whose references lead nowhere, with the first of its places.

    `is_astray` says whether a reference leads to nothing; it also takes the key of the resource in which the reference stands.
    """
    places: dict[tuple[str, bool], list[str]] = {}
    for one in resources:
        for path, reference in _references(one.resource, ()):
            if is_astray(reference, one.inside or one.key):
                element = ".".join((one.kind, *(step for step in path if isinstance(step, str))))
                is_inner = reference["reference"].startswith("#")
                places.setdefault((element, is_inner), []).append(one.position(*path, "reference"))
    for (element, is_inner), where in places.items():
        yield _issue(element, where, is_inner=is_inner)


def _references(value: JsonValue, path: Path) -> Iterator[tuple[Path, JsonObject]]:
    """Everything in a value that has a `reference`, with its path."""
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield path, value
        for name, child in value.items():
            yield from _references(child, (*path, name))
    elif isinstance(value, list):
        for at, child in enumerate(value):
            yield from _references(child, (*path, at))


def _issue(element: str, places: list[str], *, is_inner: bool) -> Issue:
    several = f" ({len(places)} places)" if len(places) > 1 else ""
    what = "a contained resource that is not there" if is_inner else "a resource that was not sent"
    return Issue(
        severity=Severity.WARNING if is_inner else Severity.INFORMATION,
        code=IssueType.NOT_FOUND,
        rule="fhir/reference",
        text=f"`{element}`{several} leads to {what}, so nothing is known of it",
        suggestion="send that resource as well, if it matters to the encounter",
        location=(places[0],),
    )
