"""Search for definitions: which parameters there are, and what each of them finds (http://hl7.org/fhir/R4/search.html)."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from adapter.definitions.source import TYPES, children
from adapter.fhir.resource import Element, Resource
from adapter.json_types import JsonValue
from adapter.terminology.canonical import joined

_STATUS = "http://hl7.org/fhir/publication-status"
_ESCAPED = re.compile(r"\\([,$|\\])")
_AT_COMMA = re.compile(r"(?<!\\),")
_AT_BAR = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchParameter:
    """A search parameter: its FHIR type, what it is about, and what of a definition it looks at.

    `values` gives texts for `uri` and `string`, and (system or None, code) for `token`; `types` are the resource types that have
    the parameter, `definition` the canonical URL of HL7's own definition of it.
    """

    name: str
    type: Literal["uri", "token", "string"]
    says: str
    values: Callable[[Element], Iterable[Any]]
    types: tuple[str, ...] = TYPES
    common: bool = True

    def definition(self, kind: str) -> str:
        """The canonical URL of HL7's definition."""
        if self.name == "_id":
            return "http://hl7.org/fhir/SearchParameter/Resource-id"
        return f"http://hl7.org/fhir/SearchParameter/{'conformance' if self.common else kind}-{self.name}"


def _text(name: str) -> Callable[[Element], list[str]]:
    return lambda definition: [str(definition[name])] if name in definition else []


def _canonicals(definition: Element) -> list[str]:
    """The canonical URL of a definition, without its version and with it."""
    url = str(definition["url"])
    return [url, joined(url, definition.get("version"))]


def _token(name: str, system: str | None = None) -> Callable[[Element], list[tuple[str | None, str]]]:
    return lambda definition: [(system, str(definition[name]))] if name in definition else []


def _codes(definition: Element) -> Iterator[tuple[str | None, str]]:
    """The codes that a CodeSystem defines, or that a ValueSet lists."""
    if definition["resourceType"] == "CodeSystem":
        yield from ((definition.get("url"), code) for code in _codes_within(definition.get("concept")))
    for include in definition.get("compose", {}).get("include", ()):
        yield from ((include.get("system"), code) for code in _codes_within(include.get("concept")))


def _codes_within(concepts: object) -> Iterator[str]:
    for concept in children(concepts):
        yield str(concept.get("code"))
        yield from _codes_within(concept.get("concept"))


PARAMETERS: tuple[SearchParameter, ...] = (
    SearchParameter(name="_id", type="token", says="The id on this server.", values=_token("id")),
    SearchParameter(name="url", type="uri", says="The canonical URL, also with a version behind a bar.", values=_canonicals),
    SearchParameter(name="version", type="token", says="The version of the definition.", values=_token("version")),
    SearchParameter(name="name", type="string", says="The beginning of the name for computers.", values=_text("name")),
    SearchParameter(name="title", type="string", says="The beginning of the title.", values=_text("title")),
    SearchParameter(name="status", type="token", says="The status.", values=_token("status", _STATUS)),
    SearchParameter(
        name="code",
        type="token",
        says="A code that the code system defines.",
        values=_codes,
        types=("CodeSystem",),
        common=False,
    ),
    SearchParameter(
        name="code",
        type="token",
        says="A code that the value set lists; what only an expansion finds is not searched for.",
        values=_codes,
        types=("ValueSet",),
        common=False,
    ),
)
"""Every search parameter; what is not here is not searched for."""

MODIFIERS: Mapping[str, tuple[str, ...]] = {"uri": (), "token": (), "string": ("exact", "contains")}
"""The modifiers of each type of parameter."""


def parameters_of(kind: str) -> list[SearchParameter]:
    """The search parameters of a resource type."""
    return [parameter for parameter in PARAMETERS if kind in parameter.types]


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One parameter of a search, as `name:modifier=value`; a value may list several with commas, of which one must fit."""

    parameter: SearchParameter
    modifier: str | None
    value: str

    def fits(self, definition: Element) -> bool:
        """Whether a definition is found."""
        values = [*self.parameter.values(definition)]
        return any(_fits(self, value, text) for text in _AT_COMMA.split(self.value) for value in values)


def found(definitions: Iterable[Resource], criteria: Sequence[Criterion]) -> list[Resource]:
    """The definitions that every criterion fits, in their order."""
    return [definition for definition in definitions if all(criterion.fits(definition) for criterion in criteria)]


def _fits(criterion: Criterion, value: JsonValue, term: str) -> bool:
    if criterion.parameter.type == "token":
        return _is_token(value, term)
    text = _unescaped(term)
    if criterion.parameter.type == "uri" or criterion.modifier == "exact":
        return bool(value == text)
    plain, part = _plain(value), _plain(text)
    return part in plain if criterion.modifier == "contains" else plain.startswith(part)


def _is_token(value: tuple[str | None, str], term: str) -> bool:
    """`code`, `system|code`, `|code` (of no system) or `system|`."""
    system, code = value
    parts = [_unescaped(word) for word in _AT_BAR.split(term, maxsplit=1)]
    if len(parts) == 1:
        return code == parts[0]
    return (system or "") == parts[0] and parts[1] in ("", code)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _plain(text: str) -> str:
    """A text without accents and capitals."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(letter))
