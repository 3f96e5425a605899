"""The asynchronous door: it reads whole bodies within limits, and hands the rest to Flask in a bounded number of threads."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from adapter.json_types import JsonObject
from adapter.web.door.bodies import Bodies
from adapter.web.door.call import Application, Reply, call, environment_of
from adapter.web.door.lane import Lane
from adapter.web.door.limit import Limits
from adapter.web.door.memo import Memo
from adapter.web.door.refused import Log, refused
from adapter.web.error import too_large

Scope = JsonObject
Receive = Callable[[], Awaitable[JsonObject]]
Send = Callable[[JsonObject], Awaitable[None]]

_HEALTH = frozenset({"/health", "/health/live"})
"""Not `/health/ready`, which waits for the store: whether the process lives must not wait with it."""


class _LeftError(Exception):
    """The caller has gone."""


class _TooLargeError(Exception):
    """The body is over the limit."""


class _TooMuchError(Exception):
    """The bodies of all callers together are over the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """An ASGI application before a WSGI one.

    `health` is a lane of its own, so that it is asked whatever else goes on; calls for which `waits_for_others` (a FHIR server)
    have one too, so that a silent server holds up nobody else. What `memo` remembers is answered without a thread.
    """

    application: Application
    limits: Limits
    log: Log
    main: Lane
    health: Lane
    outward: Lane
    waits_for_others: Callable[[str], bool]
    memo: Memo
    bodies: Bodies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            with self.bodies.share() as take:
                reply = await self._reply(scope, receive, take)
        except _LeftError:
            return
        await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
        await send({"type": "http.response.body", "body": reply.content})

    async def _reply(self, scope: Scope, receive: Receive, take: Callable[[int], bool]) -> Reply:
        try:
            async with asyncio.timeout(self.limits.body_seconds):
                body = await self._body(scope, receive, take)
        except TimeoutError:
            seconds = self.limits.body_seconds
            text = f"the body did not come within {seconds} seconds (setting ADAPTER_BODY_SECONDS)"
            return self._refusal(HTTPStatus.REQUEST_TIMEOUT, text)
        except _TooLargeError:
            return self._refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, too_large(self.limits.body))
        except _TooMuchError:
            return self._refusal(HTTPStatus.SERVICE_UNAVAILABLE, "too many large requests come at once; try again in a second")
        key = self.memo.key_of(scope, body)
        if key is not None and (remembered := self.memo.again(key)) is not None:
            again, number = remembered
            return again.numbered(number)
        lane = self._lane(scope["path"])
        if lane.is_full:
            return self._refusal(HTTPStatus.SERVICE_UNAVAILABLE, "too many requests are waiting; try again in a second")
        environment = environment_of(scope, body)
        reply = await lane.run(partial(call, self.application, environment))
        if key is not None:
            self.memo.keep(key, reply, environment)
        return reply

    def _lane(self, path: str) -> Lane:
        if path in _HEALTH:
            return self.health
        return self.outward if self.waits_for_others(path) else self.main

    def _refusal(self, status: HTTPStatus, text: str) -> Reply:
        headers, content = refused(status, text, self.log)
        return Reply(status=status.value, headers=headers, content=content)

    async def _body(self, scope: Scope, receive: Receive, take: Callable[[int], bool]) -> bytes:
        """The whole body; raises _TooLargeError as soon as it is over the limit, _TooMuchError where all bodies together are."""
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if int(announced) > self.limits.body:
            raise _TooLargeError
        body, is_more = bytearray(), True
        while is_more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _LeftError
            part = message.get("body", b"")
            if not take(len(part)) and part:
                raise _TooMuchError
            body += part
            is_more = message.get("more_body", False)
            if len(body) > self.limits.body:
                raise _TooLargeError
        return bytes(body)
