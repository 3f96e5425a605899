"""Code systems as operations ask them: which concept a code is, and what is said of it, supplements included."""

from collections.abc import Iterator
from functools import cached_property

from adapter.fhir.resource import Element
from adapter.json_types import JsonValue
from adapter.terminology.canonical import joined, split
from adapter.terminology.code_system.concept import Concept, Concepts
from adapter.terminology.code_system.designation import Designation

STANDARDS_STATUS = "http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status"
PROPERTIES = "http://hl7.org/fhir/concept-properties#"
_NOT_SELECTABLE = frozenset({"notSelectable", "not-selectable", "abstract"})
_INACTIVE = frozenset({"inactive", "retired"})
_FLAGS = ("deprecated", "inactive", "retired")


def value_of(element: Element) -> JsonValue:
    """The value[x] of an element, whatever its type."""
    return next((value for name, value in element.items() if name.startswith("value") and name != "valueSet"), None)


def text_of(element: Element) -> str:
    """The value[x] of an element as text: of a Coding its code, of a boolean `true` or `false`, nothing if there is no value."""
    value = value_of(element)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return str(value.get("code", ""))
    return "" if value is None else str(value)


def extension_value(element: Element, url: str) -> str:
    """The value of the first extension with this URL, as text."""
    return next((text_of(extension) for extension in element.get("extension") or () if extension.get("url") == url), "")


class Definition:
    """One CodeSystem resource; its concepts are indexed with the first question."""

    def __init__(self, resource: Element) -> None:
        """Hold the resource."""
        self.resource = resource
        self.url: str = resource.get("url") or ""
        self.version: str | None = resource.get("version") or None

    @property
    def canonical(self) -> str:
        """The URL with the version."""
        return joined(self.url, self.version)

    @property
    def content(self) -> str:
        """How much of the code system is here: complete, fragment, example, supplement or not-present."""
        return str(self.resource.get("content") or "complete")

    @property
    def language(self) -> str | None:
        """The language of displays."""
        return self.resource.get("language") or None

    @cached_property
    def declared(self) -> dict[str, Element]:
        """The declared properties by code."""
        return {str(prop.get("code")): prop for prop in self.resource.get("property") or ()}

    def codes_of(self, name: str) -> frozenset[str]:
        """The codes of the properties that mean what HL7's concept property of this name means."""
        return frozenset({code for code, prop in self.declared.items() if prop.get("uri") == PROPERTIES + name})

    @cached_property
    def concepts(self) -> Concepts:
        """The indexed concepts.

        Where it is not said whether case matters, codes are taken in any case (http://hl7.org/fhir/R4/codesystem-definitions.html,
        caseSensitive: Postel's law).
        """
        ignores_case = self.resource.get("caseSensitive") is not True
        parents = sorted(self.codes_of("parent"))
        return Concepts(self.resource.get("concept") or (), ignores_case=ignores_case, parent_codes=parents)

    @cached_property
    def not_selectable(self) -> frozenset[str]:
        """The codes of the properties that say that a concept is abstract."""
        return self.codes_of("notSelectable") | _NOT_SELECTABLE

    @cached_property
    def flags(self) -> dict[str, str]:
        """The codes of the properties that say yes or no to a status, with that status."""
        return {code: status for status in _FLAGS for code in {status, *self.codes_of(status)}}

    @cached_property
    def status_codes(self) -> frozenset[str]:
        """The codes of the properties that hold a status."""
        return self.codes_of("status") | {"status"}


