"""Every error as an OperationOutcome: refusals, what HTTP itself refuses, and our own mistakes."""

from collections.abc import Mapping
from difflib import get_close_matches
from http import HTTPStatus

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from adapter.issues import AdapterError, Issue, IssueType, Severity
from adapter.web.answer import STATUS, outcome_answer
from adapter.web.refusal import RefusedError, refusal_issue
from adapter.web.service import Service

_TEXTS: Mapping[int, str] = {
    405: "this method is not offered here; the header Allow names those that are",
}
_LONGEST_PATH = 100
"""Paths are compared up to here, since the comparison is not linear."""


def handle_errors(app: Flask, service: Service) -> None:
    """Answer every error of the application with an OperationOutcome."""

    @app.errorhandler(AdapterError)
    def _adapter_error(error: AdapterError) -> Response:
        answer = outcome_answer(error.issues, STATUS[error.kind], service.base)
        if answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            answer.headers["Retry-After"] = "5"
        return answer

    @app.errorhandler(HTTPException)
    def _http_error(error: HTTPException) -> Response:
        status = HTTPStatus(error.code or 500)
        answer = outcome_answer([_issue_of(error, status, service)], status, service.base)
        allowed = [value for name, value in error.get_headers() if name == "Allow"]
        answer.headers.update({"Allow": allowed[0]} if allowed else {})
        answer.headers.update(error.fields if isinstance(error, RefusedError) else {})
        return answer

    @app.errorhandler(Exception)
    def _bug(error: Exception) -> Response:
        g.failure = error
        text = "something went wrong here, not in your request; the log has it under the request id"
        issue = Issue(severity=Severity.FATAL, code=IssueType.PROCESSING, rule="request/500", text=text)
        return outcome_answer([issue], HTTPStatus.INTERNAL_SERVER_ERROR, service.base)


def _issue_of(error: HTTPException, status: HTTPStatus, service: Service) -> Issue:
    if isinstance(error, RefusedError):
        return error.issue
    if isinstance(error, RequestEntityTooLarge):
        return refusal_issue(status, too_large(service.runtime.settings.max_body))
    if status is HTTPStatus.NOT_FOUND:
        return refusal_issue(status, _nothing_here(request.path))
    return refusal_issue(status, _TEXTS.get(status.value, "the request cannot be read"))


def _nothing_here(path: str) -> str:
    """The words for a path that is not there, with the nearest that is; never the path that was asked for."""
    paths = [rule.rule for rule in current_app.url_map.iter_rules() if not rule.arguments]
    near = get_close_matches(path[:_LONGEST_PATH], paths, n=1, cutoff=0.8)
    return f"there is nothing here{f'; did you mean {near[0]}?' if near else ''}; GET /openapi.json lists all calls"


def too_large(limit: int) -> str:
    """The words for a body over the limit."""
    return f"the request is larger than {limit} bytes (setting ADAPTER_MAX_BODY)"
