"""The evidence of a step: what was sent as a line for `curl`, and what came back without what it says of others."""

import re
from collections.abc import Iterator, Mapping
from shlex import quote

from adapter.client.server_answer import json_or_none
from adapter.exchange import Request, ServerAnswer
from adapter.fhir.json import canonical_bytes
from adapter.json_types import JsonValue

HIDDEN = "[redacted]"
_SECRET = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})
_OF_PEOPLE = frozenset(
    {"family", "given", "text", "div", "value", "line", "city", "postalCode", "birthDate", "display", "data", "valueString"}
)
_LONGEST = 20_000
_FHIR_JSON = "application/fhir+json"
_SECRET_WORDS = re.compile("token|secret|key|password|auth", re.IGNORECASE)


def curl_line(request: Request) -> str:
    """The request as a line for a shell; what lets us in is not shown."""
    headers = dict(request.headers)
    if request.body is not None:
        headers = {"Content-Type": _FHIR_JSON, **headers}
    parts = ["curl", "-sS", "-i", "-X", request.method]
    for name, value in headers.items():
        shown = HIDDEN if name.lower() in _SECRET or _SECRET_WORDS.search(name) else value
        parts += ["-H", quote(f"{name}: {shown}")]
    if request.body is not None:
        parts += ["--data-binary", quote(request.body.decode())]
    return " ".join([*parts, quote(request.url)])


def shown_answer(answer: ServerAnswer, sent: bytes | None) -> str:
    """The body of an answer as text; values about people are there only if we sent them, or in an OperationOutcome."""
    body = json_or_none(answer)
    if body is None:
        text = answer.content.decode("utf-8", "replace")
    else:
        text = canonical_bytes(_redacted(body, (sent or b"").decode())).decode()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} … ({len(text)} characters)"


def _redacted(value: JsonValue, sent: str) -> JsonValue:
    if isinstance(value, list):
        return [_redacted(item, sent) for item in value]
    if not isinstance(value, Mapping):
        return value
    if value.get("resourceType") == "OperationOutcome":
        return value
    return {name: _member(name, member, sent) for name, member in value.items()}


def _member(name: str, member: JsonValue, sent: str) -> JsonValue:
    if name not in _OF_PEOPLE:
        return _redacted(member, sent)
    if isinstance(member, str):
        return member if member in sent else HIDDEN
    if isinstance(member, list) and all(isinstance(item, str) for item in member):
        return [item if item in sent else HIDDEN for item in member]
    return _redacted(member, sent)


def texts_in(value: JsonValue) -> Iterator[str]:
    """All texts within a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from texts_in(part)
