"""Leaves nothing behind: remembers what a run made on a server, deletes it, and says what could not be deleted."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock
from urllib.parse import quote

from adapter.client.loose import dict_in, list_in, text_in
from adapter.client.server_answer import json_or_none
from adapter.conformance.supplies import TAG_SYSTEM
from adapter.exchange import Request, Send, ServerAnswer
from adapter.fhir.json import canonical_bytes
from adapter.issues import AdapterError, IssueType
from adapter.json_types import JsonObject

_CREATED = 201
_FIRST_NOT_DONE = 300
_NOT_THERE = frozenset({404, 410})
_PASSES = 4
_PART = 400
_PAGE = 200
_HISTORY = "/_history/"


@dataclass(kw_only=True)
class Cleaner:
    """What one run, `run`, made on a server; several threads may tell it."""

    send: Send
    base_url: str
    run: str
    _names: dict[str, None] = field(default_factory=dict)
    _types: dict[str, None] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _is_lost: bool = False

    def will_write(self, body: JsonObject) -> None:
        """Remember of which types something may come to be, whatever the answer."""
        with self._lock:
            for resource in (body, *(dict_in(entry, "resource") for entry in list_in(body, "entry"))):
                if (kind := text_in(resource, "resourceType")) and kind not in ("Bundle", "Parameters"):
                    self._types[kind] = None

    def wrote(self, request: Request, answer: ServerAnswer) -> None:
        """Remember what was made by a request that was answered."""
        if request.method in ("POST", "PUT") and answer.status < _FIRST_NOT_DONE:
            names = [*self._made(request, answer)]
            with self._lock:
                self._names.update(dict.fromkeys(names))

    def _made(self, request: Request, answer: ServerAnswer) -> Iterator[str]:
        path = request.url.removeprefix(self.base_url).strip("/").partition("?")[0]
        is_new = answer.status == _CREATED
        # What a case of the user's own puts over a resource that was there before is not ours to delete.
        if request.method == "PUT" and path.count("/") == 1 and (is_new or self.run in path):
            yield path
        elif is_new and (location := self._name(answer.headers.get("Location") or answer.headers.get("Content-Location"))):
            yield location
        for entry in list_in(json_or_none(answer), "entry"):
            response = dict_in(entry, "response")
            if (text_in(response, "status") or "").startswith("201") and (name := self._name(text_in(response, "location"))):
                yield name

    def _name(self, location: str | None) -> str | None:
        parts = (location or "").partition(_HISTORY)[0].rstrip("/").split("/")
        return "/".join(parts[-2:]) if len(parts) > 1 else None

    def clean(self) -> tuple[str, ...]:
        """Delete all that was made, and what else bears the run's tag; what is still there is returned, as `Type/id`.

        Somebody who interrupts that is told what was made.
        """
        try:
            left = self._deleted([*reversed(self._names)])
            left = self._deleted([*dict.fromkeys((*left, *self._tagged()))])
        except KeyboardInterrupt:
            return tuple(self._names)
        return tuple(left)

    def _answer(self, request: Request) -> ServerAnswer | None:
        """The answer, if there is one; a server that is not there any more is not asked again and again."""
        if self._is_lost:
            return None
        try:
            return self.send(request)
        except AdapterError as error:
            self._is_lost = error.issues[0].code is IssueType.TRANSIENT
            return None

    def _deleted(self, names: list[str]) -> list[str]:
        """Delete together, and what is left in several passes, since what is referred to goes last; returns what is left."""
        names = [
            name for start in range(0, len(names), _PART) for name in self._not_deleted_together(names[start : start + _PART])
        ]
        for _ in range(_PASSES):
            left = [name for name in names if not self._is_gone(name)]
            if not left or len(left) == len(names):
                return left
            names = left
        return names

    def _not_deleted_together(self, names: list[str]) -> list[str]:
        """Delete in one transaction; returns what may still be there."""
        entries = [{"request": {"method": "DELETE", "url": name}} for name in names]
        body = canonical_bytes({"resourceType": "Bundle", "type": "transaction", "entry": entries})
        answer = self._answer(Request(method="POST", url=self.base_url, body=body))
        return [] if answer and answer.status < _FIRST_NOT_DONE else names

    def _is_gone(self, name: str) -> bool:
        answer = self._answer(Request(method="DELETE", url=f"{self.base_url}/{name}"))
        return answer is not None and (answer.status < _FIRST_NOT_DONE or answer.status in _NOT_THERE)

    def _tagged(self) -> Iterator[str]:
        for kind in self._types:
            url = f"{self.base_url}/{kind}?_tag={quote(f'{TAG_SYSTEM}|{self.run}', safe='')}&_count={_PAGE}"
            answer = self._answer(Request(method="GET", url=url))
            for entry in list_in(json_or_none(answer) if answer else None, "entry"):
                resource = dict_in(entry, "resource")
                if self._bears_tag(resource):
                    yield f"{resource.get('resourceType')}/{resource.get('id')}"

    def _bears_tag(self, resource: JsonObject) -> bool:
        """Whether it is ours: a server that does not understand the search may give us what belongs to others."""
        tags = list_in(dict_in(resource, "meta"), "tag")
        return any(text_in(tag, "system") == TAG_SYSTEM and text_in(tag, "code") == self.run for tag in tags)
