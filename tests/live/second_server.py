"""Start a second FHIR server, independent of HAPI: Medplum's router on Node (the project in tests/second_server)."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.live.hapi_server import LOG_FOLDER, ROOT, ServerMissingError, free_port, stop, wait_until

PROJECT = ROOT / "tests" / "second_server"
INSTALL_SECONDS = 300
START_SECONDS = 60
READY = b"the second server is ready"


@contextmanager
def running_second_server() -> Iterator[str]:
    """The second server for the time of the block; gives its base URL. Raises ServerMissingError if there is no Node."""
    LOG_FOLDER.mkdir(exist_ok=True)
    _install()
    port = free_port()
    log = LOG_FOLDER / f"second-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(["node", str(PROJECT / "server.mjs"), str(port)], stdout=output, stderr=subprocess.STDOUT)
        try:
            wait_until(READY, process, log, seconds=START_SECONDS)
            yield f"http://127.0.0.1:{port}/fhir"
        finally:
            stop(process)


def _install() -> None:
    """Install what the server is made of, unless that is done since its list changed."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        message = "there is no `node` or no `npm` here: install Node 20 or newer"
        raise ServerMissingError(message)
    if _is_newer(PROJECT / "node_modules" / ".package-lock.json", PROJECT / "package.json"):
        return
    log = LOG_FOLDER / "second-install.log"
    with log.open("wb") as output:
        command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"]
        done = subprocess.run(command, cwd=PROJECT, stdout=output, stderr=subprocess.STDOUT, timeout=INSTALL_SECONDS, check=False)
    if done.returncode:
        message = f"npm could not install the second FHIR server; see {log.relative_to(ROOT)}"
        raise ServerMissingError(message)


def _is_newer(made: Path, source: Path) -> bool:
    return made.exists() and made.stat().st_mtime >= source.stat().st_mtime
