"""`adapter publish` and `adapter unpublish`."""

from collections.abc import Iterable

import click
from rich.text import Text

from adapter.assembly import Runtime, default_runtime
from adapter.cli.exit_code import Outcome
from adapter.cli.show import QUIET, is_quiet, out
from adapter.client.publish import PublishedDefinition, Publisher
from adapter.connection import client_of

SERVER = click.option("--server", required=True, help="A base URL, or a name of ADAPTER_SERVERS.")


@click.command("publish")
@SERVER
@QUIET
def publish_command(*, server: str) -> int:
    """Put our code systems, value sets, concept maps and profiles on a FHIR server, each under its own id.

    What the server holds already is left as it is, so that publishing twice changes nothing. A definition whose URL does not
    begin with ADAPTER_CANONICAL_BASE is refused, and so is an id under which the server holds something else.

    \b
    Examples:
      adapter publish --server http://127.0.0.1:8080/fhir
    """
    runtime = default_runtime()
    return _shown(_publisher(runtime, server).publish(runtime.definitions))


@click.command("unpublish")
@SERVER
@QUIET
def unpublish_command(*, server: str) -> int:
    """Remove our definitions from a FHIR server.

    \b
    Examples:
      adapter unpublish --server http://127.0.0.1:8080/fhir
    """
    runtime = default_runtime()
    return _shown(_publisher(runtime, server).unpublish(runtime.definitions))


def _publisher(runtime: Runtime, server: str) -> Publisher:
    return Publisher(client=client_of(server, runtime.settings), canonical_base=runtime.settings.canonical_base)


def _shown(results: Iterable[PublishedDefinition]) -> int:
    code = Outcome.GOOD
    for one in results:
        if one.problem:
            code = Outcome.ISSUES
        if one.problem or not is_quiet():
            why = f": {one.problem.text}" if one.problem else ""
            out.print(Text(f"{one.state:<10} {one.reference}{why}"))
    return code
