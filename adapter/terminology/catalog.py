"""The definitions that operations work on: found by type, URL and version, with a request's own definitions laid over them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeVar

from adapter.fhir.resource import Element
from adapter.terminology.canonical import CanonicalResource, split
from adapter.terminology.code_system.definition import CodeSystem, Definition, extension_value
from adapter.terminology.concept_map.index import ConceptMap
from adapter.terminology.version import is_match, order

_SUPPLEMENT_TYPE = "http://hl7.org/fhir/StructureDefinition/codesystem-supplement-type"


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSet(CanonicalResource):
    """One ValueSet resource; a `contained` one has no canonical that anyone else could use."""

    resource: Element
    is_contained: bool = False

    @property
    def compose(self) -> Element | None:
        """The compose, if there is one."""
        return self.resource.get("compose") or None

    @property
    def listed(self) -> Iterator[Element]:
        """What an expansion of its own lists, nested or not."""
        waiting = list(reversed((self.resource.get("expansion") or {}).get("contains") or ()))
        while waiting:
            element = waiting.pop()
            yield element
            waiting.extend(reversed(element.get("contains") or ()))

    def contained(self, reference: str) -> "ValueSet | None":
        """The contained ValueSet that `#id` points to."""
        for resource in self.resource.get("contained") or ():
            if resource.get("resourceType") == "ValueSet" and resource.get("id") == reference.removeprefix("#"):
                return ValueSet(resource=resource, is_contained=True)
        return None


class _Versioned(Protocol):
    @property
    def url(self) -> str: ...
    @property
    def version(self) -> str | None: ...


_Found = TypeVar("_Found", bound=_Versioned)
_Index = Mapping[str, list[_Found]]


class Catalog:
    """Definitions by URL; of several versions the newest is the one that is meant when none is said."""

    def __init__(
        self, resources: Iterable[Element], base: "Catalog | None" = None, *, closed: frozenset[str] = frozenset()
    ) -> None:
        """Index resources; what is here comes before what `base` has. Types other than definitions are passed over.

        `closed` are code systems that exist and that nobody here may hold.
        """
        self.closed: frozenset[str] = base.closed if base else closed
        by_type: dict[str, list[Element]] = {}
        for resource in resources:
            by_type.setdefault(str(resource.get("resourceType")), []).append(resource)
        self.resources = by_type
        self.base = base
        definitions = [Definition(resource) for resource in by_type.get("CodeSystem", ())]
        self._code_systems = _indexed(definition for definition in definitions if definition.content != "supplement")
        self._supplements = [definition for definition in definitions if definition.content == "supplement"]
        self._value_sets = _indexed(ValueSet(resource=resource) for resource in by_type.get("ValueSet", ()))
        self._concept_maps = [ConceptMap(resource=resource) for resource in by_type.get("ConceptMap", ())]

    @classmethod
    def of(cls, resources: Iterable[Element], *, closed: Iterable[str] = ()) -> "Catalog":
        """The catalog of some resources; `closed` are code systems that exist and that nobody here may hold."""
        return cls(resources, closed=frozenset(closed))

    def prepare(self) -> None:
        """Index every code system now, which is otherwise done when it is first asked about."""
        for versions in self._code_systems.values():
            for definition in versions:
                _ = definition.concepts
        if self.base:
            self.base.prepare()

    def __iter__(self) -> Iterator[Element]:
        """The definitions of this catalog, without those that it lies on: by type in the order in which they came."""
        return (resource for listed in self.resources.values() for resource in listed)

    def overlaid(self, resources: Iterable[Element]) -> "Catalog":
        """This catalog with more definitions on top, for one request; this one stays as it is."""
        added = list(resources)
        return Catalog(added, self) if added else self

    def code_system(self, url: str, version: str | None = None, supplements: frozenset[str] = frozenset()) -> CodeSystem | None:
        """The code system of a URL: the wanted version (which may hold wildcards), or the newest.

        Added to it are the supplements that are asked for (canonicals).
        """
        definition = _newest(self._code_systems.get(url, ()), version)
        if definition:
            return CodeSystem(definition, tuple(self._wanted(definition, supplements)))
        if self.base is None:
            return None
        below = self.base.code_system(url, version)
        return CodeSystem(below.definition, tuple(self._wanted(below.definition, supplements))) if below else None

    def is_closed(self, url: str) -> bool:
        """Whether a code system exists that nobody here may hold."""
        return url in self.closed

    def code_system_versions(self, url: str) -> list[str]:
        """The versions of a code system that are here, old to new."""
        here = {system.version for system in self._code_systems.get(url, ()) if system.version}
        below = self.base.code_system_versions(url) if self.base else ()
        return sorted({*here, *below}, key=order)

    def supplement(self, canonical: str) -> Definition | None:
        """A supplement by its canonical."""
        url, version = split(canonical)
        return _newest([supplement for supplement in self.supplements if supplement.url == url], version)

    def value_set(self, url: str, version: str | None = None) -> ValueSet | None:
        """The value set of a URL (in which a version may stand behind a bar): the wanted version, or the newest."""
        plain, pinned = split(url)
        value_set = _newest(self._value_sets.get(plain, ()), version or pinned)
        return value_set or (self.base.value_set(url, version) if self.base else None)

    @property
    def concept_maps(self) -> list[ConceptMap]:
        """All concept maps, a request's own first."""
        return [*self._concept_maps, *(self.base.concept_maps if self.base else ())]

    def concept_map(self, url: str, version: str | None = None) -> ConceptMap | None:
        """The concept map of a URL: the wanted version, or the newest."""
        plain, pinned = split(url)
        return _newest([concept_map for concept_map in self.concept_maps if concept_map.url == plain], version or pinned)

    def by_id(self, kind: str, identity: str) -> Element | None:
        """A definition by type and id."""
        return next((resource for resource in self.resources.get(kind, ()) if resource.get("id") == identity), None)

    @property
    def code_systems(self) -> dict[str, list[str | None]]:
        """The versions of all code systems of the service by URL."""
        return {url: [system.version for system in versions] for url, versions in self._code_systems.items()}

    @cached_property
    def supplements(self) -> list[Definition]:
        """All supplements, those of this catalog first."""
        below = self.base.supplements if self.base else []
        return [*self._supplements, *below]

    def _wanted(self, definition: Definition, canonicals: frozenset[str]) -> Iterable[Definition]:
        """The supplements to a definition that are asked for, and those that only add languages."""
        for supplement in self.supplements:
            url, version = split(str(supplement.resource.get("supplements") or ""))
            fits = version is None or is_match(version, definition.version)
            if (
                url == definition.url
                and fits
                and (canonicals & {supplement.url, supplement.canonical} or _is_language_pack(supplement))
            ):
                yield supplement


def _is_language_pack(supplement: Definition) -> bool:
    """Whether a supplement only adds languages, so that it counts without being asked for."""
    return extension_value(supplement.resource, _SUPPLEMENT_TYPE) == "lang-pack"


def _indexed(definitions: Iterable[_Found]) -> dict[str, list[_Found]]:
    by_url: dict[str, list[_Found]] = {}
    for definition in definitions:
        by_url.setdefault(definition.url, []).append(definition)
    return by_url


def _newest(definitions: Iterable[_Found], version: str | None) -> _Found | None:
    fit = [definition for definition in definitions if version is None or is_match(version, definition.version)]
    return fit[0] if len(fit) == 1 else max(fit, key=lambda definition: order(definition.version), default=None)
