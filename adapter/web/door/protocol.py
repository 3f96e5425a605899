"""A connection: deadlines for its head and for idleness, a cap per address, and errors of HTTP itself as OperationOutcomes."""

import asyncio
import re
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from adapter.json_types import JsonObject
from adapter.web.certificate import CERTIFICATE_NOTE, ClientCertificate, certificate_of
from adapter.web.door.at_once import AtOnce
from adapter.web.door.call import environment_of
from adapter.web.door.limit import Limits
from adapter.web.door.memo import Key, Memo
from adapter.web.door.refused import Log, as_bytes, refused
from adapter.web.error import too_large

_FINISH_SECONDS = 5
_QUIET_SECONDS = 1
_NO_REQUEST = "this is not an HTTP/1.1 request that can be read; correct its first line, headers, length or sizes of chunks"
_FRAMING = 16
"""So many bytes may come for each byte of a body in chunks: a chunk of one byte has six."""
_ABSOLUTE = re.compile(rb"https?://(?P<authority>[^/?#]*)", re.IGNORECASE)
_END_OF_HEAD = b"\r\n\r\n"
_VERSIONS = frozenset({"1.0", "1.1"})
_OF_BODY = frozenset({b"content-length", b"transfer-encoding"})


@dataclass(slots=True, kw_only=True)
class Doorway:
    """What the connections of a process share, with the number of connections of each address."""

    limits: Limits
    log: Log
    memo: Memo
    at_once: AtOnce
    addresses: Counter[str] = field(default_factory=Counter)


