"""The page of the workbench and its files: what stands in the folders `page` and `bundle`, and nothing else."""

from functools import cache
from http import HTTPStatus
from pathlib import Path

from flask import Request, Response

from adapter.web.answer import bytes_answer
from adapter.web.query import check_parameters
from adapter.web.refusal import not_there
from adapter.web.service import Service

_PAGE = Path(__file__).parent / "page"
_BUNDLE = Path(__file__).parent / "bundle"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
"""The policy of every page: nothing from elsewhere is loaded, and nothing sent there."""


def page(service: Service, request: Request) -> Response:
    """`GET /`: the page."""
    return file(service, request, name="index.html")


def file(service: Service, request: Request, *, name: str) -> Response:
    """`GET /workbench/{name}`: a script or style of the page, with a policy by which nothing from elsewhere is loaded."""
    check_parameters(request, ())
    content = _files().get(name)
    if content is None:
        rule, text = "workbench/file", "there is no such file of the workbench"
        raise not_there(rule, text)
    answer = bytes_answer(content, HTTPStatus.OK, media_type=_TYPES[Path(name).suffix])
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


@cache
def _files() -> dict[str, bytes]:
    """The files by name; the editor that was bundled, if there is one, takes the place of the plain one."""
    bundled = _BUNDLE.iterdir() if _BUNDLE.is_dir() else ()
    return {path.name: path.read_bytes() for path in (*_PAGE.iterdir(), *bundled) if path.suffix in _TYPES}
