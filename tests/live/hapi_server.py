"""Build and start a real HAPI FHIR server for tests and benchmarks (the Maven project in tests/hapi)."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "tests" / "hapi"
JAR = PROJECT / "target" / "hapi.jar"
BUILT = PROJECT / "target" / "built.stamp"
LOG_FOLDER = ROOT / "build"
JAVA_VERSION = 17
BUILD_SECONDS = 900
START_SECONDS = 300
STOP_SECONDS = 20


class ServerMissingError(Exception):
    """There is no FHIR server, and this is why."""


def named_server() -> str | None:
    """The base URL of a server that runs already, named by ADAPTER_TEST_FHIR_URL."""
    return os.environ.get("ADAPTER_TEST_FHIR_URL") or None


def is_required() -> bool:
    """Whether a missing server is a failure: in CI a test of the product's promise may not be skipped."""
    return os.environ.get("CI", "").lower() in {"true", "1"}


@contextmanager
def running_server(*, tx: str | None = None, packages: Sequence[Path] = ()) -> Iterator[str]:
    """A HAPI server for the time of the block; gives its base URL.

    `tx` is the base URL of a terminology server that HAPI asks first; `packages` are FHIR NPM packages to install, each a
    file `name#version.tgz`. Raises ServerMissingError if it cannot be built or started.
    """
    build()
    port = free_port()
    log = LOG_FOLDER / f"hapi-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(_command(port, tx, packages), stdout=output, stderr=subprocess.STDOUT)
        try:
            wait_until(b"HAPI is ready", process, log, seconds=START_SECONDS)
            yield f"http://127.0.0.1:{port}/fhir"
        finally:
            stop(process)


def build() -> None:
    """Build the server's jar unless one that is newer than its sources was built to its end; one process at a time."""
    LOG_FOLDER.mkdir(exist_ok=True)
    _check_tool("java")
    log = LOG_FOLDER / "hapi-build.log"
    with log.open("ab") as output:
        flock(output, LOCK_EX)
        if _is_built():
            return
        _check_tool("mvn")
        command = ["mvn", "-q", "-B", "package"]
        done = subprocess.run(command, cwd=PROJECT, stdout=output, stderr=subprocess.STDOUT, timeout=BUILD_SECONDS, check=False)
        if done.returncode:
            message = f"Maven could not build the FHIR server; see {log.relative_to(ROOT)}"
            raise ServerMissingError(message)
        BUILT.touch()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_built() -> bool:
    sources = [PROJECT / "pom.xml", *PROJECT.glob("src/**/*.java")]
    return BUILT.exists() and BUILT.stat().st_mtime > max(source.stat().st_mtime for source in sources)


def _check_tool(name: str) -> None:
    if shutil.which(name) is None:
        message = f"there is no `{name}` here: install Java {JAVA_VERSION} and Maven, or name a server in ADAPTER_TEST_FHIR_URL"
        raise ServerMissingError(message)


def _command(port: int, tx: str | None, packages: Sequence[Path]) -> list[str]:
    command = ["java", "-Xmx1g", "-jar", str(JAR), f"--server.port={port}"]
    command += [f"--tx={tx}"] if tx else []
    command += ["--packages=" + ",".join(str(package) for package in packages)] if packages else []
    return command


def wait_until(ready: bytes, process: subprocess.Popen[bytes], log: Path, *, seconds: float) -> None:
    """Wait until a server that was started says so in its log; raises ServerMissingError if it ends or takes too long."""
    end = time.monotonic() + seconds
    while ready not in log.read_bytes():
        if process.poll() is not None or time.monotonic() > end:
            message = f"the FHIR server did not start; see {log.relative_to(ROOT)}"
            raise ServerMissingError(message)
        time.sleep(0.2)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a server that was started."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
