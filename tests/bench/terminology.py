"""Terminology operations over HTTP, beside a HAPI server with the same definitions: rotating inputs, one client and eight."""

import json
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.client import HTTPConnection
from itertools import cycle
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask.testing import FlaskClient

from adapter.assembly import load
from adapter.fhir.json import canonical_bytes
from adapter.settings import Settings
from adapter.web.app import make_app
from tests.live.hapi_server import ServerMissingError, named_server, running_server
from tests.service import running_service

SECONDS = 2.0
CLIENTS = (1, 8)
LARGE = 50_000
OK = 200
_BASE = Settings().canonical_base
_FHIR_JSON = {"Accept": "application/fhir+json"}


def paths_of(definitions: tuple[dict[str, Any], ...]) -> dict[str, list[str]]:
    """The requests of each operation: all codes of our own code systems, and all our value sets of them."""
    systems = [definition for definition in definitions if definition["resourceType"] == "CodeSystem"]
    codes = [(each["url"], code) for each in systems for code in _codes(each)]
    sets = [
        definition["url"]
        for definition in definitions
        if definition["resourceType"] == "ValueSet" and _is_of(definition, systems)
    ]
    return {
        "$lookup": [_path("CodeSystem/$lookup", system=system, code=code) for system, code in codes],
        "$validate-code": [_path("CodeSystem/$validate-code", url=system, code=code) for system, code in codes],
        "$expand": [_path("ValueSet/$expand", url=url, count=count) for url in sets for count in (20, 50, 100)],
    }


def _codes(part: dict[str, Any]) -> Iterator[str]:
    for concept in part.get("concept", ()):
        yield concept["code"]
        yield from _codes(concept)


def _is_of(value_set: dict[str, Any], systems: list[dict[str, Any]]) -> bool:
    urls = {system["url"] for system in systems}
    return all(include.get("system") in urls for include in value_set["compose"]["include"])


def _path(operation: str, **parameters: str | int) -> str:
    return f"/{operation}?{urlencode(parameters)}"


def measured(base: str, paths: list[str], clients: int) -> tuple[float, float]:
    """(requests per second, 99th percentile in ms) of some seconds of requests by some clients, each with its connection."""
    parts = urlsplit(base)
    head = f" HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept: {_FHIR_JSON['Accept']}\r\n\r\n"
    requests = [f"GET {parts.path}{path}{head}".encode() for path in paths]
    with ThreadPoolExecutor(clients) as pool:
        started = time.perf_counter()
        times = [each for found in pool.map(lambda number: _client(base, requests, number), range(clients)) for each in found]
        took = time.perf_counter() - started
    return len(times) / took, sorted(times)[int(len(times) * 0.99)] * 1e3


def _client(base: str, requests: list[bytes], number: int) -> list[float]:
    """Seconds of each request. Bytes are sent and read as they are: http.client would be slower than what it measures."""
    times = []
    end = time.perf_counter() + SECONDS
    turns = cycle(requests[number % len(requests) :] + requests[: number % len(requests)])
    with ExitStack() as stack:
        connection = stack.enter_context(_connection(base))
        while (started := time.perf_counter()) < end:
            connection.sendall(next(turns))
            is_last = _read_answer(connection)
            times.append(time.perf_counter() - started)
            if is_last:  # Tomcat ends a connection after 100 requests
                connection = stack.enter_context(_connection(base))
    return times


def _connection(base: str) -> socket.socket:
    parts = urlsplit(base)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=30)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _read_answer(connection: socket.socket) -> bool:
    """Read one answer to its end, which its length or its last chunk says; whether the server then ends the connection."""
    received = bytearray()
    while (end := received.find(b"\r\n\r\n")) < 0:
        received += _received(connection)
    head = bytes(received[:end]).lower()
    assert head.startswith(b"http/1.1 200"), head
    length = re.search(rb"content-length: *(\d+)", head)
    while not received.endswith(b"\r\n0\r\n\r\n") if length is None else len(received) < end + 4 + int(length[1]):
        received += _received(connection)
    return b"connection: close" in head


def _received(connection: socket.socket) -> bytes:
    received = connection.recv(1 << 16)
    assert received, "the server has closed the connection"
    return received


