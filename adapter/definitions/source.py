"""Our own definitions as FHIR resources: what the files say, under the common header, with absolute URLs."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from adapter.fhir.resource import Element, Resource
from adapter.json_types import JsonValue

TYPES = ("CodeSystem", "ValueSet", "ConceptMap", "StructureDefinition")
"""The types of definitions, in the order in which a server takes them: each names only what stands before it."""

_XHTML = "http://www.w3.org/1999/xhtml"
_OURS = re.compile(rf"(?:{'|'.join(TYPES)})/[A-Za-z0-9.-]+(?:#[A-Za-z]+)?")
_FIRST = ("resourceType", "id", "text", "url", "version", "name", "title", "status", "experimental", "date", "publisher")
_SECOND = ("contact", "description", "jurisdiction", "purpose", "copyright")


def published(resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """The definitions that are published, by type in the order of TYPES, then by id.

    A resource without a `url` is for mappings only (the words of an input form are nobody's code system) and is not published.
    Of two with one URL the last stays: a user's definition replaces ours.
    """
    by_url = {resource["url"]: resource for resource in resources if "url" in resource}
    return tuple(sorted(by_url.values(), key=lambda resource: (TYPES.index(resource["resourceType"]), resource["id"])))


def load_resources(files: Mapping[str, object], *, base: str) -> dict[str, Resource]:
    """All definitions by file, published or not, with absolute URLs; files that hold something else are passed over.

    `files` holds parsed YAML by file name, of which one may have a `header`: what every definition begins with, and `owners`:
    by code system the sentence that the copyright of a definition gets which names it. A definition without a narrative gets
    its title and description as one. `base` is the canonical base without a slash at its end.
    """
    contents = [content for content in files.values() if isinstance(content, Mapping)]
    header: Resource = {}
    owners: dict[str, str] = {}
    for content in contents:
        header |= _mapping(content.get("header"))
        owners |= _mapping(content.get("owners"))
    definitions = {
        name: resource
        for name, resource in files.items()
        if isinstance(resource, Mapping) and resource.get("resourceType") in TYPES
    }
    return {name: _complete(header | dict(resource), owners, base) for name, resource in definitions.items()}


def _complete(resource: Resource, owners: Mapping[str, str], base: str) -> Resource:
    texts = _texts(resource)
    notices = [notice for url, notice in owners.items() if url in texts]
    if notices:
        resource = resource | {"copyright": " ".join([*notices, *_text(resource.get("copyright"))])}
    if "url" in resource and "text" not in resource:
        resource = resource | {"text": _narrative(resource)}
    names = [*_FIRST, *_SECOND, *(name for name in resource if name not in (*_FIRST, *_SECOND))]
    return {name: _absolute(resource[name], base) for name in names if name in resource}


def _narrative(resource: Element) -> Resource:
    texts = [str(resource[name]).rstrip(".") for name in ("title", "description") if resource.get(name)]
    paragraphs = "".join(f"<p>{escape(text, quote=False)}</p>" for text in texts or [resource["url"]])
    return {"status": "generated", "div": f'<div xmlns="{_XHTML}">{paragraphs}</div>'}


def _texts(value: object) -> set[str]:
    """Every text within a value."""
    texts, waiting = set[str](), [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            texts.add(part)
        else:
            waiting += children(part)
    return texts


def children(value: object) -> Iterator[Any]:
    """What an object or a list holds; nothing of anything else."""
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield from value


def _mapping(value: object) -> Resource:
    return dict(value) if isinstance(value, Mapping) else {}


def _text(value: object) -> list[str]:
    return [value] if isinstance(value, str) else []


def _absolute(value: JsonValue, base: str) -> JsonValue:
    """The value with the base in front of every text that is a URL of ours (`CodeSystem/procedure-modifier`)."""
    if isinstance(value, str):
        return f"{base}/{value}" if _OURS.fullmatch(value) else value
    if isinstance(value, Mapping):
        return {name: _absolute(member, base) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_absolute(item, base) for item in value]
    return value
