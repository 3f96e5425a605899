"""Calls of the workbench that do something outside: only for the page of this machine."""

from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Request

from adapter.client.target import is_loopback
from adapter.web.refusal import RefusedError


def check_own_page(request: Request) -> None:
    """Refuse a call that addresses this machine by another name; raises RefusedError (403).

    A page of another site, whose name leads to this machine, would send its own name as Host.
    """
    if not is_loopback(urlsplit(request.host_url).hostname or ""):
        text = "this is done only for callers who address this machine as 127.0.0.1, ::1 or localhost"
        raise RefusedError(HTTPStatus.FORBIDDEN, text)
