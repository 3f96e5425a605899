"""What is looked at before a call is made: the Host, proxies, the coding of the body, and the caller's rights."""

import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from io import BytesIO
from ipaddress import ip_address, ip_network

from flask import Flask, Request, g
from flask.globals import request_ctx
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.middleware.proxy_fix import ProxyFix

from adapter.json_types import JsonObject, JsonValue
from adapter.settings import Settings
from adapter.web.access import Callers, caller_of, check_right
from adapter.web.door.call import Application, Environment
from adapter.web.header import SECURITY_HEADERS
from adapter.web.refusal import RefusedError
from adapter.web.route import Route

_LABEL = "[a-zA-Z0-9_](?:[a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?"
_HOST = re.compile(rf"(?:\[[0-9a-fA-F:.]+\]|{_LABEL}(?:\.{_LABEL}){{0,126}}\.?)(?::(?P<port>\d{{1,5}}))?", re.ASCII)
_LAST_PORT = 65_535
_GZIP = 16 + zlib.MAX_WBITS
_MOST_MEMBERS = 100
_NO_GZIP = "the body is not gzip, as the header Content-Encoding says; pack it, or leave the header out"
_CUT = "the body in gzip is cut off, or something follows it; send one whole stream"


def guard(app: Flask, settings: Settings, *, callers: Callers, routes: Mapping[str, Route]) -> None:
    """Look at every request before it is carried out, and give every answer its headers."""
    marks = {**SECURITY_HEADERS, **({"Strict-Transport-Security": "max-age=31536000"} if settings.tls_certificate else {})}
    kept = marks if callers else {**marks, "Cache-Control": "no-cache"}
    application = _behind_proxies(app.wsgi_app, settings.proxies)
    app.wsgi_app = _marking(application, marks, kept)  # type: ignore[assignment, method-assign]  # Flask's way of doing it

    @app.before_request
    def _look() -> None:
        incoming = request_ctx.request
        g.caller = caller = caller_of(incoming, callers)
        _check_host(incoming)
        route = routes.get(incoming.endpoint or "")
        if route is not None:
            check_right(caller, route.right)
            _decode(incoming, settings.max_body)
        elif callers:
            check_right(caller, "definitions")


def _marking(application: Application, marks: Mapping[str, str], kept: Mapping[str, str]) -> Application:
    """The application whose answers have these headers unless they have their own, those with an ETag the ones of `kept`."""

    def answer(environment: Environment, start: Callable[..., JsonValue]) -> Iterable[bytes]:
        def start_marked(status: str, headers: list[tuple[str, str]], *failure: object) -> JsonValue:
            own = {name for name, _ in headers}
            more = (kept if "ETag" in own else marks).items()
            return start(status, [*headers, *((name, value) for name, value in more if name not in own)], *failure)

        return application(environment, start_marked)

    return answer


def _check_host(request: Request) -> None:
    """Refuse a Host that is not a name or an address with a port (RFC 9110, section 7.2); only HTTP/1.0 may leave it out."""
    host = request.environ.get("HTTP_HOST", "")
    if not host and request.environ.get("SERVER_PROTOCOL") == "HTTP/1.1":
        raise RefusedError(HTTPStatus.BAD_REQUEST, "there is no header Host; send it, as HTTP/1.1 says")
    match = _HOST.fullmatch(host or "localhost")
    if match is None or int(match["port"] or 0) > _LAST_PORT:
        raise RefusedError(
            HTTPStatus.BAD_REQUEST, "the header Host is not a name or an address with a port; send those of this service"
        )


def _decode(request: Request, limit: int) -> None:
    """Unpack a body in gzip, within the limit; raises RefusedError (415) for other codings."""
    coding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if coding in {"identity", ""}:
        return
    if coding not in {"gzip", "x-gzip"}:
        text = "of the codings in the header Content-Encoding only gzip is read; send gzip, or leave the header out"
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, text, accept_encoding="gzip")
    content = _unpacked(request.get_data(cache=False), limit)
    environment: JsonObject = request.environ
    environment |= {"wsgi.input": BytesIO(content), "CONTENT_LENGTH": str(len(content))}
    del environment["HTTP_CONTENT_ENCODING"]
    request.__dict__.pop("stream", None)  # it was made for the packed body


def _unpacked(packed: bytes, limit: int) -> bytes:
    """What is packed in the members of a gzip stream (RFC 1952, section 2.2): one, or several in a row."""
    content, rest = bytearray(), packed
    for number in range(_MOST_MEMBERS):
        unpacking = zlib.decompressobj(_GZIP)
        try:
            content += unpacking.decompress(rest, limit + 1 - len(content))
        except zlib.error:
            raise RefusedError(HTTPStatus.BAD_REQUEST, _CUT if number else _NO_GZIP) from None
        if len(content) > limit:
            raise RequestEntityTooLarge
        if not unpacking.eof:
            raise RefusedError(HTTPStatus.BAD_REQUEST, _CUT)
        rest = unpacking.unused_data
        if not rest:
            return bytes(content)
    raise RefusedError(HTTPStatus.BAD_REQUEST, f"the body in gzip has more than {_MOST_MEMBERS} members; pack it in one")


def _behind_proxies(application: Application, proxies: str) -> Application:
    """The application, which believes `X-Forwarded-…` if a proxy that is named says it."""
    if not proxies:
        return application
    networks = [ip_network(item.strip()) for item in proxies.split(",")]
    believing = ProxyFix(application, x_for=1, x_proto=1, x_host=1, x_prefix=1)

    def choose(environment: Environment, start: Callable[..., JsonValue]) -> Iterable[bytes]:
        try:
            peer = ip_address(environment.get("REMOTE_ADDR", ""))
        except ValueError:
            return application(environment, start)
        known = any(peer in network for network in networks)
        return (believing if known else application)(environment, start)

    return choose
