"""`adapter check`."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from adapter.assembly import default_runtime
from adapter.checks import check_resource
from adapter.cli.exit_code import Outcome
from adapter.cli.files import INPUT, content_of, name_of_file
from adapter.cli.report import SHAPE, print_report
from adapter.cli.show import ALL, QUIET, counts_text, is_quiet, out, outcome_of, print_json, show_issues, tracked
from adapter.cli.steering import text_of_name
from adapter.connection import client_of
from adapter.distribution import inputs_of
from adapter.fhir.bundle import element_pointers
from adapter.fhir.json import read_json
from adapter.issues import Issue, IssueType, NotFoundError, Severity, UnreadableError
from adapter.json_types import JsonObject
from adapter.readers.document import Document


@click.command("check")
@click.argument("files", nargs=-1, required=True, type=INPUT)
@click.option("--server", help="A FHIR server to ask as well: a base URL or a name.")
@click.option("--second-opinion", "models", is_flag=True, help="Ask the models of fhir.resources as well.")
@click.option("--json", "as_json", is_flag=True, help="Print an OperationOutcome.")
@SHAPE
@ALL
@QUIET
def check_command(*, files: tuple[Path, ...], server: str | None, models: bool, as_json: bool, shape: str) -> int:
    """Check FHIR R4 resources and Bundles: structure, references, invariants.

    FILES hold one resource each, `-` is standard input; of a folder, bundle.json is checked, or else every JSON file.

    \b
    Examples:
      adapter check bundle.json
      adapter check fhir_examples/complete/bundle.json --second-opinion
      adapter check fhir_examples/complete --as sarif > check.sarif
      adapter check bundle.json --server http://127.0.0.1:8080/fhir
    """
    resources = [file for path in files for file in _resources_at(path)]
    documents = {text_of_name(str(file)): Document(name=name_of_file(file), content=content_of(file)) for file in resources}
    checked = {file: list(_checked(documents[file], server, models=models)) for file in tracked([*documents], "checking")}
    issues = [issue for of_file in checked.values() for issue in of_file]
    if as_json:
        print_json(outcome_of(issues, default_runtime().settings.canonical_base))
    elif shape != "text":
        print_report(checked, shape, name="adapter check")
    else:
        names = {document.name for document in documents.values()}
        show_issues(issues, out, documents=[*documents.values()] if len(names) == len(documents) else ())
        if not is_quiet():
            out.print(f"checked: {len(resources)}; {counts_text(issues)}")
    return Outcome.ISSUES if any(issue.is_error for issue in issues) else Outcome.GOOD


def _resources_at(path: Path) -> list[Path]:
    files = [path / "bundle.json"] if (path / "bundle.json").is_file() else inputs_of(path)
    if not files:
        text, hint = f"there is no JSON file in {path}", "name a file, or a folder that holds bundle.json"
        raise NotFoundError(
            Issue(severity=Severity.ERROR, code=IssueType.NOT_FOUND, rule="check/nothing", text=text, suggestion=hint)
        )
    return files


def _checked(document: Document, server: str | None, *, models: bool) -> Iterator[Issue]:
    """What is wrong with the resource in a file; every issue says where in which file."""
    name = document.name
    try:
        resource = read_json(document.content, name)
    except UnreadableError as error:
        yield from error.issues
        return
    if not isinstance(resource, dict):
        text = "a resource is a JSON object, not a list or a plain value"
        yield Issue(severity=Severity.ERROR, code=IssueType.STRUCTURE, rule="structure/type", text=text, location=(f"{name}#",))
        return
    parts = _parts_of(resource)
    issues = [issue.written() for issue in check_resource(resource, default_runtime().release, advice=True)]
    issues += _second_opinions(parts) if models else []
    issues += _validated(parts, server) if server else []
    pointer_of = element_pointers(resource)
    for issue in issues:
        places = tuple(f"{name}#{pointer_of(expression)}" for expression in issue.expression)
        yield replace(issue, location=issue.location or places or (name,))


def _second_opinions(parts: list[JsonObject]) -> list[Issue]:
    second_opinion = default_runtime().release.second_opinion
    return [issue for part in parts for issue in second_opinion(part, None)] if second_opinion else []


def _parts_of(resource: JsonObject) -> list[JsonObject]:
    """The resources of a Bundle, or the resource itself."""
    entries = resource.get("entry")
    resources = [part.get("resource") for part in entries if isinstance(part, dict)] if isinstance(entries, list) else []
    return [part for part in resources if isinstance(part, dict) and part.get("resourceType")] or [resource]


def _validated(parts: list[JsonObject], server: str) -> list[Issue]:
    client = client_of(server, default_runtime().settings)
    return [issue for part in tracked(parts, "asking the server") for issue in client.validate(part).issues]
