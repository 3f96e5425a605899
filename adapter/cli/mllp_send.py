"""`adapter mllp-send`."""

from pathlib import Path

import click

from adapter.cli.exit_code import Outcome
from adapter.cli.files import content_of
from adapter.cli.mllp import FILE, PORT
from adapter.cli.show import print_text
from adapter.mllp.mllp_client import MllpClient, acknowledgment_code, messages_in
from adapter.mllp.running import client_tls


@click.command("mllp-send")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="The server.")
@click.option("--port", type=PORT, default=2575, show_default=True, help="Its port.")
@click.option("--seconds", type=click.FloatRange(min=0.1), default=30, show_default=True, help="How long to wait for an answer.")
@click.option("--tls", is_flag=True, help="Speak TLS, with the authorities of the system.")
@click.option("--ca", type=FILE, help="Speak TLS with a server whose certificate is of this authority (PEM).")
@click.option("--certificate", type=FILE, help="The certificate that is shown to the server, with its chain (PEM).")
@click.option("--key", type=FILE, help="Its key (PEM).")
def mllp_send_command(
    *,
    files: tuple[Path, ...],
    host: str,
    port: int,
    seconds: float,
    tls: bool,
    ca: Path | None,
    certificate: Path | None,
    key: Path | None,
) -> Outcome:
    """Send the HL7 v2 messages of files, one by one, and print the answers.

    FILES hold one message or several, `-` is standard input. Exit code 1 if an answer is not AA or CA.

    \b
    Examples:
      adapter mllp-send adt.hl7 oru.hl7
      adapter mllp-send --host ehr.example.org --ca ehr.pem dft.hl7
    """
    secure = client_tls(_text(ca), _text(certificate), _text(key)) if tls or ca or certificate else None
    outcome = Outcome.GOOD
    with MllpClient(host, port, seconds=seconds, tls=secure) as client:
        for file in files:
            for message in messages_in(content_of(file)):
                answer = client.send(message)
                print_text(answer.decode("utf-8", errors="replace").replace("\r", "\n"))
                if acknowledgment_code(answer) not in ("AA", "CA"):
                    outcome = Outcome.ISSUES
    return outcome


def _text(path: Path | None) -> str | None:
    return str(path) if path else None
