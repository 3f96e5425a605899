"""A strict FHIR server in memory, over HTTP: it refuses what must not be, and makes trouble on request.

It counts what a target must never see: a status that goes back, two resources with one identifier, a reference to nothing.
"""

import json
import random
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from adapter.delivery.status_guard import may_become
from adapter.fhir.ownership import SHARED_TYPES, matched_identifier

Json = dict[str, Any]
_BASE = "/fhir"


class StrictFhir:
    """What the server holds, and what it has against its callers."""

    def __init__(self, *, seed: int = 0, faults: float = 0.0) -> None:
        self.held: dict[str, Json] = {}
        self.by_identifier: dict[tuple[str, str, str], str] = {}
        self.complaints: list[str] = []
        self.writes = 0
        self.status = 0
        self.headers: dict[str, str] = {}
        self.asked: list[str] = []
        self.faults = faults
        self._random = random.Random(seed)  # noqa: S311 - a seed, so that a run can be repeated
        self.lock = threading.RLock()

    def of(self, kind: str) -> list[Json]:
        return [resource for name, resource in self.held.items() if name.startswith(f"{kind}/")]

    def fault(self) -> str | None:
        """Choose the trouble for a write: refused before, or cut before or after it was carried out."""
        with self.lock:
            if self._random.random() >= self.faults:
                return None
            return self._random.choice(["503", "429", "500", "cut before", "cut after"])

    def transaction(self, bundle: Json) -> Json:
        with self.lock:
            places = {entry["fullUrl"]: self._place(entry) for entry in bundle["entry"] if "fullUrl" in entry}
            found = [self._write(entry, self._place(entry), places) for entry in bundle["entry"]]
            names = set(self.held)
            for entry in bundle["entry"]:
                for reference in re.findall(r'"reference": ?"([^"#][^"]*)"', json.dumps(self.held[self._place(entry)])):
                    if reference not in names and not reference.startswith(("http", "urn:oid")):
                        self.complaints.append(f"a reference to nothing: {reference}")
            return {"resourceType": "Bundle", "type": "transaction-response", "entry": found}

    def _place(self, entry: Json) -> str:
        request, resource = entry["request"], entry["resource"]
        if request["method"] == "PUT":
            return str(request["url"])
        key = (resource["resourceType"], *_token(request["ifNoneExist"]))
        if key not in self.by_identifier:
            self.by_identifier[key] = f"{resource['resourceType']}/{uuid4().hex}"
        return self.by_identifier[key]

    def _write(self, entry: Json, place: str, places: dict[str, str]) -> Json:
        resource = json.loads(
            re.sub(r"urn:uuid:[0-9a-f-]{36}", lambda found: places.get(found[0], found[0]), json.dumps(entry["resource"]))
        )
        before = self.held.get(place)
        if before is not None and entry["request"]["method"] == "POST":
            return {"response": {"status": "200", "location": place, "etag": f'W/"{before["meta"]["versionId"]}"'}}
        kind, status = resource["resourceType"], resource.get("status")
        if before is not None and isinstance(status, str) and not may_become(kind, before.get("status", status), status):
            self.complaints.append(f"{kind} went from {before.get('status')} to {status}")
        version = int(before["meta"]["versionId"]) + 1 if before else 1
        resource["id"] = place.partition("/")[2]
        resource["meta"] = {**resource.get("meta", {}), "versionId": str(version)}
        self.held[place] = resource
        self.writes += 1
        self._index(resource, place)
        return {
            "response": {
                "status": "200" if before else "201",
                "location": f"{place}/_history/{version}",
                "etag": f'W/"{version}"',
            }
        }

    def _index(self, resource: Json, place: str) -> None:
        if resource["resourceType"] not in SHARED_TYPES:
            return
        identifier = matched_identifier(resource)
        if identifier is not None and self.by_identifier.setdefault((resource["resourceType"], *identifier), place) != place:
            self.complaints.append(f"two {resource['resourceType']} resources with one identifier")

    def search(self, kind: str, query: str) -> Json:
        with self.lock:
            place = self.by_identifier.get((kind, *_token(query)))
            entries = [{"resource": self.held[place]}] if place else []
        return {"resourceType": "Bundle", "type": "searchset", "entry": entries}


class _Handler(BaseHTTPRequestHandler):
    """What a thread of the server does with a request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body go in two writes; the second would wait 40 ms for the other side
    fhir: StrictFhir

    def log_message(self, *_words: object) -> None:
        return

    def do_GET(self) -> None:
        path = urlsplit(self.path).path.removeprefix(_BASE).strip("/")
        self.fhir.asked.append(f"GET {path}")
        if path == "metadata":
            self._say(200, {"resourceType": "CapabilityStatement", "rest": [{"mode": "server"}]})
        elif path in self.fhir.held:
            self._say(200, self.fhir.held[path])
        else:
            self._say(404, _outcome("not here"))

    def do_POST(self) -> None:
        path = urlsplit(self.path).path.removeprefix(_BASE).strip("/")
        self.fhir.asked.append(f"POST {path}")
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:  # who sent it was killed meanwhile
            self.close_connection = True
        elif path.endswith("/_search"):
            self._say(200, self.fhir.search(path.partition("/")[0], body.decode()))
        elif self.fhir.status:
            self._say(self.fhir.status, _outcome("no, says the server about Ausgedacht"), self.fhir.headers)
        else:
            self._write(json.loads(body), self.fhir.fault())

    def _write(self, bundle: Json, fault: str | None) -> None:
        if fault is not None and fault.isdigit():
            self._say(int(fault), _outcome("trouble"), {"Retry-After": "0"})
            return
        answer = self.fhir.transaction(bundle) if fault != "cut before" else {}
        if fault is None:
            self._say(200, answer)
        else:
            self.close_connection = True

    def _say(self, status: int, value: Json, headers: dict[str, str] | None = None) -> None:
        content = json.dumps(value).encode()
        self.send_response(status)
        for name, said in {"Content-Type": "application/fhir+json", **(headers or {})}.items():
            self.send_header(name, said)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class _Listening(ThreadingHTTPServer):
    """Says nothing of callers that are killed; any other failure of a test's server is to be seen."""

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as in the standard library
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _token(query: str) -> tuple[str, str]:
    system, _, value = parse_qs(query)["identifier"][0].replace("\\|", "|").rpartition("|")
    return system, value


def _outcome(text: str) -> Json:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "processing", "diagnostics": text}]}


@contextmanager
def serving(server: StrictFhir) -> Iterator[str]:
    """Serve for the time of a block; gives the base URL."""
    listening = _Listening(("127.0.0.1", 0), type("Handler", (_Handler,), {"fhir": server}))
    listening.daemon_threads = True
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.server_address[1]}{_BASE}"
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()
