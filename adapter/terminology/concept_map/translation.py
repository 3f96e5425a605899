"""Translations that concept maps hold: from source to target, or back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from adapter.fhir.resource import Element
from adapter.terminology.coding import Coding
from adapter.terminology.concept_map.index import NO_TRANSLATION, ConceptMap, MapGroup

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

    question: Coding
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
        return self.coding is not None and self.equivalence not in NO_TRANSLATION


def translations(maps: Iterable[ConceptMap], coding: Coding, *, is_reverse: bool) -> Iterator[Mapped]:
    """All translations of a coding, in the order of the maps."""
    for concept_map in maps:
        for group in concept_map.groups:
            if is_reverse and group.target == coding.system:
                yield from _backward(concept_map, group, coding)
            elif not is_reverse and group.source == coding.system:
                yield from _forward(concept_map, group, coding)


def _forward(concept_map: ConceptMap, group: MapGroup, coding: Coding) -> Iterator[Mapped]:
    for row in group.by_source.get(coding.code, ()):
        other = _coding(group.target, row.target)
        yield _mapped(concept_map, coding, other, equivalence=row.equivalence, scope="target")
    if coding.code not in group.codes:
        yield from _unmapped(concept_map, group, coding)


def _unmapped(concept_map: ConceptMap, group: MapGroup, coding: Coding) -> Iterator[Mapped]:
    """What a group says of codes that it does not list (http://hl7.org/fhir/R4/valueset-conceptmap-unmapped-mode.html).

    Another map (`other-map`) is asked on its own where it is here, as all maps are.
    """
    if group.unmapped.get("mode") == "provided":
        other: Coding | None = Coding(system=group.target or coding.system, code=coding.code)
        yield _mapped(concept_map, coding, other, equivalence="equal", scope="target")
    elif group.unmapped.get("mode") == "fixed":
        yield _mapped(concept_map, coding, _coding(group.target, group.unmapped), equivalence="relatedto", scope="target")


def _backward(concept_map: ConceptMap, group: MapGroup, coding: Coding) -> Iterator[Mapped]:
    for row in group.by_target.get(coding.code, ()):
        equivalence = _BACK.get(row.equivalence, row.equivalence)
        yield _mapped(concept_map, coding, _coding(group.source, row.element), equivalence=equivalence, scope="source")


def _mapped(concept_map: ConceptMap, question: Coding, coding: Coding | None, *, equivalence: str, scope: str) -> Mapped:
    resource = concept_map.resource
    scopes = (resource.get(f"{scope}Uri"), resource.get(f"{scope}Canonical"))
    return Mapped(
        question=question,
        coding=coding,
        equivalence=equivalence,
        canonical=concept_map.canonical,
        scopes=tuple(str(scope) for scope in scopes if scope),
    )


def _coding(system: str, element: Element) -> Coding | None:
    """The coding of an element or target; None if it names no code."""
    code = element.get("code")
    return Coding(system=system, code=str(code), display=element.get("display") or None) if code else None
