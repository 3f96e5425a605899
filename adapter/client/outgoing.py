"""What may not leave for a server that takes test data only: every resource that is not marked as such, wherever it stands."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from adapter.client.loose import dict_in, list_in, text_in
from adapter.json_types import JsonMapping

_TEST_SYSTEM = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
_TEST_CODE = "HTEST"

_ENVELOPE = frozenset({"resourceType", "id", "meta", "type", "total", "timestamp", "entry", "parameter"})
"""What a Bundle or Parameters may have without a mark of its own: nothing that says anything of anybody."""

_PLAIN_PARAMETER = frozenset({"name", "resource", "part"})
_SAYS_NOTHING = re.compile(r"[A-Za-z]+(/[A-Za-z0-9.\-]{1,64}(/_history/[A-Za-z0-9.\-]{1,64})?)?|metadata", re.ASCII)
"""A request URL without search criteria: a type, and an id."""


def unmarked_places(resource: JsonMapping) -> Iterator[str]:
    """Where something stands that is not marked as test data (HTEST), as paths from the resource.

    Looked at is everything: entries and what their requests and answers say, contained resources (which cannot bear a mark of
    their own unless they break dom-5, and so need not go to a public server), Parameters, and what a Bundle says of itself.
    """
    yield from _resource(resource, str(resource.get("resourceType")))


def _resource(resource: object, path: str) -> Iterator[str]:
    if not isinstance(resource, Mapping):
        yield path
    elif text_in(resource, "resourceType") == "Bundle":
        yield from _bundle(resource, path)
    elif text_in(resource, "resourceType") == "Parameters":
        yield from _parameters(resource, path)
    elif not is_marked(resource):
        yield path
    else:
        yield from _within(resource, path)


def _bundle(bundle: JsonMapping, path: str) -> Iterator[str]:
    yield from _own_words(bundle, path)
    for index, entry in enumerate(list_in(bundle, "entry")):
        yield from _entry(entry, f"{path}.entry[{index}]")


def _entry(entry: object, path: str) -> Iterator[str]:
    if not isinstance(entry, Mapping):
        yield path
        return
    resource, answer = entry.get("resource"), entry.get("response")
    if resource is not None:
        yield from _resource(resource, f"{path}.resource")
    outcome = answer.get("outcome") if isinstance(answer, Mapping) else None
    if outcome is not None:
        yield from _resource(outcome, f"{path}.response.outcome")
    if not isinstance(resource, Mapping) or not is_marked(resource):
        yield from _request(dict_in(entry, "request"), f"{path}.request")


def _request(request: JsonMapping, path: str) -> Iterator[str]:
    """What a request says beside a resource that is marked: search criteria can name a person."""
    url = request.get("url")
    if url is not None and not (isinstance(url, str) and _SAYS_NOTHING.fullmatch(url)):
        yield f"{path}.url"
    if request.get("ifNoneExist") is not None:
        yield f"{path}.ifNoneExist"


def _parameters(parameters: JsonMapping, path: str) -> Iterator[str]:
    yield from _own_words(parameters, path)
    marked = is_marked(parameters)
    for index, parameter in enumerate(list_in(parameters, "parameter")):
        yield from _parameter(parameter, f"{path}.parameter[{index}]", marked=marked)


def _parameter(parameter: object, path: str, *, marked: bool) -> Iterator[str]:
    if not isinstance(parameter, Mapping):
        yield path
        return
    if not marked and set(parameter) - _PLAIN_PARAMETER:
        yield path
    if parameter.get("resource") is not None:
        yield from _resource(parameter["resource"], f"{path}.resource")
    for index, part in enumerate(list_in(parameter, "part")):
        yield from _parameter(part, f"{path}.part[{index}]", marked=marked)


def _own_words(envelope: JsonMapping, path: str) -> Iterator[str]:
    if not is_marked(envelope):
        yield from (f"{path}.{name}" for name in envelope if name not in _ENVELOPE)


def _within(value: object, path: str) -> Iterator[str]:
    """Resources within a resource, at any depth."""
    children: Iterator[tuple[str, Any]] = iter(())
    if isinstance(value, Mapping):
        children = ((f"{path}.{name}", child) for name, child in value.items())
    elif isinstance(value, list):
        children = ((f"{path}[{index}]", child) for index, child in enumerate(value))
    for place, child in children:
        if isinstance(child, Mapping) and "resourceType" in child:
            yield from _resource(child, place)
        elif isinstance(child, Mapping | list):
            yield from _within(child, place)


def is_marked(resource: JsonMapping) -> bool:
    """Whether a resource itself is marked as test data."""
    labels = list_in(dict_in(resource, "meta"), "security")
    return any(text_in(label, "system") == _TEST_SYSTEM and text_in(label, "code") == _TEST_CODE for label in labels)
