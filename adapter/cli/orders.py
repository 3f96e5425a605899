"""`adapter orders`."""

from pathlib import Path

import click
from rich.text import Text

from adapter.assembly import default_runtime
from adapter.cli.exit_code import Outcome
from adapter.cli.files import FORM, INPUT, documents_of
from adapter.cli.show import ALL, QUIET, err, out, print_json, show_issues
from adapter.export.order_card import order_cards


@click.command("orders")
@click.argument("files", nargs=-1, required=True, type=INPUT)
@FORM
@click.option("--json", "as_json", is_flag=True, help="Print a CDS Hooks answer.")
@ALL
@QUIET
def orders_command(*, files: tuple[Path, ...], form: str | None, as_json: bool) -> int:
    """Show the confirmatory orders of ONE encounter, and what each lacks: reason, gene, who ordered it. None is invented.

    \b
    Examples:
      adapter orders fhir_examples/complete
      adapter orders encounter.json --json
    """
    runtime = default_runtime()
    conversion = runtime.convert(documents_of(files, form))
    if conversion.case is None:
        show_issues(conversion.issues, documents=conversion.documents)
        err.print("the documents could not be read: fix the errors above", style="bold red")
        return Outcome.ISSUES
    cards = order_cards(conversion.case)
    if as_json:
        print_json(cards)
        return Outcome.GOOD
    for card in cards["cards"]:
        out.print(Text(card["summary"], style="bold"))
        out.print(Text(card["detail"]))
    return Outcome.GOOD
