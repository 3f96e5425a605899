"""`adapter serve`."""

import errno
import gc
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import click
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # gunicorn has no types

from adapter.assembly import default_runtime
from adapter.cli.show import err
from adapter.files import folder_of
from adapter.issues import Issue, IssueType, Severity, UnavailableError
from adapter.web import create_app

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]  # as above

_MEMORY = Path("/dev/shm")  # noqa: S108 - gunicorn's sign of life, an empty file of its own
_PROBLEMS = {
    errno.EADDRINUSE: ("port {port} is in use", "stop the other program or choose --port"),
    errno.EACCES: ("this user may not listen on port {port}", "choose a port above 1023 with --port"),
    errno.EADDRNOTAVAIL: ("this machine does not have the address {host}", "choose one of its addresses with --host"),
}
_OTHER_PROBLEM = ("cannot listen on {host} port {port}", "name an address of this machine with --host, and a port with --port")


@click.command("serve")
@click.option("--host", help="The address to listen on (or the setting ADAPTER_HOST).  [default: 127.0.0.1]")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="The port to listen on; 0 takes a free one (or the setting ADAPTER_PORT).  [default: 8731]",
)
@click.option("--workers", type=click.IntRange(min=1), default=2, show_default=True, help="Processes.")
@click.option("--threads", type=click.IntRange(min=1), default=4, show_default=True, help="Threads per process.")
def serve_command(*, host: str | None, port: int | None, workers: int, threads: int) -> None:
    """Serve the adapter over HTTP until ctrl-C. Settings come from ADAPTER_ variables, see docs/settings.md.

    It has no login: it listens on this machine only, unless --host says otherwise. For what cannot be set here (TLS, limits),
    run `gunicorn 'adapter.web:create_app()'` with gunicorn's own settings.

    \b
    Examples:
      adapter serve
      adapter serve --host 0.0.0.0 --workers 4
    """
    # A port that is taken, and settings or maps that cannot be used, are reported here once, not by every worker.
    runtime = default_runtime()
    host = host or runtime.settings.host
    port = runtime.settings.port if port is None else port
    _check_address(host, port)
    app = create_app(runtime)
    gc.freeze()  # what is loaded stays, and the workers share it: the garbage collector need not look at it again
    _Service(app, {"bind": f"{_in_url(host)}:{port}", "workers": workers, "threads": threads}).run()


class _Service(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn with an application that is loaded already and with our settings, read from nowhere else."""

    def __init__(self, app: object, settings: dict[str, object]) -> None:
        self._app = app
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Set what users choose, and what they need not know."""
        fixed = {
            "worker_class": "gthread",
            "preload_app": True,
            # A socket by which other programs could steer the service; nobody asked for one.
            "control_socket_disable": True,
            "worker_tmp_dir": str(_MEMORY) if _MEMORY.is_dir() else None,
            "loglevel": "warning",
            "when_ready": _say_ready,
        }
        for name, value in (fixed | self._settings).items():
            self.cfg.set(name, value)

    def load(self) -> object:
        """The application."""
        return self._app


def _say_ready(server: "Arbiter") -> None:
    host, port = server.LISTENERS[0].sock.getsockname()[:2]
    err.print(f"serving on http://{_in_url(host)}:{port} ; ctrl-C ends it. Try, in another terminal:", style="bold")
    err.print(f"  {curl_line(_in_url(host), port, folder_of('fhir_examples') / 'infant-final-report')}")
    err.print(f"  curl http://{_in_url(host)}:{port}/fhir/metadata")


def _check_address(host: str, port: int) -> None:
    """Raise UnavailableError, which says what to do, unless a service can listen at this address."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        problem, hint = _PROBLEMS.get(error.errno or 0, _OTHER_PROBLEM)
        text = problem.format(host=host, port=port)
        issue = Issue(severity=Severity.ERROR, code=IssueType.CONFLICT, rule="serve/address", text=text, suggestion=hint)
        raise UnavailableError(issue) from error


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def curl_line(host: str, port: int, example: Path) -> str:
    """A line that posts the two documents of an example."""
    relative = example.relative_to(Path.cwd()) if example.is_relative_to(Path.cwd()) else example
    files = " ".join(f"-F document=@{relative / name}" for name in ("encounter.json", "ai_report.json"))
    return f"curl {files} http://{host}:{port}/convert"
