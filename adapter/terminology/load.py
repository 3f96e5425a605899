"""Makes the Terminology of parsed terminology files."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from adapter.issues import InvalidError, Issue, IssueType, Severity
from adapter.terminology.terminology import Terminology

_CANNOT_BE_TEXT = "A text is needed here. Put codes that look like numbers in quotes."


def load_terminology(files: Mapping[str, object], *, base: str) -> Terminology:
    """Prepare all look-ups; `files` holds parsed YAML by file name, `base` is the canonical base without a slash at its end.

    A file holds `systems` (alias to {url, also}) or one resource: a CodeSystem whose URL has an alias, or a ConceptMap, known
    by its id. A URL without a scheme is relative to the base. Raises InvalidError with all that is wrong in the files.
    """
    reader = _Reader(base)
    for file, content in files.items():
        reader.read(file, content)
    reader.name_code_systems()
    if reader.issues:
        raise InvalidError(*reader.issues)
    return Terminology(
        base=base,
        systems=MappingProxyType(reader.systems),
        spellings=MappingProxyType(reader.spellings),
        concepts=MappingProxyType(reader.concepts),
        maps=MappingProxyType(reader.maps),
    )


class _Reader:
    """Collects what the files say, and what is wrong with them."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.systems: dict[str, str] = {}
        self.spellings: dict[str, str] = {}
        self.maps: dict[str, Mapping[str, str]] = {}
        self.concepts: dict[str, Mapping[str, str | None]] = {}
        self.issues: list[Issue] = []
        self._code_systems: dict[str, tuple[str, Mapping[str, str | None]]] = {}

    def read(self, file: str, content: object) -> None:
        top = _mapping(content)
        if "systems" in top:
            self._systems(file, _mapping(top["systems"]))
        elif top.get("resourceType") == "CodeSystem":
            url = self._absolute(self._text(file, "url", top.get("url")))
            self._code_systems[url] = (file, dict(self._concepts(file, top)))
        elif top.get("resourceType") == "ConceptMap":
            self.maps[self._text(file, "id", top.get("id"))] = MappingProxyType(dict(self._pairs(file, top)))
        else:
            self._say(file, "This is no list of systems, no CodeSystem and no ConceptMap. Give it `systems` or a `resourceType`.")

    def name_code_systems(self) -> None:
        """Find the alias of every code system that was read."""
        aliases = {url: alias for alias, url in self.systems.items()}
        for url, (file, concepts) in self._code_systems.items():
            if url in aliases:
                self.concepts[aliases[url]] = MappingProxyType(dict(concepts))
            else:
                self._say(file, "The URL of this CodeSystem has no alias. Add one to the list of systems.")

    def _systems(self, file: str, systems: Mapping[str, object]) -> None:
        for alias, entry in systems.items():
            said = _mapping(entry)
            url = self._absolute(self._text(file, f"systems.{alias}.url", said.get("url")))
            self.systems[alias] = url
            for other in (url, *_list(said.get("also"))):
                spelling = self._text(file, f"systems.{alias}.also", other)
                if self.spellings.setdefault(spelling, url) != url:
                    self._say(f"{file}#systems.{alias}", "This spelling belongs to another system already. Keep one of the two.")

    def _concepts(self, file: str, parent: Mapping[str, object]) -> Iterator[tuple[str, str | None]]:
        for each in _list(parent.get("concept")):
            concept = _mapping(each)
            display = concept.get("display")
            yield self._text(file, "concept.code", concept.get("code")), None if display is None else str(display)
            yield from self._concepts(file, concept)

    def _pairs(self, file: str, concept_map: Mapping[str, object]) -> Iterator[tuple[str, str]]:
        for group in _list(concept_map.get("group")):
            for element in _list(_mapping(group).get("element")):
                source = self._text(file, "element.code", _mapping(element).get("code"))
                for target in _list(_mapping(element).get("target"))[:1]:
                    yield source, self._text(file, "target.code", _mapping(target).get("code"))

    def _absolute(self, url: str) -> str:
        return url if url.startswith(("http://", "https://", "urn:")) else f"{self.base}/{url}"

    def _text(self, file: str, path: str, value: object) -> str:
        if not isinstance(value, str) or not value:
            self._say(f"{file}#{path}", _CANNOT_BE_TEXT)
            return ""
        return value

    def _say(self, place: str, text: str) -> None:
        issue = Issue(severity=Severity.ERROR, code=IssueType.INVALID, rule="terminology/file", text=text, location=(place,))
        self.issues.append(issue)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()
