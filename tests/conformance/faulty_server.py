"""A proxy before a FHIR server that does one thing wrong, in the ways in which servers are known to."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import requests

Json = dict[str, Any]
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


def changed(change: Callable[[Json], object], *, kind: str = "") -> Fault:
    """A change of every resource that is read: in place."""

    def fault(asked: Asked, forward: Forward) -> Answered:
        answer = forward(asked)
        if asked.method != "GET" or answer.status != 200 or asked.path == "/metadata":
            return answer
        resource = json.loads(answer.body)
        for one in [resource, *(entry["resource"] for entry in resource.get("entry", []))]:
            if kind in ("", one["resourceType"]):
                change(one)
        return replace(answer, body=json.dumps(resource).encode())

    return fault


def everywhere(change: Callable[[str, Any], Any]) -> Callable[[Json], object]:
    """A change of every member, at any depth: `change` is asked with its name and value."""

    def walk(value: object) -> None:
        if isinstance(value, dict):
            for name in list(value):
                value[name] = change(name, value[name])
                walk(value[name])
        elif isinstance(value, list):
            for item in value:
                walk(item)

    return walk


def without(name: str) -> Callable[[Json], object]:
    """The loss of every member of this name, at any depth."""

    def walk(value: object) -> None:
        if isinstance(value, dict):
            value.pop(name, None)
        for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(part)

    return walk


def ignores_header(name: str) -> Fault:
    def fault(asked: Asked, forward: Forward) -> Answered:
        return forward(
            replace(asked, headers={key: value for key, value in asked.headers.items() if key.lower() != name.lower()})
        )

    return fault


def drops_trailing_zeros(asked: Asked, forward: Forward) -> Answered:
    answer = forward(asked)
    return replace(answer, body=re.sub(rb"(\d\.\d*?)0+(?=[,}\]])", lambda found: found[1].rstrip(b"."), answer.body))


def reorders(resource: Json) -> None:
    for name in resource.get("name", []) if isinstance(resource.get("name"), list) else []:
        if "given" in name:
            name["given"] = sorted(name["given"])


def takes_invalid(asked: Asked, forward: Forward) -> Answered:
    answer = forward(asked)
    if asked.method == "POST" and answer.status in (400, 412, 422):
        return Answered(
            status=201, headers={"Content-Type": "application/fhir+json"}, body=b'{"resourceType": "Patient", "id": "1"}'
        )
    return answer


def swallows_outcome(asked: Asked, forward: Forward) -> Answered:
    answer = forward(asked)
    return replace(answer, body=b"") if answer.status >= 400 else answer


def html_errors(asked: Asked, forward: Forward) -> Answered:
    answer = forward(asked)
    if answer.status < 400:
        return answer
    return replace(answer, headers={"Content-Type": "text/html"}, body=b"<html><body><h1>Error</h1></body></html>")


def times_out(asked: Asked, forward: Forward) -> Answered:
    if asked.method == "GET" and asked.path.startswith("/Observation/"):
        time.sleep(3)
    return forward(asked)


def cuts_bodies(asked: Asked, forward: Forward) -> Answered:
    answer = forward(asked)
    return replace(answer, is_cut=asked.method == "GET" and asked.path.startswith("/Observation/"))


def wrong_content_type(asked: Asked, forward: Forward) -> Answered:
    answer = forward(asked)
    is_read = asked.method == "GET" and asked.path != "/metadata"
    return replace(answer, headers=answer.headers | {"Content-Type": "text/plain"}) if is_read else answer


def creates_twice(asked: Asked, forward: Forward) -> Answered:
    if asked.method == "POST" and asked.path == "/Patient":
        forward(asked)
    return forward(asked)


def reads_stale() -> Fault:
    first: dict[str, Answered] = {}

    def fault(asked: Asked, forward: Forward) -> Answered:
        if asked.method != "GET" or asked.path == "/metadata" or "?" in asked.path:
            return forward(asked)
        if asked.path not in first:
            first[asked.path] = forward(asked)
        return first[asked.path]

    return fault


def ignores_paging(asked: Asked, forward: Forward) -> Answered:
    return forward(replace(asked, path=re.sub(r"&?_count=\d+", "", asked.path)))


def keeps_deleted(asked: Asked, forward: Forward) -> Answered:
    if asked.method == "DELETE":
        return Answered(status=204)
    return forward(asked)


def fails_after_storing(asked: Asked, forward: Forward) -> Answered:
    answer = forward(asked)
    if asked.method != "PUT":
        return answer
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
    return Answered(status=500, headers={"Content-Type": "application/fhir+json"}, body=json.dumps(outcome).encode())


def wrong_total(asked: Asked, forward: Forward) -> Answered:
    answer = forward(asked)
    return replace(answer, body=re.sub(rb'"total":\s*\d+', b'"total": 4711', answer.body))


def ignores_criteria(asked: Asked, forward: Forward) -> Answered:
    return forward(replace(asked, path=re.sub(r"\?_tag=[^&]*&?", "?", asked.path)))


def answers_for_fewer_entries(asked: Asked, forward: Forward) -> Answered:
    answer = forward(asked)
    resource = json.loads(answer.body or b"{}")
    if resource.get("type") == "transaction-response":
        resource["entry"] = resource["entry"][1:]
        return replace(answer, body=json.dumps(resource).encode())
    return answer


def hides_location(asked: Asked, forward: Forward) -> Answered:
    answer = forward(asked)
    return replace(answer, headers={name: value for name, value in answer.headers.items() if name.lower() != "location"})


def of_kind(name: str, change: Callable[[Any], Any]) -> Callable[[Json], object]:
    """A change of every text member of this name."""
    return everywhere(lambda key, value: change(value) if key == name and isinstance(value, str) else value)


FAULTS: list[tuple[str, Fault, str, str]] = [
    ("drops modifiers", changed(without("modifier"), kind="Claim"), "fidelity/modifiers", "drops modifiers"),
    ("drops modifiers of examples", changed(without("modifier"), kind="Claim"), "resource/keep/Claim", "modifier is missing"),
    ("loses trailing zeros", drops_trailing_zeros, "fidelity/decimals", "loses digits of decimals"),
    ("re-orders lists", changed(reorders), "fidelity/order", "re-orders lists"),
    ("ignores If-None-Exist", ignores_header("If-None-Exist"), "condition/create-once", "ignores If-None-Exist"),
    ("takes invalid", takes_invalid, "refusal/bad-date", "takes what is invalid"),
    ("wrong ids", changed(of_kind("id", lambda text: text + "x")), "resource/keep/Patient", "gives another id"),
    ("swallows OperationOutcome", swallows_outcome, "capability/unknown-type", "without an OperationOutcome"),
    ("HTML errors", html_errors, "capability/unknown-type", "content type `text/html`"),
    ("times out", times_out, "fidelity/codes", "did not answer in time"),
    ("cuts bodies", cuts_bodies, "fidelity/codes", "was cut"),
    ("wrong content type", wrong_content_type, "fidelity/codes", "content type `text/plain`"),
    ("creates twice", creates_twice, "condition/create-single", "creates a duplicate"),
    ("reads stale", reads_stale(), "resource/update/Patient", "stale version"),
    ("ignores paging", ignores_paging, "limit/paging", "ignores paging"),
    ("keeps deleted", keeps_deleted, "resource/delete/Patient", "keeps what was deleted"),
    ("forgets tags", changed(without("tag")), "fidelity/labels", "forgets tags"),
    ("forgets security labels", changed(without("security")), "fidelity/labels", "forgets security labels"),
    ("upper-cases codes", changed(of_kind("code", str.upper)), "fidelity/codes", "changes the letters of codes"),
    (
        "shifts instants",
        changed(of_kind("effectiveDateTime", lambda text: text[:19] + "Z")),
        "fidelity/instants",
        "shifts times",
    ),
    ("truncates texts", changed(of_kind("text", lambda text: text[:255])), "fidelity/long-text", "truncates long texts"),
    ("strips extensions", changed(without("extension")), "fidelity/extensions", "strips extensions"),
    ("ignores If-Match", ignores_header("If-Match"), "condition/lost-update", "ignores If-Match"),
    ("fails after storing", fails_after_storing, "resource/keep/Patient", "after it stored the resource"),
    ("drops contained", changed(without("contained")), "fidelity/contained", "drops contained resources"),
    ("loses _birthDate", changed(without("_birthDate")), "fidelity/primitive-extensions", "_birthDate"),
    ("wrong total", wrong_total, "resource/search/Patient", "wrong total"),
    ("ignores criteria", ignores_criteria, "resource/search/Patient", "find by tag"),
    ("answers for fewer entries", answers_for_fewer_entries, "transaction/encounter", "does not answer for every entry"),
    ("hides the Location", hides_location, "resource/create/Patient", "where the new resource is"),
    ("drops the narrative", changed(without("div")), "fidelity/narrative", "drops the narrative"),
]
"""What is wrong, how, the case that catches it, and the words by which its message names it."""
