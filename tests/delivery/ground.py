"""A store in a folder, documents of encounters that differ in their numbers, and the work on them."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from adapter.assembly import Runtime, load
from adapter.client.sign_in import SignIn
from adapter.conversion import Conversion
from adapter.delivery.breaker import Breaker
from adapter.delivery.destination import Destination, client_for
from adapter.delivery.intake import Intake, Posted
from adapter.delivery.opening import Surroundings, open_store
from adapter.delivery.record import Accepted, MergedPatients, StoredDocument
from adapter.delivery.seal import new_key
from adapter.delivery.shelf import Shelf
from adapter.delivery.shipment import Carrier, FhirCarrier
from adapter.delivery.store import Store
from adapter.delivery.work import Outlet, Work
from adapter.fhir.table import packaged_table
from adapter.readers.document import Document
from adapter.settings import Settings
from tests.examples.ground import EXAMPLES

KEY = new_key().decode()
ENCOUNTER, AI_REPORT = (f"{EXAMPLES / 'complete'}/{name}.json" for name in ("encounter", "ai_report"))


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


@cache
def runtime() -> Runtime:
    made = load(Settings())
    made.prepare()
    return made


def encounter_document(number: int, **changes: str) -> Document:
    return _document(ENCOUNTER, number, changes)


def ai_document(number: int, **changes: str) -> Document:
    return _document(AI_REPORT, number, changes)


def message(name: str, number: int, **changes: str) -> Document:
    """A message of the example, about an encounter of a number."""
    text = (EXAMPLES / "hl7v2-messages" / f"{name}.hl7").read_text("utf-8").replace("\n", "\r")
    numbers = {"200417": f"mrn-{number}", "V-20417": f"visit-{number}", "-311^": f"-{number}^"}
    for old, new in numbers.items():
        text = text.replace(old, new)
    return _changed(text, f"{name}.hl7", changes)


def _document(file: str, number: int, changes: Mapping[str, str]) -> Document:
    text = Path(file).read_text("utf-8").replace("case-0100", f"case-{number}").replace('"100100"', f'"mrn-{number}"')
    return _changed(text, "document.json", changes)


def changed(content: bytes, changes: Mapping[str, str]) -> bytes:
    """Bytes with some texts in the place of others."""
    return _changed(content.decode(), "", changes).content


def _changed(text: str, name: str, changes: Mapping[str, str]) -> Document:
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return Document(name=name, content=text.encode())


class Bench:
    """A store with its intake and the work on what came."""

    def __init__(self, store: Store, clock: Callable[[], float], outlets: Sequence[Outlet]) -> None:
        self.store, self.clock = store, clock
        self.intake = Intake(pipeline=runtime().pipeline, store=store)
        self.work = Work(store=store, convert=converted, outlets=tuple(outlets), jitter=lambda: 0.0)

    def post(self, *documents: Document, key: str | None = None, **settings: str) -> Accepted:
        posted = Posted(documents=documents, caller="clinic", settings=settings, idempotency_key=key)
        accepted = self.intake.accept(posted, runtime().options(settings))
        assert isinstance(accepted, Accepted)
        return accepted

    def merge(self, *documents: Document) -> MergedPatients:
        """What becomes of messages that say who became whom."""
        merged = self.intake.accept(Posted(documents=documents, caller="clinic", settings={}), runtime().options({}))
        assert isinstance(merged, MergedPatients)
        return merged

    def run(self) -> int:
        """Do all that is due; gives how many encounters that was."""
        for done in itertools.count():
            with self.store.reading() as connection:
                found = self.store.due(connection, 1)
            if not found:
                return done
            self.work.on(found[0])
        return 0


def converted(documents: Sequence[Document], *, changes: Mapping[str, object]) -> Conversion:
    return runtime().convert(documents, changes=changes)


@contextmanager
def bench(url: str, *outlets: Outlet, keys: str = KEY, most_documents: int = 1000) -> Iterator[Bench]:
    clock = Clock()
    numbers = itertools.count(1)
    world = Surroundings(now=clock, new_id=lambda: f"enc-{next(numbers)}", most_documents=most_documents)
    store = open_store(url, keys, world)
    try:
        yield Bench(store, clock, outlets)
    finally:
        store.close()


def stored_documents(store: Store, connection: Connection, encounter: str) -> list[StoredDocument]:
    """All documents of an encounter, opened."""
    shelf = Shelf(store)
    return shelf.documents(connection, encounter, of=shelf.records(connection, encounter))


def outlet(carrier: Carrier, name: str = "clinical", **switches: Any) -> Outlet:  # noqa: ANN401 - Destination checks them
    destination = Destination(destination=name, url="http://127.0.0.1:1/fhir", **switches)
    return Outlet(destination=destination, carrier=carrier, breaker=Breaker(clock=lambda: 0.0))


def fhir_outlet(url: str, name: str = "clinical", *, how: SignIn | None = None, **switches: Any) -> Outlet:  # noqa: ANN401 - as above
    destination = Destination(destination=name, url=url, **switches)
    client = client_for(destination, ())
    client.sign_in(how or SignIn(), now=lambda: 0.0, new_id=lambda: "")
    carrier = FhirCarrier(destination, client, packaged_table("R4"))
    return Outlet(destination=destination, carrier=carrier, breaker=Breaker(clock=lambda: 0.0))
