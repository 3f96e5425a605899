"""`adapter maps`."""

import re
from collections.abc import Sequence
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from adapter.cli.element_name import path_text, refuse_unknown_element, sites_of
from adapter.cli.exit_code import Outcome
from adapter.cli.files import INPUT, documents_of
from adapter.cli.known_name import MAP_NAME, maps_of
from adapter.cli.mappings import MAPPINGS, runtime_with
from adapter.cli.report import SHAPE, print_report
from adapter.cli.show import QUIET, err, is_quiet, note, out, print_json, show_entries
from adapter.issues import Issue
from adapter.mapping_folder import file_roles, mistakes_of

_POSITION = re.compile(r"(:[0-9]+){1,2}$|#.*$")
"""What a place says after the name of its file: line and column, or a pointer."""


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
@SHAPE
@QUIET
def check_command(*, mappings: str | None, as_json: bool, shape: str) -> int:
    """Check all mapping files: file:line:column, a code, what is wrong, and what to do.

    All folders are looked at, and of each of your own files it is said whether it replaces, adds, extends or is ignored, and why.

    \b
    Examples:
      adapter maps check
      adapter maps check --mappings my-mappings
      adapter maps check --mappings my-mappings --as junit > maps.xml
    """
    runtime = runtime_with(mappings)
    roles, problems = file_roles(runtime.settings.mappings), mistakes_of(runtime)
    if as_json:
        print_json([_as_row(issue) for issue in problems])
        return Outcome.ISSUES if problems else Outcome.GOOD
    if shape != "text":
        print_report(_by_file(roles, problems), shape, name="adapter maps check")
        return Outcome.ISSUES if problems else Outcome.GOOD
    for file, role in roles if not is_quiet() else ():
        out.print(Text.assemble((file, "bold"), ": ", (role, "yellow" if role.startswith("ignored") else "")))
    for issue in problems:
        row = _as_row(issue)
        hint = f" ({issue.suggestion})" if issue.suggestion else ""
        out.print(Text.assemble((row["place"] or "", "bold"), ": ", (row["code"] or "", "red"), f": {issue.text}{hint}"))
    if problems:
        return Outcome.ISSUES
    if not is_quiet():
        out.print(f"{len(runtime.pipeline.maps)} maps are good", style="green")
        if runtime.settings.mappings and not roles:
            note(f"all of them are ours: there is no mapping file in {runtime.settings.mappings}")
    return Outcome.GOOD


def _by_file(roles: Sequence[tuple[str, str]], problems: Sequence[Issue]) -> dict[str, list[Issue]]:
    """The problems of each file; without files of the user, ours are one."""
    by_file: dict[str, list[Issue]] = {file: [] for file, _ in roles} or {"mappings": []}
    for issue in problems:
        place = issue.location[0] if issue.location else "mappings"
        by_file.setdefault(_POSITION.sub("", place), []).append(issue)
    return by_file


def _as_row(issue: Issue) -> dict[str, str | None]:
    place, code = ", ".join(issue.location), (issue.rule or "").split("/")[-1]
    return {"place": place, "code": code, "message": issue.text, "hint": issue.suggestion}


@maps_commands.command("show")
@click.argument("name", type=MAP_NAME)
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
    compiled = maps_of(runtime)[name]
    rows = list(
        dict.fromkeys(
            (path_text(site.path), ", ".join(read.text.replace("{}", "*") for read in site.reads), site.text, str(site.mark))
            for site in sites_of(compiled)
        )
    )
    if as_json:
        print_json([dict(zip(("element", "reads", "text", "place"), row, strict=True)) for row in rows])
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in (f"{compiled.source.target}", "reads", "makes", "place"):
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    out.print(table)


@maps_commands.command("explain")
@click.argument("files", nargs=-1, required=True, type=INPUT)
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
    refuse_unknown_element(runtime, element)
    conversion = runtime.convert(documents_of(files))
    if conversion.trail is None:
        err.print("no Bundle was made; `adapter convert` says why", style="red")
        return Outcome.ISSUES
    entries = conversion.trail.explain(element).entries
    if not entries:
        err.print("no map makes or could make this element for these documents", style="red")
        return Outcome.ISSUES
    print_json([entry._asdict() for entry in entries]) if as_json else show_entries(entries)
    return Outcome.GOOD
