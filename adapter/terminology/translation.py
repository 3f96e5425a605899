"""Translations that concept maps hold: from source to target, or back."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from adapter.terminology.catalog import ConceptMap
from adapter.terminology.coding import Coding

Element = Mapping[str, Any]

_NO_TRANSLATION = frozenset({"unmatched", "disjoint"})
_BACK = {"wider": "narrower", "narrower": "wider", "subsumes": "specializes", "specializes": "subsumes"}
# R4's equivalence in R5's words (http://hl7.org/fhir/R5/valueset-concept-map-relationship.html): R4 looks from the target.
_RELATIONSHIPS = {
    "relatedto": "related-to",
    "inexact": "related-to",
    "equivalent": "equivalent",
    "equal": "equivalent",
    "wider": "source-is-narrower-than-target",
    "subsumes": "source-is-narrower-than-target",
    "narrower": "source-is-broader-than-target",
    "specializes": "source-is-broader-than-target",
    "disjoint": "not-related-to",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """One translation: what was asked for, what it becomes (nothing, if the map says so), how alike they are, and who says it.

    `scopes` are the value sets that the map says it leads to.
    """

    asked: Coding
    coding: Coding | None
    equivalence: str
    canonical: str
    scopes: tuple[str, ...]

    @property
    def relationship(self) -> str | None:
        """The equivalence in R5's words."""
        return _RELATIONSHIPS.get(self.equivalence)

    @property
    def is_translation(self) -> bool:
        """Whether the two mean something alike."""
        return self.coding is not None and self.equivalence not in _NO_TRANSLATION


def translations(maps: Iterable[ConceptMap], coding: Coding, *, is_reverse: bool) -> Iterator[Mapped]:
    """All translations of a coding, in the order of the maps."""
    for each in maps:
        for group in each.resource.get("group") or ():
            if group.get("target" if is_reverse else "source") == coding.system:
                yield from _backward(each, group, coding) if is_reverse else _forward(each, group, coding)


def _forward(concept_map: ConceptMap, group: Element, coding: Coding) -> Iterator[Mapped]:
    elements = [each for each in group.get("element") or () if each.get("code") == coding.code]
    for element in elements:
        for target in element.get("target") or ():
            other = _coding(group.get("target"), target)
            yield _mapped(concept_map, coding, other, equivalence=_equivalence(target), scope="target")
    if not elements:
        yield from _unmapped(concept_map, group, coding)


def _unmapped(concept_map: ConceptMap, group: Element, coding: Coding) -> Iterator[Mapped]:
    """What a group says of codes that it does not list (http://hl7.org/fhir/R4/valueset-conceptmap-unmapped-mode.html).

    Another map (`other-map`) is asked on its own where it is here, as all maps are.
    """
    said = group.get("unmapped") or {}
    if said.get("mode") == "provided":
        other: Coding | None = Coding(system=str(group.get("target") or coding.system), code=coding.code)
        yield _mapped(concept_map, coding, other, equivalence="equal", scope="target")
    elif said.get("mode") == "fixed":
        yield _mapped(concept_map, coding, _coding(group.get("target"), said), equivalence="relatedto", scope="target")


def _backward(concept_map: ConceptMap, group: Element, coding: Coding) -> Iterator[Mapped]:
    for element in group.get("element") or ():
        for target in element.get("target") or ():
            if target.get("code") == coding.code:
                said = _equivalence(target)
                other = _coding(group.get("source"), element)
                yield _mapped(concept_map, coding, other, equivalence=_BACK.get(said, said), scope="source")


def _mapped(concept_map: ConceptMap, asked: Coding, coding: Coding | None, *, equivalence: str, scope: str) -> Mapped:
    resource = concept_map.resource
    scopes = (resource.get(f"{scope}Uri"), resource.get(f"{scope}Canonical"))
    return Mapped(
        asked=asked,
        coding=coding,
        equivalence=equivalence,
        canonical=concept_map.canonical,
        scopes=tuple(str(each) for each in scopes if each),
    )


def _coding(system: object, element: Element) -> Coding | None:
    """The coding of an element or target; None if it names no code."""
    code = element.get("code")
    return Coding(system=str(system or ""), code=str(code), display=element.get("display") or None) if code else None


def _equivalence(target: Element) -> str:
    return str(target.get("equivalence") or "relatedto")
