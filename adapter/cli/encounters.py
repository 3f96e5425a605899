"""`adapter encounters`."""

from dataclasses import asdict
from pathlib import Path
from typing import get_args

import click

from adapter.assembly import default_runtime
from adapter.cli.files import FORM, INPUT, documents_of, encounters_in
from adapter.cli.show import CALLER, print_json
from adapter.delivery.again import changes_between, converted_anew, reprocess
from adapter.delivery.intake import Posted
from adapter.delivery.outbox import Outbox
from adapter.delivery.record import EncounterState
from adapter.delivery.removal import remove
from adapter.delivery.shown import shown_delivery, shown_encounter, shown_event
from adapter.dispatch import dispatching, opened_store

_STATES = get_args(EncounterState)


@click.group("encounters")
def encounters_commands() -> None:
    """Keep documents, and show the encounters that they make (docs/delivery.md).

    \b
    Examples:
      adapter encounters post fhir_examples/complete
      adapter encounters list
    """


@encounters_commands.command("post")
@click.argument("files", nargs=-1, required=True, type=INPUT)
@FORM
def post_command(*, files: tuple[Path, ...], form: str | None) -> None:
    """Keep the documents of an encounter, as `POST /encounters` does; no service may use the same file.

    \b
    Examples:
      adapter encounters post fhir_examples/complete
    """
    runtime = default_runtime()
    with dispatching(runtime, role="service") as dispatch:
        for paths in encounters_in(files):
            posted = Posted(documents=tuple(documents_of(paths, form)), caller=CALLER, settings={})
            print_json(asdict(dispatch.intake.accept(posted, runtime.options({}))))


@encounters_commands.command("list")
@click.option("--state", type=click.Choice(_STATES), help="Those in this state.")
@click.option("--count", type=click.IntRange(1, 10_000), default=100, show_default=True, help="How many at most.")
def list_command(*, state: EncounterState | None, count: int) -> None:
    """Print the encounters that are kept, in the order in which they began.

    \b
    Examples:
      adapter encounters list --state refused
    """
    store = opened_store(default_runtime().settings)
    try:
        with store.reading() as connection:
            records = store.encounters(connection, state=state, most=count)
        store.note_access("searched", caller=CALLER)
        print_json([shown_encounter(record) for record in records])
    finally:
        store.close()


@encounters_commands.command("show")
@click.argument("encounter")
def show_command(*, encounter: str) -> None:
    """Print the state of an encounter, its deliveries and its history.

    \b
    Examples:
      adapter encounters show 5f0c…
    """
    store = opened_store(default_runtime().settings)
    try:
        with store.reading() as connection:
            record = store.encounter(connection, encounter)
            deliveries = Outbox(store).deliveries(connection, encounter)
            events = store.events(connection, encounter)
        store.note_access("read", caller=CALLER, encounter=encounter)
    finally:
        store.close()
    print_json(
        {
            **shown_encounter(record),
            "deliveries": [shown_delivery(one) for one in deliveries],
            "history": [shown_event(line) for line in events],
        }
    )


@encounters_commands.command("trail")
@click.option("--count", type=click.IntRange(1, 10_000), default=100, show_default=True, help="How many lines at most.")
def trail_command(*, count: int) -> None:
    """Print lines of the audit trail that belong to no encounter, the newest first: what was refused, and who searched.

    \b
    Examples:
      adapter encounters trail --count 20
    """
    store = opened_store(default_runtime().settings)
    try:
        with store.reading() as connection:
            lines = store.events_of_none(connection, most=count)
        store.note_access("read", caller=CALLER)
    finally:
        store.close()
    print_json([shown_event(line) for line in lines])


@encounters_commands.command("reprocess")
@click.argument("encounter")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
def reprocess_command(*, encounter: str, dry_run: bool) -> None:
    """Convert an encounter again, after a map was changed; print what changes.

    \b
    Examples:
      adapter encounters reprocess 5f0c… --dry-run
    """
    with dispatching(default_runtime(), role="command") as dispatch:
        again = converted_anew(dispatch.work, encounter)
        with dispatch.store.reading() as connection:
            result = Outbox(dispatch.store).made(connection, encounter)
        before = result.conversion.bundle if result is not None and result.conversion is not None else None
        print_json([asdict(change) for change in changes_between(before, again.bundle)])
        if dry_run:
            dispatch.store.note_access("compared", caller=CALLER, encounter=encounter)
        else:
            dispatch.store.write(lambda connection: reprocess(dispatch.store, connection, encounter, caller=CALLER))


@encounters_commands.command("delete")
@click.argument("encounter")
def delete_command(*, encounter: str) -> None:
    """Remove what was kept of an encounter; a tombstone and its history stay.

    \b
    Examples:
      adapter encounters delete 5f0c…
    """
    store = opened_store(default_runtime().settings)
    try:
        store.write(lambda connection: remove(store, connection, encounter, caller=CALLER))
    finally:
        store.close()
