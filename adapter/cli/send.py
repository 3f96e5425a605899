"""`adapter send`."""

from pathlib import Path

import click
from rich.progress import track

from adapter.assembly import default_runtime
from adapter.cli.exit_code import Outcome, code_of
from adapter.cli.files import documents_of
from adapter.cli.sent import Sent, describe_sent, show_sent
from adapter.cli.show import err, print_json
from adapter.client import FhirClient, TriageEntry, remarks_behind, resolve_server, send_bundle, triage_table
from adapter.conversion import Conversion
from adapter.files import folder_of
from adapter.issues import AdapterError
from adapter.strict_yaml.plain import read_plain_yaml

PATH = click.Path(exists=True, path_type=Path)


CONNECT_SECONDS = 3.05
ANSWER_SECONDS = 30


def client_of(server: str, *, seconds: float = ANSWER_SECONDS) -> FhirClient:
    """A client of the server of this name or base URL, with the trusted hosts of the settings; waits so long for an answer."""
    settings = default_runtime().settings
    base_url = resolve_server(server, settings.named_servers)
    return FhirClient(base_url, timeout=(CONNECT_SECONDS, seconds), trusted_hosts=settings.trusted_hosts)


def triage_lines() -> tuple[TriageEntry, ...]:
    """What is known of a HAPI server's remarks."""
    file = folder_of("mappings") / "triage" / "hapi.yaml"
    return triage_table(read_plain_yaml(file.read_text("utf-8"), str(file)))


@click.command("send")
@click.argument("cases", nargs=-1, required=True, type=PATH)
@click.option(
    "--server", required=True, help="A base URL, a name of ADAPTER_SERVERS, or `hapi` (the public HAPI R4 test server)."
)
@click.option(
    "--timeout",
    "seconds",
    type=click.FloatRange(min=0.1),
    default=ANSWER_SECONDS,
    show_default=True,
    help="Seconds to wait for an answer; a server that was just started may need more.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per encounter, with all that the server says.")
def send_command(*, cases: tuple[Path, ...], server: str, seconds: float, as_json: bool) -> int:
    """Convert encounters, send them to a FHIR server, read them back and have them validated there.

    CASES are folders with the documents of one encounter each, or the files of one encounter. A host that is neither this
    machine nor in ADAPTER_TRUSTED_SERVERS gets only resources that are marked as test data (HTEST).

    \b
    Examples:
      adapter send encounter.json ai_report.json --server http://127.0.0.1:8080/fhir
      adapter send fhir_examples/*/ --server hapi

    \b
    The exit code is about sending: 0 if the server took every encounter, gave back what was sent, and finds
    nothing that is to be fixed (docs/triage.md). Problems of a claim that keep it a draft are shown, and are
    the business of `adapter convert`.
    """
    client, lines = client_of(server, seconds=seconds), triage_lines()
    encounters = [[each] for each in cases] if all(each.is_dir() for each in cases) else [list(cases)]
    # A progress bar for many encounters; for one there is nothing to count.
    bar = track(encounters, "sending", console=err, transient=True, disable=len(encounters) == 1 or as_json)
    rows = []
    for paths in bar:
        row = _sent(client, paths, lines)
        rows.append(row)
        if as_json:
            print_json(describe_sent(row, default_runtime().settings.canonical_base))
    if not as_json:
        show_sent(rows)
    return max(row.code for row in rows)


def _sent(client: FhirClient, paths: list[Path], lines: tuple[TriageEntry, ...]) -> Sent:
    name = paths[0].resolve().name if paths[0].is_dir() else paths[0].stem
    made = default_runtime().convert(documents_of(paths), changes={"to_public_server": client.target.is_public})
    if made.bundle is None:
        return Sent(case=name, code=Outcome.ISSUES, state="refused by our checks", ours=made.issues)
    return _delivered(client, name, made, lines=lines)


def _delivered(client: FhirClient, name: str, made: Conversion, *, lines: tuple[TriageEntry, ...]) -> Sent:
    try:
        delivery = send_bundle(client, made.bundle or {}, table=lines)
    except AdapterError as error:
        words = tuple(remark.words for remark in remarks_behind(error))
        # Rule PRI-03 is about what may leave this machine; then nothing was sent.
        state = "not sent" if any(issue.rule == "PRI-03" for issue in error.issues) else "not taken"
        return Sent(case=name, code=code_of(error), state=state, ours=made.issues, refusal=error.issues, words=words)
    good = delivery.is_good
    code, state = (Outcome.GOOD, "all good") if good else (Outcome.ISSUES, "see below")
    return Sent(case=name, code=code, state=state, ours=made.issues, delivery=delivery)
