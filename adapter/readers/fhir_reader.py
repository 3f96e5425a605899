"""Reads FHIR R4 as JSON: Bundles of any type and single resources, with the references between their resources resolved."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from urllib.parse import unquote

from adapter.fhir.json import canonical_bytes
from adapter.issues import MOST_ISSUES, AnyIssue, ConflictError, InvalidError, Issue, IssueType, Severity, to_raise
from adapter.json_types import JsonObject, JsonValue
from adapter.path import Path, pointer
from adapter.readers.document import Document, ReadDocument
from adapter.readers.later_release import of_later_release

FORM = "fhir.R4"
_BLOCKING = ("structure/type", "structure/value")
"""What of a resource's structure must be right, so that it can be read; the rest is for those who asked for a check."""
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_CONDITIONAL = re.compile(r"(?P<type>\w+)\?identifier=(?P<token>[^&]+)")

StructureOf = Callable[[JsonObject], Iterable[AnyIssue]]


@dataclass(frozen=True, kw_only=True)
class FhirDocument(ReadDocument):
    """Resources by type, as lists; `places` says where each of them, and the Bundle around them, stands: the file, and the path.

    `files` are what was sent, with their names: one document, or several that were put together.
    """

    files: Sequence[tuple[str, JsonObject]]
    places: Mapping[Path, tuple[str, Path]]

    def positions(self, path: Path) -> tuple[str, ...]:
        """`name#/entry/3/resource/birthDate` of a value, or of the nearest value above it that is there."""
        near = self.nearest(path)
        name, place = self.places.get(near[:2], (self.name, ()))
        return (f"{name}#{pointer((*place, *near[2:]))}",)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A resource, where it stands, and what it is known by within the document."""

    resource: JsonObject
    name: str
    place: Path
    key: str
    url: str | None = None
    inside: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Index:
    """By what the resources of a document are known: a reference that leads to none of them stays as it was sent."""

    urls: dict[str, str] = field(default_factory=dict)
    identifiers: dict[tuple[str | None, str, str], list[str]] = field(default_factory=dict)
    without_url: set[str] = field(default_factory=set)

    def add(self, resource: _Found) -> None:
        """Know a resource by its key, its full URL and its identifiers; the first of two with one URL counts."""
        kind = resource.resource["resourceType"]
        for name in (resource.key, resource.url):
            if name:
                self.urls.setdefault(name, resource.key)
        if not resource.url:
            self.without_url.add(resource.key)
        for identifier in _list(resource.resource.get("identifier")):
            if isinstance(identifier, dict) and identifier.get("value"):
                system, value = str(identifier.get("system", "")), str(identifier["value"])
                for of_kind in (kind, None):
                    self.identifiers.setdefault((of_kind, system, value), []).append(resource.key)

    def target(self, reference: JsonObject, inside: str) -> str | None:
        """The key of what a reference means: by URL, by condition or by identifier, if it is one resource of the document."""
        text = reference.get("reference")
        if isinstance(text, str):
            return self._by_text(text, inside)
        identifier = reference.get("identifier")
        return self._by_identifier(reference.get("type"), identifier) if isinstance(identifier, dict) else None

    def _by_text(self, text: str, inside: str) -> str | None:
        if text.startswith("#"):
            return inside if text == "#" else self.urls.get(f"{inside}{text}")
        if condition := _CONDITIONAL.fullmatch(text):
            system, _, value = unquote(condition["token"]).rpartition("|")
            return self._identified(condition["type"], system, value)
        return self._by_url(text.partition("/_history/")[0])

    def _by_url(self, url: str) -> str | None:
        """The key of what has this URL; of what has none, because it was sent without its server, by type and id."""
        key = "/".join(url.rsplit("/", 2)[-2:])
        return self.urls.get(url) or (key if key in self.without_url else None)

    def _by_identifier(self, kind: JsonValue, identifier: JsonObject) -> str | None:
        own_kind = kind if isinstance(kind, str) else None
        return self._identified(own_kind, str(identifier.get("system", "")), str(identifier.get("value", "")))

    def _identified(self, kind: str | None, system: str, value: str) -> str | None:
        """The key of the one resource that has an identifier, and is of the type if one is named."""
        keys = self.identifiers.get((kind, system, value), ())
        return keys[0] if len(keys) == 1 else None


def read_fhir(tree: JsonObject, document: Document, structure: StructureOf) -> FhirDocument:
    """The resources of a document by type; raises InvalidError for R5, and for what is not built so that it can be read."""
    if later := tuple(islice(of_later_release(tree, document.name), MOST_ISSUES + 1)):
        raise InvalidError(*later)
    problems = to_raise([issue for issue in structure(tree) if issue.rule in _BLOCKING])
    if problems:
        raise InvalidError(*(_placed(issue, document.name) for issue in problems))
    return _read([(document.name, tree)])


def fhir_together(documents: Sequence[ReadDocument]) -> list[ReadDocument]:
    """Documents, those of FHIR as one, so that references lead from file to file, whatever the order of the files.

    Raises ConflictError for a resource that two files tell differently.
    """
    fhir = [document for document in documents if isinstance(document, FhirDocument)]
    if len(fhir) <= 1:
        return list(documents)
    files = [file for document in sorted(fhir, key=lambda one: one.name) for file in document.files]
    return [*(document for document in documents if not isinstance(document, FhirDocument)), _read(files)]


def _read(files: Sequence[tuple[str, JsonObject]]) -> FhirDocument:
    index = _Index()
    entries = []
    contained: dict[bytes, str] = {}
    for one in _once([one for name, tree in files for one in _resources(tree, name)]):
        twin = contained.setdefault(_content(one), one.key) if one.inside else one.key
        if twin == one.key:
            index.add(one)
            entries.append(one)
        else:
            index.urls[one.key] = twin
    resources: JsonObject = {}
    places: dict[Path, tuple[str, Path]] = {}
    for one in entries:
        kind = one.resource["resourceType"]
        listed = resources.setdefault(kind, [])
        places[kind, len(listed)] = (one.name, one.place)
        own = {name: value for name, value in one.resource.items() if name != "resourceType"}
        listed.append(_resolved({**own, "id": one.key}, index, one.inside or one.key))
    return FhirDocument(name=files[0][0], form=FORM, tree=resources, files=files, places=places)


def _content(contained: _Found) -> bytes:
    """What a contained resource says, whatever it is called there; one that refers to its neighbours is like no other."""
    said = canonical_bytes({**contained.resource, "id": None})
    return contained.key.encode() if b'"#' in said else said


def _once(resources: Sequence[_Found]) -> list[_Found]:
    """Each resource once, however often it was sent, in one file or in several; raises ConflictError if it differs."""
    first: dict[str, _Found] = {}
    kept = []
    for one in resources:
        known = first.setdefault(one.key, one)
        is_another = known.url and one.url and known.url != one.url
        if known is one or is_another or "id" not in one.resource or one.resource["resourceType"] == "Bundle":
            kept.append(one)
        elif _said(known.resource) != _said(one.resource):
            raise ConflictError(_two_versions(known, one))
    return kept


def _said(resource: JsonObject) -> JsonObject:
    return {name: value for name, value in resource.items() if name != "meta"}


def _two_versions(one: _Found, other: _Found) -> Issue:
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.CONFLICT,
        rule="document/contradiction",
        text="this resource is here twice, and not with the same content",
        suggestion="send the newer one only",
        location=tuple(f"{resource.name}#{pointer(resource.place)}" for resource in (one, other)),
    )


def _resources(resource: JsonObject, name: str, place: Path = ()) -> Iterator[_Found]:
    """A resource of a file, first, without those in it, and then all in it: the entries of a Bundle, and what is contained."""
    key = f"{resource['resourceType']}/{resource.get('id') or pointer(place)}"
    own = {member: value for member, value in resource.items() if member != "contained"}
    entries = _list(resource.get("entry")) if resource["resourceType"] == "Bundle" else []
    older = _older_versions(entries) if resource.get("type") == "history" else set()
    if entries:
        own["entry"] = [
            {member: value for member, value in entry.items() if member != "resource" or at in older}
            for at, entry in enumerate(entries)
        ]
    yield _Found(resource=own, name=name, place=place, key=key)
    for at, entry in enumerate(entries):
        if "resource" in entry and at not in older:
            first, *within = _resources(entry["resource"], name, (*place, "entry", at, "resource"))
            yield from (replace(first, url=entry.get("fullUrl")), *within)
    for at, part in enumerate(_list(resource.get("contained"))):
        if isinstance(part, dict) and isinstance(part.get("resourceType"), str):
            inner = f"{key}#{part.get('id') or at}"
            yield _Found(resource=part, name=name, place=(*place, "contained", at), key=inner, inside=key)


def _older_versions(entries: Sequence[JsonObject]) -> set[int]:
    """The entries of a history that come after another one of their resource: the newest, or its deletion, is first."""
    seen: set[str] = set()
    older = set()
    for at, entry in enumerate(entries):
        resource = entry.get("resource", {})
        deleted = entry.get("request", {}).get("url", "") if "resource" not in entry else ""
        name = f"{resource['resourceType']}/{resource['id']}" if "id" in resource else deleted
        if name in seen:
            older.add(at)
        elif name:
            seen.add(name)
    return older


def _resolved(value: JsonValue, index: _Index, inside: str) -> JsonValue:
    """A value with every reference that leads to a resource of the document rewritten to its key."""
    if isinstance(value, list):
        return [_resolved(item, index, inside) for item in value]
    if not isinstance(value, dict):
        return value
    resolved = {name: _resolved(child, index, inside) for name, child in value.items()}
    is_reference = isinstance(value.get("reference"), str) or value.keys() <= {"identifier", "type", "display"}
    target = index.target(value, inside) if is_reference else None
    return {**resolved, "reference": target} if target else resolved


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _placed(issue: Issue, name: str) -> Issue:
    """An issue at the place in the document that its expression names."""
    (expression,) = issue.expression
    steps: Path = tuple(int(at) if at else step for step, at in _STEP.findall(expression))
    return issue.at(location=(f"{name}#{pointer(steps)}",))
