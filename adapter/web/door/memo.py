"""Answers of terminology operations that were given before: definitions do not change while a process lives.

What was asked decides: method, path, query, body and every header that could change the answer. A body that brings definitions of
its own is not remembered, nor is anything that was not an answer (200) or its confirmation (304).
"""

import re
from collections import OrderedDict
from dataclasses import dataclass, field

from adapter.json_types import JsonObject
from adapter.web.door.call import Reply

Key = tuple[bytes, ...]

_OPERATION = re.compile(r"/fhir(/(CodeSystem|ValueSet|ConceptMap)(/[^/]+)?)?/\$[a-z-]+")
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
_PER_ANSWER = frozenset({b"x-request-id", b"connection"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """An answer, and what its line in the log says: the route's template and the name of the caller."""

    reply: Reply
    route: str | None
    caller: str | None

    @property
    def size(self) -> int:
        """About how many bytes it holds."""
        return len(self.reply.content) + sum(len(name) + len(value) for name, value in self.reply.headers) + 500


@dataclass(slots=True, kw_only=True)
class Memo:
    """The answers that were given last, in no more than `most` bytes; none with 0."""

    most: int
    size: int = 0
    answers: OrderedDict[Key, tuple[Remembered, int]] = field(default_factory=OrderedDict)

    def key_of(self, scope: JsonObject, body: bytes) -> Key | None:
        """What was asked; None where the answer is not to be remembered."""
        if not self.most or len(body) > _LARGEST_BODY or _OPERATION.fullmatch(scope["path"]) is None:
            return None
        if any(mark in body for mark in _OWN_DEFINITIONS):
            return None
        headers = sorted((name, value) for name, value in scope["headers"] if name not in _OF_NO_MATTER)
        asked = (scope["method"].encode(), scope["path"].encode(), scope["query_string"], body, scope["scheme"].encode())
        return (*asked, *(part for pair in headers for part in pair))

    def get(self, key: Key) -> Remembered | None:
        """The answer to this, if it was given lately."""
        found = self.answers.get(key)
        if found is None:
            return None
        self.answers.move_to_end(key)
        return found[0]

    def keep(self, key: Key, answer: Remembered) -> None:
        """Remember an answer, and forget the oldest ones beyond the limit."""
        size = answer.size + sum(map(len, key))
        if answer.reply.status not in _STATUSES or size > self.most or key in self.answers:
            return
        self.answers[key] = (answer, size)
        self.size += size
        while self.size > self.most:
            _, (_, freed) = self.answers.popitem(last=False)
            self.size -= freed


def again(reply: Reply, number: str) -> Reply:
    """The same answer to another request, under the number of that request."""
    headers = [(name, value) for name, value in reply.headers if name.lower() not in _PER_ANSWER]
    return Reply(status=reply.status, headers=[*headers, (b"X-Request-Id", number.encode())], content=reply.content)
