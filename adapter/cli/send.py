"""`adapter send`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

import click
from rich.progress import Progress

from adapter.assembly import Runtime, default_runtime
from adapter.cli.exit_code import Outcome, code_of
from adapter.cli.files import INPUT, documents_of, encounters_in, name_of
from adapter.cli.sent import Sent, SentTable, describe_sent, show_details
from adapter.cli.show import QUIET, err, is_quiet, out, print_json
from adapter.client import (
    FhirClient,
    Sender,
    remarks_behind,
    status_behind,
)
from adapter.connection import ANSWER_SECONDS, abilities_at, sender_of
from adapter.fhir.ownership import SHARED_TYPES, Shared
from adapter.issues import AdapterError, Issue, UnavailableError
from adapter.settings import Settings


@click.command("send")
@click.argument("cases", nargs=-1, required=True, type=INPUT)
@click.option(
    "--server", required=True, help="A base URL, a name of ADAPTER_SERVERS, or `hapi` (the public HAPI R4 test server)."
)
@click.option(
    "--shared",
    type=click.Choice(get_args(Shared)),
    help="What happens to resources that others may own, such as Patient (or the setting ADAPTER_SHARED).  [default: merge]",
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
@QUIET
def send_command(*, cases: tuple[Path, ...], server: str, shared: Shared | None, seconds: float, as_json: bool) -> int:
    """Convert encounters, send them to a FHIR server, read them back and have them validated there.

    CASES are folders with the documents of one encounter each, or the files of one encounter. A host that is neither this
    machine nor in ADAPTER_TRUSTED_SERVERS gets only resources that are marked as test data (HTEST).

    A Patient, Practitioner, Organization, Coverage or Encounter may be known to the server already, under its own id:
    it is merged with what we know (merge), left as it is (create), or replaced under our id (put). See docs/identity.md.

    \b
    Examples:
      adapter send encounter.json ai_report.json --server http://127.0.0.1:8080/fhir
      adapter send fhir_examples/*/ --server hapi
      adapter send fhir_examples/complete --server http://127.0.0.1:8080/fhir --shared create

    \b
    The exit code is about sending: 0 if the server took every encounter, gave back what was sent, and finds
    nothing that is to be fixed (docs/triage.md). Problems of a claim that keep it a draft are shown, and are
    the business of `adapter convert`.
    """
    runtime = default_runtime()
    sender = sender_of(server, runtime.settings, shared=shared, seconds=seconds)
    run = _Run(runtime=runtime, sender=sender, encounters=encounters_in(cases))
    rows = _printed_as_json(run) if as_json else _shown(run)
    return max(row.code for row in rows)


def _printed_as_json(run: "_Run") -> list[Sent]:
    rows = []
    for row in run.rows():
        print_json(describe_sent(row, run.runtime.settings.canonical_base))
        rows.append(row)
    return rows


def _shown(run: "_Run") -> list[Sent]:
    """The rows, each shown as it comes, under a progress bar where somebody can see one; then what is not good."""
    table = SentTable([name_of(paths) for paths in run.encounters])
    rows = []
    # One console for both, so that rows stand above the bar.
    console = out if out.is_terminal else err
    with Progress(console=console, transient=True, disable=len(run.encounters) == 1) as progress:
        task = progress.add_task("sending", total=len(run.encounters))
        if not is_quiet():
            table.head()
        for row in run.rows():
            if not is_quiet() or row.code is not Outcome.GOOD:
                table.row(row)
            progress.advance(task)
            rows.append(row)
    show_details(rows)
    _show_unable(run.sender)
    return rows


def _show_unable(sender: Sender) -> None:
    kinds = sorted(sender.abilities.no_conditional_create & SHARED_TYPES)
    if kinds and sender.shared != "put":
        out.print(f"\nThe server has no conditional create for {', '.join(kinds)}: searched for first, and put if missing.")


@dataclass(frozen=True, kw_only=True)
class _Run:
    """The encounters to be sent, one after the other."""

    runtime: Runtime
    sender: Sender
    encounters: Sequence[list[Path]]

    def rows(self) -> Iterator[Sent]:
        """What became of each encounter; if the server goes away in between, the rest is not tried."""
        sender = self.sender
        for place, paths in enumerate(self.encounters):
            row = self._sent(sender, paths)
            yield row
            if row.delivery and not row.delivery.is_validated:
                sender = replace(sender, abilities=replace(sender.abilities, validates=False))
            if row.is_lost and (gone := _gone(sender.client, self.runtime.settings)):
                yield from (_not_tried(rest, gone) for rest in self.encounters[place + 1 :])
                return

    def _sent(self, sender: Sender, paths: list[Path]) -> Sent:
        name = name_of(paths)
        changes = {"to_public_server": sender.client.target.is_public}
        conversion = self.runtime.convert(documents_of(paths), changes=changes)
        if conversion.bundle is None:
            return _refused(name, paths, conversion.issues)
        try:
            delivery = sender.send(conversion.bundle)
        except AdapterError as error:
            return _not_taken(name, conversion.issues, error)
        code, state = (Outcome.GOOD, "all good") if delivery.is_good else (Outcome.ISSUES, "see below")
        return Sent(case=name, code=code, state=state, ours=conversion.issues, delivery=delivery)


def _refused(name: str, paths: Sequence[Path], ours: tuple[Issue, ...]) -> Sent:
    """An encounter that our checks refuse; a folder that keeps issues and no Bundle says that this is what is to become of it."""
    folder = paths[0]
    if (folder / "issues.json").is_file() and not (folder / "bundle.json").exists():
        return Sent(case=name, code=Outcome.GOOD, state="refused, as expected", ours=ours)
    return Sent(case=name, code=Outcome.ISSUES, state="refused by our checks", ours=ours)


def _not_taken(name: str, ours: tuple[Issue, ...], error: AdapterError) -> Sent:
    words = tuple(f"{remark.about}: {remark.words}" if remark.about else remark.words for remark in remarks_behind(error))
    # Rule PRI-03 is about what may leave this machine, and `send/several` about what is there: then nothing was sent.
    unsent = {"PRI-03", "send/several"}
    state = "not sent" if any(issue.rule in unsent for issue in error.issues) else "not taken"
    is_lost = isinstance(error, UnavailableError) and status_behind(error) is None
    return Sent(case=name, code=code_of(error), state=state, ours=ours, refusal=error.issues, words=words, went_away=is_lost)


def _not_tried(paths: Sequence[Path], error: AdapterError) -> Sent:
    return Sent(case=name_of(paths), code=code_of(error), state="not tried", ours=(), refusal=error.issues)


def _gone(client: FhirClient, settings: Settings) -> AdapterError | None:
    """Why the server cannot be reached any more; nothing if it can."""
    try:
        abilities_at(client, settings)
    except AdapterError as error:
        return error
    return None
