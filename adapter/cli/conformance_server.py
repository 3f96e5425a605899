"""What `adapter conformance` tests: a server elsewhere, or the adapter itself, within this process or over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from adapter.assembly import default_runtime, load
from adapter.cli.in_process import OWN_ADDRESS, send_to
from adapter.client import target_at
from adapter.trial import TestedServer, server_at
from adapter.web import create_app
from adapter.web.door.server import Workers, bind, serving

_THREADS = 4


@contextmanager
def tested_server(name: str | None, *, over_http: bool, seconds: float) -> Iterator[TestedServer]:
    """The server of this name or base URL, or without one the adapter itself; waits so many `seconds` for an answer."""
    settings = default_runtime().settings
    if name is not None:
        yield server_at(name, settings, seconds=seconds)
        return
    # The service has a certificate for the name under which others call it, not for this address.
    own = replace(settings, log_level="error", tls_certificate="", tls_key="")
    application = create_app(load(own))
    if not over_http:
        yield TestedServer(target=target_at(OWN_ADDRESS), source="the adapter", send=send_to(application))
        return
    workforce = Workers(application=application, settings=own, processes=1, threads=_THREADS)
    with bind("127.0.0.1", 0) as listening, serving(workforce, listening):
        yield server_at(f"http://127.0.0.1:{listening.getsockname()[1]}/fhir", settings, seconds=seconds)
