"""How answers are made: FHIR JSON, OperationOutcomes, and the status of each kind of error."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from flask import Response

from adapter.fhir.json import canonical_bytes
from adapter.fhir.outcome import operation_outcome
from adapter.issues import AdapterError, ConflictError, InvalidError, Issue, NotFoundError, NotSupportedError, UnavailableError

FHIR_JSON = "application/fhir+json"
JSON = "application/json"

STATUS: dict[type[AdapterError], HTTPStatus] = {
    InvalidError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFoundError: HTTPStatus.NOT_FOUND,
    NotSupportedError: HTTPStatus.NOT_IMPLEMENTED,
    ConflictError: HTTPStatus.CONFLICT,
    UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The HTTP status of each kind of error; a test sees that none is missing."""

_UNREADABLE = ("json/", "document/form", "document/none", "request/")
"""Rules whose breaking means that the request itself could not be read."""


def status_of(issues: Iterable[Issue]) -> HTTPStatus:
    """400 if the input could not be read at all, 422 if it was read and refused."""
    unreadable = any((issue.rule or "").startswith(_UNREADABLE) for issue in issues)
    return HTTPStatus.BAD_REQUEST if unreadable else HTTPStatus.UNPROCESSABLE_ENTITY


def status_of_error(error: AdapterError) -> HTTPStatus:
    """The HTTP status of an error."""
    if isinstance(error, InvalidError):
        return status_of(error.issues)
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)


def json_answer(value: Any, status: HTTPStatus = HTTPStatus.OK, *, media_type: str = FHIR_JSON) -> Response:  # noqa: ANN401 - a JSON value
    """A JSON answer."""
    return bytes_answer(canonical_bytes(value), status, media_type=media_type)


def bytes_answer(content: bytes, status: HTTPStatus = HTTPStatus.OK, *, media_type: str = FHIR_JSON) -> Response:
    """An answer whose bytes are there already."""
    return Response(content, status=status, content_type=media_type)


def outcome_answer(issues: Iterable[Issue], status: HTTPStatus, base: str) -> Response:
    """An OperationOutcome as answer; `base` is the canonical base of our code systems."""
    return json_answer(operation_outcome(issues, claim_edit_system=f"{base}/CodeSystem/claim-edit"), status)
