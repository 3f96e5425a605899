"""What is known of one concept, as `$lookup` answers."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from adapter.json_types import JsonMapping
from adapter.terminology.code_system.concept import Concept
from adapter.terminology.code_system.definition import CodeSystem
from adapter.terminology.code_system.designation import Designation, preferred
from adapter.terminology.language import Languages

_ALL = "*"
_IMPLIED = frozenset({"parent", "child", "inactive"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptProperty:
    """One property of a concept: `value` is its value[x] under FHIR's name, `description` the display of a neighbour."""

    code: str
    value: JsonMapping
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptDetails:
    """A concept with what is said of it, supplements included; `display` is the one for the languages that were wanted."""

    system: CodeSystem
    concept: Concept
    display: str | None
    designations: tuple[Designation, ...]
    properties: tuple[ConceptProperty, ...]

    @property
    def name(self) -> str:
        """The name of the code system; if it has none, its title or its URL."""
        resource = self.system.resource
        return str(resource.get("name") or resource.get("title") or self.system.url)

    @property
    def is_abstract(self) -> bool:
        """Whether the concept only groups others."""
        return self.system.is_abstract(self.concept)


def details_of(
    system: CodeSystem, concept: Concept, languages: Languages | None, *, properties: Collection[str] = ()
) -> ConceptDetails:
    """What a code system says of one of its concepts: the properties that are named (`designation` is one), or all."""
    shows_all = not properties or _ALL in properties
    designations = system.designations(concept)
    display = preferred(designations, languages) or preferred(designations, None)
    return ConceptDetails(
        system=system,
        concept=concept,
        display=display.value if display else None,
        designations=tuple(designations) if shows_all or "designation" in properties else (),
        properties=tuple(property_ for property_ in _properties(system, concept) if shows_all or property_.code in properties),
    )


def _properties(system: CodeSystem, concept: Concept) -> Iterator[ConceptProperty]:
    """All properties: whether the concept is inactive, those that are written, and its neighbours in the hierarchy."""
    yield ConceptProperty(code="inactive", value={"valueBoolean": system.is_inactive(concept)})
    for element, _ in system.properties(concept):
        if element.get("code") not in _IMPLIED:
            value = {key: value for key, value in element.items() if key.startswith("value")}
            yield ConceptProperty(code=str(element.get("code")), value=value)
    for name, neighbours in (("parent", concept.parents), ("child", concept.children)):
        for neighbour in neighbours:
            yield ConceptProperty(code=name, value={"valueCode": neighbour.code}, description=neighbour.display)