def terminology() -> dict[str, Any]:
    """Requests per second and 99th percentile, ours and HAPI's; without a HAPI server the reason why there is none."""
    definitions = load(Settings()).definitions
    figures: dict[str, Any] = {}
    with ExitStack() as stack:
        try:
            hapi = named_server() or stack.enter_context(running_server())
        except ServerMissingError as missing:
            return {"not measured": str(missing)}
        _give(hapi, definitions)
        ours = f"http://{stack.enter_context(running_service(workers=2, ADAPTER_LOG_LEVEL='error'))}/fhir"
        for operation, all_paths in paths_of(definitions).items():
            # HAPI has no answer to some (HAPI-0905 for concepts with a boolean property): what is compared is what both answer.
            paths = [all_path for all_path in all_paths if _status(hapi, all_path) == OK]
            figures[f"{operation}: requests that both answer"] = f"{len(paths)} of {len(all_paths)}"
            for clients in CLIENTS:
                for base in (ours, hapi):
                    measured(base, paths, clients)
                (mine, my_worst), (theirs, their_worst) = measured(ours, paths, clients), measured(hapi, paths, clients)
                row = f"{operation}, {clients} clients"
                figures[f"{row}: requests/s"] = mine
                figures[f"{row}: HAPI requests/s"] = theirs
                figures[f"{row}: times HAPI (≥ 5)"] = mine / theirs
                figures[f"{row}: p99 ms"] = my_worst
                figures[f"{row}: HAPI p99 ms"] = their_worst
    return figures


def _status(base: str, path: str) -> int:
    parts = urlsplit(base)
    connection = HTTPConnection(parts.netloc, timeout=30)
    connection.request("GET", parts.path + path, headers=_FHIR_JSON)
    status = connection.getresponse().status
    connection.close()
    return status


def _give(hapi: str, definitions: tuple[dict[str, Any], ...]) -> None:
    """Put our code systems and value sets on the HAPI server."""
    parts = urlsplit(hapi)
    connection = HTTPConnection(parts.netloc, timeout=60)
    for definition in definitions:
        if definition["resourceType"] in {"CodeSystem", "ValueSet"}:
            path = f"{parts.path}/{definition['resourceType']}/{definition['id']}"
            connection.request("PUT", path, canonical_bytes(definition), {"Content-Type": "application/fhir+json"})
            answer = connection.getresponse()
            answer.read()
            assert answer.status in {200, 201}, answer.status
    connection.close()


def large() -> dict[str, Any]:
    """A code system of 50,000 concepts: the first `$expand` with a filter when it comes with a request, and `$validate-code`."""
    system = _system(LARGE)
    value_set = {"resourceType": "ValueSet", "status": "active", "compose": {"include": [{"system": system["url"]}]}}
    given = [
        {"name": "tx-resource", "resource": system},
        {"name": "valueSet", "resource": value_set},
        {"name": "filter", "valueString": "4999"},
        {"name": "count", "valueInteger": 20},
    ]
    body = json.dumps({"resourceType": "Parameters", "parameter": given})
    client = _client_with()
    started = time.perf_counter()
    answer = client.post("/fhir/ValueSet/$expand", data=body, content_type="application/fhir+json")
    took = time.perf_counter() - started
    assert answer.status_code == OK, answer.text
    return {
        "first $expand with filter, s (< 2)": took,
        "$validate-code, times that in 100 concepts": _cost(_client_with(system)) / _cost(_client_with(_system(100))),
    }


def _system(size: int) -> dict[str, Any]:
    return {
        "resourceType": "CodeSystem",
        "id": "large",
        "url": f"{_BASE}/CodeSystem/large",
        "status": "active",
        "content": "complete",
        "concept": [{"code": f"c{number}", "display": f"Concept number {number}"} for number in range(size)],
    }


def _client_with(*definitions: dict[str, Any]) -> FlaskClient:
    """A client of a service that holds these definitions and no others."""
    runtime = load(Settings(log_level="error"))
    runtime.__dict__["definitions"] = definitions
    return make_app(runtime).test_client()


def _cost(client: FlaskClient, times: int = 200) -> float:
    """The shortest time of a `$validate-code`, after the first."""
    took = []
    for number in range(times):
        started = time.perf_counter()
        answer = client.get(
            "/fhir" + _path("CodeSystem/$validate-code", url=f"{_BASE}/CodeSystem/large", code=f"c{number % 100}")
        )
        took.append(time.perf_counter() - started)
        assert b'"valueBoolean":true' in answer.data
    return min(took[1:])