class DoorProtocol(HttpToolsProtocol):
    """uvicorn's connection, with what it does not limit by itself: the time and the size of a head, and connections."""

    def __init__(self, doorway: Doorway, **more: Any) -> None:  # noqa: ANN401 - what uvicorn hands its connections
        """Keep the limits beside what uvicorn needs."""
        super().__init__(**more)
        self._doorway = doorway
        self._deadline: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._in_head = False
        self._in_body = False
        self._message = self._wire_bytes = self._body_bytes = 0
        self._is_answered = self._is_refused = False
        self._address = ""
        self._certificate: ClientCertificate | None = None
        self._caller = b""
        self._met: list[Key | None] = []

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn types it
        """Count the connection of its address, and give it time for a head."""
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        if (described := transport.get_extra_info("peercert")) is not None:
            content = transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
            self._certificate = certificate_of(content, described)
            self._caller = self._certificate.digest.encode()
        self._doorway.addresses[self._address] += 1
        if self._doorway.addresses[self._address] > self._doorway.limits.per_address:
            text = "there are too many connections from this address; close some, or try again later"
            self._refuse(HTTPStatus.TOO_MANY_REQUESTS, text)
            return
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._doorway.addresses[self._address] -= 1
        if self._doorway.addresses[self._address] <= 0:
            del self._doorway.addresses[self._address]
        self._cancel_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless the head is longer than a head may be."""
        if self._is_over:
            self._throw_away()
            return
        request = (self._caller, data)
        is_first = self._is_between_requests()
        if is_first and self._answer(request):
            return
        # Bytes that end one request's body and begin the next one's head are not counted as a head.
        is_head, message = not self._in_body, self._message
        self._met = []
        super().data_received(data)
        if is_first and len(self._met) == 1 and data.endswith(_END_OF_HEAD):
            self._doorway.memo.know(request, self._met[0])
        self._head_bytes += len(data) if is_head else 0
        if self._in_head and self._head_bytes > self._doorway.limits.head and not self._is_over:
            text = f"the headers are larger than {self._doorway.limits.head} bytes"
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, text)
        if self._in_body and message == self._message:
            self._check_framing(len(data))

    def _check_framing(self, received: int) -> None:
        """Refuse what comes beside the content of chunks, if it is more than a head may be."""
        self._wire_bytes += received
        limit = self._doorway.limits.head
        if self._wire_bytes > limit + _FRAMING * self._body_bytes and not self._is_over:
            text = f"what comes beside the content of chunks is larger than {limit} bytes; leave trailers out"
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, text)

    def on_message_begin(self) -> None:
        """Begin with a head."""
        super().on_message_begin()
        self.scope["state"][CERTIFICATE_NOTE] = self._certificate
        self._unset_keepalive_if_required()  # it was set by an answer that came before the rest of what was received
        self._in_head, self._head_bytes = True, 0
        self._message, self._wire_bytes, self._body_bytes = self._message + 1, 0, 0
        self._expect_head()

    def on_url(self, url: bytes) -> None:
        """Read the target of a request, unless it is longer than it may be."""
        if len(self.url) <= self._doorway.limits.url:
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; what stands behind the body (a trailer) counts for nothing (RFC 9110, section 6.5.1)."""
        if not self._in_body:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Hand the request on, or refuse it."""
        self._in_head, self._in_body = False, True
        self._cancel_deadline()
        self._take_origin()
        refusal = self._problem()
        if refusal is not None and not self._is_over:
            self._refuse(*refusal)
        if self._is_over:
            return
        scope = self._scope()
        key = None if scope is None else self._doorway.memo.key_of(scope, b"")
        self._is_answered = scope is not None and key is not None and (self._answer(key) or self._work_out(scope, key))
        self._met.append(key if self._is_answered else None)
        if not self._is_answered:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of the body, if there is somebody who reads it."""
        self._body_bytes += len(body)
        if self._body_bytes > self._doorway.limits.body and not self._is_over:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, too_large(self._doorway.limits.body))
        if not self._is_over:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """End the request, if it was handed on."""
        self._in_body = False
        if not self._is_answered and not self._is_over:
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the parser's words could quote the request
        """Answer what is not HTTP."""
        if not self._is_over:
            self._refuse(HTTPStatus.BAD_REQUEST, _NO_REQUEST)

    def timeout_keep_alive_handler(self) -> None:
        """End a connection on which nothing happens, also if what was written is not read."""
        self.transport.abort()

    @property
    def _is_over(self) -> bool:
        """Whether nothing more is read: the connection ends, or a request was refused."""
        return self._is_refused or self.transport.is_closing()

    def _is_between_requests(self) -> bool:
        """Whether the last answer was given, and nothing of another request has come."""
        is_next = self.cycle is None or self.cycle.response_complete  # type: ignore[redundant-expr]  # before the first one
        return is_next and not (self._in_head or self._in_body or self.flow.write_paused)

    def _answer(self, key: Key) -> bool:
        """Answer at once what was answered before."""
        remembered = self._doorway.memo.again(key)
        if remembered is None:
            return False
        self._cancel_deadline()
        again, number = remembered
        self.transport.write(again.on_the_wire(number, self.server_state.default_headers))
        self.on_response_complete()
        return True

    def _work_out(self, scope: JsonObject, key: Key) -> bool:
        """Answer an operation that is quick; of requests that came together only the first, so that others get their turn."""
        environment = environment_of(scope, b"")
        operation = scope["raw_path"].rpartition(b"/")[2]
        reply = None if self._met else self._doorway.at_once.reply(operation, environment)
        if reply is None:
            return False
        self._doorway.memo.keep(key, reply, environment)
        headers = [*reply.headers, *self.server_state.default_headers]
        self.transport.write(as_bytes(HTTPStatus(reply.status), headers, reply.content))
        self.on_response_complete()
        return True

    def _scope(self) -> JsonObject | None:
        """What is asked, as ASGI says it; None if an earlier answer is still to come, or a body."""
        is_next = self.cycle is None or self.cycle.response_complete  # type: ignore[redundant-expr]  # before the first one
        stays = self.parser.should_keep_alive() and self.parser.get_http_version() == "1.1"
        has_body = any(name in _OF_BODY for name, _ in self.headers)
        if not is_next or not stays or has_body or self.flow.write_paused:
            return None
        path, _, query = self.url.partition(b"#")[0].partition(b"?")
        said = {
            "method": self.parser.get_method().decode(),
            "path": unquote(path.decode("ascii")),
            "raw_path": path,
            "query_string": query,
        }
        return {**self.scope, **said}

    def _take_origin(self) -> None:
        """Of a target that is a whole address take the path, and its authority for the Host (RFC 9112, section 3.2.2)."""
        match = _ABSOLUTE.match(self.url)
        if match is not None:
            rest = self.url[match.end() :]
            self.url = rest if rest.startswith(b"/") else b"/" + rest
            self.headers[:] = [(name, value) for name, value in self.headers if name.lower() != b"host"]
            self.headers.append((b"host", match["authority"]))

    def _problem(self) -> tuple[HTTPStatus, str] | None:
        """Why a request is refused by its head, if it is."""
        limits = self._doorway.limits
        if len(self.url) > limits.url:
            return HTTPStatus.REQUEST_URI_TOO_LONG, f"the address is longer than {limits.url} bytes; send a POST with a body"
        if not self.url.startswith((b"/", b"*")):
            return HTTPStatus.BAD_REQUEST, _NO_REQUEST
        if self._size_of_head() > limits.head:
            return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"the headers are larger than {limits.head} bytes"
        announced = next((value for name, value in self.headers if name.lower() == b"content-length"), b"0")
        if int(announced) > limits.body:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, too_large(limits.body)
        return self._not_spoken()

    def _not_spoken(self) -> tuple[HTTPStatus, str] | None:
        """What of HTTP a request asks for that is not done here, if it does."""
        fields = {name.lower(): value.lower().strip() for name, value in self.headers}
        if self.parser.get_http_version() not in _VERSIONS:
            return HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "of HTTP the versions 1.0 and 1.1 are spoken here; send HTTP/1.1"
        if fields.get(b"transfer-encoding", b"chunked") != b"chunked":
            return HTTPStatus.NOT_IMPLEMENTED, "of transfer codings only chunked is read; use Content-Encoding: gzip instead"
        if fields.get(b"expect", b"100-continue") != b"100-continue":
            return HTTPStatus.EXPECTATION_FAILED, "of expectations only 100-continue can be met; leave the header Expect out"
        if b"upgrade" in fields.get(b"connection", b"") and self.parser.should_upgrade():
            return HTTPStatus.NOT_IMPLEMENTED, "no other protocol is spoken here; leave the header Upgrade out"
        return None

    def _size_of_head(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _refuse(self, status: HTTPStatus, text: str) -> None:
        """Answer with a refusal, and end; what still comes is thrown away, for a client that is sending would lose the answer."""
        self._cancel_deadline()
        self._is_refused = True
        if self.cycle is not None:  # None until the first request
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.flow.resume_reading()
        self.transport.write(as_bytes(status, *refused(status, text, self._doorway.log)))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._throw_away()
        # Whoever does not read the answer, or sends on, does not keep the connection.
        self.loop.call_later(_FINISH_SECONDS, self.transport.abort)

    def _throw_away(self) -> None:
        """After a refusal read on until nothing comes any more: TLS ends both directions at once, or none."""
        if self._is_refused and not self.transport.can_write_eof():
            self._cancel_deadline()
            self._deadline = self.loop.call_later(_QUIET_SECONDS, self.transport.close)

    def _expect_head(self) -> None:
        self._cancel_deadline()
        self._deadline = self.loop.call_later(self._doorway.limits.head_seconds, self._too_slow)

    def _too_slow(self) -> None:
        if self._is_over:
            return
        if not self._head_bytes:
            self.transport.abort()
            return
        text = f"the headers did not come within {self._doorway.limits.head_seconds} seconds (setting ADAPTER_HEAD_SECONDS)"
        self._refuse(HTTPStatus.REQUEST_TIMEOUT, text)

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
