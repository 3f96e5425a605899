"""`adapter examples`."""

import time
from pathlib import Path
from shutil import copytree

import click
from rich.table import Table
from rich.text import Text

from adapter.assembly import default_runtime
from adapter.cli.exit_code import Outcome
from adapter.cli.files import OutputPath, documents_of
from adapter.cli.show import count_of, note, out, print_json, tracked
from adapter.conversion import Conversion
from adapter.distribution import example_folders, same_everywhere
from adapter.fhir.json import pretty_bytes
from adapter.files import write_whole
from adapter.json_types import JsonList, JsonObject


@click.command("examples")
@click.option("--update", is_flag=True, help="Write bundle.json and issues.json of each example anew.")
@click.option("--copy", "target", type=OutputPath(file_okay=False), help="Copy them into this folder instead.")
@click.option("--json", "as_json", is_flag=True, help="Print a list of the examples.")
def examples_command(*, update: bool, target: Path | None, as_json: bool) -> int:
    """Convert the examples that travel with the adapter, and show what became of each.

    \b
    Examples:
      adapter examples
      adapter examples --copy my-examples
      adapter examples --update
    """
    if target:
        return _copy(target)
    runtime = default_runtime()
    runtime.prepare()  # so that the first example is not blamed for it
    rows = []
    for folder in tracked(example_folders(), "converting"):
        started = time.perf_counter()
        conversion = runtime.convert(documents_of([folder]), changes=same_everywhere() if update else None)
        rows.append(_row(folder.name, conversion, milliseconds=(time.perf_counter() - started) * 1e3))
        if update:
            _write(folder, conversion)
    print_json(rows) if as_json else _show(rows)
    return Outcome.GOOD


def _copy(target: Path) -> Outcome:
    """Copy the folders of all examples; nothing that is there is overwritten."""
    folders = example_folders()
    if taken := [folder.name for folder in folders if (target / folder.name).exists()]:
        message = f"there is {taken[0]} in it already; name a new folder"
        raise click.BadParameter(message, param_hint="--copy")
    for folder in folders:
        copytree(folder, target / folder.name)
    note(f"copied: {len(folders)} examples; try: adapter convert {target / folders[0].name}")
    return Outcome.GOOD


def _row(name: str, conversion: Conversion, *, milliseconds: float) -> JsonObject:
    """What became of an example: `resources` is nothing if it was refused, `claim` if none was made."""
    entries: JsonList = conversion.bundle["entry"] if conversion.bundle else []
    claims = [entry["resource"]["status"] for entry in entries if entry["resource"]["resourceType"] == "Claim"]
    counts = count_of(conversion.issues)
    return {
        "example": name,
        "resources": len(entries) or None,
        "claim": claims[0] if claims else None,
        "errors": counts["errors"],
        "warnings": counts["warnings"],
        "rules": sorted({issue.rule for issue in conversion.issues if issue.is_error and issue.rule}),
        "ms": round(milliseconds, 1),
    }


def _show(rows: list[JsonObject]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in rows[0]:
        table.add_column(name, justify="right" if name in ("resources", "errors", "warnings", "ms") else "left")
    for row in rows:
        table.add_row(
            row["example"],
            str(row["resources"] or "refused"),
            row["claim"] or "none",
            Text(str(row["errors"]), style="red" if row["errors"] else "green"),
            str(row["warnings"]),
            ", ".join(row["rules"]),
            str(row["ms"]),
        )
    out.print(table)


def _write(folder: Path, conversion: Conversion) -> None:
    if conversion.bundle is not None:
        write_whole(folder / "bundle.json", pretty_bytes(conversion.bundle))
    outcome = conversion.to_outcome(default_runtime().settings.canonical_base)
    write_whole(folder / "issues.json", pretty_bytes(outcome))
