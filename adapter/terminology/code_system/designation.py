"""Designations of a concept: which is shown for the wanted languages, and which displays are right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from adapter.json_types import JsonMapping, JsonObject
from adapter.terminology.language import Depth, Languages

PREFERRED_FOR_LANGUAGE = {
    "system": "http://terminology.hl7.org/CodeSystem/hl7TermMaintInfra",
    "code": "preferredForLanguage",
    "display": "Preferred For Language",
}
_SNOMED = "http://snomed.info/sct"
_PREFERRED_TERM, _SYNONYM = "900000000000548007", "900000000000013009"
_NOT_CURRENT = frozenset({"withdrawn", "inactive"})
_KEPT_EXTENSIONS = frozenset(
    f"http://hl7.org/fhir/StructureDefinition/{name}"
    for name in (
        "coding-sctdescid",
        "rendering-style",
        "rendering-xhtml",
        "structuredefinition-standards-status",
        "codesystem-alternate",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Designation:
    """A word for a concept; `is_main` if it is the display, `source` is the supplement that it comes from."""

    value: str
    language: str | None = None
    use: JsonMapping | None = None
    status: str = "active"
    is_main: bool = False
    extensions: tuple[JsonMapping, ...] = field(default=())
    source: str | None = None

    @property
    def is_current(self) -> bool:
        """Whether it is still in use."""
        return self.status not in _NOT_CURRENT

    @property
    def is_display(self) -> bool:
        """Whether it may stand as display: it is one, or has no other use."""
        return self.is_main or self.use is None or _is(self.use, PREFERRED_FOR_LANGUAGE["code"]) or _is(self.use, _PREFERRED_TERM)

    @property
    def is_preferred(self) -> bool:
        """Whether it is to be shown before others of its language."""
        return self.is_display or _is(self.use or {}, _SYNONYM)

    @property
    def shown(self) -> str:
        """As messages quote it."""
        return f"'{self.value}' ({self.language})" if self.language else f"'{self.value}'"

    def to_json(self) -> JsonObject:
        """As ValueSet.expansion.contains.designation."""
        element: JsonObject = {}
        kept = [extension for extension in self.extensions if extension.get("url") in _KEPT_EXTENSIONS]
        if kept:
            element["extension"] = kept
        if self.language:
            element["language"] = self.language
        use = PREFERRED_FOR_LANGUAGE if self.is_main else self.use
        if use:
            element["use"] = dict(use)
        return {**element, "value": self.value}


def _is(use: JsonMapping, code: str) -> bool:
    system = PREFERRED_FOR_LANGUAGE["system"] if code == PREFERRED_FOR_LANGUAGE["code"] else _SNOMED
    return use.get("system") == system and use.get("code") == code


def preferred(designations: Sequence[Designation], languages: Languages | None) -> Designation | None:
    """The designation to show: of the best wanted language that there is one for; none if no wanted language is there.

    Within a language: current before not, the same tag before the same region before the same language, preferred before others.
    """
    if languages is None:
        return _first(designations)
    for language in languages.preferences:
        for current in (True, False):
            for depth in Depth:
                fitting = [
                    designation
                    for designation in designations
                    if language.is_match(designation.language, depth) and designation.is_current >= current
                ]
                if fitting:
                    return next((designation for designation in fitting if designation.is_preferred), fitting[0])
    return next((designation for designation in designations if designation.language is None and designation.is_display), None)


def _first(designations: Sequence[Designation]) -> Designation | None:
    for is_fit in (
        lambda designation: designation.is_preferred and designation.is_current,
        lambda designation: designation.is_display and designation.is_current,
        lambda designation: designation.is_display,
        lambda designation: designation.is_preferred,
    ):
        best = next(filter(is_fit, designations), None)
        if best:
            return best
    return next(iter(designations), None)


class Match(Enum):
    """How a display compares with the right ones."""

    SAME = "same"
    WHITESPACE = "whitespace"
    NONE = "none"


def match(display: str, designations: Iterable[Designation]) -> Match:
    """Compare a display with some designations; case never matters."""
    values = [designation.value for designation in designations]
    if display.lower() in (value.lower() for value in values):
        return Match.SAME
    same = _folded(display) in (_folded(value) for value in values)
    return Match.WHITESPACE if same else Match.NONE


def in_languages(
    designations: Iterable[Designation], languages: Languages | None, default: str | None = None
) -> list[Designation]:
    """The designations in a wanted language, in none, or in the given default language; all if no language is wanted."""
    return [
        designation
        for designation in designations
        if languages is None or languages.has(designation.language) or (default is not None and designation.language == default)
    ]


def listed(designations: Iterable[Designation]) -> str:
    """Some designations as a message names them: `'A' (en), 'B' (de) or 'C'`."""
    shown = [designation.shown for designation in designations]
    return " or ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def _folded(text: str) -> str:
    return " ".join(text.split()).lower()
