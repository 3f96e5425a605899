"""`adapter token`."""

from pathlib import Path

import click

from adapter.cli.show import err
from adapter.clock import new_token
from adapter.web.access import RIGHTS, caller_line, digest_of
from adapter.web.certificate import digest_in_pem


@click.command("token")
@click.argument("name")
@click.option("--right", "rights", multiple=True, type=click.Choice(RIGHTS), help="What the caller may do; may be repeated.")
@click.option("--sender", help="A sender of the file ADAPTER_SENDERS, whose settings apply to what the caller sends.")
@click.option(
    "--certificate",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The caller shows this certificate (PEM), so that no token is made.",
)
def token_command(*, name: str, rights: tuple[str, ...], sender: str | None, certificate: Path | None) -> None:
    """Make a token for a caller, and print the line for the file that ADAPTER_TOKENS names.

    The token itself is shown once, on standard error, and kept nowhere: the line holds only its hash. Without --right the caller
    may ask about definitions and convert. With --certificate the line holds the hash of a certificate that the service asks for
    (ADAPTER_TLS_CLIENTS).

    \b
    Examples:
      adapter token clinic-ehr > tokens
      adapter token workbench --right definitions --right convert --right read >> tokens
      adapter token lab --right post --certificate lab.pem >> tokens
    """
    for word, hint in ((name, "NAME"), (sender or name, "--sender")):
        _check(word, hint)
    digest = _digest(certificate) if certificate is not None else digest_of(_shown_token(name))
    click.echo(caller_line(name, digest, rights or ("definitions", "convert"), sender=sender))


def _shown_token(name: str) -> str:
    token = new_token()
    err.print(f"The token of {name}, shown once: {token}", highlight=False)
    return token


def _digest(certificate: Path) -> str:
    try:
        return digest_in_pem(certificate.read_text("utf-8"))
    except ValueError:  # it is not even text, too
        text = "this is not a certificate in PEM"
        raise click.BadParameter(text, param_hint="--certificate") from None


def _check(word: str, hint: str) -> None:
    if not word.isascii() or not word.replace("-", "").replace("_", "").replace(".", "").isalnum():
        raise click.BadParameter("use letters, digits, dots, hyphens and underscores only", param_hint=hint)  # noqa: TRY003, EM101 - click's own error
