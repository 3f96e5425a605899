"""One code of an expansion, and how `ValueSet.expansion.contains` shows it in R4."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapter.terminology.code_system import PROPERTIES, STANDARDS_STATUS, CodeSystem, designation_of, value_of
from adapter.terminology.concept import Concept
from adapter.terminology.designation import Designation, preferred
from adapter.terminology.language import Languages

Element = Mapping[str, Any]
Resource = dict[str, Any]

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
_KEPT_OF_SYSTEM = ("coding-sctdescid", "rendering-style", "rendering-xhtml", "codesystem-alternate")
_KEPT_OF_VALUE_SET = (
    "valueset-supplement",
    "valueset-deprecated",
    "structuredefinition-standards-status",
    "valueset-concept-definition",
    "coding-sctdescid",
    "rendering-style",
    "rendering-xhtml",
)


@dataclass(slots=True, kw_only=True, eq=False)
class Entry:
    """A code that is in an expansion: a concept of a code system, with what the value set says of it (`element`).

    One that a value set brings in an expansion of its own has no `system`; its element is shown as it is.
    """

    url: str
    version: str | None
    code: str
    system: CodeSystem | None = None
    concept: Concept | None = None
    element: Element = field(default_factory=dict)
    children: "list[Entry]" = field(default_factory=list)

    @property
    def designations(self) -> list[Designation]:
        """The designations, those of the code system first."""
        of_system = self.system.designations(self.concept) if self.system and self.concept else []
        display = self.element.get("display")
        own = [Designation(value=str(display), is_main=True)] if display else []
        return [*of_system, *own, *(designation_of(each) for each in self.element.get("designation") or ())]


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


def shown(entry: Entry, show: Show, declared: Declared, *, nested: bool) -> Resource:
    """The entry as `contains`; `declared` takes note of its properties. Its children are in it if it is `nested`."""
    said = _element(entry, show, declared) if entry.system and entry.concept else _as_it_is(entry)
    if nested and entry.children:
        said["contains"] = [shown(each, show, declared, nested=True) for each in entry.children]
    return said


def _as_it_is(entry: Entry) -> Resource:
    return {name: value for name, value in entry.element.items() if name != "contains"}


def _element(entry: Entry, show: Show, declared: Declared) -> Resource:
    system, concept = entry.system, entry.concept
    if system is None or concept is None:
        return _as_it_is(entry)
    said: Resource = {}
    extensions = [*_kept(system.extensions(concept), _KEPT_OF_SYSTEM), *_kept(_extensions(entry), _KEPT_OF_VALUE_SET)]
    extensions += _properties(entry, show, declared)
    if extensions:
        said["extension"] = extensions
    said["system"] = entry.url
    if system.is_abstract(concept):
        said["abstract"] = True
    if system.is_inactive(concept):
        said["inactive"] = True
    if show.with_version and entry.version:
        said["version"] = entry.version
    said["code"] = entry.code
    designations = entry.designations
    best = preferred(designations, show.languages)
    if best and best.value:
        said["display"] = best.value
    others = [each for each in designations if each is not best and _is_asked_for(each, show.designation_filters)]
    if show.with_designations and others:
        said["designation"] = [each.to_json() for each in others]
    return said


def _extensions(entry: Entry) -> Sequence[Element]:
    return entry.element.get("extension") or ()


def _kept(extensions: Sequence[Element], names: Sequence[str]) -> Iterator[Element]:
    urls = {_EXTENSION + name for name in names}
    return (each for each in extensions if each.get("url") in urls)


def _is_asked_for(designation: Designation, filters: Sequence[str]) -> bool:
    """Whether a designation is one of those that the parameter `designation` names (system|code of a use or language)."""
    if not filters:
        return True
    use = designation.use or {}
    names = {f"{use.get('system')}|{use.get('code')}", f"{_BCP_47}|{designation.language}"}
    return any(each in names for each in filters)


def _properties(entry: Entry, show: Show, declared: Declared) -> list[Resource]:
    """The properties to show; of the implied ones the last counts, of those that are asked for every value."""
    implied: dict[str, Resource] = {}
    for code, uri, said in _implied(entry):
        declared.uris.setdefault(code, uri)
        implied[code] = _as_extension(code, said)
    asked = []
    for code, found_uri, said in _asked(entry, show.properties):
        declared.uris.setdefault(code, found_uri)
        if code not in implied and _as_extension(code, said) not in asked:
            asked.append(_as_extension(code, said))
    return [*implied.values(), *asked]


def _as_extension(code: str, said: Element) -> Resource:
    """A property in the form that R4 has for it (http://hl7.org/fhir/R4/versions.html#extensions)."""
    return {"url": _PROPERTY, "extension": [{"url": "code", "valueCode": code}, {"url": "value", **said}]}


def _implied(entry: Entry) -> Iterator[tuple[str, str, Element]]:
    """Status, label, order and weight, from properties and extensions: they are shown whether asked for or not."""
    system, concept = entry.system, entry.concept
    if system is None or concept is None:
        return
    status = system.status(concept)
    if status is None and system.is_deprecated(concept):
        status = "deprecated"
    if status and status.lower() != "active":
        yield "status", f"{PROPERTIES}status", {"valueCode": status}
    of_system = system.extensions(concept)
    for each in (*of_system, *_extensions(entry)):
        made = _AS_PROPERTY.get(str(each.get("url")).removeprefix(_EXTENSION))
        if made:
            yield made[0], PROPERTIES + made[1], {made[2]: value_of(each)}
    for each in of_system:
        if each.get("url") == STANDARDS_STATUS:
            yield "status", f"{PROPERTIES}status", {"valueCode": value_of(each)}


def _asked(entry: Entry, names: Sequence[str]) -> Iterator[tuple[str, str | None, Element]]:
    """The properties that are asked for by name (`*` for all)."""
    system, concept = entry.system, entry.concept
    if system is None or concept is None:
        return
    if "definition" in names and concept.definition:
        yield "definition", f"{PROPERTIES}definition", {"valueString": concept.definition}
    for each, declaration in system.properties(concept):
        code = str(each.get("code"))
        if code in names or "*" in names:
            said = {key: value for key, value in each.items() if key.startswith("value")}
            yield code, (declaration or {}).get("uri"), said
