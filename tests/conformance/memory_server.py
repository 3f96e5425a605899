"""A FHIR server in memory that keeps what is put on it, with hooks for what may happen in between."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote

from adapter.exchange import Request, ServerAnswer
from adapter.json_types import JsonObject

BASE = "http://127.0.0.1:8080/fhir"
_HEADERS = {"Content-Type": "application/fhir+json"}


@dataclass
class MemoryServer:
    """Keeps resources; `meets` is called with each request before it is looked at, and may answer it or raise."""

    meets: Callable[[Request], ServerAnswer | None] = lambda _: None
    held: dict[str, JsonObject] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def send(self, request: Request) -> ServerAnswer:
        """Answer a request."""
        path = request.url.removeprefix(BASE).strip("/")
        self.asked.append(f"{request.method} {path}")
        return self.meets(request) or self._answer(request.method, path, json.loads(request.body or b"{}"))

    def _answer(self, method: str, path: str, body: JsonObject) -> ServerAnswer:
        if path == "metadata":
            return answer(200, {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"})
        if "?_tag=" in path:
            kind, _, criteria = path.partition("?_tag=")
            tag = unquote(criteria).partition("&")[0].rpartition("|")[2]
            found = [one for name, one in self.held.items() if name.startswith(f"{kind}/") and tag in json.dumps(one)]
            return answer(200, {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in found]})
        if method == "PUT":
            self.held[path] = body
            return answer(201, body)
        if method == "DELETE" and path in self.held:
            return answer(200, self.held.pop(path))
        return answer(200, self.held[path]) if path in self.held else refusal(404)


def answer(status: int, resource: JsonObject) -> ServerAnswer:
    return ServerAnswer(status=status, headers=_HEADERS, content=json.dumps(resource).encode())


def refusal(status: int) -> ServerAnswer:
    return answer(status, {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "processing"}]})
