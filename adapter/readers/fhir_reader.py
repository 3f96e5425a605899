"""Reads FHIR R4 as JSON: Bundles of any type and single resources, with the references between their resources resolved."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from urllib.parse import unquote

from adapter.fhir.json import canonical_bytes
from adapter.issues import MOST_ISSUES, AnyIssue, ConflictError, InvalidError, Issue, IssueType, Severity, to_raise
from adapter.json_types import JsonObject, JsonValue
from adapter.path import Path, pointer
from adapter.readers.astray_reference import astray_issues
from adapter.readers.bundle_remark import bundle_remarks
from adapter.readers.claim_amount import claim_amount_issues
from adapter.readers.document import Document, ReadDocument
from adapter.readers.document_subject import of_another_patient, of_another_visit
from adapter.readers.later_release import of_later_release
from adapter.readers.modifier_element import has_modifier, modifier_issues
from adapter.readers.placed_resource import PlacedResource, listed, resources_of

FORM = "fhir.R4"
_BLOCKING = ("structure/type", "structure/value")
"""What of a resource's structure must be right, so that it can be read; the rest is for those who asked for a check."""
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_CONDITIONAL = re.compile(r"(?P<type>\w+)\?identifier=(?P<token>[^&]+)")

_STRANGERS = (of_another_patient, of_another_visit)

StructureOf = Callable[[JsonObject], Iterable[AnyIssue]]


@dataclass(frozen=True, kw_only=True)
class FhirDocument(ReadDocument):
    """Resources by type, as lists; `places` says where each of them, and the Bundle around them, stands: the file, and the path.

    `files` are what was sent, with their names: one document, or several that were put together. Of a list in which some items
    are null (they have an extension only) `kept` has the places of the others.
    """

    files: Sequence[tuple[str, JsonObject]]
    places: Mapping[Path, tuple[str, Path]]
    kept: Mapping[Path, Sequence[int]]

    def positions(self, path: Path) -> tuple[str, ...]:
        """`name#/entry/3/resource/birthDate` of a value, or of the nearest value above it that is there."""
        near = self.nearest(path)
        name, place = self.places.get(near[:2], (self.name, ()))
        return (f"{name}#{pointer((*place, *self._as_sent(near)))}",)

    def _as_sent(self, path: Path) -> Iterator[str | int]:
        """The steps within the resource, with the places that items of lists had before what is null was left out."""
        for depth, step in enumerate(path[2:], start=2):
            places = self.kept.get(path[:depth]) if isinstance(step, int) else None
            yield places[int(step)] if places else step


@dataclass(frozen=True, slots=True, kw_only=True)
class _Index:
    """By what the resources of a document are known: a reference that leads to none of them stays as it was sent."""

    urls: dict[str, str] = field(default_factory=dict)
    identifiers: dict[tuple[str | None, str, str], list[str]] = field(default_factory=dict)
    without_url: set[str] = field(default_factory=set)
    modified: set[str] = field(default_factory=set)
    sparse: set[str] = field(default_factory=set)
    astray: set[str] = field(default_factory=set)

    def add(self, resource: PlacedResource) -> None:
        """Know a resource by its key, its full URL and its identifiers; the first of two with one URL counts."""
        kind = resource.resource["resourceType"]
        for name in (resource.key, resource.url):
            if name:
                self.urls.setdefault(name, resource.key)
        if not resource.url:
            self.without_url.add(resource.key)
        for identifier in listed(resource.resource.get("identifier")):
            if isinstance(identifier, dict) and identifier.get("value"):
                system, value = str(identifier.get("system", "")), str(identifier["value"])
                for of_kind in (kind, None):
                    self.identifiers.setdefault((of_kind, system, value), []).append(resource.key)

    def target(self, reference: JsonObject, inside: str) -> str | None:
        """The key of what a reference means: by URL, by condition or by identifier, if it is one resource of the document."""
        text = reference.get("reference")
        if isinstance(text, str) and (key := self._by_text(text, inside)):
            return key
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
    sent = [one for name, tree in files for one in resources_of(tree, name)]
    for one in _once(sent):
        twin = contained.setdefault(_content(one), one.key) if one.inside else one.key
        if twin == one.key:
            index.add(one)
            entries.append(one)
        else:
            index.urls[one.key] = twin
    remarks = tuple(bundle_remarks(sent, partial(_position, index, {one.key: one for one in reversed(sent)})))
    return _without_errors(_by_type(entries, index, files=files, remarks=remarks))


