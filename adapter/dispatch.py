"""Intake, store and delivery put together from the settings: what the service and the commands keep and deliver with."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from time import monotonic
from types import ModuleType
from typing import Protocol

from adapter.assembly import Runtime
from adapter.client import FhirClient
from adapter.client.sign_in_file import sign_in_as_configured
from adapter.clock import random_fraction, request_id, seconds_now
from adapter.conversion import Conversion
from adapter.delivery.breaker import Breaker
from adapter.delivery.database import Role, lock_file, only_one, unavailable
from adapter.delivery.destination import Destination, client_for, read_destinations
from adapter.delivery.figures import Figures
from adapter.delivery.intake import Intake
from adapter.delivery.opening import Surroundings, no_driver, no_keys, no_store, open_store
from adapter.delivery.shipment import FhirCarrier
from adapter.delivery.store import Store, to_those_who_look
from adapter.delivery.tally import Tally
from adapter.delivery.tidying import Tidying
from adapter.delivery.work import Outlet, Work
from adapter.delivery.worker import WorkerPool
from adapter.files import text_of
from adapter.issues import SetupError
from adapter.readers.document import Document
from adapter.settings import Settings

THREADS = 4
_POSTGRES = "postgresql"


@dataclass(frozen=True, kw_only=True)
class Dispatch:
    """The store of a process, the way in, and what is done with what came."""

    store: Store
    intake: Intake
    work: Work
    tally: Tally
    retention_days: int = 0


@contextmanager
def dispatching(runtime: Runtime, *, role: Role) -> Iterator[Dispatch]:
    """Keep and deliver with the settings of a runtime for the time of a block.

    Of each `role` one process may use a file. Raises SetupError, or UnavailableError.
    """
    with ExitStack() as stack:
        store = opened_store(runtime.settings)
        stack.callback(store.close)
        lock = lock_file(store.engine, role)
        if lock is not None:
            stack.enter_context(only_one(lock))
        figures = Figures()
        intake = Intake(pipeline=runtime.pipeline, store=store, figures=figures)
        work = replace(_work(runtime, store), figures=figures)
        days = runtime.settings.retention_days
        tally = Tally(store, figures)
        tally.start()
        stack.callback(tally.stop)
        yield Dispatch(store=store, intake=intake, work=work, tally=tally, retention_days=days)


@contextmanager
def working(dispatch: Dispatch, report: Callable[[Exception], None]) -> Iterator[bool]:
    """Work on what is due, and remove what is old, for the time of a block, unless another process of this file does.

    Gives whether this process works.
    """
    lock = lock_file(dispatch.store.engine, "worker")
    with ExitStack() as stack:
        try:
            if lock is not None:
                stack.enter_context(only_one(lock))
        except SetupError:
            yield False
            return
        for part in _parts(dispatch, report):
            part.start()
            stack.callback(part.stop)
        yield True


def opened_store(settings: Settings) -> Store:
    """The store of the settings; raises SetupError where its keys are missing or do not open it."""
    address = store_address(settings)
    if not settings.store_keys:
        raise no_keys()
    announce = _queue().announce if address.startswith(_POSTGRES) else to_those_who_look
    surroundings = Surroundings(now=seconds_now, new_id=request_id, announce=announce, most_documents=settings.max_documents)
    store = open_store(address, text_of(Path(settings.store_keys)), surroundings)
    if address.startswith(_POSTGRES):
        with unavailable():
            _queue().install(store.engine)
    return store


class _Working(Protocol):
    """What works in threads of its own, and is started and stopped."""

    def start(self) -> None:
        """Begin to work."""
        ...

    def stop(self) -> None:
        """Finish what runs, and end."""
        ...


def _parts(dispatch: Dispatch, report: Callable[[Exception], None]) -> Iterator[_Working]:
    yield _workers(dispatch, report)
    if dispatch.retention_days:
        yield Tidying(dispatch.store, days=dispatch.retention_days, report=report)


def _workers(dispatch: Dispatch, report: Callable[[Exception], None]) -> _Working:
    if dispatch.store.engine.dialect.name == "postgresql":
        workers: _Working = _queue().PostgresWorkers(dispatch.work, threads=THREADS, report=report)
        return workers
    return WorkerPool(dispatch.work, threads=THREADS, report=report)


def _queue() -> ModuleType:
    """What only PostgreSQL needs; raises SetupError where it is not installed."""
    try:
        return import_module("adapter.delivery.postgres")
    except ImportError:
        raise no_driver() from None


def store_address(settings: Settings) -> str:
    """Where documents are kept; raises SetupError where nothing is."""
    if not settings.store:
        raise no_store()
    return settings.store


def destinations_of(settings: Settings) -> tuple[Destination, ...]:
    """The destinations of the settings; raises BadDestinationError."""
    return read_destinations(text_of(Path(settings.destinations)), settings.destinations) if settings.destinations else ()


def _client_at(destination: Destination, settings: Settings) -> FhirClient:
    client = client_for(destination, settings.trusted)
    sign_in_as_configured(client, settings.sign_ins, read=lambda name: text_of(Path(name)), now=seconds_now, new_id=request_id)
    return client


def _work(runtime: Runtime, store: Store) -> Work:
    table = runtime.release.table

    def convert(documents: Sequence[Document], *, changes: Mapping[str, object]) -> Conversion:
        return runtime.convert(documents, changes=changes)

    outlets = tuple(
        Outlet(
            destination=destination,
            carrier=FhirCarrier(destination, _client_at(destination, runtime.settings), table),
            breaker=Breaker(clock=monotonic),
        )
        for destination in destinations_of(runtime.settings)
    )
    return Work(store=store, convert=convert, outlets=outlets, jitter=random_fraction)
