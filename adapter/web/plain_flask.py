"""Flask without what no call of ours needs: that took a tenth of the time of a terminology answer."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Request
from werkzeug.routing import MapAdapter


class PlainFlask(Flask):
    """Flask whose functions are no coroutines, and whose routes do not depend on the Host."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function as it is: to look whether it is a coroutine takes longer than some of them."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """What finds the route of a request; a Host that cannot be one is refused by the guard."""
        if request is None:
            return None
        path, query = map(_decoded, (request.environ["PATH_INFO"], request.environ["QUERY_STRING"]))
        return MapAdapter(self.url_map, request.host.lower(), request.root_path, "", request.scheme, path, request.method, query)


def _decoded(text: str) -> str:
    """Text of a WSGI environment, which holds bytes of UTF-8 as if they were Latin-1 (PEP 3333)."""
    return text.encode("latin-1").decode("utf-8", "replace")
