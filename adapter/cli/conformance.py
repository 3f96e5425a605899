"""`adapter conformance`: a FHIR server is tested, and two tests are compared."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypedDict, Unpack

import click
from rich.progress import Progress
from rich.table import Column, Table
from rich.text import Text

from adapter.assembly import default_runtime
from adapter.cli.conformance_cases import (
    CASES,
    ONLY,
    chosen_cases,
    is_chosen,
    ready_cases,
)
from adapter.cli.conformance_report import write_reports
from adapter.cli.conformance_server import tested_server
from adapter.cli.exit_code import Outcome
from adapter.cli.files import OutputPath
from adapter.cli.show import QUIET, err, is_quiet, note, out, print_json, print_text
from adapter.conformance.baseline import VerdictChange, baseline_of, changes_between, verdicts_in
from adapter.conformance.case_file import ConformanceCase
from adapter.conformance.case_run import METHODS
from adapter.conformance.evidence import curl_line
from adapter.conformance.json_report import describe_run
from adapter.conformance.preflight import requests_of
from adapter.conformance.script_export import script_of, why_not
from adapter.conformance.suite import SuiteResult
from adapter.conformance.supplies import cases_of
from adapter.conformance.template import content_of
from adapter.conformance.verdict import CaseResult, CaseVerdict
from adapter.exchange import Request, ServerAnswer
from adapter.fhir.json import pretty_bytes, read_json
from adapter.files import adapter_version, text_of, write_whole
from adapter.json_types import JsonObject
from adapter.trial import TestedServer, Trial, new_run, placed_cases, supplies_of

_STYLES = {
    CaseVerdict.GOOD: "green",
    CaseVerdict.FAIL: "red",
    CaseVerdict.WARN: "yellow",
    CaseVerdict.SKIP: "dim",
    CaseVerdict.BLOCKED: "dim",
    CaseVerdict.COULD_NOT_JUDGE: "magenta",
}
_FOLDER = OutputPath(file_okay=False)
_FILE = OutputPath(dir_okay=False)


@click.group("conformance")
def conformance_commands() -> None:
    """Test a FHIR server: does it take, keep, validate and give back 0731T data?

    \b
    Examples:
      adapter conformance run --server http://127.0.0.1:8080/fhir
      adapter conformance run --server hapi --only fidelity --report build/conformance
      adapter conformance compare one.json other.json
    """


@conformance_commands.command("list")
@CASES
@ONLY
def list_command(*, own: str | None, only: tuple[str, ...]) -> None:
    """List the cases: name, what each needs of the server, and what it shows.

    \b
    Examples:
      adapter conformance list
      adapter conformance list --only fidelity
    """
    table = Table(Column("case", overflow="fold"), "for each", "needs", "title", box=None)
    for placed in chosen_cases(placed_cases(own), only):
        terms = placed.terms
        needs = ", ".join((*terms.capabilities, *terms.needs))
        table.add_row(*map(Text, (placed.identity, terms.for_each.replace("once", ""), needs, terms.title)))
    out.print(table)


@conformance_commands.command("show")
@click.argument("case")
@CASES
def show_command(*, case: str, own: str) -> None:
    """Show a case: what it proves, what it needs, and what it would send.

    \b
    Examples:
      adapter conformance show condition/create-once
    """
    (placed,) = [placed for placed in chosen_cases(placed_cases(own), [case]) if placed.identity == case]
    terms = placed.terms
    out.print(Text(f"{placed.identity}: {terms.title}", style="bold"))
    out.print(Text(f"{terms.proves.text} {terms.proves.link}\n{placed.place}"))
    out.print(Text(f"needs: {', '.join((*terms.capabilities, *terms.needs)) or 'nothing'}"))
    first = next(iter(cases_of([placed], supplies_of(default_runtime()), run="RUN")))
    _show_requests([first], "BASE")


@conformance_commands.command("compare")
@click.argument("files", nargs=2, type=click.Path(exists=True, path_type=Path, dir_okay=False))
def compare_command(*, files: tuple[Path, Path]) -> int:
    """Show what two runs, or a run and a baseline, differ in; exit code 1 if they do.

    \b
    Examples:
      adapter conformance compare hapi/report.json medplum/report.json
    """
    before, after = (verdicts_in(read_json(file.read_bytes(), str(file)), name=str(file)) for file in files)
    changes = changes_between(before, after)
    for change in changes:
        out.print(Text(str(change)))
    note(f"{len(changes)} of {len({*before, *after})} cases differ")
    return Outcome.ISSUES if changes else Outcome.GOOD


@conformance_commands.command("export")
@click.argument("folder", type=_FOLDER)
@CASES
@ONLY
def export_command(*, folder: Path, own: str | None, only: tuple[str, ...]) -> None:
    """Write the cases that fit as FHIR TestScripts, with what they send as fixtures, and name those that do not fit.

    \b
    Examples:
      adapter conformance export build/testscripts
    """
    runtime = default_runtime()
    cases = ready_cases(own, only, supplies_of(runtime), run="testscript")
    (folder / "fixtures").mkdir(parents=True, exist_ok=True)
    for case in cases:
        if reason := why_not(case):
            out.print(Text(f"{case.identity} does not fit: {reason}"))
            continue
        exported = script_of(case, canonical_base=runtime.settings.canonical_base)
        files = {f"TestScript-{exported.script['id']}.json": exported.script, **exported.fixtures}
        for name, content in files.items():
            write_whole(folder / name, pretty_bytes(content))


class RunOptions(TypedDict):
    """What can be said to `adapter conformance run`."""

    server: str | None
    own_service: bool
    over_http: bool
    own: str | None
    only: tuple[str, ...]
    folder: Path | None
    baseline: Path | None
    update_baseline: bool
    headers: tuple[str, ...]
    dry_run: bool
    force: bool
    yes: bool
    allow: Path | None
    seconds: float
    as_json: bool


@conformance_commands.command("run")
@click.option("--server", help="A base URL, a name of ADAPTER_SERVERS, or `hapi` (the public HAPI R4 test server).")
@click.option("--self", "own_service", is_flag=True, help="Test the adapter itself, within this process.")
@click.option("--over-http", is_flag=True, help="With --self: start its service on a free port of this machine, and test that.")
@CASES
@ONLY
@click.option(
    "--report", "folder", type=_FOLDER, help="A folder for report.json, .html, .xml (JUnit), .sarif and testreport.json."
)
@click.option("--baseline", type=_FILE, help="A file with the verdict of every case: any change is an issue.")
@click.option("--update-baseline", is_flag=True, help="Write what was found into the baseline.")
@click.option("--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="Send this with every request.")
@click.option("--dry-run", is_flag=True, help="Print what would be sent, and send nothing.")
@click.option("--force", is_flag=True, help="Run also against a server of another release than R4.")
@click.option("--yes", is_flag=True, help="Send identifiers, phones and addresses that nobody has allowed to a public server.")
@click.option("--allow", type=_FILE, help="A file with such values that are nobody's, one on each line.")
@click.option(
    "--timeout", "seconds", type=click.FloatRange(min=0.1), default=60, show_default=True, help="Seconds to wait for an answer."
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@QUIET
def run_command(**options: Unpack[RunOptions]) -> int:
    """Run the cases against a FHIR server, clean up, and report.

    A host that is neither this machine nor in ADAPTER_TRUSTED_SERVERS gets only resources that are marked as test data (HTEST),
    no social security numbers and no photographs. All that a run makes bears its tag and is deleted at its end.

    \b
    Examples:
      adapter conformance run --server http://127.0.0.1:8080/fhir
      adapter conformance run --server hapi --only resource/keep --report build/conformance
      adapter conformance run --server http://127.0.0.1:8080/fhir --baseline hapi.json
      adapter conformance run --self
      adapter conformance run --self --over-http

    \b
    Exit codes: 0 if no case failed without an explanation and the baseline, if any, is met; 1 otherwise;
    3 if the server cannot be reached, is not a FHIR R4 server, or the run was interrupted.
    """
    if (options["server"] is None) != options["own_service"]:
        message = "say either --server or --self"
        raise click.UsageError(message)
    if options["over_http"] and not options["own_service"]:
        message = "--over-http goes with --self: --server is always asked over HTTP"
        raise click.UsageError(message)
    if options["update_baseline"] and options["baseline"] is None:
        message = "--update-baseline needs --baseline FILE"
        raise click.UsageError(message)
    with tested_server(options["server"], over_http=options["over_http"], seconds=options["seconds"]) as server:
        trial = _trial_of(server, options)
        if options["dry_run"]:
            _show_requests(trial.cases, server.target.base_url)
            return Outcome.GOOD
        doubtful = trial.doubtful()
        if doubtful and not options["yes"]:
            _show_doubtful(doubtful)
            return Outcome.ISSUES
        result = _with_bar(trial, force=options["force"])
    return _reported(result, options)


def _trial_of(server: TestedServer, options: RunOptions) -> Trial:
    runtime, run = default_runtime(), new_run()
    supplies, file = supplies_of(runtime), options["allow"]
    headers = dict(map(_header, options["headers"]))

    def send(request: Request) -> ServerAnswer:
        return server.send(replace(request, headers={**headers, **request.headers}))

    return Trial(
        server=replace(server, send=send),
        settings=runtime.settings,
        supplies=supplies,
        cases=ready_cases(options["own"], options["only"], supplies, run=run),
        run=run,
        own=options["own"],
        allowed=text_of(file).splitlines() if file else (),
    )


def _with_bar(trial: Trial, *, force: bool) -> SuiteResult:
    """Run the cases, with a bar on a terminal."""
    with Progress(console=err, transient=True, disable=is_quiet() or not err.is_terminal) as progress:
        task = progress.add_task("testing", total=len(trial.cases))

        def show(_: CaseResult) -> None:
            progress.advance(task)

        return trial.result(show=show, force=force)


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        message = "--header is written 'NAME: VALUE'"
        raise click.UsageError(message)
    return name.strip(), value.strip()


def _reported(result: SuiteResult, options: RunOptions) -> int:
    report = describe_run(result, version=adapter_version())
    if options["folder"]:
        write_reports(options["folder"], result, canonical_base=default_runtime().settings.canonical_base)
    if options["as_json"]:
        print_json(report)
    else:
        _show_result(result)
    if result.is_interrupted:
        return Outcome.NOT_CARRIED_OUT
    changes = _changes_of_baseline(report, options)
    return Outcome.GOOD if result.is_good and not changes else Outcome.ISSUES


def _changes_of_baseline(report: JsonObject, options: RunOptions) -> tuple[VerdictChange, ...]:
    """The changes against the baseline, which are shown; none if it is written anew."""
    file, only = options["baseline"], options["only"]
    if file is None:
        return ()
    known = verdicts_in(read_json(file.read_bytes(), str(file)), name=str(file)) if file.exists() else {}
    before = {case: verdict for case, verdict in known.items() if not only or is_chosen(case, only)}
    after = verdicts_in(report, name="report")
    changes = changes_between(before, after)
    for change in changes:
        err.print(Text(f"baseline: {change}"))
    if not options["update_baseline"]:
        return changes
    write_whole(file, pretty_bytes(baseline_of(report["software"], known, chosen=before, verdicts=after)))
    note(f"{file}: written, {len(changes)} changes")
    return ()


def _show_result(result: SuiteResult) -> None:
    table = Table("verdict", Column("case", overflow="fold"), Column("why", overflow="fold"), box=None)
    for one in result.results:
        if one.verdict is not CaseVerdict.GOOD:
            why = "\n".join((*one.reasons, *([f"{one.explained.verdict}: {one.explained.why}"] if one.explained else [])))
            table.add_row(Text(one.verdict.value, style=_STYLES[one.verdict]), Text(one.identity), Text(why))
    if table.row_count:
        out.print(table)
    if result.left_behind:
        out.print(Text(f"left behind on the server: {', '.join(result.left_behind)}", style="red"))
    counts = ", ".join(f"{number} {verdict}" for verdict, number in result.counts.items())
    out.print(Text(f"{result.declared.software} at {result.server}: {counts}", style="bold"))


def _show_doubtful(doubtful: Sequence[str]) -> None:
    err.print(
        Text(
            "These values are neither in our examples nor allowed (--allow FILE), and the server is not trusted "
            "(ADAPTER_TRUSTED_SERVERS). Look at them, then say --yes:"
        )
    )
    for text in doubtful:
        err.print(Text(f"  {text}"))


def _show_requests(cases: Sequence[ConformanceCase], base_url: str) -> None:
    for case in cases:
        out.print(Text(f"# {case.identity}", style="bold"))
        for step, body in requests_of(case):
            method, path = step.send.split(" ", 1)
            url = f"{base_url}/{path}".rstrip("/")
            print_text(curl_line(Request(method=METHODS[method], url=url, headers=step.headers, body=content_of(body))) + "\n")
