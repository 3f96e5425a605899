"""`adapter token`."""

import click

from adapter.cli.show import err
from adapter.clock import new_token
from adapter.web.access import RIGHTS, token_line


@click.command("token")
@click.argument("name")
@click.option("--right", "rights", multiple=True, type=click.Choice(RIGHTS), help="What the caller may do; may be repeated.")
@click.option("--sender", help="A sender of the file ADAPTER_SENDERS, whose settings apply to what the caller sends.")
def token_command(*, name: str, rights: tuple[str, ...], sender: str | None) -> None:
    """Make a token for a caller, and print the line for the file that ADAPTER_TOKENS names.

    The token itself is shown once, on standard error, and kept nowhere: the line holds only its hash. Without --right the caller
    may ask about definitions and convert.

    \b
    Examples:
      adapter token clinic-ehr > tokens
      adapter token workbench --right definitions --right convert --right read > tokens
    """
    for word, hint in ((name, "NAME"), (sender or name, "--sender")):
        _check(word, hint)
    token = new_token()
    err.print(f"The token of {name}, shown once: {token}", highlight=False)
    click.echo(token_line(name, token, rights or ("definitions", "convert"), sender=sender))


def _check(word: str, hint: str) -> None:
    if not word.isascii() or not word.replace("-", "").replace("_", "").replace(".", "").isalnum():
        raise click.BadParameter("use letters, digits, dots, hyphens and underscores only", param_hint=hint)  # noqa: TRY003, EM101 - click's own error
