"""One JSON line per request on standard error; nothing of a request's content, which could be patient data."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from traceback import extract_tb

import structlog
from flask import Flask, Response, g
from flask.globals import app_ctx, request_ctx

from adapter.clock import request_id

ROUTE_NOTE, CALLER_NOTE = "adapter.route", "adapter.caller"
"""Where a WSGI environment holds, after the call, what its line in the log says of it."""

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def request_log(level: str) -> Callable[..., None]:
    """What writes a line: method, route template, status, milliseconds and request id.

    Of a failure only the type and the places in the code are written, never its text.
    """
    log = structlog.wrap_logger(
        structlog.WriteLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
    ).bind()

    def write(*, failure: Exception | None = None, **fields: object) -> None:
        if failure is None:
            log.info("request", **fields)
        else:
            log.error("request", **fields, failure=type(failure).__name__, place=_place_of(failure))

    return write


def _place_of(failure: Exception) -> list[str]:
    """File and line of each step that led to a failure."""
    return [f"{Path(step.filename).name}:{step.lineno}" for step in extract_tb(failure.__traceback__)]


def log_requests(app: Flask, level: str) -> None:
    """Write a line for every request of the application, and give the request its id."""
    log = request_log(level)

    @app.before_request
    def _begin() -> None:
        g.started, g.request_id = time.perf_counter(), request_id()

    @app.after_request
    def _end(answer: Response) -> Response:
        incoming, kept = request_ctx.request, app_ctx.g
        answer.headers.add("X-Request-Id", kept.request_id)
        caller, rule = kept.get("caller"), incoming.url_rule
        # The route's template, not the URL: a URL can hold what nobody may read here.
        notes = {ROUTE_NOTE: rule.rule if rule else None, CALLER_NOTE: caller.name if caller else None}
        incoming.environ.update(notes)
        log(
            method=incoming.method,
            route=notes[ROUTE_NOTE],
            status=answer.status_code,
            ms=round((time.perf_counter() - kept.started) * 1e3, 1),
            request_id=kept.request_id,
            caller=notes[CALLER_NOTE],
            failure=kept.get("failure"),
        )
        return answer
