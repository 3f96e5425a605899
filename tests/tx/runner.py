"""HL7's terminology test cases against our running service: the runner in tests/txrunner (Java) says what passes."""

import shutil
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server

from adapter.assembly import load
from adapter.settings import Settings
from adapter.web.app import make_app

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "tests" / "txrunner"
CLASS_PATH = PROJECT / "target" / "class-path.txt"
LOGS = ROOT / "build"
_BUILD_SECONDS = 900
_RUN_SECONDS = 600


class RunnerMissingError(Exception):
    """The cases cannot be run, and this is why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a case; `message` says what differs."""

    case: str
    has_passed: bool
    message: str


class _Quiet(WSGIRequestHandler):
    """Answers without a line of log per request."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - as werkzeug names it
        pass


@contextmanager
def running_service() -> Iterator[str]:
    """Run our service on a free port for the time of the block; gives its FHIR base URL."""
    runtime = load(Settings(log_level="error", max_body=50_000_000))
    server = make_server("127.0.0.1", 0, make_app(runtime), threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/fhir"
    finally:
        server.shutdown()
        thread.join()


def verdicts(url: str, folder: Path, suite: str | None = None) -> list[Verdict]:
    """Run the cases of a folder (or of one suite of it) against a server; raises RunnerMissingError."""
    _build()
    output = LOGS / "tx"
    shutil.rmtree(output, ignore_errors=True)
    classes = f"{PROJECT / 'target' / 'classes'}:{CLASS_PATH.read_text().strip()}"
    command = ["java", "-Xmx1g", "-cp", classes, "txrunner.Run", url, str(folder), str(output), *([suite] if suite else [])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_RUN_SECONDS, check=False)
    (LOGS / "tx.log").write_text(done.stdout + done.stderr)
    if done.returncode:
        message = f"the runner stopped with {done.returncode}; see build/tx.log"
        raise RunnerMissingError(message)
    return list(_read(done.stdout))


def _read(output: str) -> Iterator[Verdict]:
    """The verdicts of the runner's lines; a name that comes again gets a number."""
    seen: Counter[str] = Counter()
    for line in output.splitlines():
        if line.startswith("RESULT\t"):
            _, status, name, message = line.split("\t", 3)
            seen[name] += 1
            case = name if seen[name] == 1 else f"{name} ({seen[name]})"
            yield Verdict(case=case, has_passed=status == "pass", message=message)


def _build() -> None:
    """Compile the runner, unless it is newer than its sources; raises RunnerMissingError."""
    for tool in ("java", "mvn"):
        if shutil.which(tool) is None:
            message = f"there is no `{tool}` here: install Java 17 and Maven"
            raise RunnerMissingError(message)
    sources = [PROJECT / "pom.xml", *PROJECT.glob("src/**/*.java")]
    if CLASS_PATH.exists() and CLASS_PATH.stat().st_mtime > max(source.stat().st_mtime for source in sources):
        return
    LOGS.mkdir(exist_ok=True)
    command = ["mvn", "-q", "-B", "compile", "dependency:build-classpath", f"-Dmdep.outputFile={CLASS_PATH}"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=_BUILD_SECONDS, check=False)
    if done.returncode:
        (LOGS / "tx-build.log").write_text(done.stdout + done.stderr)
        message = "Maven could not build the runner; see build/tx-build.log"
        raise RunnerMissingError(message)
