"""`adapter examples`."""

import time
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from adapter.cli.exit_code import Outcome
from adapter.cli.files import documents_of
from adapter.cli.show import count_of, out, outcome_of
from adapter.fhir.json import pretty_bytes
from adapter.pipeline import Conversion
from adapter.runtime import default_runtime, folder_of


@click.command("examples")
@click.option("--update", is_flag=True, help="Write bundle.json and issues.json of each example anew.")
def examples_command(*, update: bool) -> int:
    """Convert the examples that travel with the adapter, and show what became of each.

    \b
    Examples:
      adapter examples
      adapter examples --update
    """
    folders = sorted(each for each in folder_of("fhir_examples").iterdir() if each.is_dir())
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("example", "resources", "claim", "errors", "warnings", "rules", "ms"):
        table.add_column(name, justify="right" if name in ("resources", "errors", "warnings", "ms") else "left")
    line = default_runtime().line
    for folder in folders:
        started = time.perf_counter()
        made = line.convert(documents_of([folder]), default_runtime().options)
        _row(table, folder.name, made, (time.perf_counter() - started) * 1e3)
        if update:
            _write(folder, made)
    out.print(table)
    return Outcome.GOOD


def _row(table: Table, name: str, made: Conversion, milliseconds: float) -> None:  # noqa: PLR0917 - the cells of a row
    entries: list[Any] = made.bundle["entry"] if made.bundle else []
    claim = next((each["resource"]["status"] for each in entries if each["resource"]["resourceType"] == "Claim"), "none")
    counts = count_of(made.issues)
    rules = sorted({issue.rule for issue in made.issues if issue.is_error and issue.rule})
    errors = Text(str(counts["errors"]), style="red" if counts["errors"] else "green")
    resources = str(len(entries)) if made.bundle else "refused"
    table.add_row(name, resources, claim, errors, str(counts["warnings"]), ", ".join(rules), f"{milliseconds:.1f}")


def _write(folder: Path, made: Conversion) -> None:
    if made.bundle is not None:
        (folder / "bundle.json").write_bytes(pretty_bytes(made.bundle))
    base = default_runtime().settings.canonical_base
    (folder / "issues.json").write_bytes(pretty_bytes(outcome_of(made.issues, base)))