class CodeSystem:
    """A definition with the supplements that a request asks for."""

    def __init__(self, definition: Definition, supplements: tuple[Definition, ...] = ()) -> None:
        """See a definition through its supplements."""
        self.definition = definition
        self.supplements = supplements
        self.url = definition.url
        self.version = definition.version
        self.canonical = definition.canonical
        self.content = definition.content
        self.language = definition.language
        self.resource = definition.resource

    @property
    def is_complete(self) -> bool:
        """Whether a code that is not here does not exist."""
        return self.content == "complete"

    @property
    def roots(self) -> list[Concept]:
        """The concepts without parents."""
        return self.definition.concepts.roots

    def find(self, code: str) -> Concept | None:
        """The concept of a code."""
        return self.definition.concepts.find(code)

    @property
    def size(self) -> int:
        """How many concepts there are."""
        return len(self.definition.concepts.by_code)

    @property
    def has_hierarchy(self) -> bool:
        """Whether a concept is below another."""
        return len(self.roots) < self.size

    def all(self) -> Iterator[Concept]:
        """All concepts in the order of the definition."""
        return iter(self.definition.concepts.by_code.values())

    def has_supplement(self, canonical: str) -> bool:
        """Whether a supplement is in use; without a version any one counts."""
        url, version = split(canonical)
        return any(supplement.url == url and version in {None, supplement.version} for supplement in self.supplements)

    def elements(self, concept: Concept) -> Iterator[tuple[Definition, Element]]:
        """What is said of a concept: by the definition, then by each supplement."""
        yield self.definition, concept.element
        for supplement in self.supplements:
            added = supplement.concepts.by_code.get(concept.code)
            if added:
                yield supplement, added.element

    def properties(self, concept: Concept) -> Iterator[tuple[Element, Element | None]]:
        """The properties of a concept, each with its declaration."""
        for definition, element in self.elements(concept):
            for prop in element.get("property") or ():
                yield prop, definition.declared.get(str(prop.get("code")))

    def extensions(self, concept: Concept) -> list[Element]:
        """The extensions of a concept."""
        return [extension for _, element in self.elements(concept) for extension in element.get("extension") or ()]

    def designations(self, concept: Concept) -> list[Designation]:
        """The display and all designations of a concept, the display first."""
        designations = []
        if concept.display:
            designations.append(Designation(value=concept.display, language=self.language, is_main=True))
        for definition, element in self.elements(concept):
            source = None if definition is self.definition else definition.canonical
            if source and element.get("display"):
                designations.append(
                    Designation(value=element["display"], language=definition.language, is_main=True, source=source)
                )
            designations.extend(designation_of(designation, source) for designation in element.get("designation") or ())
        return designations

    def texts(self, concept: Concept) -> Iterator[str]:
        """The code, the display and all designations, as a text search reads them."""
        yield concept.code
        for _, element in self.elements(concept):
            yield str(element.get("display") or "")
            for designation in element.get("designation") or ():
                yield str(designation.get("value") or "")

    def is_abstract(self, concept: Concept) -> bool:
        """Whether a concept only groups others (http://hl7.org/fhir/R4/codesystem-concept-properties.html: notSelectable)."""
        names = self.definition.not_selectable
        return any(prop.get("code") in names and value_of(prop) is True for prop in concept.element.get("property") or ())

    def status(self, concept: Concept) -> str | None:
        """The status of a concept, from its property, from flags, or from the standards status."""
        own = concept.element.get("property") or ()
        for value in own:
            if value.get("code") in self.definition.status_codes:
                return text_of(value)
        flags = self.definition.flags
        for value in own:
            if value.get("code") in flags and _is_true(value):
                return flags[value["code"]]
        return extension_value(concept.element, STANDARDS_STATUS) or None

    def is_inactive(self, concept: Concept) -> bool:
        """Whether a concept is no longer to be used."""
        own = concept.element.get("property") or ()
        if any(self.definition.flags.get(str(value.get("code"))) == "inactive" and _is_true(value) for value in own):
            return True
        if any(value.get("code") in self.definition.status_codes and text_of(value) in _INACTIVE for value in own):
            return True
        return extension_value(concept.element, STANDARDS_STATUS) == "withdrawn"

    def is_deprecated(self, concept: Concept) -> bool:
        """Whether a concept is on its way out."""
        own = concept.element.get("property") or ()
        is_flagged = any(self.definition.flags.get(str(value.get("code"))) == "deprecated" and _is_true(value) for value in own)
        return is_flagged or self.status(concept) == "deprecated"


def designation_of(element: Element, source: str | None = None) -> Designation:
    """A designation of a CodeSystem or of a ValueSet."""
    return Designation(
        value=str(element.get("value") or ""),
        language=element.get("language") or None,
        use=element.get("use"),
        status=extension_value(element, STANDARDS_STATUS) or "active",
        extensions=tuple(element.get("extension") or ()),
        source=source,
    )


def _is_true(element: Element) -> bool:
    return text_of(element) == "true"
