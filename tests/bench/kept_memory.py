"""What memory the service takes as encounters are posted, converted and delivered beside: rows of docs/scale.md.

Run it with `python -m tests.bench.kept_memory`, and a number where 50,000 encounters are too many (two gigabytes of disk).
"""

import json
import os
import re
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from urllib.request import urlopen

from tests.bench.processor import family
from tests.delivery.ground import KEY, encounter_document
from tests.delivery.strict_fhir import StrictFhir, serving
from tests.service import running_service

POSTS, PARTS = 50_000, 10
CONNECTIONS = 4
_DELIVERED = re.compile(r'adapter_deliveries\{state="delivered",target="clinical"\} ([0-9.]+)')


def growth(posts: int) -> None:
    """Print the memory of the service after each tenth of the posts, and how many encounters were delivered by then."""
    with tempfile.TemporaryDirectory(dir=".") as name, serving(StrictFhir()) as url:
        folder = Path(name).resolve()
        (folder / "keys").write_text(KEY)
        (folder / "destinations.yaml").write_text(f"destination: clinical\nurl: {url}\n")
        settings = {
            "ADAPTER_STORE": f"sqlite:///{folder}/store.db",
            "ADAPTER_STORE_KEYS": str(folder / "keys"),
            "ADAPTER_DESTINATIONS": str(folder / "destinations.yaml"),
            "ADAPTER_LOG_LEVEL": "error",
        }
        with running_service(workers=1, tls=None, **settings) as door:
            (parent,) = family(os.getpid())[1:]
            _, service = family(parent)
            for part in range(PARTS):
                began = time.perf_counter()
                _post(door, range(part * posts // PARTS, (part + 1) * posts // PARTS))
                took = time.perf_counter() - began
                row = {"posted": (part + 1) * posts // PARTS, "delivered": _delivered(door), "MB": round(_resident(service))}
                print(json.dumps({**row, "posted/s": round(posts / PARTS / took)}), flush=True)


def _post(door: str, numbers: range) -> None:
    def post_some(share: int) -> None:
        connection = HTTPConnection(door, timeout=60)
        for number in numbers[share::CONNECTIONS]:
            content, headers = (
                encounter_document(number).content,
                {"Content-Type": "application/json", "Prefer": "return=minimal"},
            )
            connection.request("POST", "/encounters", content, headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 201, answer.status

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(post_some, range(CONNECTIONS)))


def _delivered(door: str) -> int:
    with urlopen(f"http://{door}/metrics") as answer:
        found = _DELIVERED.search(answer.read().decode())
    return int(float(found[1])) if found else 0


def _resident(process: int) -> float:
    """The memory of a process in MB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


if __name__ == "__main__":
    growth(int(sys.argv[1]) if sys.argv[1:] else POSTS)
