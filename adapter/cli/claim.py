"""`adapter claim`."""

from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from adapter.assembly import default_runtime
from adapter.cli.exit_code import Outcome
from adapter.cli.files import FORM, INPUT, OutputPath, documents_of
from adapter.cli.show import ALL, QUIET, err, out, print_json, print_text, show_issues
from adapter.export.claim_sheet import NOT_SENT, ClaimSheet, claim_sheet
from adapter.export.text import as_csv, as_text
from adapter.files import write_whole


@click.command("claim")
@click.argument("files", nargs=-1, required=True, type=INPUT)
@FORM
@click.option(
    "--as", "shape", type=click.Choice(["table", "csv", "cms1500"]), default="table", help="A table, CSV, or the sheet of boxes."
)
@click.option("--out", "target", type=OutputPath(dir_okay=False), help="Write it to this file; cms1500 as .pdf is a PDF.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
@ALL
@QUIET
def claim_command(*, files: tuple[Path, ...], form: str | None, shape: str, target: Path | None, as_json: bool) -> int:
    """Show a claim as billing people know it: CMS-1500 boxes and 837P segments, and the value that goes there.

    It is a worksheet: neither the form nor an 837 transaction, and nothing is sent.

    \b
    Examples:
      adapter claim fhir_examples/complete
      adapter claim encounter.json --as csv --out claim.csv
      adapter claim fhir_examples/complete --as cms1500 --out claim.pdf
    """
    runtime = default_runtime()
    conversion = runtime.convert(documents_of(files, form))
    if conversion.case is None or conversion.judgement is None:
        show_issues(conversion.issues, documents=conversion.documents)
        err.print("the documents could not be read: fix the errors above", style="bold red")
        return Outcome.ISSUES
    sheet = claim_sheet(conversion.case, conversion.judgement)
    if as_json:
        print_json(sheet)
    elif target:
        _write(sheet, shape, target)
    elif shape == "table":
        _show(sheet)
    else:
        print_text(_TEXT[shape](sheet))
    return Outcome.ISSUES if any(issue.is_error for issue in conversion.issues) else Outcome.GOOD


_TEXT = {"table": as_text, "csv": as_csv, "cms1500": as_text}


def _write(sheet: ClaimSheet, shape: str, target: Path) -> None:
    if shape == "cms1500" and target.suffix == ".pdf":
        from adapter.export.pdf import as_pdf  # noqa: PLC0415 - text needs no PDF library

        write_whole(target, as_pdf(sheet))
    else:
        write_whole(target, _TEXT[shape](sheet).encode())


def _show(sheet: ClaimSheet) -> None:
    for line in sheet.head:
        out.print(Text(line, style="bold"))
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("line", "box", "what", "value", "837P", "case field"):
        table.add_column(title, overflow="fold")
    for entry in sheet.entries:
        value = Text(entry.value) if entry.value else Text(NOT_SENT, style="dim")
        table.add_row("" if entry.line is None else str(entry.line), entry.box, entry.label, value, entry.segment, entry.field)
    out.print(table)
