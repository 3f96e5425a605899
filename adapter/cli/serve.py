"""`adapter serve`."""

import gc
import socket
from contextlib import nullcontext
from pathlib import Path

import click

from adapter.assembly import default_runtime
from adapter.cli.listening import listening_on
from adapter.cli.reach import Unguarded, check_reach
from adapter.cli.show import err
from adapter.cli.tls import tls_of
from adapter.client.target import is_loopback
from adapter.dispatch import dispatching
from adapter.files import folder_of
from adapter.settings import Settings
from adapter.web import create_app
from adapter.web.desk import desk_of
from adapter.web.door.server import Workers, bind, serve

_NEITHER = Unguarded(
    rule="serve/access",
    text="neither a token nor a certificate is required",
    hint="make tokens with `adapter token` and set ADAPTER_TOKENS, or ask for certificates with ADAPTER_TLS_CLIENTS",
    risk="convert, read and validate",
)


@click.command("serve")
@click.option("--host", help="The address to listen on (or the setting ADAPTER_HOST).  [default: 127.0.0.1]")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="The port to listen on; 0 takes a free one (or the setting ADAPTER_PORT).  [default: 8731]",
)
@click.option("--workers", type=click.IntRange(min=1), default=2, show_default=True, help="Processes.")
@click.option("--threads", type=click.IntRange(min=1), default=8, show_default=True, help="Threads per process.")
@click.option("--insecure", is_flag=True, help="Do not require tokens of callers from elsewhere.")
@click.option(
    "--workbench/--no-workbench", default=None, help="Serve the workbench too.  [default: on this machine's own addresses only]"
)
def serve_command(
    *, host: str | None, port: int | None, workers: int, threads: int, insecure: bool, workbench: bool | None
) -> None:
    """Serve the adapter over HTTP until ctrl-C. Settings come from ADAPTER_ variables, see docs/settings.md.

    On this machine only, callers need nothing. On any other address they need a token (`adapter token`, ADAPTER_TOKENS) or a
    certificate (ADAPTER_TLS_CLIENTS), unless you say --insecure. docs/security.md says what is promised and what is not.

    \b
    Examples:
      adapter serve
      adapter serve --host 0.0.0.0 --workers 4 --insecure
    """
    # A port that is taken, and settings or maps that cannot be used, are reported here once, not by every worker.
    runtime = default_runtime()
    settings = runtime.settings
    host = host or settings.host
    port = settings.port if port is None else port
    with listening_on(host, port):
        bound = bind(host, port)
    with bound as listening:
        tls_of(settings, settings.tls_clients)
        if not (settings.tokens or settings.tls_clients):
            check_reach(host, settings, _NEITHER, insecure=insecure)
        has_workbench = is_loopback(host) if workbench is None else workbench
        saves = bool(workbench) and is_loopback(host) and bool(settings.mappings)
        app = create_app(runtime, workbench=has_workbench, saves_maps=saves)
        gc.freeze()  # what is loaded stays, and the workers share it: the garbage collector need not look at it again
        desk = desk_of(app)
        if settings.store.startswith("sqlite"):
            workers = 1  # a file has one service, of one process
        if desk is not None:
            with dispatching(runtime, role="service"):
                pass  # what is wrong with it is said here, once, and it is brought to its newest form
        workforce = Workers(
            application=app,
            settings=settings,
            processes=workers,
            threads=threads,
            beside=desk.open if desk is not None else nullcontext,
        )
        serve(workforce, listening, lambda: _say_ready(listening, settings, has_workbench=has_workbench))


def _say_ready(listening: socket.socket, settings: Settings, *, has_workbench: bool) -> None:
    host, port = listening.getsockname()[:2]
    base = f"{'https' if settings.tls_certificate else 'http'}://{_in_url(host)}:{port}"
    err.print(f"serving on {base} ; ctrl-C ends it. Try, in another terminal:", style="bold")
    err.print(f"  {curl_line(base, folder_of('fhir_examples') / 'infant-final-report')}")
    err.print(f"  curl {base}/fhir/metadata")
    if has_workbench:
        err.print(f"The workbench is at {base}/", style="bold")


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def curl_line(base: str, example: Path) -> str:
    """A line that posts the two documents of an example."""
    relative = example.relative_to(Path.cwd()) if example.is_relative_to(Path.cwd()) else example
    files = " ".join(f"-F document=@{relative / name}" for name in ("encounter.json", "ai_report.json"))
    return f"curl {files} {base}/convert"
