"""`adapter convert`."""

from collections.abc import Sequence
from pathlib import Path

import click

from adapter.cli.exit_code import EXIT_CODES, Outcome
from adapter.cli.files import FORM, PRIOR, documents_of
from adapter.cli.mappings import MAPPINGS, runtime_with
from adapter.cli.show import counts_text, err, print_json, show_entries, show_issues
from adapter.conversion import OPTION_VALUES, Conversion
from adapter.fhir.json import pretty_bytes
from adapter.json_types import JsonObject
from adapter.lineage import LineageEntry

PATH = click.Path(exists=True, path_type=Path, allow_dash=True)


@click.command("convert")
@click.argument("files", nargs=-1, required=True, type=PATH)
@FORM
@PRIOR
@click.option("--profiles", type=click.Choice(OPTION_VALUES["profiles"]), help="Which profiles resources claim.")
@click.option("--ai-label", type=click.Choice(OPTION_VALUES["ai_label"]), help="How AI content is labelled.")
@MAPPINGS
@click.option("--lineage", is_flag=True, help="Show what every element was made from.")
@click.option("--explain", metavar="ELEMENT", help="Show why an element is as it is or is missing, e.g. Claim.item[0].modifier.")
@click.option("--out", "target", type=click.Path(path_type=Path, dir_okay=False), help="Write the Bundle to this file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: bundle, outcome, lineage, coverage.")
def convert_command(  # noqa: PLR0913 - one argument for each option
    *,
    files: tuple[Path, ...],
    form: str | None,
    prior: tuple[Path, ...],
    profiles: str | None,
    ai_label: str | None,
    mappings: str | None,
    lineage: bool,
    explain: str | None,
    target: Path | None,
    as_json: bool,
) -> int:
    """Turn the documents of ONE encounter into a FHIR R4 transaction Bundle.

    FILES are documents, `-` for one on standard input, or a folder with the documents of the encounter. The Bundle goes to
    standard output, issues to standard error.

    \b
    Examples:
      adapter convert encounter.json ai_report.json
      adapter convert fhir_examples/complete --out bundle.json
      adapter convert fhir_examples/complete --explain 'Claim.item[0].modifier'
      adapter convert encounter.json face2gene.json --json | jq .outcome
      adapter convert encounter.json ai_report.json --prior march.json
      adapter convert encounter.json ai_report.json --mappings my-mappings
    """
    runtime = runtime_with(mappings)
    changes = {name: value for name, value in (("profiles", profiles), ("ai_label", ai_label)) if value}
    made = runtime.convert(documents_of(files, form), prior=documents_of(prior), changes=changes, lineage=lineage)
    if as_json:
        print_json(made.to_answer(runtime.settings.canonical_base))
    else:
        _show(made, lineage=lineage, explain=explain, target=target)
    if target and made.bundle is not None:
        target.write_bytes(pretty_bytes(made.bundle))
        err.print(f"written: {target}")
    if made.failure:
        return EXIT_CODES[made.failure]
    return Outcome.ISSUES if made.has_errors else Outcome.GOOD


def _show(made: Conversion, *, lineage: bool, explain: str | None, target: Path | None) -> None:
    if explain and made.trail:
        _show_why(made.trail.explain(explain).entries)
    elif lineage:
        show_entries(made.lineage.entries)
    elif made.bundle is not None and target is None:
        print_json(made.bundle)
    show_issues(made.issues)
    if made.bundle is None:
        err.print("no Bundle was made: fix the errors above and convert again", style="bold red")
    else:
        err.print(f"{_contents(made.bundle)}; {counts_text(made.issues)}", style="bold")


def _show_why(entries: Sequence[LineageEntry]) -> None:
    if entries:
        show_entries(entries)
    else:
        err.print("no map makes or could make this element for these documents; `adapter maps show NAME` lists elements")


def _contents(bundle: JsonObject) -> str:
    claims = [each["resource"]["status"] for each in bundle["entry"] if each["resource"]["resourceType"] == "Claim"]
    return f"{len(bundle['entry'])} resources, " + (f"claim {', '.join(claims)}" if claims else "no claim")
