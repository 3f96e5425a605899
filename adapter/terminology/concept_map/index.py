"""A concept map in an index: which code becomes which, read once and in one place, for mappings and for `$translate`."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from adapter.fhir.resource import Element
from adapter.terminology.canonical import CanonicalResource

NO_TRANSLATION = frozenset({"unmatched", "disjoint"})
"""The equivalences that say that two codes mean nothing alike."""


class MapRow(NamedTuple):
    """One line of a map: an element, and one of its targets."""

    element: Element
    target: Element

    @property
    def equivalence(self) -> str:
        """How alike the two are (http://hl7.org/fhir/R4/valueset-concept-map-equivalence.html)."""
        return str(self.target.get("equivalence") or "relatedto")


class MapGroup:
    """The lines of a map from one code system into another."""

    def __init__(self, resource: Element) -> None:
        """Hold the group; it is indexed with the first question."""
        self.source = str(resource.get("source") or "")
        self.target = str(resource.get("target") or "")
        self.unmapped: Element = resource.get("unmapped") or {}
        self._elements: list[Element] = resource.get("element") or []

    def rows(self) -> Iterator[MapRow]:
        """All lines, in order."""
        for element in self._elements:
            for target in element.get("target") or ():
                yield MapRow(element, target)

    @cached_property
    def codes(self) -> frozenset[str]:
        """The codes of all elements, those without a target included."""
        return frozenset(str(element.get("code") or "") for element in self._elements)

    @cached_property
    def by_source(self) -> Mapping[str, list[MapRow]]:
        """The lines for each code that is translated."""
        return _indexed((row.element.get("code"), row) for row in self.rows())

    @cached_property
    def by_target(self) -> Mapping[str, list[MapRow]]:
        """The lines for each code that others are translated into."""
        return _indexed((row.target.get("code"), row) for row in self.rows())


class ConceptMap(CanonicalResource):
    """One ConceptMap resource."""

    def __init__(self, *, resource: Element) -> None:
        """Hold the resource."""
        self.resource = resource

    @cached_property
    def groups(self) -> list[MapGroup]:
        """The groups, each for a source and a target system."""
        return [MapGroup(group) for group in self.resource.get("group") or ()]

    @property
    def first_targets(self) -> dict[str, str]:
        """The code that each code becomes first, whatever its system; codes that become nothing are left out."""
        firsts: dict[str, MapRow] = {}
        for group in self.groups:
            for row in group.rows():
                firsts.setdefault(str(row.element.get("code")), row)
        alike = {code: row for code, row in firsts.items() if row.equivalence not in NO_TRANSLATION and row.target.get("code")}
        return {code: str(row.target["code"]) for code, row in alike.items()}


def _indexed(rows: Iterator[tuple[object, MapRow]]) -> Mapping[str, list[MapRow]]:
    index: dict[str, list[MapRow]] = {}
    for code, row in rows:
        index.setdefault(str(code or ""), []).append(row)
    return index
