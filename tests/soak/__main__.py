"""Mixed requests beside slow clients for ten minutes: memory and descriptors of the service must stay flat.

Then how long 99 of 100 calls take, alone and beside a hundred slow clients: not three times as long.

python -m tests.soak [SECONDS]
"""

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from math import inf
from pathlib import Path

from tests.service import ADAPTER, free_port, own_environment, wait_for
from tests.web.ground import content_of

ENCOUNTER = content_of("encounter.json")
LOOKUP = "/fhir/CodeSystem/procedure-modifier/$validate-code?code=extent"
REQUESTS: tuple[tuple[str, str, bytes | None], ...] = (
    ("POST", "/convert", ENCOUNTER),
    ("POST", "/convert", b'{"id":'),
    ("GET", LOOKUP, None),
    ("GET", "/fhir/ValueSet?_summary=true", None),
    ("GET", "/fhir/metadata", None),
    ("GET", "/nothing", None),
    ("GET", "/health", None),
)
SLOW_CLIENTS = 50
SLOWER = 3
"""How many times as long 99 of 100 calls may take beside a hundred slow clients."""
CALLS = 400
TIMED: tuple[tuple[str, str, bytes | None], ...] = (("GET", "/health", None), ("POST", "/convert", ENCOUNTER))
GROWTH = 1.05
SPARE_PAGES = 500
"""Two megabytes, for what an allocator keeps."""


def main(seconds: float) -> int:
    """Run for a time, print what was seen, and give the exit code."""
    port = free_port()
    command = [str(ADAPTER), "serve", "--port", str(port)]
    environment = own_environment(ADAPTER_LOG_LEVEL="error")
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment) as service:
        try:
            wait_for(f"http://127.0.0.1:{port}/health")
            before = _measured(service.pid, port, seconds / 3)
            after = _measured(service.pid, port, seconds * 2 / 3)
            # Three times in turns, of which the best counts: a machine with other work is slow now and then.
            alone, beside = [inf] * len(TIMED), [inf] * len(TIMED)
            for _ in range(3):
                alone = [min(best, _slowest(port, *asked)) for best, asked in zip(alone, TIMED, strict=True)]
                with _slow_clients(port, 100):
                    beside = [min(best, _slowest(port, *asked)) for best, asked in zip(beside, TIMED, strict=True)]
        finally:
            service.terminate()
    sys.stdout.write(f"pages of memory, descriptors: after warming up {before}, at the end {after}\n")
    for (_, path, _), one, other in zip(TIMED, alone, beside, strict=True):
        sys.stdout.write(
            f"{path}: 99 of 100 calls within {one * 1000:.1f} ms alone, {other * 1000:.1f} ms beside 100 slow clients\n"
        )
    is_prompt = all(other < SLOWER * one for one, other in zip(alone, beside, strict=True))
    return 0 if is_prompt and after[0] <= before[0] * GROWTH + SPARE_PAGES and after[1] <= before[1] + 10 else 1


def _measured(parent: int, port: int, seconds: float) -> tuple[int, int]:
    """Memory (resident pages) and descriptors of the workers after that many seconds of load."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with _slow_clients(port, SLOW_CLIENTS):
            _load(port)
    time.sleep(1)
    workers = [*_children(parent)]
    return sum(map(_pages, workers)), sum(len([*Path(f"/proc/{worker}/fd").iterdir()]) for worker in workers)


@contextmanager
def _slow_clients(port: int, number: int) -> Iterator[None]:
    """Clients that never finish: half of them a head, half of them a body."""
    halves = (b"POST /convert HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n\r\n{", b"GET /health HTTP/1.1\r\nHost: he")
    with ExitStack() as stack:
        for place in range(number):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            client.sendall(halves[place % 2])
        yield


def _slowest(port: int, method: str, path: str, body: bytes | None) -> float:
    """Within how many seconds 99 of 100 calls are answered, each on a connection of its own."""
    times = []
    for _ in range(CALLS):
        started = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        connection.getresponse().read()
        connection.close()
        times.append(time.perf_counter() - started)
    return sorted(times)[CALLS * 99 // 100]


def _load(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for number in range(50 * len(REQUESTS)):
        method, path, body = REQUESTS[number % len(REQUESTS)]
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        connection.getresponse().read()
    connection.close()


def _children(parent: int) -> Iterator[int]:
    yield from map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split())


def _pages(process: int) -> int:
    return int(Path(f"/proc/{process}/statm").read_text().split()[1])


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 600))
