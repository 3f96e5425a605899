"""Intake, store and delivery put together from the settings: what the service and the commands keep and deliver with."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from adapter.assembly import Runtime
from adapter.clock import random_fraction, request_id, seconds_now
from adapter.conversion import Conversion
from adapter.delivery.breaker import Breaker
from adapter.delivery.database import lock_file, only_one
from adapter.delivery.destination import Destination, client_for, read_destinations
from adapter.delivery.intake import Intake
from adapter.delivery.opening import Surroundings, no_keys, no_store, open_store
from adapter.delivery.shipment import FhirCarrier
from adapter.delivery.store import Store
from adapter.delivery.work import Outlet, Work
from adapter.delivery.worker import WorkerPool
from adapter.files import text_of
from adapter.issues import SetupError
from adapter.readers.document import Document
from adapter.settings import Settings

THREADS = 4


@dataclass(frozen=True, kw_only=True)
class Dispatch:
    """The store of a process, the way in, and what is done with what came."""

    store: Store
    intake: Intake
    work: Work


@contextmanager
def dispatching(runtime: Runtime, *, role: str) -> Iterator[Dispatch]:
    """Keep and deliver with the settings of a runtime for the time of a block.

    Of each `role` (service, worker) one process may use a file. Raises SetupError, or UnavailableError.
    """
    with ExitStack() as stack:
        store = opened_store(runtime.settings)
        stack.callback(store.close)
        lock = lock_file(store.engine, role)
        if lock is not None:
            stack.enter_context(only_one(lock))
        yield Dispatch(store=store, intake=Intake(pipeline=runtime.pipeline, store=store), work=_work(runtime, store))


@contextmanager
def working(dispatch: Dispatch, report: Callable[[Exception], None]) -> Iterator[None]:
    """Work on what is due for the time of a block, unless another process of this file does."""
    lock = lock_file(dispatch.store.engine, "worker")
    with ExitStack() as stack:
        try:
            if lock is not None:
                stack.enter_context(only_one(lock))
        except SetupError:
            yield
            return
        workers = WorkerPool(dispatch.work, threads=THREADS, report=report)
        workers.start()
        stack.callback(workers.stop)
        yield


def opened_store(settings: Settings) -> Store:
    """The store of the settings; raises SetupError where its keys are missing or do not open it."""
    address = store_address(settings)
    if not settings.store_keys:
        raise no_keys()
    surroundings = Surroundings(now=seconds_now, new_id=request_id)
    return open_store(address, text_of(Path(settings.store_keys)), surroundings)


def store_address(settings: Settings) -> str:
    """Where documents are kept; raises SetupError where nothing is."""
    if not settings.store:
        raise no_store()
    return settings.store


def destinations_of(settings: Settings) -> tuple[Destination, ...]:
    """The destinations of the settings; raises BadDestinationError."""
    return read_destinations(text_of(Path(settings.destinations)), settings.destinations) if settings.destinations else ()


def _work(runtime: Runtime, store: Store) -> Work:
    table = runtime.release.table
    trusted = runtime.settings.trusted

    def convert(documents: Sequence[Document], *, changes: Mapping[str, object]) -> Conversion:
        return runtime.convert(documents, changes=changes)

    outlets = tuple(
        Outlet(
            destination=destination,
            carrier=FhirCarrier(destination, client_for(destination, lambda file: text_of(Path(file)), trusted), table),
            breaker=Breaker(clock=monotonic),
        )
        for destination in destinations_of(runtime.settings)
    )
    return Work(store=store, convert=convert, outlets=outlets, jitter=random_fraction)
