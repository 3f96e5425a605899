"""The command line: parse, call, print, exit code."""

import errno
import gc
import io
import sys
from importlib import import_module
from pathlib import Path

import click

from adapter.cli.closed_output import escape_letters, give_up_output, refuse_closed_output
from adapter.cli.exit_code import Outcome, code_of
from adapter.cli.steering import harmless
from adapter.issues import AdapterError

_COMMANDS = {
    "convert": ("adapter.cli.convert", "convert_command"),
    "check": ("adapter.cli.check", "check_command"),
    "send": ("adapter.cli.send", "send_command"),
    "conformance": ("adapter.cli.conformance", "conformance_commands"),
    "publish": ("adapter.cli.publish", "publish_command"),
    "unpublish": ("adapter.cli.publish", "unpublish_command"),
    "serve": ("adapter.cli.serve", "serve_command"),
    "mllp": ("adapter.cli.mllp", "mllp_command"),
    "mllp-send": ("adapter.cli.mllp_send", "mllp_send_command"),
    "encounters": ("adapter.cli.encounters", "encounters_commands"),
    "deliver": ("adapter.cli.deliver", "deliver_commands"),
    "store": ("adapter.cli.store", "store_commands"),
    "token": ("adapter.cli.token", "token_command"),
    "schema": ("adapter.cli.schema", "schema_command"),
    "maps": ("adapter.cli.maps", "maps_commands"),
    "rules": ("adapter.cli.rules", "rules_commands"),
    "code": ("adapter.cli.code", "code_command"),
    "terminology": ("adapter.cli.terminology", "terminology_commands"),
    "claim": ("adapter.cli.claim", "claim_command"),
    "orders": ("adapter.cli.orders", "orders_command"),
    "package": ("adapter.cli.package", "package_command"),
    "examples": ("adapter.cli.examples", "examples_command"),
    "docs": ("adapter.cli.docs", "docs_command"),
}
_SHORT = {
    "convert": "Turn the documents of one encounter into a FHIR Bundle.",
    "check": "Check FHIR resources and Bundles.",
    "send": "Send encounters to a FHIR server, read them back and have them validated.",
    "conformance": "Test a FHIR server with the cases that 0731T data needs.",
    "publish": "Publish our code systems, value sets, maps and profiles on a FHIR server.",
    "unpublish": "Remove our definitions from a FHIR server.",
    "serve": "Serve the adapter over HTTP.",
    "mllp": "Take HL7 v2 messages over MLLP.",
    "mllp-send": "Send HL7 v2 messages over MLLP, and print the answers.",
    "encounters": "Store documents, and show the encounters that they belong to.",
    "deliver": "Deliver stored encounters to their destinations, and show how far each has come.",
    "store": "Manage the store of documents: keys, backups and retention.",
    "token": "Make a token for a caller of the service.",
    "schema": "Print the JSON Schema of a document form.",
    "maps": "Check, show and explain mapping files.",
    "rules": "List, show and explain the coding rules for 0731T.",
    "code": "Show all that is known of 0731T on one page.",
    "terminology": "Ask about codes, value sets and translations.",
    "claim": "Show a claim as CMS-1500 boxes and 837P segments.",
    "orders": "Show the confirmatory orders, and what each lacks.",
    "package": "Write the FHIR NPM package of our definitions, profiles and examples.",
    "examples": "Convert the examples that travel with the adapter, or copy them.",
    "docs": "Print a page of the documentation.",
}

_SELDOM = 200_000
"""How many new objects the garbage collector waits for: nearly all that is imported and loaded stays until a command ends."""


class Commands(click.Group):
    """Commands that are imported when they are called, so that `--help` answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names in the order of use."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command of a name."""
        if cmd_name not in _COMMANDS:
            return None

        module, name = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), name)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of the first argument; for a wrong name the nearest ones are named."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            raise click.exceptions.NoSuchCommand(error.command_name, possibilities=_COMMANDS, ctx=ctx) from None

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; if whoever reads our output has closed it, that is not an error."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            give_up_output()
            return Outcome.GOOD

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """The list of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_SHORT.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="adapter-0731t", prog_name="adapter")
def adapter() -> None:
    """Turn CPT 0731T encounters and AI facial reports into FHIR R4.

    \b
    Examples:
      adapter convert encounter.json ai_report.json
      adapter convert encounter.json --explain 'Claim.item[0].modifier'
      adapter send fhir_examples/complete --server http://127.0.0.1:8080/fhir
      adapter maps check --mappings my-mappings

    \b
    Exit codes: 0 good, 1 problems of severity error, 2 wrong use, 3 could not be carried out.
    Completion: eval "$(_ADAPTER_COMPLETE=bash_source adapter)"  (or zsh_source, fish_source)
    """


def main() -> None:
    """Run the command of the arguments, and exit with the code that says what became of it."""
    refuse_closed_output()
    escape_letters()
    gc.set_threshold(_SELDOM)
    try:
        sys.exit(adapter.main(standalone_mode=False) or Outcome.GOOD)
    except click.exceptions.Abort:
        sys.exit(Outcome.NOT_CARRIED_OUT)
    except click.ClickException as error:
        _show_wrong_use(error)
        sys.exit(Outcome.WRONG_USE)
    except AdapterError as error:
        from adapter.cli.show import show_refusal  # noqa: PLC0415 - not needed for help

        show_refusal(error)
        sys.exit(code_of(error))
    except OSError as error:
        _say(f"{error.filename or 'standard output'}: {error.strerror or 'could not be used'}{_hint_for(error)}")
        give_up_output()
        sys.exit(Outcome.NOT_CARRIED_OUT)
    finally:
        gc.freeze()  # the process ends: nobody needs what a last collection would look for, in all that was loaded


def _hint_for(error: OSError) -> str:
    """What to do about a file in a folder that is not there."""
    is_lost = error.errno == errno.ENOENT and error.filename and not Path(error.filename).parent.is_dir()
    return " (make the folder first, or name another one)" if is_lost else ""


def _show_wrong_use(error: click.ClickException) -> None:
    message = io.StringIO()
    error.show(message)
    _say(message.getvalue().rstrip("\n"))


def _say(text: str) -> None:
    """Say it on standard error; names of files may hold what would steer a terminal."""
    click.echo(harmless(text), err=True)
