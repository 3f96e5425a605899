"""One JSON line per request on standard error; nothing of a request's content, which could be patient data."""

import sys
from collections.abc import Callable
from pathlib import Path
from traceback import extract_tb

import structlog

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def request_log(level: str) -> Callable[..., None]:
    """What writes a line: method, route template, status, milliseconds, request id, counted issues.

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
    )

    def write(*, failure: Exception | None = None, **said: object) -> None:
        if failure is None:
            log.info("request", **said)
        else:
            log.error("request", **said, failure=type(failure).__name__, place=_place_of(failure))

    return write


def _place_of(failure: Exception) -> list[str]:
    """File and line of each step that led to a failure."""
    return [f"{Path(step.filename).name}:{step.lineno}" for step in extract_tb(failure.__traceback__)]
