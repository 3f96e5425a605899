"""`adapter maps`."""

from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from adapter.assembly import Runtime
from adapter.cli.exit_code import Outcome
from adapter.cli.files import documents_of
from adapter.cli.mappings import MAPPINGS, runtime_with
from adapter.cli.show import err, out, print_json, show_entries
from adapter.issues import Issue, IssueType, NotFoundError, Severity
from adapter.mapping.emit.compiled import CompiledMap
from adapter.mapping.problem import BadMappingError


@click.group("maps")
def maps_commands() -> None:
    """Check, show and explain mapping files.

    \b
    Examples:
      adapter maps check --mappings my-mappings
      adapter maps show claim
      adapter maps explain fhir_examples/complete --element 'Claim.item[0].modifier'
    """


@maps_commands.command("check")
@MAPPINGS
@click.option("--json", "as_json", is_flag=True, help="Print a list of problems.")
def check_command(*, mappings: str | None, as_json: bool) -> int:
    """Check all mapping files: file:line:column, a code, what is wrong, and what to do.

    \b
    Examples:
      adapter maps check
      adapter maps check --mappings my-mappings
    """
    runtime = runtime_with(mappings)
    try:
        maps = (*runtime.fhir_library.maps, *runtime.source_library.maps)
    except BadMappingError as error:
        if as_json:
            print_json(
                [
                    {"place": str(each.mark), "code": each.code, "message": each.message, "hint": each.hint}
                    for each in error.problems
                ]
            )
        else:
            for each in error.problems:
                out.print(Text.assemble((f"{each.mark}", "bold"), ": ", (each.code, "red"), f": {each.message} ({each.hint})"))
        return Outcome.ISSUES
    print_json([]) if as_json else out.print(f"{len(maps)} maps are good", style="green")
    return Outcome.GOOD


@maps_commands.command("show")
@click.argument("name")
@MAPPINGS
@click.option("--json", "as_json", is_flag=True, help="Print a list of elements.")
def show_command(*, name: str, mappings: str | None, as_json: bool) -> None:
    """Show a map: each element, what it reads, and the line that makes it.

    \b
    Examples:
      adapter maps show claim
      adapter maps show face2gene_lab --json
    """
    runtime = runtime_with(mappings)
    found = _map_of(runtime, name)
    rows = list(
        dict.fromkeys(
            (_path(site.path), ", ".join(read.text.replace("{}", "*") for read in site.reads), site.text, str(site.mark))
            for group in found.make("lineage")[1]
            for site in group.sites
        )
    )
    if as_json:
        print_json([dict(zip(("element", "reads", "text", "place"), row, strict=True)) for row in rows])
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in (f"{found.source.target}", "reads", "makes", "place"):
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    out.print(table)


def _map_of(runtime: Runtime, name: str) -> CompiledMap:
    maps = {each.name: each for each in (*runtime.fhir_library.maps, *runtime.source_library.maps)}
    if name not in maps:
        text = "there is no map of this name"
        hint = "known are: " + ", ".join(maps)
        raise NotFoundError(
            Issue(severity=Severity.ERROR, code=IssueType.NOT_FOUND, rule="map/unknown", text=text, suggestion=hint)
        )
    return maps[name]


def _path(path: tuple[str | int | None, ...]) -> str:
    return "".join("[*]" if step is None else f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(
        "."
    )


@maps_commands.command("explain")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--element", required=True, help="The element, e.g. Claim.item[0].modifier or DiagnosticReport.issued.")
@MAPPINGS
@click.option("--json", "as_json", is_flag=True, help="Print a list of elements.")
def explain_command(*, files: tuple[Path, ...], element: str, mappings: str | None, as_json: bool) -> int:
    """Say why an element is as it is, or why it is not there.

    \b
    Examples:
      adapter maps explain fhir_examples/complete --element 'Claim.item[0].modifier'
      adapter maps explain encounter.json --element Patient.gender --mappings my-mappings
    """
    runtime = runtime_with(mappings)
    made = runtime.convert(documents_of(files))
    if made.trail is None:
        err.print("no Bundle was made; `adapter convert` says why", style="red")
        return Outcome.ISSUES
    entries = made.trail.explain(element).entries
    if not entries:
        err.print("no map makes or could make this element for these documents", style="red")
        return Outcome.ISSUES
    print_json(entries) if as_json else show_entries(entries)
    return Outcome.GOOD
