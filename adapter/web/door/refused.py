"""Requests that never reach Flask: their answer is an OperationOutcome too, and their line in the log holds no value."""

from collections.abc import Callable
from http import HTTPStatus

from adapter.clock import request_id
from adapter.fhir.json import canonical_bytes
from adapter.fhir.outcome import operation_outcome
from adapter.web.header import SECURITY_HEADERS
from adapter.web.negotiation import FHIR_JSON
from adapter.web.refusal import refusal_issue

Log = Callable[..., None]
Headers = list[tuple[bytes, bytes]]


def refused(status: HTTPStatus, text: str, log: Log) -> tuple[Headers, bytes]:
    """Headers and body of a refusal; the connection ends with it."""
    content = canonical_bytes(operation_outcome([refusal_issue(status, text)]))
    own = {
        "Content-Type": FHIR_JSON,
        "Content-Length": str(len(content)),
        "Connection": "close",
        "X-Request-Id": request_id(),
        **({"Retry-After": "1"} if status in _BUSY else {}),
    }
    log(method=None, route=None, status=status.value, ms=0, request_id=own["X-Request-Id"])
    fields = {**own, **SECURITY_HEADERS}
    return [(name.encode(), value.encode()) for name, value in fields.items()], content


def as_bytes(status: HTTPStatus, headers: Headers, content: bytes) -> bytes:
    """A whole answer as it goes over the wire."""
    lines = [f"HTTP/1.1 {status.value} {status.phrase}".encode(), *(name + b": " + value for name, value in headers)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + content


_BUSY = frozenset({HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS})
