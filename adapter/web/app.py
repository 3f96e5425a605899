"""The Flask application: routes from the table, every error an OperationOutcome, one line of log per request."""

import time
from collections.abc import Callable
from http import HTTPStatus

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from adapter.assembly import Runtime, default_runtime
from adapter.clock import request_id
from adapter.issues import AdapterError, Issue, IssueType, Severity
from adapter.web.answer import JSON, STATUS, json_answer, outcome_answer
from adapter.web.api.openapi import openapi
from adapter.web.api.routes import API_ROUTES
from adapter.web.fhir import terminology
from adapter.web.fhir.capability import capability_statement
from adapter.web.fhir.routes import FHIR_ROUTES
from adapter.web.log import request_log
from adapter.web.request import RefusedError, check_parameters
from adapter.web.route import Route
from adapter.web.service import Service, service_of

ROUTES: tuple[Route, ...] = (*API_ROUTES, *FHIR_ROUTES)
"""All calls."""


def make_app(runtime: Runtime | None = None) -> Flask:
    """The application; the maps are loaded before the first request."""
    runtime = runtime or default_runtime()
    service = service_of(runtime)
    runtime.pipeline  # noqa: B018 - load now, not with the first request
    runtime.served_definitions  # noqa: B018 - as above
    app = Flask("adapter", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = runtime.settings.max_body
    # A body with many form parts is held in memory while it is read; more than this is no set of documents.
    app.config["MAX_FORM_PARTS"] = 50
    app.config["MAX_FORM_MEMORY_SIZE"] = runtime.settings.max_body
    for route in ROUTES:
        name = f"{route.method} {route.path}"
        app.add_url_rule(route.rule, endpoint=name, methods=[route.method], view_func=_view(service, route))
    _handle_errors(app, service)
    _log_requests(app, runtime)
    return app


def _view(service: Service, route: Route) -> Callable[..., Response]:
    if route.call is not None:
        call = route.call
        return lambda **parts: call(service, request, **parts)
    if route.path == "/fhir/metadata":
        statement = capability_statement(service.base, service.runtime.release.table.resource_types, ROUTES)
        return lambda: terminology.metadata(service, request, statement)
    said = openapi(ROUTES)

    def view() -> Response:
        check_parameters(request, ())
        return json_answer(said, media_type=JSON)

    return view


def _handle_errors(app: Flask, service: Service) -> None:
    @app.errorhandler(AdapterError)
    def _adapter_error(error: AdapterError) -> Response:
        return outcome_answer(error.issues, STATUS[error.kind], service.base)

    @app.errorhandler(HTTPException)
    def _http_error(error: HTTPException) -> Response:
        status = HTTPStatus(error.code or 500)
        answer = outcome_answer([_issue_of(error, status, service)], status, service.base)
        for name, value in error.get_headers():
            if name == "Allow":
                answer.headers[name] = value
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
        text = f"the request is larger than {service.runtime.settings.max_body} bytes (setting ADAPTER_MAX_BODY)"
        return Issue(severity=Severity.ERROR, code=IssueType.TOO_LONG, rule="request/413", text=text)
    said = {404: "there is nothing here; GET /openapi.json lists all calls", 405: "this method is not offered here"}
    code = {404: IssueType.NOT_FOUND, 405: IssueType.NOT_SUPPORTED}.get(status.value, IssueType.INVALID)
    text = said.get(status.value, "the request can not be read")
    return Issue(severity=Severity.ERROR, code=code, rule=f"request/{status.value}", text=text)


def _log_requests(app: Flask, runtime: Runtime) -> None:
    log = request_log(runtime.settings.log_level)

    @app.before_request
    def _begin() -> None:
        g.started, g.request_id = time.perf_counter(), request_id()

    @app.after_request
    def _end(answer: Response) -> Response:
        answer.headers["X-Request-Id"] = g.request_id
        milliseconds = round((time.perf_counter() - g.started) * 1e3, 1)
        # The route's template, not the URL: a URL can hold what nobody may read here.
        log(
            method=request.method,
            route=request.url_rule.rule if request.url_rule else None,
            status=answer.status_code,
            ms=milliseconds,
            request_id=g.request_id,
            failure=g.get("failure"),
        )
        return answer
