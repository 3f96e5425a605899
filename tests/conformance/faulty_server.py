"""A proxy before a FHIR server that changes what is asked and answered."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import requests

_OF_THE_CONNECTION = {
    "transfer-encoding",
    "content-length",
    "content-encoding",
    "connection",
    "date",
    "server",
    "host",
    "keep-alive",
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request as it came; `path` is what follows the base, with the query."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Answered:
    """An answer; `is_cut` if only half of its body is sent."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    is_cut: bool = False


Forward = Callable[[Asked], Answered]
Fault = Callable[[Asked, Forward], Answered]


@contextmanager
def faulty_server(base_url: str, fault: Fault) -> Iterator[str]:
    """A server for the time of the block, that passes all on to another with this fault; gives its base URL."""
    session = requests.Session()
    target = urlsplit(base_url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _OF_THE_CONNECTION}
            path = self.path.removeprefix(target.path)
            answer = fault(Asked(method=self.command, path=path, headers=headers, body=body), forward)
            mine = f"http://127.0.0.1:{server.server_port}{target.path}"
            content = answer.body.replace(base_url.encode(), mine.encode())
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value.replace(base_url, mine))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if answer.is_cut else content)
            self.close_connection = answer.is_cut

        do_GET = do_POST = do_PUT = do_DELETE = _handle  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            pass

    def forward(asked: Asked) -> Answered:
        answer = session.request(asked.method, base_url + asked.path, headers=asked.headers, data=asked.body or None, timeout=120)
        headers = {name: value for name, value in answer.headers.items() if name.lower() not in _OF_THE_CONNECTION}
        return Answered(status=answer.status_code, headers=headers, body=answer.content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{target.path}"
    finally:
        server.shutdown()
        server.server_close()
        session.close()


def no_fault(asked: Asked, forward: Forward) -> Answered:
    return forward(asked)
