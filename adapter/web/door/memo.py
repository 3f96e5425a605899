"""Answers of terminology operations that were given before: definitions do not change while a process lives.

What was asked decides: method, path, query, body, the caller's certificate and every header that could change the answer. A body
that brings definitions of its own is not remembered, nor is anything that was not an answer (200) or its confirmation (304).
"""

import re
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from adapter.clock import request_id
from adapter.json_types import JsonObject
from adapter.web.certificate import CERTIFICATE_NOTE
from adapter.web.door.call import Environment, Reply
from adapter.web.door.refused import Headers, Log, as_bytes
from adapter.web.log import CALLER_NOTE, ROUTE_NOTE

Key = tuple[bytes, ...]

_OPERATION = re.compile(rb"/fhir(/(CodeSystem|ValueSet|ConceptMap)(/[^/]+)?)?/(\$|%24)[a-z-]+")
_OWN_DEFINITIONS = (b'"resource"', b'"tx-resource"')
_STATUSES = frozenset({200, 304})
_LARGEST_BODY = 16_384
# Headers that no answer depends on; of any other that is not known to matter it is taken that it does.
_OF_NO_MATTER = frozenset(
    {
        *(b"accept-encoding", b"cache-control", b"connection", b"content-length", b"date", b"dnt", b"from", b"keep-alive"),
        *(b"pragma", b"priority", b"referer", b"te", b"traceparent", b"tracestate", b"user-agent", b"via", b"x-request-id"),
    }
)
_NUMBER = b"x-request-id"
_PER_ANSWER = frozenset({_NUMBER, b"connection"})
_OF_AN_ENTRY = 500
"""About how many bytes an entry takes beside the bytes of question and answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """An answer, what its line in the log says (method, the route's template, the name of the caller), and about how large it is.

    `head` is how the answer begins on the wire; the number of the request follows.
    """

    reply: Reply
    head: bytes
    method: str
    route: str | None
    caller: str | None
    size: int

    def numbered(self, number: str) -> Reply:
        """The answer to the request of this number."""
        headers = [*self.reply.headers, (_NUMBER, number.encode())]
        return Reply(status=self.reply.status, headers=headers, content=self.reply.content)

    def on_the_wire(self, number: str, more: Headers) -> bytes:
        """The same in bytes, with some more headers."""
        lines = [self.head + number.encode(), *[name + b": " + value for name, value in more], b"", self.reply.content]
        return b"\r\n".join(lines)


@dataclass(slots=True, kw_only=True)
class Memo:
    """The answers that were given last, in no more than `most` bytes; none with 0."""

    most: int
    log: Log
    size: int = 0
    answers: OrderedDict[Key, Remembered] = field(default_factory=OrderedDict)

    def key_of(self, scope: JsonObject, body: bytes) -> Key | None:
        """What was asked; None where the answer is not to be remembered."""
        if len(body) > _LARGEST_BODY or _OPERATION.fullmatch(scope["raw_path"]) is None:
            return None
        if any(mark in body for mark in _OWN_DEFINITIONS):
            return None
        headers = sorted((name, value) for name, value in scope["headers"] if name not in _OF_NO_MATTER)
        certificate = scope.get("state", {}).get(CERTIFICATE_NOTE)
        caller = certificate.digest.encode() if certificate is not None else b""
        parts = (scope["method"].encode(), scope["raw_path"], scope["query_string"], body, scope["scheme"].encode(), caller)
        return (*parts, *(part for pair in headers for part in pair))

    def again(self, key: Key) -> tuple[Remembered, str] | None:
        """The answer to this if it was given lately, with a number of its own, under which it stands in the log."""
        remembered = self.answers.get(key)
        if remembered is None:
            return None
        self.answers.move_to_end(key)
        number, about = request_id(), remembered
        self.log(
            method=about.method, route=about.route, status=about.reply.status, caller=about.caller, ms=0.0, request_id=number
        )
        return remembered, number

    def know(self, request: Key, key: Key | None) -> None:
        """Know what was just answered by the bytes of the whole request, too, and who sent it: they need not be read again."""
        remembered = self.answers.get(key) if key is not None else None
        if remembered is not None:
            self._add(request, replace(remembered, size=remembered.size + sum(map(len, request))))

    def keep(self, key: Key, reply: Reply, environment: Environment) -> None:
        """Remember an answer with what the environment says after the call, and forget the oldest ones beyond the limit."""
        headers = [(name, value) for name, value in reply.headers if name not in _PER_ANSWER]
        size = len(reply.content) + sum(len(name) + len(value) for name, value in headers) + sum(map(len, key)) + _OF_AN_ENTRY
        if reply.status not in _STATUSES or key in self.answers:
            return
        again = Reply(status=reply.status, headers=headers, content=reply.content)
        head = as_bytes(HTTPStatus(reply.status), [*headers, (_NUMBER, b"")], b"").removesuffix(b"\r\n\r\n")
        self._add(
            key,
            Remembered(
                reply=again,
                head=head,
                method=key[0].decode(),
                route=environment.get(ROUTE_NOTE),
                caller=environment.get(CALLER_NOTE),
                size=size,
            ),
        )

    def _add(self, key: Key, remembered: Remembered) -> None:
        if remembered.size > self.most:
            return
        self.answers[key] = remembered
        self.size += remembered.size
        while self.size > self.most:
            _, forgotten = self.answers.popitem(last=False)
            self.size -= forgotten.size
