"""The Flask application: routes from the table, every error an OperationOutcome, one line of log per request."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from flask import Flask, Request, Response
from flask.globals import request_ctx

from adapter.assembly import Runtime, default_runtime
from adapter.files import text_of
from adapter.settings import Settings
from adapter.web.access import Callers, read_callers
from adapter.web.answer import JSON, finished, json_answer
from adapter.web.api.encounter_routes import ENCOUNTER_ROUTES
from adapter.web.api.openapi import openapi
from adapter.web.api.routes import API_ROUTES
from adapter.web.cors import share
from adapter.web.desk import Desk, place_desk
from adapter.web.error import handle_errors
from adapter.web.fhir import terminology
from adapter.web.fhir.capability import capability_statement
from adapter.web.fhir.routes import FHIR_ROUTES
from adapter.web.guard import guard
from adapter.web.log import log_requests, request_log
from adapter.web.multipart import PART_LIMIT
from adapter.web.negotiation import answer_type
from adapter.web.plain_flask import PlainFlask
from adapter.web.query import check_parameters, is_indented
from adapter.web.route import OwnId, Route
from adapter.web.sender import read_senders
from adapter.web.service import Service, service_of
from adapter.web.workbench.routes import SAVING_ROUTES, WORKBENCH_ROUTES

ROUTES: tuple[Route, ...] = (*API_ROUTES, *FHIR_ROUTES)
"""All calls of a service that keeps nothing, without the workbench."""


def make_app(runtime: Runtime | None = None, *, workbench: bool = False, saves_maps: bool = False) -> Flask:
    """The application, with the workbench if that is wanted; the maps are loaded before the first request."""
    runtime = runtime or default_runtime()
    callers = _callers(runtime.settings)  # before the maps: a file that does not fit is refused at once
    desk = Desk(runtime, request_log(runtime.settings.log_level)) if runtime.settings.store else None
    service = service_of(runtime, desk, saves_maps=saves_maps)
    runtime.prepare()
    runtime.catalog.prepare()
    app = PlainFlask("adapter", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = runtime.settings.max_body
    # A body with many form parts is held in memory while it is read.
    app.config["MAX_FORM_PARTS"] = PART_LIMIT
    app.config["MAX_FORM_MEMORY_SIZE"] = runtime.settings.max_body
    app.url_map.converters["own_id"] = OwnId
    place_desk(app, desk)
    of_workbench = (*WORKBENCH_ROUTES, *(SAVING_ROUTES if saves_maps else ())) if workbench else ()
    listed = (*ROUTES, *(ENCOUNTER_ROUTES if desk else ()), *of_workbench)
    routes = {f"{route.method} {route.path}": route for route in listed}
    rows = tuple(routes.values())  # the workbench has a page of its own at `/`
    for name, route in routes.items():
        view = _view(service, route, rows)
        app.add_url_rule(route.rule, endpoint=name, methods=[route.method], view_func=view, provide_automatic_options=False)
    log_requests(app, runtime.settings.log_level)
    share(app, runtime.settings.cors_origins)
    guard(app, runtime.settings, callers=callers, routes=routes)
    handle_errors(app, service)
    return app


def _callers(settings: Settings) -> Callers:
    senders = read_senders(text_of(Path(settings.senders)), settings.senders) if settings.senders else {}
    return read_callers(text_of(Path(settings.tokens)), settings.tokens, senders) if settings.tokens else {}


def _view(service: Service, route: Route, routes: tuple[Route, ...]) -> Callable[..., Response]:
    """What Flask calls: the caller's form of answer is settled first, and the answer given in it."""
    call, is_negotiated = _call(service, route, routes), route.is_negotiated

    def view(**parts: str) -> Response:
        incoming = request_ctx.request  # what `request` stands for: each use of that costs as much as a small function
        media_type = answer_type(incoming, route.gives) if is_negotiated else route.gives[0]
        indented = is_indented(incoming)
        return finished(call(incoming, **parts), incoming, media_type, is_indented=indented)

    return view


def _call(service: Service, route: Route, routes: tuple[Route, ...]) -> Callable[..., Response]:
    if route.call is not None:
        return partial(route.call, service)
    if route.path == "/fhir/metadata":
        statement = capability_statement(service.base, service.runtime.release.table.resource_types, routes)
        return lambda incoming: terminology.metadata(service, incoming, statement)
    return partial(_described, openapi(routes, service.runtime.document_words, service.runtime.forms))


def _described(description: dict[str, object], incoming: Request) -> Response:
    check_parameters(incoming, ())
    return json_answer(description, media_type=JSON)
