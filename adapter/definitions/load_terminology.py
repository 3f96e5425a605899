"""Makes the Terminology that mappings ask of our definitions and the list of systems, and says what is wrong with the files."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from adapter.definitions.source import TYPES, load_resources, published
from adapter.issues import Issue, IssueType, SetupError, Severity
from adapter.terminology.catalog import Catalog
from adapter.terminology.concept_map.index import NO_TRANSLATION, ConceptMap
from adapter.terminology.terminology import Terminology

_MISSING = "This is missing. Add it."
_NO_TEXT = "A text is needed here. Put codes that look like numbers in quotes."
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_ABOUT_ALL = ("header", "owners")


def load_terminology(files: Mapping[str, object], *, base: str) -> Terminology:
    """Prepare all look-ups; `files` holds parsed YAML by file name, `base` is the canonical base without a slash at its end.

    A file holds `systems` (alias to {url, also}), the `header` of definitions, or one definition: a CodeSystem whose URL has an
    alias, a ConceptMap, known by its id, or another. A URL without a scheme is relative to the base. Raises SetupError with
    all that is wrong in the files.
    """
    reader = _Reader(base)
    for file, content in files.items():
        reader.check(file, content)
    reader.stop_if_wrong()
    resources = load_resources(files, base=base)
    for file, resource in resources.items():
        reader.check_codes(file, resource)
    reader.stop_if_wrong()
    catalog = Catalog.of(published(resources.values()))
    word_lists = [
        ConceptMap(resource=resource)
        for resource in resources.values()
        if resource["resourceType"] == "ConceptMap" and "url" not in resource
    ]
    return Terminology(
        base=base,
        systems=MappingProxyType(reader.systems),
        spellings=MappingProxyType(reader.spellings),
        catalog=catalog,
        concepts=MappingProxyType(
            {alias: _displays(catalog, url) for alias, url in reader.systems.items() if url in catalog.code_systems}
        ),
        maps=MappingProxyType(
            {
                str(word_list.resource["id"]): MappingProxyType(word_list.first_targets)
                for word_list in (*word_lists, *catalog.concept_maps)
            }
        ),
    )


def _displays(catalog: Catalog, url: str) -> Mapping[str, str | None]:
    """The codes of a code system that we hold, with their displays."""
    system = catalog.code_system(url)
    return MappingProxyType({concept.code: concept.display for concept in system.all()} if system else {})


class _Reader:
    """Collects which systems the files name, and what is wrong with them."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.systems: dict[str, str] = {}
        self.spellings: dict[str, str] = {}
        self.issues: list[Issue] = []

    def stop_if_wrong(self) -> None:
        if self.issues:
            raise SetupError(*self.issues)

    def check(self, file: str, content: object) -> None:
        """Whether a file holds one of the things that it may hold; of the list of systems also what it says."""
        top = _mapping(content)
        if "systems" in top:
            self._systems(file, _mapping(top["systems"]))
        elif top.get("resourceType") in TYPES:
            self._check_definition(file, top)
        elif not any(isinstance(top.get(name), Mapping) for name in _ABOUT_ALL):
            self._say(
                file, f"This is not one of {', '.join(TYPES)}, no list of `systems` and no `header`. Give it a `resourceType`."
            )

    def _check_definition(self, file: str, top: Mapping[str, object]) -> None:
        if not _ID.fullmatch(self._text(file, "id", top.get("id")) or "none"):
            self._say(f"{file}#id", "An id has letters, digits, `-` and `.`, at most 64 of them.")
        if "url" in top:
            self._text(file, "url", top["url"])

    def check_codes(self, file: str, resource: Mapping[str, object]) -> None:
        """Whether mappings can ask for the codes of a definition: each is a text, and a CodeSystem has an alias."""
        if resource["resourceType"] == "CodeSystem" and "url" in resource:
            self._check_concepts(file, resource)
            if resource["url"] not in self.systems.values():
                self._say(file, "The URL of this CodeSystem has no alias. Add one to the list of systems.")
        elif resource["resourceType"] == "ConceptMap":
            self._check_pairs(file, resource)

    def _systems(self, file: str, systems: Mapping[str, object]) -> None:
        for alias, entry in systems.items():
            row = _mapping(entry)
            url = self._absolute(self._text(file, f"systems.{alias}.url", row.get("url")))
            self.systems[alias] = url
            for other in (url, *_list(row.get("also"))):
                spelling = self._text(file, f"systems.{alias}.also", other)
                if self.spellings.setdefault(spelling, url) != url:
                    self._say(f"{file}#systems.{alias}", "This spelling belongs to another system already. Keep one of the two.")

    def _check_concepts(self, file: str, parent: Mapping[str, object]) -> None:
        for listed in _list(parent.get("concept")):
            concept = _mapping(listed)
            self._text(file, "concept.code", concept.get("code"))
            self._check_concepts(file, concept)

    def _check_pairs(self, file: str, concept_map: Mapping[str, object]) -> None:
        """Whether each element and each target that means something names a code."""
        for group in _list(concept_map.get("group")):
            for element in _list(_mapping(group).get("element")):
                self._text(file, "element.code", _mapping(element).get("code"))
                for target in _list(_mapping(element).get("target"))[:1]:
                    if _mapping(target).get("equivalence") not in NO_TRANSLATION:
                        self._text(file, "target.code", _mapping(target).get("code"))

    def _absolute(self, url: str) -> str:
        return url if url.startswith(("http://", "https://", "urn:")) else f"{self.base}/{url}"

    def _text(self, file: str, path: str, value: object) -> str:
        if not isinstance(value, str) or not value:
            self._say(f"{file}#{path}", _MISSING if value in (None, "") else _NO_TEXT)
            return ""
        return value

    def _say(self, place: str, text: str) -> None:
        issue = Issue(severity=Severity.ERROR, code=IssueType.INVALID, rule="terminology/file", text=text, location=(place,))
        self.issues.append(issue)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()
