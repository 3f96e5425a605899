"""Do the references of a Bundle lead to resources in it, of a type that may stand there; are ids and full URLs unique."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from adapter.checks.reference_guide import LiteralReference, ReferenceGuide, type_in, types_of
from adapter.checks.release import Release
from adapter.fhir.resource import Resource
from adapter.issues import Issue, IssueType, Severity

_PAGES = "http://hl7.org/fhir"
_REFERENCE_KEY = b'"reference":"'
_TO_DO = frozenset({"transaction", "batch"})
_NEEDS_REQUEST = frozenset({"transaction", "batch", "history"})
_SPACE = re.compile(r"\s")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_RESTFUL = re.compile(r"https?://\S+/(([A-Z][A-Za-z]+)/[A-Za-z0-9.-]{1,64})")
_UUID = "urn:uuid:"
_NEEDS_RESPONSE = frozenset({"transaction-response", "batch-response", "history"})


def check_references(bundle: Resource, release: Release, content: bytes) -> Iterator[Issue]:
    """What is wrong with the references, full URLs and ids of a Bundle of sound structure; `content` are its compact bytes.

    A reference must be the full URL, or the type and id, of an entry; `#id` must be contained. Expressions begin with `Bundle`.
    """
    if is_sound(bundle, release, content):
        return
    entries = bundle.get("entry", [])
    types = types_of(entries)
    source = f"{_PAGES}/{release.name}/bundle.html"
    yield from (replace(issue, source=source) for issue in _check_entries(bundle.get("type"), entries))
    resources = [entry.get("resource") for entry in entries]
    if not _all_sound(release, resources, types, content=content):
        for number, resource in enumerate(resources):
            if resource is not None:
                source = f"{_PAGES}/{release.name}/references.html"
                unsound = _unsound(resource, types, guide=release.all_references, place=f"Bundle.entry[{number}].resource")
                yield from (replace(issue, source=source) for issue in unsound)


def mistyped(resource: Resource, release: Release, root: str) -> Iterator[Issue]:
    """The references of one resource by itself that name, or lead within it to, a type that cannot stand there."""
    guide = release.all_references
    contained = guide.types_within(resource, {})
    for found in guide.references(resource):
        if _SPACE.search(found.reference):
            text = "a reference is a URL, relative or absolute, and no URL has a space; correct it"
            yield _issue("format", text, f"{root}{found.path}.reference")
        kind = type_in(found.reference) or contained.get(found.reference)
        if kind is not None:
            wrong = _wrong_types(kind, found, root)
            yield from (replace(issue, source=f"{_PAGES}/{release.name}/references.html") for issue in wrong)


def is_sound(bundle: Resource, release: Release, content: bytes) -> bool:
    """Whether nothing is wrong with the references, full URLs and ids of a Bundle of sound structure.

    Quick, and careful: it says no where only a closer look can tell.
    """
    entries = bundle.get("entry", [])
    types = types_of(entries)
    is_complete = all(
        "request" in entry and "response" not in entry and entry.get("fullUrl", "").startswith(_UUID) for entry in entries
    )
    if bundle.get("type") not in _TO_DO or len(types) < 2 * len(entries) or not is_complete:
        return False
    return _all_sound(release, [entry.get("resource") for entry in entries], types, content=content)


def _all_sound(release: Release, resources: list[Resource | None], types: Mapping[str, str], *, content: bytes) -> bool:
    """Whether the short guide finds all references that the bytes hold, and all of them are sound.

    A quotation mark within a text is escaped, so the count is of keys only.
    """
    guide = release.references
    counts = [guide.sound_references(resource, types) for resource in resources if resource is not None]
    return -1 not in counts and sum(counts) == content.count(_REFERENCE_KEY)


def _check_entries(kind: str | None, entries: list[Resource]) -> Iterator[Issue]:
    """Entries of one full URL or one id (bdl-7), and requests and responses that are missing or too many (bdl-3, bdl-4)."""
    urls = Counter(entry["fullUrl"] for entry in entries if "fullUrl" in entry)
    ids = Counter(id_ for entry in entries if (id_ := _id_of(entry)))
    is_history = kind == "history"
    for number, entry in enumerate(entries):
        here = f"Bundle.entry[{number}]"
        if urls[entry.get("fullUrl", "")] > 1 and not is_history:
            yield _issue("bdl-7", "another entry has the same full URL", f"{here}.fullUrl")
        if ids[_id_of(entry)] > 1 and not is_history:
            yield _issue("id", "another entry has a resource of this type and id", f"{here}.resource.id")
        yield from _check_full_url(entry, here)
        yield from _unfit(entry, here, kind, "request", key="bdl-3")
        yield from _unfit(entry, here, kind, "response", key="bdl-4")


def _check_full_url(entry: Resource, here: str) -> Iterator[Issue]:
    """A full URL that is relative, or that ends in the type of the resource and another id."""
    url, id_ = entry.get("fullUrl"), _id_of(entry)
    if url is None:
        return
    if _ABSOLUTE.fullmatch(url) is None:
        yield _issue("full-url", "a full URL is absolute, such as urn:uuid:… or https://…; correct it", f"{here}.fullUrl")
    elif id_ and (match := _RESTFUL.fullmatch(url)) and match[1] != id_ and match[2] == entry["resource"]["resourceType"]:
        text = "this full URL ends in another id than the resource has; correct one of the two"
        yield _issue("full-url", text, f"{here}.fullUrl")


def _unfit(entry: Resource, here: str, kind: str | None, name: str, *, key: str) -> Iterator[Issue]:  # noqa: PLR0917 - one entry
    """A request or a response that is missing, or should not be there."""
    needs = kind in (_NEEDS_REQUEST if name == "request" else _NEEDS_RESPONSE)
    if needs != (name in entry):
        yield _issue(key, f"an entry of a {kind} {'needs' if needs else 'has no'} {name}", here)


def _id_of(entry: Resource) -> str:
    """Type and id of the resource of an entry, nothing if it has none."""
    resource = entry.get("resource", {})
    return f"{resource['resourceType']}/{resource['id']}" if "id" in resource else ""


def _unsound(resource: Resource, types: Mapping[str, str], *, guide: ReferenceGuide, place: str) -> Iterator[Issue]:
    """The references of a resource that lead nowhere, or to a resource that cannot stand there."""
    for found in guide.references(resource):
        kind = guide.types_within(resource, types).get(found.reference)
        if kind is None:
            text = "this reference resolves to nothing in the Bundle; add the resource, or remove the reference"
            yield _issue("unresolved", text, f"{place}{found.path}.reference")
        else:
            yield from _wrong_types(kind, found, place)


def _wrong_types(kind: str, found: LiteralReference, place: str) -> Iterator[Issue]:
    """A reference to a resource of a type that cannot stand there, or that is not the type that the reference says."""
    if found.targets and kind not in found.targets:
        text = f"the type {kind} is not allowed here; allowed are: {', '.join(sorted(found.targets))}"
        yield _issue("target", text, f"{place}{found.path}.reference")
    if found.type not in (None, kind):
        yield _issue(
            "type",
            f"this says another type than {kind}, where the reference leads; correct it, or leave it out",
            f"{place}{found.path}.type",
        )


def _issue(check: str, text: str, expression: str) -> Issue:
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.NOT_FOUND if check == "unresolved" else IssueType.INVALID,
        rule=f"reference/{check}",
        text=text,
        expression=(expression,),
    )
