"""`adapter serve`."""

import sys
from pathlib import Path

import click

from adapter.cli.show import err
from adapter.runtime import folder_of


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8731, show_default=True, help="The port to listen on.")
@click.option("--workers", default=2, show_default=True, help="Processes.")
@click.option("--threads", default=4, show_default=True, help="Threads per process.")
def serve_command(*, host: str, port: int, workers: int, threads: int) -> None:
    """Serve the adapter over HTTP (gunicorn). Settings come from ADAPTER_ variables, see docs/settings.md.

    \b
    Examples:
      adapter serve
      adapter serve --host 0.0.0.0 --workers 4
    """
    from gunicorn.app.wsgiapp import WSGIApplication  # type: ignore[import-untyped]  # noqa: PLC0415 - gunicorn has no types

    example = folder_of("fhir_examples") / "infant-final-report"
    err.print(f"serving on http://{host}:{port} ; try, in another terminal:", style="bold")
    err.print(f"  {curl_line(host, port, example)}")
    err.print(f"  curl http://{host}:{port}/fhir/metadata")
    sys.argv = [
        "adapter",
        f"--bind={host}:{port}",
        f"--workers={workers}",
        f"--threads={threads}",
        "--worker-class=gthread",
        "--preload",
        "--no-control-socket",
        "--worker-tmp-dir=/dev/shm" if Path("/dev/shm").is_dir() else "--worker-connections=1000",  # noqa: S108 - gunicorn's own heartbeat file
        "adapter.web:create_app()",
    ]
    WSGIApplication("%(prog)s [OPTIONS] [APP_MODULE]").run()


def curl_line(host: str, port: int, example: Path) -> str:
    """A line that posts the two documents of an example."""
    relative = example.relative_to(Path.cwd()) if example.is_relative_to(Path.cwd()) else example
    files = " ".join(f"-F document=@{relative / name}" for name in ("encounter.json", "ai_report.json"))
    return f"curl {files} http://{host}:{port}/convert"
