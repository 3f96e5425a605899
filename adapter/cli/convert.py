"""`adapter convert` and `adapter check`."""

from pathlib import Path
from typing import Any, cast

import click

from adapter.checks import check_resource
from adapter.checks.second_opinion import second_opinion
from adapter.cli.exit_code import Outcome
from adapter.cli.files import documents_of, inputs_of
from adapter.cli.show import count_of, err, out, outcome_of, print_json, show_entries, show_issues
from adapter.fhir.json import pretty_bytes, read_json
from adapter.issues import Issue
from adapter.pipeline import Conversion, Options
from adapter.runtime import default_runtime, today

PATH = click.Path(exists=True, path_type=Path)


@click.command("convert")
@click.argument("files", nargs=-1, required=True, type=PATH)
@click.option("--form", help="The input form of the files, if it is not to be found out (case, face2gene_lab, …).")
@click.option(
    "--prior",
    multiple=True,
    type=click.Path(exists=True, path_type=Path, dir_okay=False),
    help="An encounter that was billed earlier; may be given more than once.",
)
@click.option("--profiles", type=click.Choice(["none", "own", "uscore", "all"]), help="Which profiles resources claim.")
@click.option("--ai-label", type=click.Choice(["device", "ai", "both"]), help="How AI content is labelled.")
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
    lineage: bool,
    explain: str | None,
    target: Path | None,
    as_json: bool,
) -> int:
    """Turn the documents of ONE encounter into a FHIR R4 transaction Bundle.

    FILES are documents, or a folder with the documents of the encounter. The Bundle goes to standard output, issues to
    standard error.

    \b
    Examples:
      adapter convert encounter.json ai_report.json
      adapter convert fhir_examples/complete --out bundle.json
      adapter convert fhir_examples/complete --explain 'Claim.item[0].modifier'
      adapter convert encounter.json face2gene.json --json | jq .outcome
      adapter convert encounter.json ai_report.json --prior march.json
    """
    runtime = default_runtime()
    changes = {name: value for name, value in (("profiles", profiles), ("ai_label", ai_label)) if value}
    options = Options.model_validate({**runtime.options.model_dump(), **changes, "today": today()})
    made = runtime.line.convert(documents_of(files, form), options, prior=documents_of(prior), lineage=lineage)
    if as_json:
        print_json(made.whole(runtime.settings.canonical_base))
    else:
        _show(made, lineage=lineage, explain=explain, target=target)
    if target and made.bundle is not None:
        target.write_bytes(pretty_bytes(made.bundle))
    return Outcome.ISSUES if made.has_errors else Outcome.GOOD


def _show(made: Conversion, *, lineage: bool, explain: str | None, target: Path | None) -> None:
    if explain and made.trail:
        show_entries(made.trail.explain(explain).entries)
    elif lineage:
        show_entries(made.lineage.entries)
    elif made.bundle is not None and target is None:
        print_json(made.bundle)
    show_issues(made.issues)
    if made.bundle is None:
        err.print("no Bundle was made: mend the errors above and convert again", style="bold red")


@click.command("check")
@click.argument("files", nargs=-1, required=True, type=PATH)
@click.option("--server", help="A FHIR server that is asked as well: a base URL or a name.")
@click.option("--second-opinion", "models", is_flag=True, help="Ask the models of fhir.resources as well.")
@click.option("--json", "as_json", is_flag=True, help="Print an OperationOutcome.")
def check_command(*, files: tuple[Path, ...], server: str | None, models: bool, as_json: bool) -> int:
    """Check FHIR R4 resources and Bundles: structure, references, invariants.

    \b
    Examples:
      adapter check bundle.json
      adapter check fhir_examples/complete/bundle.json --second-opinion
      adapter check bundle.json --server http://127.0.0.1:8080/fhir
    """
    issues = [issue for path in files for file in _checked_files(path) for issue in _checked(file, server, models=models)]
    if as_json:
        print_json(outcome_of(issues, default_runtime().settings.canonical_base))
    else:
        show_issues(issues, out)
        out.print(", ".join(f"{number} {name}" for name, number in count_of(issues).items()))
    return Outcome.ISSUES if any(issue.is_error for issue in issues) else Outcome.GOOD


def _checked_files(path: Path) -> list[Path]:
    return [path / "bundle.json"] if path.is_dir() and (path / "bundle.json").exists() else inputs_of(path)


def _checked(file: Path, server: str | None, *, models: bool) -> list[Issue]:
    resource = cast("dict[str, Any]", read_json(file.read_bytes(), file.name))
    issues = list(check_resource(resource))
    parts = [each["resource"] for each in resource.get("entry", ()) if "resource" in each] or [resource]
    if models:
        issues += [issue for each in parts for issue in second_opinion(each)]
    if server:
        from adapter.cli.send import client_of  # noqa: PLC0415 - requests is not needed otherwise

        client = client_of(server)
        issues += [issue for each in parts for issue in client.validate(each).issues]
    return issues
