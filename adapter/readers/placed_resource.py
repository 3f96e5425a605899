"""The resources of a FHIR document, each with its place: entries of Bundles, resources in Parameters, and what is contained."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from adapter.json_types import JsonObject, JsonValue
from adapter.path import Path, pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedResource:
    """A resource without those in it, where it stands, and what it is known by within the document; `whole` is it with them.

    Of a history `older` are the entries that have an older version of a resource: those stay in the Bundle.
    """

    resource: JsonObject
    whole: JsonObject
    name: str
    place: Path
    key: str
    url: str | None = None
    inside: str | None = None
    older: frozenset[int] = frozenset()

    @property
    def kind(self) -> str:
        """Its type."""
        return str(self.resource["resourceType"])

    @property
    def entries(self) -> Sequence[JsonObject]:
        """The entries of a Bundle, each with its resource."""
        return listed(self.whole.get("entry"))

    def position(self, *steps: str | int) -> str:
        """`name#/json/pointer` of the resource, or of what is in it."""
        return f"{self.name}#{pointer((*self.place, *steps))}"


def resources_of(resource: JsonObject, name: str, place: Path = ()) -> Iterator[PlacedResource]:
    """A resource of a file, first, without those in it, and then all in it."""
    kind = resource["resourceType"]
    key = f"{kind}/{resource.get('id') or pointer(place)}"
    own = {member: value for member, value in resource.items() if member != "contained"}
    entries = listed(own.get("entry")) if kind == "Bundle" else []
    parameters = listed(own.get("parameter")) if kind == "Parameters" else []
    older = frozenset(_older_versions(entries)) if resource.get("type") == "history" else frozenset()
    if entries:
        own["entry"] = [entry if at in older else _without_resource(entry) for at, entry in enumerate(entries)]
    if parameters:
        own["parameter"] = [_without_resources(parameter) for parameter in parameters]
    yield PlacedResource(resource=own, whole=resource, name=name, place=place, key=key, older=older)
    for at, entry in enumerate(entries):
        if "resource" in entry and at not in older:
            first, *within = resources_of(entry["resource"], name, (*place, "entry", at, "resource"))
            yield from (replace(first, url=entry.get("fullUrl")), *within)
    for steps, within_parameter in _in_parameters(parameters, (*place, "parameter")):
        yield from resources_of(within_parameter, name, steps)
    for at, part in enumerate(listed(resource.get("contained"))):
        if isinstance(part, dict) and isinstance(part.get("resourceType"), str):
            inner = f"{key}#{part.get('id') or at}"
            steps = (*place, "contained", at)
            yield PlacedResource(resource=part, whole=part, name=name, place=steps, key=inner, inside=key)


def _without_resource(around: JsonObject) -> JsonObject:
    return {member: value for member, value in around.items() if member != "resource"}


def _without_resources(parameter: JsonObject) -> JsonObject:
    """A parameter without the resources in it and in its parts."""
    parts = {"part": [_without_resources(part) for part in parameter["part"]]} if "part" in parameter else {}
    return _without_resource(parameter) | parts


def _in_parameters(parameters: Sequence[JsonObject], place: Path) -> Iterator[tuple[Path, JsonObject]]:
    """The resources in parameters and in their parts, with their places."""
    for at, parameter in enumerate(parameters):
        if "resource" in parameter:
            yield (*place, at, "resource"), parameter["resource"]
        yield from _in_parameters(parameter.get("part", ()), (*place, at, "part"))


def _older_versions(entries: Sequence[JsonObject]) -> Iterator[int]:
    """The entries of a history that come after another one of their resource: the newest, or its deletion, is first."""
    seen: set[str] = set()
    for at, entry in enumerate(entries):
        name = versioned(entry)
        if name in seen:
            yield at
        elif name:
            seen.add(name)


def versioned(entry: JsonObject) -> str:
    """`Type/id` of the resource of which an entry of a history has a version, or tells the deletion; empty if it does not say."""
    resource = entry.get("resource")
    if resource is None:
        return str(entry.get("request", {}).get("url", ""))
    return f"{resource['resourceType']}/{resource['id']}" if "id" in resource else ""


def listed(value: JsonValue) -> list[JsonValue]:
    """A list as it is, anything else as the only item of one, and nothing as an empty one."""
    return value if isinstance(value, list) else [] if value is None else [value]
