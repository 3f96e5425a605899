"""Terminology operations over HTTP, beside a HAPI server with the same definitions: rotating inputs, one client and eight.

A `hit` is an answer that our door remembers; for a `miss` its memory is smaller than the rotation, so that nothing is remembered.
"""

import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from http.client import HTTPConnection
from itertools import cycle
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask.testing import FlaskClient

from adapter.assembly import load
from adapter.fhir.json import canonical_bytes
from adapter.settings import Settings
from adapter.terminology.catalog import Catalog
from adapter.web.app import make_app
from tests.bench.rows import CLIENTS, p99_row, terminology_row
from tests.bench.turns import Figure, figure, in_turns, ratio
from tests.live.hapi_server import ServerMissingError, named_server, running_server
from tests.service import running_service

SECONDS = 1.0
TURNS = 5
WARM_SECONDS = 12.0
TOO_SMALL = "4000"
LARGE = 50_000
OK = 200
_BASE = Settings().canonical_base
_FHIR_JSON = {"Accept": "application/fhir+json"}
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)")


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


def measured(base: str, paths: list[str], clients: int, seconds: float = SECONDS) -> tuple[float, float]:
    """(requests per second, 99th percentile in s) of some seconds of requests by some clients, each with its connection."""
    parts = urlsplit(base)
    head = f" HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept: {_FHIR_JSON['Accept']}\r\n\r\n"
    requests = [f"GET {parts.path}{path}{head}".encode() for path in paths]
    with ThreadPoolExecutor(clients) as pool:
        started = time.perf_counter()
        ask = partial(_client, base, requests, seconds)
        times = [took for found in pool.map(ask, range(clients)) for took in found]
        took_all = time.perf_counter() - started
    return len(times) / took_all, sorted(times)[int(len(times) * 0.99)]


def _client(base: str, requests: list[bytes], seconds: float, number: int) -> list[float]:
    """Seconds of each request. Bytes are sent and read as they are: http.client would be slower than what it measures."""
    times = []
    end = time.perf_counter() + seconds
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
    received = _received(connection)
    while (end := received.find(b"\r\n\r\n")) < 0:
        received += _received(connection)
    head = received[:end].lower()
    assert head.startswith(b"http/1.1 200"), head
    length = _LENGTH.search(head)
    while not received.endswith(b"\r\n0\r\n\r\n") if length is None else len(received) < end + 4 + int(length[1]):
        received += _received(connection)
    return b"connection: close" in head


def _received(connection: socket.socket) -> bytes:
    received = connection.recv(1 << 16)
    assert received, "the server has closed the connection"
    return received


def terminology() -> dict[str, Figure]:
    """Requests per second and 99th percentile, ours to HAPI's; nothing where there is no HAPI server."""
    definitions = load(Settings()).definitions
    figures: dict[str, Figure] = {}
    with ExitStack() as stack:
        try:
            hapi = named_server() or stack.enter_context(running_server())
        except ServerMissingError as missing:
            print(f"  not beside HAPI: {missing}")
            return {}
        _give(hapi, definitions)
        ours = {
            "hit": stack.enter_context(running_service(workers=2, ADAPTER_LOG_LEVEL="error")),
            "miss": stack.enter_context(running_service(workers=2, ADAPTER_LOG_LEVEL="error", ADAPTER_MEMO_BYTES=TOO_SMALL)),
        }
        for operation, all_paths in paths_of(definitions).items():
            # HAPI has no answer to some (HAPI-0905 for concepts with a boolean property): what is compared is what both answer.
            paths = [path for path in all_paths if _status(hapi, path) == OK]
            print(f"  ({operation}: {len(paths)} of {len(all_paths)} requests are answered by both)", flush=True)
            measured(hapi, paths, max(CLIENTS), WARM_SECONDS)
            for kind, address in ours.items():
                for clients in CLIENTS:
                    faster, slowest = _beside(f"http://{address}/fhir", hapi, paths, clients)
                    figures[terminology_row(operation, kind, clients)] = faster
                    figures[p99_row(operation, kind, clients)] = slowest
    return figures


def _beside(ours: str, hapi: str, paths: list[str], clients: int) -> tuple[Figure, Figure]:
    """Our requests per second and 99th percentile as multiples of HAPI's, in turns."""
    measured(ours, paths, clients)
    turns = [(measured(ours, paths, clients), measured(hapi, paths, clients)) for _ in range(TURNS)]
    return (
        figure([mine / theirs for (mine, _), (theirs, _) in turns]),
        figure([mine / theirs for (_, mine), (_, theirs) in turns]),
    )


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


def large() -> dict[str, Figure]:
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
    clients = {"large": _client_with(system), "small": _client_with(_system(100))}
    times = in_turns({name: _validation(held, cycle(range(100))) for name, held in clients.items()}, rounds=200)
    row = "a code system of 50,000 concepts: "
    return {
        row + "s of the first $expand with filter": figure([took]),
        row + "$validate-code / that in 100 concepts": ratio(times, "large", "small"),
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
    """A client of a service that holds these definitions beside its own."""
    runtime = load(Settings(log_level="error"))
    runtime.__dict__["catalog"] = runtime.catalog.overlaid(Catalog.of(definitions))
    return make_app(runtime).test_client()


def _validation(client: FlaskClient, numbers: Iterator[int]) -> Callable[[], None]:
    """A `$validate-code` of one code after the other."""

    def validate() -> None:
        url = _path("CodeSystem/$validate-code", url=f"{_BASE}/CodeSystem/large", code=f"c{next(numbers)}")
        assert b'"valueBoolean":true' in client.get("/fhir" + url).data

    return validate
