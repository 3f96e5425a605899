"""The service as users start it: `adapter serve` on a free port of this machine."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from ssl import SSLContext
from urllib.error import URLError
from urllib.request import urlopen

ADAPTER = Path(sys.executable).with_name("adapter")
START_SECONDS = 120


def own_environment(**settings: str) -> dict[str, str]:
    """The environment of this process with these settings of the adapter and no others."""
    return {key: value for key, value in os.environ.items() if not key.startswith("ADAPTER_")} | settings


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@contextmanager
def running_service(*, workers: int = 1, tls: SSLContext | None = None, **settings: str) -> Iterator[str]:
    """`host:port` of a service with these settings (`ADAPTER_…`) for the time of a block; `tls` is its clients'."""
    port = free_port()
    command = [str(ADAPTER), "serve", "--port", str(port), "--workers", str(workers)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=own_environment(**settings)) as process:
        try:
            wait_for(f"https://localhost:{port}/health" if tls else f"http://127.0.0.1:{port}/health", tls)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()


def wait_for(url: str, tls: SSLContext | None = None) -> None:
    """Wait until something answers there; raises TimeoutError if nothing does."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            urlopen(url, timeout=2, context=tls).close()
        except URLError:
            time.sleep(0.1)
        else:
            return
    message = f"nothing answers at {url}"
    raise TimeoutError(message)