def _position(index: _Index, by_key: Mapping[str, PlacedResource], url: str) -> str | None:
    """Where what a URL leads to stands, if it was sent."""
    key = index.target({"reference": url}, "")
    return by_key[key].position() if key else None


def _by_type(
    entries: Sequence[PlacedResource], index: _Index, *, files: Sequence[tuple[str, JsonObject]], remarks: tuple[Issue, ...]
) -> FhirDocument:
    resources: JsonObject = {}
    places: dict[Path, tuple[str, Path]] = {}
    kept: dict[Path, list[int]] = {}
    for one in entries:
        of_type = resources.setdefault(one.kind, [])
        places[one.kind, len(of_type)] = (one.name, one.place)
        own = {name: value for name, value in one.resource.items() if name != "resourceType"}
        path = (one.kind, len(of_type))
        of_type.append(_resolved({**own, "id": one.key}, index, one.inside or one.key))
        if (one.inside or one.key) in index.sparse:
            kept |= _kept(own, path)
    modified = (issue for one in entries if (one.inside or one.key) in index.modified for issue in modifier_issues(one))
    astray = (one for one in entries if (one.inside or one.key) in index.astray)
    amounts = (issue for one in entries if one.kind == "Claim" for issue in claim_amount_issues(one))
    counted = (*islice(modified, MOST_ISSUES + 1), *islice(amounts, MOST_ISSUES + 1))
    remarks = (*remarks, *counted, *astray_issues(astray, lambda *told: index.target(*told) is None))
    return FhirDocument(name=files[0][0], form=FORM, tree=resources, files=files, places=places, kept=kept, remarks=remarks)


def _without_errors(document: FhirDocument) -> FhirDocument:
    """The document; raises InvalidError for what keeps it from being read as what it says."""
    strangers = [issue for check in _STRANGERS for issue in check(document.tree, lambda path: document.positions(path)[0])]
    if errors := [issue for issue in (*document.remarks, *strangers) if issue.is_error]:
        raise InvalidError(*to_raise(errors))
    return document


def _content(contained: PlacedResource) -> bytes:
    """What a contained resource says, whatever it is called there; one that refers to its neighbours is like no other."""
    said = canonical_bytes({**contained.resource, "id": None})
    return contained.key.encode() if b'"#' in said else said


def _once(resources: Sequence[PlacedResource]) -> list[PlacedResource]:
    """Each resource once, however often it was sent, in one file or in several; raises ConflictError if it differs."""
    first: dict[str, PlacedResource] = {}
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


def _two_versions(one: PlacedResource, other: PlacedResource) -> Issue:
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.CONFLICT,
        rule="document/contradiction",
        text="this resource is here twice, and not with the same content",
        suggestion="send the newer one only",
        location=tuple(f"{resource.name}#{pointer(resource.place)}" for resource in (one, other)),
    )


def _resolved(value: JsonValue, index: _Index, inside: str) -> JsonValue:
    """A value with every reference to a resource of the document rewritten to its key, and without items that are null."""
    if isinstance(value, list):
        if None in value:
            index.sparse.add(inside)
        return [_resolved(item, index, inside) for item in value if item is not None]
    if not isinstance(value, dict):
        return value
    if has_modifier(value):
        index.modified.add(inside)
    resolved = {name: _resolved(child, index, inside) for name, child in value.items()}
    is_reference = isinstance(value.get("reference"), str) or value.keys() <= {"identifier", "type", "display"}
    target = index.target(value, inside) if is_reference else None
    if target is None and isinstance(value.get("reference"), str):
        index.astray.add(inside)
    return {**resolved, "reference": target} if target else resolved


def _kept(value: JsonValue, path: Path) -> dict[Path, list[int]]:
    """The places of the items of each list in which others are null: those have an extension, and no value."""
    kept: dict[Path, list[int]] = {}
    if isinstance(value, list):
        places = [place for place, item in enumerate(value) if item is not None]
        if len(places) < len(value):
            kept[path] = places
    for step, child in enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ():
        kept |= _kept(child, (*path, step))
    return kept


def _placed(issue: Issue, name: str) -> Issue:
    """An issue at the place in the document that its expression names."""
    (expression,) = issue.expression
    steps: Path = tuple(int(at) if at else step for step, at in _STEP.findall(expression))
    return issue.at(location=(f"{name}#{pointer(steps)}",))
