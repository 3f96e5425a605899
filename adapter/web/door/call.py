"""One call of a WSGI application with a body that is there as a whole."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from io import BytesIO
from sys import stderr
from typing import Any

from adapter.json_types import JsonObject
from adapter.web.certificate import CERTIFICATE_NOTE

Environment = JsonObject
Application = Callable[[Environment, Callable[..., Any]], Iterable[bytes]]

_OWN_NAMES = {b"content-type": "CONTENT_TYPE", b"content-length": "CONTENT_LENGTH"}


@dataclass(slots=True, kw_only=True)
class Reply:
    """What a WSGI application answers."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    content: bytes = b""


def call(application: Application, environment: Environment) -> Reply:
    """The reply of an application to a request."""
    reply = Reply()

    def start(status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
        reply.status = int(status[:3])
        reply.headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers if name != "Date"]

    parts = application(environment, start)
    try:
        reply.content = b"".join(parts)
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
    return reply


def environment_of(scope: JsonObject, body: bytes) -> Environment:
    """The WSGI environment (PEP 3333) of an ASGI request; headers with an underscore in the name are left out.

    A header `SCRIPT_NAME` or `X_Forwarded_For` would otherwise look like another one.
    """
    client, server = scope.get("client") or ("", 0), scope.get("server") or ("", 0)
    environment: Environment = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client[0],
        CERTIFICATE_NOTE: scope.get("state", {}).get(CERTIFICATE_NOTE),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(body),
        "wsgi.errors": stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        _add(environment, name, value.decode("latin-1"))
    environment["CONTENT_LENGTH"] = str(len(body))
    environment.pop("HTTP_TRANSFER_ENCODING", None)
    return environment


def _add(environment: Environment, name: bytes, value: str) -> None:
    if b"_" in name:
        return
    key = _OWN_NAMES.get(name) or f"HTTP_{name.decode('latin-1').upper().replace('-', '_')}"
    environment[key] = f"{environment[key]},{value}" if key in environment else value
