"""`adapter maps`."""

from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from adapter.assembly import Runtime
from adapter.cli.exit_code import Outcome
from adapter.cli.files import documents_of
from adapter.cli.mapping_folder import file_roles, mistakes_of
from adapter.cli.mappings import MAPPINGS, runtime_with
from adapter.cli.show import err, out, print_json, show_entries
from adapter.issues import Issue, IssueType, NotFoundError, Severity
from adapter.mapping.emit.compiled import CompiledMap


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

    All folders are looked at, and of each of your own files it is said whether it replaces, adds, extends or is ignored, and why.

    \b
    Examples:
      adapter maps check
      adapter maps check --mappings my-mappings
    """
    runtime = runtime_with(mappings)
    roles, problems = file_roles(runtime.settings.mappings), mistakes_of(runtime)
    if as_json:
        print_json([_as_row(issue) for issue in problems])
        return Outcome.ISSUES if problems else Outcome.GOOD
    for file, role in roles:
        out.print(Text.assemble((file, "bold"), ": ", (role, "yellow" if role.startswith("ignored") else "")))
    for issue in problems:
        row = _as_row(issue)
        hint = f" ({issue.suggestion})" if issue.suggestion else ""
        out.print(Text.assemble((row["place"] or "", "bold"), ": ", (row["code"] or "", "red"), f": {issue.text}{hint}"))
    if problems:
        return Outcome.ISSUES
    out.print(f"{len(runtime.pipeline.maps)} maps are good", style="green")
    return Outcome.GOOD


def _as_row(issue: Issue) -> dict[str, str | None]:
    place, code = ", ".join(issue.location), (issue.rule or "").split("/")[-1]
    return {"place": place, "code": code, "message": issue.text, "hint": issue.suggestion}


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
