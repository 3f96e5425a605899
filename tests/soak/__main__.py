"""Mixed requests beside slow clients for ten minutes: memory and descriptors of the service must not grow with the requests.

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
from mmap import PAGESIZE
from pathlib import Path

from tests.service import ADAPTER, free_port, own_environment, wait_for
from tests.soak.memory_trend import MemorySample, bytes_per_request, is_leak
from tests.web.ground import content_of

ENCOUNTER = content_of("encounter.json")
LOOKUP = "/fhir/CodeSystem/procedure-modifier/$validate-code?code=extent"
REQUESTS: tuple[tuple[str, str, bytes | None], ...] = (
    ("POST", "/convert", ENCOUNTER),
    ("POST", "/convert", b'{"id":'),
    ("GET", LOOKUP, None),
    ("GET", f"{LOOKUP}-{{number}}", None),
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
SAMPLES = 20
MORE_DESCRIPTORS = 10
MEMO_BYTES = "1000000"
"""A small memo, which the questions that nobody asked before fill soon."""


def main(seconds: float) -> int:
    """Run for a time, print what was seen, and give the exit code."""
    port = free_port()
    command = [str(ADAPTER), "serve", "--port", str(port)]
    environment = own_environment(ADAPTER_LOG_LEVEL="error", ADAPTER_MEMO_BYTES=MEMO_BYTES)
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment) as service:
        try:
            wait_for(f"http://127.0.0.1:{port}/health")
            samples, descriptors = _measured(service.pid, port, seconds)
            # Three times in turns, of which the best counts: a machine with other work is slow now and then.
            alone, beside = [inf] * len(TIMED), [inf] * len(TIMED)
            for _ in range(3):
                alone = [min(best, _slowest(port, *asked)) for best, asked in zip(alone, TIMED, strict=True)]
                with _slow_clients(port, 100):
                    beside = [min(best, _slowest(port, *asked)) for best, asked in zip(beside, TIMED, strict=True)]
        finally:
            service.terminate()
    memory, growth = [sample.memory // 1_000_000 for sample in samples], bytes_per_request(samples)
    sys.stdout.write(
        f"{samples[-1].requests} requests; megabytes of memory: {memory}; {growth:.0f} bytes for each further request\n"
    )
    sys.stdout.write(f"descriptors: {descriptors}\n")
    for (_, path, _), one, other in zip(TIMED, alone, beside, strict=True):
        sys.stdout.write(
            f"{path}: 99 of 100 calls within {one * 1000:.1f} ms alone, {other * 1000:.1f} ms beside 100 slow clients\n"
        )
    is_prompt = all(other < SLOWER * one for one, other in zip(alone, beside, strict=True))
    is_bounded = not is_leak(samples) and descriptors[-1] <= descriptors[SAMPLES // 2] + MORE_DESCRIPTORS
    return 0 if is_prompt and is_bounded else 1


def _measured(parent: int, port: int, seconds: float) -> tuple[list[MemorySample], list[int]]:
    """Memory and descriptors of the workers, in equal intervals of that many seconds of load."""
    samples, descriptors, requests = list[MemorySample](), list[int](), 0
    workers = [*_children(parent)]
    for _ in range(SAMPLES):
        until = time.monotonic() + seconds / SAMPLES
        while time.monotonic() < until:
            with _slow_clients(port, SLOW_CLIENTS):
                requests += _load(port, requests)
        time.sleep(1)
        samples.append(MemorySample(requests=requests, memory=sum(map(_memory, workers))))
        descriptors.append(sum(len([*Path(f"/proc/{worker}/fd").iterdir()]) for worker in workers))
    return samples, descriptors


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


def _load(port: int, before: int) -> int:
    """Make requests of all kinds, of which one asks what nobody asked before; gives their number."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    many = 50 * len(REQUESTS)
    for number in range(many):
        method, path, body = REQUESTS[number % len(REQUESTS)]
        path = path.format(number=before + number)
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        connection.getresponse().read()
    connection.close()
    return many


def _children(parent: int) -> Iterator[int]:
    yield from map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split())


def _memory(process: int) -> int:
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGESIZE


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 600))
