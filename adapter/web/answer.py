"""How answers are made: JSON, OperationOutcomes, the status of each kind of failure, and the last touch to every answer."""

import json
from collections.abc import Iterable
from decimal import Decimal
from http import HTTPStatus

from flask import Request, Response

from adapter.conversion import Conversion
from adapter.fhir.json import canonical_bytes, pretty_bytes
from adapter.fhir.outcome import operation_outcome
from adapter.issues import FailureKind, Issue
from adapter.json_types import JsonObject, JsonValue
from adapter.web.negotiation import FHIR_JSON, JSON
from adapter.web.refusal import RefusedError

__all__ = ("FHIR_JSON", "JSON")

STATUS: dict[FailureKind, HTTPStatus] = {
    FailureKind.UNREADABLE: HTTPStatus.BAD_REQUEST,
    FailureKind.UNKNOWN_FORM: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    FailureKind.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    FailureKind.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    FailureKind.SETUP: HTTPStatus.UNPROCESSABLE_ENTITY,
    FailureKind.NOT_FOUND: HTTPStatus.NOT_FOUND,
    FailureKind.NOT_SUPPORTED: HTTPStatus.NOT_IMPLEMENTED,
    FailureKind.CONFLICT: HTTPStatus.CONFLICT,
    FailureKind.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    FailureKind.BAD_REQUEST: HTTPStatus.BAD_REQUEST,
    FailureKind.NOT_OFFERED: HTTPStatus.BAD_REQUEST,
    FailureKind.TOO_COSTLY: HTTPStatus.UNPROCESSABLE_ENTITY,
}
"""The HTTP status of each kind of failure; a test sees that none is missing."""


_CONDITIONS = frozenset({"HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"})


def json_answer(value: JsonValue, status: HTTPStatus = HTTPStatus.OK, *, media_type: str = FHIR_JSON) -> Response:
    """A JSON answer."""
    return bytes_answer(canonical_bytes(value), status, media_type=media_type)


def bytes_answer(content: bytes, status: HTTPStatus = HTTPStatus.OK, *, media_type: str = FHIR_JSON) -> Response:
    """An answer whose bytes are there already."""
    return Response(content, status=status, content_type=media_type)


def outcome_answer(issues: Iterable[Issue], status: HTTPStatus, base: str) -> Response:
    """An OperationOutcome as answer; `base` is the canonical base of our code systems."""
    return json_answer(issues_as_outcome(issues, base), status)


def issues_as_outcome(issues: Iterable[Issue], base: str) -> JsonObject:
    """An OperationOutcome; `base` as above."""
    return operation_outcome(issues, claim_edit_system=f"{base}/CodeSystem/claim-edit")


def refusal_answer(refused: Conversion, base: str) -> Response:
    """Why nothing was made of the documents, with the status of the kind of refusal."""
    return outcome_answer(refused.issues, STATUS[refused.failure or FailureKind.INVALID], base)


def finished(answer: Response, request: Request, media_type: str, *, is_indented: bool) -> Response:
    """An answer in the caller's form, indented if asked for; with an ETag, and without a body for who has it already (304)."""
    is_good, is_json = answer.status_code == HTTPStatus.OK, "json" in (answer.content_type or "")
    if is_good and is_json and answer.content_type != media_type:
        answer.content_type = media_type
    if is_indented and is_json:
        answer.data = pretty_bytes(json.loads(answer.data, parse_float=Decimal))
    if is_good and request.method in {"GET", "HEAD"}:
        answer.add_etag(weak=True)
        if not _CONDITIONS.isdisjoint(request.environ):
            _check_version(answer, request)
            answer.make_conditional({name: value for name, value in request.environ.items() if name != "HTTP_IF_MATCH"})
    return answer


def _check_version(answer: Response, request: Request) -> None:
    """Refuse to give another version than `If-Match` names; its tags are weak ones, as all of FHIR are (http.html#versioning)."""
    if request.if_match and not request.if_match.contains_weak(answer.get_etag()[0] or ""):
        text = "the header If-Match names another version than there is; read it without that header"
        raise RefusedError(HTTPStatus.PRECONDITION_FAILED, text)
