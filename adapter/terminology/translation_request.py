"""Concept maps asked for translations into a code system or value set, as `$translate` answers."""

from dataclasses import dataclass

from adapter.terminology.coding import Coding
from adapter.terminology.concept_map.index import ConceptMap
from adapter.terminology.concept_map.translation import Mapped, translations
from adapter.terminology.findings import silently
from adapter.terminology.request_context import RequestContext
from adapter.terminology.value_set.membership import Members, Rules
from adapter.terminology.value_set.prepare import prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslationRequest:
    """Which codings are translated by which maps, in which direction, and into which code system and value set, if any."""

    codings: tuple[Coding, ...]
    maps: tuple[ConceptMap, ...]
    is_reverse: bool = False
    system: str | None = None
    scope: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """What the maps say, each match once and in their order."""

    matches: tuple[Mapped, ...]

    @property
    def is_translated(self) -> bool:
        """Whether one of the matches means something alike."""
        return any(match.is_translation for match in self.matches)


def translation(context: RequestContext, request: TranslationRequest) -> Translation:
    """All matches of the maps that lead to where they are wanted."""
    value_set = context.catalog.value_set(request.scope) if request.scope else None
    members = prepared(value_set, context, Rules()) if value_set else None
    matches = (
        match
        for coding in request.codings
        for match in translations(request.maps, coding, is_reverse=request.is_reverse)
        if _leads_there(match, request, members)
    )
    return Translation(matches=tuple(dict.fromkeys(matches)))


def _leads_there(match: Mapped, request: TranslationRequest, members: Members | None) -> bool:
    """Whether a match is of the wanted system and value set; that there is no translation is said of every target."""
    coding = match.coding
    if coding is None:
        return True
    if request.system and coding.system != request.system:
        return False
    if members:
        return members.has(silently(coding)) is True
    return request.scope is None or request.scope in match.scopes
