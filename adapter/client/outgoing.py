"""What may not leave for a server that takes test data only: every resource that is not marked as such, wherever it stands."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from adapter.client.loose import dict_in, list_in, text_in
from adapter.json_types import JsonMapping

_TEST_SYSTEM = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
_TEST_CODE = "HTEST"

_ID = r"[A-Za-z0-9.\-]{1,64}"
_WORD = re.compile(r"[A-Za-z0-9._:+\-]{1,64}")
_VERSION = re.compile(rf'W/"{_ID}"')
_RESOURCE = "a resource"
_SHAPES: Mapping[str, Mapping[str, re.Pattern[str] | str]] = MappingProxyType(
    {
        "Bundle": {"resourceType": _WORD, "id": _WORD, "type": _WORD, "total": _WORD, "timestamp": _WORD, "entry": "an entry"},
        "an entry": {
            "fullUrl": re.compile(r"urn:uuid:[0-9A-Fa-f\-]{36}|https?://[A-Za-z0-9.:/_\-]+"),
            "resource": _RESOURCE,
            "request": "a request",
            "response": "a response",
        },
        "a request": {"method": _WORD, "url": re.compile(rf"[A-Za-z]+(/{_ID}(/_history/{_ID})?)?"), "ifMatch": _VERSION},
        "a response": {
            "status": re.compile(r"[0-9]{3}( OK| Created)?"),
            "etag": _VERSION,
            "lastModified": _WORD,
            "outcome": _RESOURCE,
        },
        "Parameters": {"resourceType": _WORD, "id": _WORD, "parameter": "a parameter"},
        "a parameter": {"name": _WORD, "resource": _RESOURCE, "part": "a parameter"},
    }
)
"""What a Bundle, Parameters and their parts may have without a mark: words of a form that says nothing of anybody, and members
that are looked at in their turn."""


def unmarked_places(resource: JsonMapping) -> Iterator[str]:
    """Where something stands that is not marked as test data (HTEST), as paths from the resource.

    Looked at is everything: resources at any depth (contained ones cannot bear a mark of their own unless they break dom-5, and
    so need not go to a public server), and each member of a Bundle and of Parameters.
    """
    yield from _resource(resource, text_in(resource, "resourceType") or "resource")


def is_marked(resource: JsonMapping) -> bool:
    """Whether a resource itself is marked as test data."""
    labels = list_in(dict_in(resource, "meta"), "security")
    return any(text_in(label, "system") == _TEST_SYSTEM and text_in(label, "code") == _TEST_CODE for label in labels)


def _resource(resource: object, path: str) -> Iterator[str]:
    kind = text_in(resource, "resourceType")
    if not isinstance(resource, Mapping):
        yield path
    elif kind in ("Bundle", "Parameters"):
        yield from _members(resource, path, kind, marked=is_marked(resource))
    elif is_marked(resource):
        yield from _within(resource, path)
    else:
        yield path


def _members(value: object, path: str, shape: str, *, marked: bool) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield path
        return
    if shape == "an entry":  # What it says beside a resource that is marked is about that resource, search criteria too.
        marked = is_marked(dict_in(value, "resource"))
    for name, member in value.items():
        if member is not None:
            yield from _member(member, f"{path}.{name}", _SHAPES[shape].get(name), marked=marked)


def _member(value: object, path: str, form: re.Pattern[str] | str | None, *, marked: bool) -> Iterator[str]:
    if isinstance(value, list) and form is not None:
        for index, item in enumerate(value):
            yield from _member(item, f"{path}[{index}]", form, marked=marked)
    elif form == _RESOURCE:
        yield from _resource(value, path)
    elif isinstance(form, str):
        yield from _members(value, path, form, marked=marked)
    elif marked:
        yield from _part(value, path)
    elif form is None or not (isinstance(value, str | int) and form.fullmatch(str(value))):
        yield path


def _within(value: object, path: str) -> Iterator[str]:
    """Resources within what is marked, at any depth."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _part(item, f"{path}[{index}]")
    elif isinstance(value, Mapping):
        for name, member in value.items():
            yield from _part(member, f"{path}.{name}")


def _part(value: object, path: str) -> Iterator[str]:
    is_resource = isinstance(value, Mapping) and "resourceType" in value
    yield from _resource(value, path) if is_resource else _within(value, path)
