"""Where the references of a resource are: the few elements of each type that lead to one, so that nothing else is looked at."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from adapter.fhir.resource import Resource
from adapter.fhir.table import Element, ElementTable

Ways: TypeAlias = Mapping[str, tuple[str, frozenset[str]]]
"""The elements of a type that are references or lead to one: name to type and targets."""

_RELATIVE = re.compile(r"([A-Z][A-Za-z]+)/[A-Za-z0-9.-]{1,64}(?:/_history/[A-Za-z0-9.-]{1,64})?")
_LEADING = frozenset({"Reference", "Resource"})


class LiteralReference(NamedTuple):
    """A reference, where it is within its resource, which types may stand there, and which type it says that it leads to."""

    path: str
    targets: frozenset[str]
    reference: str
    type: str | None


class ReferenceGuide:
    """The ways to all references of a resource, along a table; `absent` are names of elements that are not used."""

    def __init__(self, table: ElementTable, absent: frozenset[str]) -> None:
        """Hold the table; the ways of a type are worked out when they are first gone."""
        self._table = table
        self._absent = absent
        self._leading: dict[str, bool] = {}
        self._ways: dict[str, Ways] = {}

    def sound_references(self, resource: Resource, types: Mapping[str, str]) -> int:
        """How many references lead to a resource in `types` of a type that may stand there; -1 if one does not."""
        return self._sound(resource, resource["resourceType"], self.types_within(resource, types))

    def _sound(self, part: Resource, kind: str, types: Mapping[str, str]) -> int:
        """Asked of everything that the adapter makes, so it is written to be fast: only one call per part that leads on."""
        ways = self._ways.get(kind) or self._ways_of(kind)
        count = 0
        for name, child in part.items():
            if name not in ways:
                continue
            way = ways[name]
            for element in child if type(child) is list else (child,):
                number = self._one(element, way, types) if element is not None else 0
                if number < 0:
                    return -1
                count += number
        return count

    def _one(self, part: Resource, way: tuple[str, frozenset[str]], types: Mapping[str, str]) -> int:
        kind, targets = way
        own = 0
        if kind == "Reference" and "reference" in part:
            found = types.get(part["reference"])
            if not _leads_to(found, targets):
                return -1
            if len(part) == 1:
                return 1
            if "type" in part and type_named(part["type"]) != found:
                return -1
            own = 1
        below = self._sound(part, part["resourceType"] if kind == "Resource" else kind, types)
        return below if below < 0 else own + below

    def references(self, resource: Resource) -> Iterator[LiteralReference]:
        """Every literal reference of a resource."""
        yield from self._references(resource, resource["resourceType"], "")

    def _references(self, part: Resource, kind: str, path: str) -> Iterator[LiteralReference]:
        for name in part.keys() & self._ways_of(kind).keys():
            way, targets = self._ways_of(kind)[name]
            many = isinstance(part[name], list)
            for number, item in enumerate(part[name] if many else [part[name]]):
                here = f"{path}.{name}[{number}]" if many else f"{path}.{name}"
                if way == "Reference" and "reference" in item:
                    yield LiteralReference(here, targets, item["reference"], type_named(item.get("type")))
                if item is not None:
                    yield from self._references(item, item["resourceType"] if way == "Resource" else way, here)

    def types_within(self, resource: Resource, types: Mapping[str, str]) -> Mapping[str, str]:
        """The types that references of a resource may lead to: `types`, what it contains, and itself."""
        if "contained" not in resource:
            return types
        contained = {f"#{inner.get('id', '')}": inner["resourceType"] for inner in resource["contained"]}
        return {**types, **contained, "#": resource["resourceType"]}

    def _ways_of(self, kind: str) -> Ways:
        if kind not in self._ways:
            there = list(self._elements(kind))
            ways = {element.name: (element.type, frozenset(element.targets)) for element in there if self._leads(element.type)}
            beside = {f"_{element.name}": ("Element", frozenset[str]()) for element in there if self._leads("Element")}
            self._ways[kind] = {**ways, **beside}
        return self._ways[kind]

    def _elements(self, kind: str) -> Iterator[Element]:
        elements = self._table[kind].elements.values() if kind in self._table else ()
        return (element for element in elements if element.name not in self._absent)

    def _leads(self, kind: str) -> bool:
        if kind not in self._leading:
            self._leading |= leading_types(self._table, self._absent, [kind])
        return self._leading[kind]


def types_of(entries: Sequence[Resource]) -> dict[str, str]:
    """Resource types by all that may be a reference to the resource: its full URL, its type and id."""
    types: dict[str, str] = {}
    for entry in entries:
        resource = entry.get("resource")
        if resource is not None:
            name = resource["resourceType"]
            types[entry.get("fullUrl", "")] = name
            types[f"{name}/{resource.get('id', '')}"] = name
    return types


def type_in(reference: str) -> str | None:
    """The resource type in a relative reference, such as `Patient/1`."""
    relative = _RELATIVE.fullmatch(reference)
    return relative[1] if relative else None


def type_named(uri: str | None) -> str | None:
    """The resource type that `Reference.type` names: by its name, or by the URL of its definition."""
    return uri.removeprefix("http://hl7.org/fhir/StructureDefinition/") if uri is not None else None


def _leads_to(kind: str | None, targets: frozenset[str]) -> bool:
    return kind in targets if targets else kind is not None


def leading_types(table: ElementTable, absent: frozenset[str], roots: Iterable[str]) -> dict[str, bool]:
    """Whether a reference is within them, of these types and all that they are made of.

    From the reference upwards along the elements that hold it; a resource within is taken to have one.
    """
    types = _types_of(table, absent, roots)
    holders: dict[str, set[str]] = {}
    for name in types:
        for element in _elements_of(table, absent, name):
            holders.setdefault(element.type, set()).add(name)
    leading = set(_LEADING)
    waiting = list(leading)
    while waiting:
        more = holders.get(waiting.pop(), set()) - leading
        leading |= more
        waiting += more
    return {name: name in leading for name in types}


def _types_of(table: ElementTable, absent: frozenset[str], roots: Iterable[str]) -> set[str]:
    """All types that some types are made of, themselves included; an Element stands beside a primitive."""
    types = {"Element", *roots}
    waiting = list(types)
    while waiting:
        more = {element.type for element in _elements_of(table, absent, waiting.pop())} - types
        types |= more
        waiting += more
    return types


def _elements_of(table: ElementTable, absent: frozenset[str], name: str) -> Iterator[Element]:
    if name in table and name not in _LEADING and table[name].kind != "primitive":
        yield from (element for element in table[name].elements.values() if element.name not in absent)


def short_guide(table: ElementTable) -> ReferenceGuide:
    """The guide that does not look into extensions, which are everywhere and seldom hold references."""
    return ReferenceGuide(table, frozenset({"extension", "modifierExtension"}))


def long_guide(table: ElementTable) -> ReferenceGuide:
    """The guide to all references there can be."""
    return ReferenceGuide(table, frozenset[str]())
