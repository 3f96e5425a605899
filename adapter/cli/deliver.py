"""`adapter deliver`."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click

from adapter.assembly import default_runtime
from adapter.cli.exit_code import Outcome
from adapter.cli.files import OutputPath
from adapter.cli.show import CALLER, err, note, print_json
from adapter.delivery.again import redeliver
from adapter.delivery.outbox import Outbox
from adapter.delivery.record import DeliveryRecord, DeliveryState
from adapter.delivery.store import Store
from adapter.dispatch import dispatching, opened_store, working
from adapter.fhir.json import pretty_bytes
from adapter.files import write_whole
from adapter.instant import instant_of


@click.group("deliver")
def deliver_commands() -> None:
    """Deliver what was made of kept documents, and see what became of it (docs/delivery.md).

    \b
    Examples:
      adapter deliver status
      adapter deliver run --until-idle
    """


@deliver_commands.command("run")
@click.option("--until-idle", is_flag=True, help="End when nothing is due any more.")
def run_command(*, until_idle: bool) -> None:
    """Work on what is due until ctrl-C: beside a service with ADAPTER_DELIVER=false, or on another machine with PostgreSQL.

    \b
    Examples:
      adapter deliver run
      adapter deliver run --until-idle
    """
    ended = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda _signal, _frame: ended.set())
    runtime = default_runtime()
    runtime.prepare()
    with dispatching(runtime, role="worker-process") as dispatch, working(dispatch, _report) as is_working:
        doing = "working" if is_working else "waiting, since another process of this store works"
        note(f"{doing}; ctrl-C ends it")
        while not ended.wait(0.2):
            if until_idle and _is_idle(dispatch.store):
                break


def _is_idle(store: Store) -> bool:
    with store.reading() as connection:
        return store.oldest_due(connection) is None


def _report(failure: Exception) -> None:
    err.print(f"work failed, and will be tried again: {type(failure).__name__}", highlight=False)


@deliver_commands.command("status")
def status_command() -> None:
    """Print how many deliveries are pending, delivered and parked, by destination.

    \b
    Examples:
      adapter deliver status
    """
    states: tuple[DeliveryState, ...] = ("pending", "delivered", "parked")
    with _store() as store, store.reading() as connection:
        counted = {state: Outbox(store).counted(connection, state) for state in states}
    print_json(counted)


@deliver_commands.command("parked")
def parked_command() -> int:
    """Print the deliveries that wait for somebody to look at them; `adapter encounters show` says what the server answered.

    \b
    Examples:
      adapter deliver parked
    """
    with _store() as store:
        parked = _parked(store)
    print_json(
        [
            {
                "encounter": encounter,
                "target": delivery.target,
                "attempts": delivery.attempts,
                "changed": instant_of(delivery.changed),
            }
            for encounter, delivery in parked
        ]
    )
    return Outcome.ISSUES if parked else Outcome.GOOD


@deliver_commands.command("retry")
@click.argument("encounters", nargs=-1)
def retry_command(*, encounters: tuple[str, ...]) -> None:
    """Deliver again: these encounters, or all that are parked.

    \b
    Examples:
      adapter deliver retry
    """
    with _store() as store:
        named: list[tuple[str, str | None]] = [(encounter, None) for encounter in encounters]
        chosen = named or [(encounter, delivery.target) for encounter, delivery in _parked(store)]
        for encounter, target in chosen:
            store.write(partial(redeliver, store, encounter=encounter, caller=CALLER, target=target))
    note(f"{len({encounter for encounter, _ in chosen})} encounters are delivered again")


@deliver_commands.command("export")
@click.argument("folder", type=OutputPath(file_okay=False))
def export_command(*, folder: Path) -> None:
    """Write the Bundles of parked deliveries into a folder, to be looked at or brought there by hand.

    \b
    Examples:
      adapter deliver export parked
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _store() as store:
        chosen = dict.fromkeys(encounter for encounter, _ in _parked(store))
        for encounter in chosen:
            with store.reading() as connection:
                bundle = Outbox(store).outgoing(connection, encounter)
            store.note_access("exported", caller=CALLER, encounter=encounter)
            write_whole(folder / f"{encounter}.json", pretty_bytes(bundle), mode=0o600)
    note(f"{len(chosen)} Bundles were written to {folder}")


def _parked(store: Store) -> list[tuple[str, DeliveryRecord]]:
    with store.reading() as connection:
        return Outbox(store).in_state(connection, "parked")


@contextmanager
def _store() -> Iterator[Store]:
    store = opened_store(default_runtime().settings)
    try:
        yield store
    finally:
        store.close()
