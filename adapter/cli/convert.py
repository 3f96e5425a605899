"""`adapter convert`."""

from collections.abc import Sequence
from pathlib import Path

import click

from adapter.cli.bulk import BulkRun, convert_in_bulk
from adapter.cli.element_name import refuse_unknown_element
from adapter.cli.exit_code import EXIT_CODES, Outcome
from adapter.cli.files import FORM, INPUT, PRIOR, OutputPath, documents_of, encounters_in, name_of
from adapter.cli.known_name import PAYER
from adapter.cli.mappings import MAPPINGS, runtime_with
from adapter.cli.show import ALL, QUIET, counts_text, err, note, print_json, show_entries, show_issues, tracked
from adapter.conversion import OPTION_VALUES, Conversion
from adapter.fhir.json import pretty_bytes, read_json
from adapter.files import write_whole
from adapter.json_types import JsonObject
from adapter.lineage import LineageEntry


@click.command("convert")
@click.argument("files", nargs=-1, required=True, type=INPUT)
@FORM
@PRIOR
@click.option("--profiles", type=click.Choice(OPTION_VALUES["profiles"]), help="Which profiles resources claim.")
@click.option("--ai-label", type=click.Choice(OPTION_VALUES["ai_label"]), help="How AI content is labelled.")
@click.option(
    "--check", type=click.Choice(OPTION_VALUES["check"]), help="How the Bundle is checked; full takes nothing as proved."
)
@MAPPINGS
@click.option("--sender", help="The sender whose file (senders/NAME.yaml of your mappings) applies to all documents.")
@PAYER
@click.option("--lineage", is_flag=True, help="Show what every element was made from.")
@click.option("--explain", metavar="ELEMENT", help="Show why an element is as it is or is missing, e.g. Claim.item[0].modifier.")
@click.option(
    "--out",
    "target",
    type=OutputPath(),
    help="Write the Bundle to this file, or as ENCOUNTER.json into this folder.",
)
@click.option("--bulk", "is_bulk", is_flag=True, help="Convert very many encounters into the folder --out (docs/cli.md).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: bundle, outcome, lineage, coverage.")
@ALL
@QUIET
def convert_command(
    *,
    files: tuple[Path, ...],
    form: str | None,
    prior: tuple[Path, ...],
    profiles: str | None,
    ai_label: str | None,
    check: str | None,
    mappings: str | None,
    sender: str | None,
    payer: str | None,
    lineage: bool,
    explain: str | None,
    target: Path | None,
    is_bulk: bool,
    as_json: bool,
) -> int:
    """Turn the documents of an encounter into a FHIR R4 transaction Bundle.

    FILES are the documents of ONE encounter, `-` for one on standard input, or folders with the documents of one encounter each.
    The Bundle goes to standard output (one after the other for several encounters), issues to standard error.

    \b
    Examples:
      adapter convert encounter.json ai_report.json
      adapter convert fhir_examples/complete --out bundle.json
      adapter convert fhir_examples/complete fhir_examples/infant-final-report --out .
      adapter convert fhir_examples/complete --explain 'Claim.item[0].modifier'
      adapter convert encounter.json face2gene.json --json | jq .outcome
      adapter convert encounter.json ai_report.json --prior march.json
      adapter convert encounter.json ai_report.json --mappings my-mappings
      adapter convert --bulk encounters.ndjson --out results
    """
    given = (("profiles", profiles), ("ai_label", ai_label), ("check", check), ("sender", sender), ("payer", payer))
    changes = {name: value for name, value in given if value}
    if is_bulk:
        return convert_in_bulk(_bulk_run(files, target, form=form, mappings=mappings, changes=changes))
    runtime = runtime_with(mappings)
    if explain:
        refuse_unknown_element(runtime, explain)
    encounters = encounters_in(files)
    targets = _targets(target, encounters)
    earlier = documents_of(prior)
    codes = []
    for paths, place in tracked(list(zip(encounters, targets, strict=True)), "converting"):
        conversion = runtime.convert(documents_of(paths, form), prior=earlier, changes=changes, lineage=lineage)
        if len(encounters) > 1:
            note(f"{name_of(paths)}:", "bold")
        if as_json:
            print_json(read_json(conversion.to_answer(runtime.settings.canonical_base), "answer"))
        else:
            _show(conversion, lineage=lineage, explain=explain, is_written=place is not None)
        if place and conversion.bundle is not None:
            write_whole(place, pretty_bytes(conversion.bundle))
            note(f"written: {place}")
        codes.append(_code_of(conversion))
    return max(codes)


def _bulk_run(
    files: tuple[Path, ...], target: Path | None, *, form: str | None, mappings: str | None, changes: dict[str, str]
) -> BulkRun:
    """What --bulk is asked for; raises BadParameter without one input and a folder."""
    if len(files) != 1 or target is None:
        message = "it takes one input (NDJSON, a folder of folders, an HL7 v2 batch, or `-`) and a folder for the result, --out"
        raise click.BadParameter(message, param_hint="--bulk")
    return BulkRun(source=files[0], target=target, form=form, mappings=mappings, changes=changes)


def _targets(target: Path | None, encounters: list[list[Path]]) -> list[Path | None]:
    """The file that the Bundle of each encounter goes to; raises BadParameter where two would go to one."""
    if target is None:
        return [None] * len(encounters)
    if target.is_dir() and any(path.is_dir() and path.samefile(target) for paths in encounters for path in paths):
        message = "that folder holds the documents, and the Bundle would be read as one of them next time; name another one"
        raise click.BadParameter(message, param_hint="--out")
    targets: list[Path | None] = [target / f"{name_of(paths)}.json" if target.is_dir() else target for paths in encounters]
    if len(set(targets)) < len(targets):
        message = "several encounters need a folder that exists, and folders of different names"
        raise click.BadParameter(message, param_hint="--out")
    return targets


def _code_of(conversion: Conversion) -> Outcome:
    if conversion.failure:
        return EXIT_CODES[conversion.failure]
    return Outcome.ISSUES if conversion.has_errors else Outcome.GOOD


def _show(conversion: Conversion, *, lineage: bool, explain: str | None, is_written: bool) -> None:
    if explain and conversion.trail:
        _show_why(conversion.trail.explain(explain).entries)
    elif lineage:
        show_entries(conversion.lineage.entries)
    elif conversion.bundle is not None and not is_written:
        print_json(conversion.bundle)
    show_issues(conversion.issues, documents=conversion.documents)
    if conversion.bundle is None:
        err.print("no Bundle was made: fix the errors above and convert again", style="bold red")
    else:
        note(f"{_contents(conversion.bundle)}; {counts_text(conversion.issues)}", "bold")


def _show_why(entries: Sequence[LineageEntry]) -> None:
    if entries:
        show_entries(entries)
    else:
        err.print("no map makes or could make this element for these documents; `adapter maps show NAME` lists elements")


def _contents(bundle: JsonObject) -> str:
    claims = [entry["resource"]["status"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Claim"]
    return f"{len(bundle['entry'])} resources, " + (f"claim {', '.join(claims)}" if claims else "no claim")
