"""How `ValueSet.expansion.contains` shows a code of an expansion in R4."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from adapter.fhir.resource import Element, Resource
from adapter.terminology.code_system.definition import PROPERTIES, STANDARDS_STATUS, text_of, value_of
from adapter.terminology.code_system.designation import Designation, preferred
from adapter.terminology.language import Languages
from adapter.terminology.value_set.entry import ExpansionEntry, Known, designations_of

_EXTENSION = "http://hl7.org/fhir/StructureDefinition/"
_PROPERTY = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.contains.property"
_DECLARED = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.property"
_BCP_47 = "urn:ietf:bcp:47"
# What extensions of a concept become in an expansion: property code, its URI, and the type of its value.
_AS_PROPERTY = {
    "codesystem-label": ("label", "label", "valueString"),
    "valueset-label": ("label", "label", "valueString"),
    "codesystem-conceptOrder": ("order", "order", "valueDecimal"),
    "valueset-conceptOrder": ("order", "order", "valueDecimal"),
    "itemWeight": ("weight", "itemWeight", "valueDecimal"),
}
_RENDERED = ("coding-sctdescid", "rendering-style", "rendering-xhtml")
_OF_VALUE_SET = (
    "valueset-supplement",
    "valueset-deprecated",
    "structuredefinition-standards-status",
    "valueset-concept-definition",
)
_KEPT_OF_SYSTEM = frozenset({_EXTENSION + name for name in (*_RENDERED, "codesystem-alternate")})
_KEPT_OF_VALUE_SET = frozenset({_EXTENSION + name for name in (*_RENDERED, *_OF_VALUE_SET)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """How entries are shown: in which languages, with which properties and designations, and whether with versions."""

    languages: Languages | None = None
    properties: Sequence[str] = ()
    with_designations: bool = False
    designation_filters: Sequence[str] = ()
    with_version: bool = False


@dataclass(slots=True)
class Declared:
    """The properties that entries show, by code with their URIs."""

    uris: dict[str, str | None] = field(default_factory=dict)

    def to_json(self) -> list[Resource]:
        """As extensions of an R4 expansion."""
        return [
            {
                "url": _DECLARED,
                "extension": [{"url": "code", "valueCode": code}, *([{"url": "uri", "valueUri": uri}] if uri else [])],
            }
            for code, uri in self.uris.items()
        ]


def shown(entry: ExpansionEntry, show: Show, declared: Declared, *, nested: bool) -> Resource:
    """The entry as `contains`; `declared` takes note of its properties. Its children are in it if it is `nested`."""
    element = _element(entry.known, entry.element, show, declared=declared) if entry.known else _as_it_is(entry.element)
    if nested and entry.children:
        element["contains"] = [shown(child, show, declared, nested=True) for child in entry.children]
    return element


def _as_it_is(element: Element) -> Resource:
    return {name: value for name, value in element.items() if name != "contains"}


def _element(known: Known, element: Element, show: Show, *, declared: Declared) -> Resource:
    system, concept = known.system, known.concept
    shown: Resource = {}
    own = element.get("extension") or ()
    extensions = [*_kept(system.extensions(concept), _KEPT_OF_SYSTEM), *_kept(own, _KEPT_OF_VALUE_SET)]
    extensions += _properties([*_implied(known, own)], [*_asked(known, show.properties)], declared)
    if extensions:
        shown["extension"] = extensions
    shown["system"] = system.url
    if system.is_abstract(concept):
        shown["abstract"] = True
    if known.is_inactive:
        shown["inactive"] = True
    if show.with_version and system.version:
        shown["version"] = system.version
    shown["code"] = concept.code
    return {**shown, **_words(known, element, show)}


def _words(known: Known, element: Element, show: Show) -> Resource:
    """The display, and the designations that are asked for."""
    words: Resource = {}
    designations = designations_of(known, element)
    best = preferred(designations, show.languages)
    if best and best.value:
        words["display"] = best.value
    others = [
        designation
        for designation in designations
        if designation is not best and _is_asked_for(designation, show.designation_filters)
    ]
    if show.with_designations and others:
        words["designation"] = [other.to_json() for other in others]
    return words


def _kept(extensions: Sequence[Element], urls: frozenset[str]) -> Iterator[Element]:
    return (extension for extension in extensions if extension.get("url") in urls)


def _is_asked_for(designation: Designation, filters: Sequence[str]) -> bool:
    """Whether a designation is one of those that the parameter `designation` names (system|code of a use or language)."""
    if not filters:
        return True
    use = designation.use or {}
    names = {f"{use.get('system')}|{use.get('code')}", f"{_BCP_47}|{designation.language}"}
    return any(name in names for name in filters)


_Property = tuple[str, str | None, Element]


def _properties(implied: Sequence[_Property], requested: Sequence[_Property], declared: Declared) -> list[Resource]:
    """The properties to show; of the implied ones the last counts, of those that are asked for every value."""
    for code, uri, _ in (*implied, *requested):
        declared.uris.setdefault(code, uri)
    last = {code: value for code, _, value in implied}
    extensions = [_as_extension(code, value) for code, value in last.items()]
    for code, _, value in requested:
        extension = _as_extension(code, value)
        if code not in last and extension not in extensions:
            extensions.append(extension)
    return extensions


def _as_extension(code: str, value: Element) -> Resource:
    """A property in the form that R4 has for it (http://hl7.org/fhir/R4/versions.html#extensions)."""
    return {"url": _PROPERTY, "extension": [{"url": "code", "valueCode": code}, {"url": "value", **value}]}


def _implied(known: Known, own: Sequence[Element]) -> Iterator[_Property]:
    """Status, label, order and weight, from properties and extensions: they are shown whether asked for or not."""
    system, concept = known.system, known.concept
    status = system.status(concept)
    if status and status.lower() != "active":
        yield "status", f"{PROPERTIES}status", {"valueCode": status}
    of_system = system.extensions(concept)
    for value in (*of_system, *own):
        form = _AS_PROPERTY.get(str(value.get("url")).removeprefix(_EXTENSION))
        if form:
            yield form[0], PROPERTIES + form[1], {form[2]: value_of(value)}
    for value in of_system:
        if value.get("url") == STANDARDS_STATUS:
            yield "status", f"{PROPERTIES}status", {"valueCode": text_of(value)}


def _asked(known: Known, names: Sequence[str]) -> Iterator[_Property]:
    """The properties that are asked for by name (`*` for all)."""
    if "definition" in names and known.concept.definition:
        yield "definition", f"{PROPERTIES}definition", {"valueString": known.concept.definition}
    for property_, declaration in known.system.properties(known.concept):
        code = str(property_.get("code"))
        if code in names or "*" in names:
            content = {key: value for key, value in property_.items() if key.startswith("value")}
            yield code, (declaration or {}).get("uri"), content
