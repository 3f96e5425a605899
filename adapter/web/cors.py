"""Web pages of other origins: whether a browser lets them call the service. Nobody may, unless the settings name them."""

from http import HTTPStatus

from flask import Flask, Request, Response, request


def share(app: Flask, cors_origins: str) -> None:
    """Let pages of these origins call the application."""
    origins = frozenset(item.strip() for item in cors_origins.split(",") if item.strip())
    if not origins:
        return

    @app.before_request
    def _ask() -> Response | None:
        return _preflight(request, origins) if request.method == "OPTIONS" else None

    @app.after_request
    def _share(answer: Response) -> Response:
        return _shared(answer, request, origins)


def _preflight(incoming: Request, origins: frozenset[str]) -> Response:
    """The answer to a browser that asks whether a page may call (https://fetch.spec.whatwg.org/#cors-preflight-fetch)."""
    answer = Response(status=HTTPStatus.NO_CONTENT)
    if _is_allowed(incoming, origins):
        answer.headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST"
        answer.headers["Access-Control-Allow-Headers"] = "Accept, Authorization, Content-Type, If-None-Match, Prefer"
        answer.headers["Access-Control-Max-Age"] = "600"
    return answer


def _shared(answer: Response, incoming: Request, origins: frozenset[str]) -> Response:
    answer.headers.add("Vary", "Origin")
    if _is_allowed(incoming, origins):
        answer.headers["Access-Control-Allow-Origin"] = incoming.headers["Origin"]
        answer.headers["Access-Control-Expose-Headers"] = "Adapter-Issues, ETag, X-Request-Id"
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


def _is_allowed(incoming: Request, origins: frozenset[str]) -> bool:
    return "Origin" in incoming.headers and bool({"*", incoming.headers["Origin"]} & origins)
