"""A story as it is told: its steps, one after the other, with the work that follows each, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from adapter.delivery.again import redeliver, reprocess
from adapter.delivery.removal import remove
from adapter.issues import AdapterError
from adapter.readers.document import Document
from tests.delivery.ground import Bench, Clock
from tests.delivery.strict_fhir import Json, StrictFhir
from tests.delivery.test_merged_patients import merge


class Tale:
    """What happens at a store and at its destination."""

    def __init__(self, desk: Bench, server: StrictFhir) -> None:
        self.desk, self.server = desk, server
        self.encounters: list[str] = []
        self.most_writes: int | None = None

    def post(self, *documents: Document, key: str | None = None) -> None:
        self.encounters.append(self.desk.post(*documents, key=key).encounter)

    def work(self) -> None:
        """Do what is due, and what was put off."""
        self.desk.run()
        self.pass_by(400)
        self.desk.run()

    def pass_by(self, seconds: float) -> None:
        assert isinstance(self.desk.clock, Clock)
        self.desk.clock.seconds += seconds

    def tell(self, step: "Step") -> None:
        if isinstance(step, Document):
            self.post(step)
        elif isinstance(step, tuple):
            self.post(*step)
        else:
            step(self)
        if not isinstance(step, Held):
            self.work()

    def kept(self) -> set[str]:
        """The types of what was not written, by the histories."""
        with self.desk.store.reading() as connection:
            lines = [line for one in set(self.encounters) for line in self.desk.store.events(connection, one)]
        found = [kept for line in lines for kept in shown(line.detail.get("kept"))]
        return {str(kept["reference"]).partition("/")[0] for kept in found}


def shown(kept: object) -> list[Json]:
    return kept if isinstance(kept, list) else []


Step = Document | tuple[Document, ...] | Callable[[Tale], None]
"""A post of one document or of several, or something else that happens."""


@dataclass(frozen=True, slots=True)
class Held:
    """A post without the work that follows."""

    document: Document

    def __call__(self, tale: Tale) -> None:
        tale.post(self.document)


@dataclass(frozen=True, slots=True)
class Keyed:
    """A post with an Idempotency-Key."""

    document: Document
    key: str

    def __call__(self, tale: Tale) -> None:
        tale.post(self.document, key=self.key)


@dataclass(frozen=True, slots=True)
class Refused:
    """A post that is refused."""

    document: Document
    words: str | None = None
    key: str | None = None

    def __call__(self, tale: Tale) -> None:
        with pytest.raises(AdapterError, match=self.words):
            tale.post(self.document, key=self.key)


@dataclass(frozen=True, slots=True)
class Later:
    """Hours in which nothing comes."""

    hours: float

    def __call__(self, tale: Tale) -> None:
        tale.pass_by(self.hours * 3600)


@dataclass(frozen=True, slots=True)
class Target:
    """What somebody else does at the destination."""

    change: Callable[[StrictFhir], object]

    def __call__(self, tale: Tale) -> None:
        self.change(tale.server)


@dataclass(frozen=True, slots=True)
class Merged:
    """A patient becomes another one."""

    former: int
    new: int

    def __call__(self, tale: Tale) -> None:
        tale.desk.merge(merge(self.former, self.new))


def quiet(tale: Tale) -> None:
    """From here on nothing is written at the destination."""
    tale.most_writes = tale.server.writes


def delete(tale: Tale) -> None:
    store = tale.desk.store
    store.write(lambda connection: remove(store, connection, tale.encounters[-1], caller="officer"))


def process_again(tale: Tale) -> None:
    store = tale.desk.store
    store.write(lambda connection: reprocess(store, connection, tale.encounters[-1], caller="operator"))


def deliver_again(tale: Tale) -> None:
    store = tale.desk.store
    store.write(lambda connection: redeliver(store, connection, tale.encounters[-1], caller="operator"))


def set_status(kind: str, status: str) -> Target:
    """All resources of a type get a status."""

    def change(server: StrictFhir) -> None:
        for resource in server.of(kind):
            resource["status"] = status
            resource["meta"]["versionId"] = str(int(resource["meta"]["versionId"]) + 1)

    return Target(change)


def retire(server: StrictFhir) -> None:
    (patient,) = server.of("Patient")
    patient["active"] = False
    patient["link"] = [{"other": {"display": "another"}, "type": "replaced-by"}]
