"""Where the references of a resource are: the few elements of each type that lead to one, so that nothing else is looked at."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TypeAlias

from adapter.fhir.bundle import Resource
from adapter.fhir.table import ElementTable, packaged_table

Ways: TypeAlias = Mapping[str, tuple[str, frozenset[str]]]
"""The elements of a type that are references or lead to one: name to type and targets."""

_ENTRY = b'{"fullUrl":'


class ReferenceGuide:
    """The ways to all references of a resource, along a table; `absent` are names of elements that are not used."""

    def __init__(self, table: ElementTable, absent: frozenset[str]) -> None:
        """Hold the table; the ways of a type are worked out when they are first gone."""
        self._table = table
        self._absent = absent
        self._leading = leading_types(table, absent)
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
            for each in child if type(child) is list else (child,):
                found = self._one(each, way, types) if each is not None else 0
                if found < 0:
                    return -1
                count += found
        return count

    def _one(self, part: Resource, way: tuple[str, frozenset[str]], types: Mapping[str, str]) -> int:
        kind, targets = way
        own = 0
        if kind == "Reference" and "reference" in part:
            if not _leads_to(types.get(part["reference"]), targets):
                return -1
            if len(part) == 1:
                return 1
            own = 1
        below = self._sound(part, part["resourceType"] if kind == "Resource" else kind, types)
        return below if below < 0 else own + below

    def references(self, resource: Resource) -> Iterator[tuple[str, frozenset[str], str]]:
        """(path within the resource, targets, reference) of every literal reference."""
        yield from self._references(resource, resource["resourceType"], "")

    def _references(self, part: Resource, kind: str, path: str) -> Iterator[tuple[str, frozenset[str], str]]:
        for name in part.keys() & self._ways_of(kind).keys():
            way, targets = self._ways_of(kind)[name]
            many = isinstance(part[name], list)
            for number, each in enumerate(part[name] if many else [part[name]]):
                here = f"{path}.{name}[{number}]" if many else f"{path}.{name}"
                if way == "Reference" and "reference" in each:
                    yield f"{here}.reference", targets, each["reference"]
                if each is not None:
                    yield from self._references(each, each["resourceType"] if way == "Resource" else way, here)

    def types_within(self, resource: Resource, types: Mapping[str, str]) -> Mapping[str, str]:
        """The types that references of a resource may lead to: `types`, what it contains, and itself."""
        if "contained" not in resource:
            return types
        contained = {f"#{each.get('id', '')}": each["resourceType"] for each in resource["contained"]}
        return {**types, **contained, "#": resource["resourceType"]}

    def _ways_of(self, kind: str) -> Ways:
        if kind not in self._ways:
            elements = self._table[kind].elements.values() if kind in self._table else ()
            there = [each for each in elements if each.name not in self._absent]
            ways = {each.name: (each.type, frozenset(each.targets)) for each in there if each.type in self._leading}
            beside = {f"_{each.name}": ("Element", frozenset[str]()) for each in there if "Element" in self._leading}
            self._ways[kind] = {**ways, **beside}
        return self._ways[kind]


def _leads_to(found: str | None, targets: frozenset[str]) -> bool:
    return found in targets if targets else found is not None


def leading_types(table: ElementTable, absent: frozenset[str]) -> frozenset[str]:
    """The types that a reference is within, at any depth: from the reference upwards along the elements that hold it."""
    holders: dict[str, set[str]] = {}
    for name in _types_of(table):
        for element in table[name].elements.values():
            if element.name not in absent and table[name].kind != "primitive":
                holders.setdefault(element.type, set()).add(name)
    leading = {"Reference", "Resource"}
    waiting = list(leading)
    while waiting:
        more = holders.get(waiting.pop(), set()) - leading
        leading |= more
        waiting += more
    return frozenset(leading)


def _types_of(table: ElementTable) -> set[str]:
    """All types that the resources of a table are made of; an Element stands beside a primitive."""
    found = {"Element", *table.resource_types}
    waiting = list(found)
    while waiting:
        more = {each.type for each in table[waiting.pop()].elements.values()} - found
        found |= more
        waiting += more
    return found


@cache
def short_guide() -> ReferenceGuide:
    """The R4 guide that does not look into extensions, which are everywhere and seldom hold references."""
    return ReferenceGuide(packaged_table(), frozenset({"extension", "modifierExtension"}))


@cache
def long_guide() -> ReferenceGuide:
    """The R4 guide to all references there can be."""
    return ReferenceGuide(packaged_table(), frozenset[str]())
