"""`adapter send`."""

from pathlib import Path
from typing import Any

import click
from rich.progress import track
from rich.table import Table
from rich.text import Text

from adapter.cli.exit_code import Outcome, code_of
from adapter.cli.files import documents_of
from adapter.cli.show import err, out, outcome_of, print_json, show_issues
from adapter.client import Delivery, FhirClient, TriageEntry, Verdict, remarks_behind, resolve_server, send_bundle, triage_table
from adapter.issues import AdapterError
from adapter.pipeline import Conversion
from adapter.runtime import default_runtime, folder_of, read_plain_yaml, today

PATH = click.Path(exists=True, path_type=Path)


def client_of(server: str) -> FhirClient:
    """A client of the server of this name or base URL, with the trusted hosts of the settings."""
    settings = default_runtime().settings
    return FhirClient(resolve_server(server, settings.named_servers), trusted_hosts=settings.trusted_hosts)


def triage_lines() -> tuple[TriageEntry, ...]:
    """What is known of a HAPI server's remarks."""
    file = folder_of("mappings") / "triage" / "hapi.yaml"
    return triage_table(read_plain_yaml(file.read_text("utf-8"), str(file)))


@click.command("send")
@click.argument("cases", nargs=-1, required=True, type=PATH)
@click.option(
    "--server", required=True, help="A base URL, a name of ADAPTER_SERVERS, or `hapi` (the public HAPI R4 test server)."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per encounter.")
def send_command(*, cases: tuple[Path, ...], server: str, as_json: bool) -> int:
    """Convert encounters, send them to a FHIR server, read them back and have them validated there.

    CASES are folders with the documents of one encounter each, or the files of one encounter. A host that is neither this
    machine nor in ADAPTER_TRUSTED_SERVERS gets only resources that are marked as test data (HTEST).

    \b
    Examples:
      adapter send encounter.json ai_report.json --server http://127.0.0.1:8080/fhir
      adapter send fhir_examples/*/ --server hapi
    """
    client, lines = client_of(server), triage_lines()
    encounters = [[each] for each in cases] if all(each.is_dir() for each in cases) else [list(cases)]
    # A progress bar for many encounters; for one there is nothing to count.
    bar = track(encounters, "sending", console=err, transient=True, disable=len(encounters) == 1 or as_json)
    rows = [_sent(client, paths, lines, as_json=as_json) for paths in bar]
    if not as_json:
        _show(rows)
    return int(max(row["code"] for row in rows))


def _sent(client: FhirClient, paths: list[Path], lines: tuple[TriageEntry, ...], *, as_json: bool) -> dict[str, Any]:
    name = paths[0].resolve().name if paths[0].is_dir() else paths[0].stem
    options = default_runtime().options.model_copy(update={"today": today(), "to_public_server": client.target.is_public})
    made = default_runtime().line.convert(documents_of(paths), options)
    if made.bundle is None:
        row = {"case": name, "sent": "refused by our checks", "code": Outcome.ISSUES, "issues": made.issues}
    else:
        row = _delivered(client, name, made, lines)
    if as_json:
        base = default_runtime().settings.canonical_base
        print_json({"case": name, "sent": row["sent"], "ours": outcome_of(made.issues, base), "server": row.get("server", [])})
    return row


def _delivered(client: FhirClient, name: str, made: Conversion, lines: tuple[TriageEntry, ...]) -> dict[str, Any]:  # noqa: PLR0917 - as above
    bundle = made.bundle or {}
    try:
        delivery = send_bundle(client, bundle, table=lines)
    except AdapterError as error:
        words = [remark.words for remark in remarks_behind(error)]
        return {"case": name, "sent": "not taken", "code": code_of(error), "issues": error.issues, "server": words}
    return {
        "case": name,
        "sent": "all good" if delivery.is_good else "see below",
        "resources": len(delivery.resources),
        "code": Outcome.GOOD if delivery.is_good else Outcome.ISSUES,
        "issues": made.issues,
        "delivery": delivery,
        "server": list(_words(delivery)),
    }


def _words(delivery: Delivery) -> list[dict[str, Any]]:
    """What the server says of each resource that is not good, in its own words, as far as it is to be mended."""
    said = []
    for resource in delivery.resources:
        if not resource.is_good:
            remarks = [
                {"says": each.remark.words, "at": list(each.remark.issue.expression)}
                for each in resource.remarks
                if each.verdict is Verdict.TO_FIX
            ]
            changed = [f"{each.kind} {each.path}" for each in resource.differences]
            skipped = [issue.text for issue in resource.skipped]
            said.append({"resource": resource.reference, "remarks": remarks, "changed": changed, "skipped": skipped})
    return said


def _show(rows: list[dict[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("encounter", "resources", "our errors", "server"):
        table.add_column(name)
    for row in rows:
        errors = sum(issue.is_error for issue in row["issues"])
        style = "green" if row["code"] == Outcome.GOOD else "red"
        table.add_row(row["case"], str(row.get("resources", "-")), str(errors), Text(row["sent"], style=style))
    out.print(table)
    for row in rows:
        if row["code"] != Outcome.GOOD:
            out.print(Text(f"\n{row['case']}", style="bold"))
            show_issues([issue for issue in row["issues"] if issue.is_error], out)
            for said in row.get("server", ()):
                _show_resource(said)


def _show_resource(said: dict[str, Any] | str) -> None:
    """What the server says of one resource, or of the transaction as a whole."""
    if isinstance(said, str):
        out.print(Text(f"  server: {said}"))
        return
    out.print(Text(f"  {said['resource'] or 'a resource'}", style="bold"))
    for remark in said["remarks"]:
        out.print(Text(f"    server: {remark['says']}"))
        for place in remark["at"]:
            out.print(Text(f"    at: {place}", style="dim"))
    for change in said["changed"]:
        out.print(Text(f"    not read back as it was sent: {change}"))
    for reason in said["skipped"]:
        out.print(Text(f"    not checked: {reason}"))
