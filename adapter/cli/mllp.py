"""`adapter mllp`."""

import gc
import ssl
from contextlib import ExitStack
from pathlib import Path

import click

from adapter.assembly import Runtime, default_runtime
from adapter.cli.files import OutputPath
from adapter.cli.listening import listening_on
from adapter.cli.reach import Unguarded, check_reach
from adapter.cli.show import counts_text, err, note
from adapter.cli.tls import tls_of
from adapter.clock import instant_now
from adapter.dispatch import dispatching
from adapter.fhir.json import pretty_bytes
from adapter.files import write_whole
from adapter.mllp.inbox import Inbox, Visit
from adapter.mllp.keeping import KeepingAcceptor
from adapter.mllp.mllp_server import MllpLimits, MllpServer
from adapter.mllp.reception import Acceptor
from adapter.mllp.running import Afterwards, serve_mllp

PORT = click.IntRange(0, 65535)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SECONDS = click.FloatRange(min=0.1)
_POSITIVE = click.IntRange(min=1)
_NO_CERTIFICATE = Unguarded(
    rule="mllp/security",
    text="no client certificate is required",
    hint="name the authority of the senders' certificates with --client-ca",
    risk="send messages",
)


@click.command("mllp")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=PORT, default=2575, show_default=True, help="The port to listen on; 0 takes a free one.")
@click.option("--out", "folder", type=OutputPath(file_okay=False), help="Write the Bundle of each encounter here.")
@click.option(
    "--client-ca",
    type=FILE,
    help="Take only senders with a certificate of this authority, PEM (or the setting ADAPTER_TLS_CLIENTS).",
)
@click.option("--reject-unhandled", is_flag=True, help="Answer messages that no map reads with AR, not with AA and a warning.")
@click.option("--max-messages", type=_POSITIVE, default=100_000, show_default=True, help="How many messages are kept.")
@click.option("--max-connections", type=_POSITIVE, default=500, show_default=True, help="How many senders at once.")
@click.option("--frame-seconds", type=_SECONDS, default=30, show_default=True, help="How long a message may take to arrive.")
@click.option("--idle-seconds", type=_SECONDS, default=600, show_default=True, help="How long a sender may be silent.")
@click.option("--insecure", is_flag=True, help="Do not require certificates of senders from elsewhere.")
def mllp_command(
    *,
    host: str,
    port: int,
    folder: Path | None,
    client_ca: Path | None,
    reject_unhandled: bool,
    max_messages: int,
    max_connections: int,
    frame_seconds: float,
    idle_seconds: float,
    insecure: bool,
) -> None:
    """Take HL7 v2 messages over MLLP until ctrl-C, and answer each with an ACK.

    AA: accepted. AE: the content is wrong; ERR segments say where and why. AR: it cannot be read, or not be kept. Messages are
    kept in memory, by the encounter that they belong to, or with ADAPTER_STORE durably (docs/delivery.md). A message may have
    ADAPTER_MAX_BODY bytes. TLS is that of ADAPTER_TLS_CERTIFICATE and ADAPTER_TLS_KEY.

    \b
    Examples:
      adapter mllp --out bundles
      adapter mllp --host 0.0.0.0 --client-ca senders.pem
    """
    runtime = default_runtime()
    authority = str(client_ca or runtime.settings.tls_clients)
    tls = tls_of(runtime.settings, authority)
    if not authority:
        check_reach(host, runtime.settings, _NO_CERTIFICATE, insecure=insecure)
    limits = MllpLimits(
        message_bytes=runtime.settings.max_body,
        frame_seconds=frame_seconds,
        idle_seconds=idle_seconds,
        connections=max_connections,
    )
    runtime.prepare()
    gc.freeze()
    afterwards = Afterwards(work=lambda visit: _write_bundle(runtime, visit, folder) if folder else None)
    with ExitStack() as stack:
        acceptor: Acceptor
        if runtime.settings.store:
            dispatch = stack.enter_context(dispatching(runtime, role="mllp"))
            acceptor = KeepingAcceptor(runtime=runtime, dispatch=dispatch, refuses_unhandled=reject_unhandled)
        else:
            acceptor = Inbox(
                pipeline=runtime.pipeline,
                options=runtime.options({}),
                most=max_messages,
                refuses_unhandled=reject_unhandled,
                changed=afterwards.add,
            )
        _serve(MllpServer(acceptor=acceptor, limits=limits, now=_now), afterwards, (host, port), tls=tls)


def _serve(server: MllpServer, afterwards: Afterwards, address: tuple[str, int], *, tls: ssl.SSLContext | None) -> None:
    host, port = address
    words = f"listening for MLLP on {host} port {{}}{' with TLS' if tls else ''} ; ctrl-C ends it"
    with listening_on(host, port):
        serve_mllp(server, afterwards, address, tls=tls, when_ready=lambda number: err.print(words.format(number), style="bold"))


def _write_bundle(runtime: Runtime, visit: Visit, folder: Path) -> None:
    """Write what the messages of an encounter make together, as far as they make something yet."""
    conversion = runtime.convert(visit.documents)
    words = f"{len(visit.messages)} messages, {counts_text(conversion.issues)}"
    if conversion.bundle is None:
        note(f"no Bundle yet of {words}")
        return
    entries = (entry["resource"] for entry in conversion.bundle["entry"])
    number = next(resource["id"] for resource in entries if resource["resourceType"] == "Encounter")
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / f"{number}.json", pretty_bytes(conversion.bundle))
    note(f"written: {folder / number}.json, of {words}")


def _now() -> str:
    """The time as HL7 v2 writes it, in UTC."""
    return "".join(part for part in instant_now()[:19] if part.isdigit()) + "+0000"
