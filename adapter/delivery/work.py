"""The work on one encounter: what arrived is made into a Bundle, and what is due is delivered."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from time import monotonic
from typing import Protocol

from sqlalchemy import Connection

from adapter.client.wire import Retries
from adapter.conversion import Conversion
from adapter.delivery.breaker import Breaker
from adapter.delivery.destination import Destination
from adapter.delivery.figures import Figures
from adapter.delivery.outbox import Outbox, SealedResult
from adapter.delivery.record import DeliveryRecord, DeliveryState, EventRecord, StoredDocument, counting
from adapter.delivery.shelf import Shelf
from adapter.delivery.shipment import Carrier, Delivered, Failed
from adapter.delivery.store import LONGEST_WAIT, Store
from adapter.delivery.vanished import made_anew, vanished_in, with_vanished
from adapter.fhir.json import canonical_bytes
from adapter.json_types import JsonObject
from adapter.readers.document import Document

_SELF = "adapter"
_LONGEST_PAUSE = 300.0


class Converter(Protocol):
    """Converts documents, as `Runtime.convert` does."""

    def __call__(self, documents: Sequence[Document], *, changes: Mapping[str, object]) -> Conversion:
        """Their Conversion."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """A destination, who brings Bundles there, and whether it is being left alone."""

    destination: Destination
    carrier: Carrier
    breaker: Breaker


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """How a try to deliver ended, which is not yet written down; `most` tries are made."""

    delivery: DeliveryRecord
    most: int
    result: Delivered | Failed


@dataclass(frozen=True, kw_only=True)
class Work:
    """What is done with an encounter; one worker at a time may do it (`jitter` gives a number from 0 to 1)."""

    store: Store
    convert: Converter
    outlets: tuple[Outlet, ...]
    jitter: Callable[[], float]
    figures: Figures = field(default_factory=Figures)

    def on(self, encounter: str) -> None:
        """Do all that is due; what is left to be done later is put off until then."""
        self.make(encounter)
        pauses: dict[str, float] = {}
        attempt: _Attempt | None = None
        for outlet in self.outlets:
            if attempt is not None:
                self.store.write(partial(self._settle, encounter=encounter, attempt=attempt))
            attempt = self._attempt(encounter, outlet, pauses)
        self.store.write(partial(self._leave, encounter=encounter, last=attempt, pauses=pauses))

    def _leave(self, connection: Connection, *, encounter: str, last: _Attempt | None, pauses: Mapping[str, float]) -> None:
        """Write down the last attempt, and put off what is left; asked of the rows, since more may have come meanwhile."""
        if last is not None:
            self._settle(connection, encounter=encounter, attempt=last)
        record = self.store.encounter(connection, encounter, locked=True)
        names = {outlet.destination.destination for outlet in self.outlets}
        pending = [one for one in Outbox(self.store).deliveries(connection, encounter) if one.state == "pending"]
        left = [max(self._left(one), pauses.get(one.target, 0.0)) for one in pending if one.target in names]
        if record.received > record.made and record.state != "deleted":
            left.append(0.0)
        if left:
            self.store.put_off(connection, encounter, min(left))
        else:
            self.store.finish(connection, encounter)

    # ---------------------------------------------------------------------------------------------------------- making

    def make(self, encounter: str) -> None:
        """Make the Bundle anew if documents came since."""
        with self.store.reading() as connection:
            record = self.store.encounter(connection, encounter)
            if record.received == record.made or record.state == "deleted":
                return
            records = Shelf(self.store).records(connection, encounter)
            documents = Shelf(self.store).documents(connection, encounter, of=counting(records))
            anchor = Outbox(self.store).anchor(connection, encounter)
            before = Outbox(self.store).outgoing(connection, encounter)
        number = records[-1].number
        if any(document.document is None for document in documents):
            self.store.write(lambda connection: self._give_up(connection, encounter, number))
            return
        conversion = self.converted(documents, anchor)
        self.figures.converted.labels("made" if conversion.content is not None else "refused").inc()
        made, line = self._made(encounter, conversion, before, number=number)
        self.store.write(partial(self._keep, encounter=encounter, made=made, line=line))

    def _give_up(self, connection: Connection, encounter: str, number: int) -> None:
        """Leave what was made: without documents that were removed it would lose what they said."""
        Outbox(self.store).leave(connection, encounter, number=number)
        self.store.note(connection, self._line(encounter, "not converted", {"reason": "earlier documents were removed"}))

    def converted(self, documents: Sequence[StoredDocument], anchor: str | None) -> Conversion:
        """The Conversion of documents that count, under the first anchor of their encounter."""
        settings = {name: value for document in documents for name, value in document.settings.items()}
        changes = {**settings, "shared": "create", **({"anchor": anchor} if anchor else {})}
        return self.convert(named_apart(documents), changes=changes)

    def _made(
        self, encounter: str, conversion: Conversion, before: JsonObject | None, *, number: int
    ) -> tuple[SealedResult, EventRecord]:
        """What is kept of a conversion, and the line of the audit trail; a refusal leaves standing what was made before."""
        bundle = made_anew(before, conversion.bundle) if before is not None and conversion.bundle is not None else None
        outgoing = conversion.content
        if before is not None:
            outgoing = canonical_bytes(with_vanished(before, bundle) if bundle is not None else before)
        detail = {
            "documents": number,
            "outcome": "made" if conversion.content is not None else str(conversion.failure),
            "errors": sum(issue.is_error for issue in conversion.problems),
            "no longer made": len(vanished_in(before, bundle)) if bundle is not None else 0,
        }
        made = Outbox(self.store).sealed(conversion, outgoing, number=number)
        return made, self._line(encounter, "converted", detail)

    def _keep(self, connection: Connection, *, encounter: str, made: SealedResult, line: EventRecord) -> None:
        if self.store.encounter(connection, encounter).state == "deleted":
            return
        names = [outlet.destination.destination for outlet in self.outlets]
        Outbox(self.store).keep(connection, encounter, made, targets=names)
        self.store.note(connection, line)

    # ------------------------------------------------------------------------------------------------------ delivering

    def _attempt(self, encounter: str, outlet: Outlet, pauses: dict[str, float]) -> _Attempt | None:
        """Try a destination if it is due, and is not to be left alone: then its pause is noted."""
        name = outlet.destination.destination
        with self.store.reading() as connection:
            outbox = Outbox(self.store)
            delivery = next((one for one in outbox.deliveries(connection, encounter) if one.target == name), None)
            if delivery is None or delivery.state != "pending" or self._left(delivery) > 0:
                return None
            if (left := outlet.breaker.wait()) > 0:
                pauses[name] = left + self.jitter()
                return None
            bundle = outbox.outgoing(connection, encounter)
        if bundle is None:
            return None
        began = monotonic()
        result = outlet.carrier.ship(bundle, is_again=delivery.attempts > 0)
        ended = "delivered" if isinstance(result, Delivered) else "failed"
        self.figures.delivered.labels(name, ended).observe(monotonic() - began)
        outlet.breaker.note(is_down=isinstance(result, Failed) and result.is_down)
        return _Attempt(delivery=delivery, most=outlet.destination.tries, result=result)

    def _left(self, delivery: DeliveryRecord) -> float:
        """Seconds until a delivery is due; a clock that was set back does not keep it waiting for long."""
        left = (delivery.due or 0.0) - self.store.now()
        return left if left <= LONGEST_WAIT else 0.0

    def _settle(self, connection: Connection, *, encounter: str, attempt: _Attempt) -> None:
        """Write down how an attempt ended, and when the next one is due, if there will be one."""
        outbox, result, name = Outbox(self.store), attempt.result, attempt.delivery.target
        if isinstance(result, Delivered):
            outbox.set(connection, encounter, name, state="delivered")
            kept = [{"reference": one.reference, "held": one.held, "ours": one.ours} for one in result.kept]
            detail: dict[str, object] = {"bundle": attempt.delivery.digest, "written": result.changed, "kept": kept}
            self.store.note(connection, self._line(encounter, "delivered", detail, target=name))
            return
        attempts = attempt.delivery.attempts + 1
        is_parked = result.is_final or attempts >= (result.tries or attempt.most)
        wait = min(LONGEST_WAIT, max(result.wait or 0.0, pause(attempts, self.jitter())))
        state: DeliveryState = "parked" if is_parked else "pending"
        outbox.set(
            connection, encounter, name, state=state, attempts=attempts, due=None if is_parked else self.store.now() + wait
        )
        detail = {"attempt": attempts, "status": result.status, "issues": [issue.text for issue in result.issues]}
        line = self._line(encounter, "parked" if is_parked else "tried", detail, target=name)
        self.store.note(connection, replace(line, answer=result.answer or None))

    def _line(self, encounter: str, what: str, detail: Mapping[str, object], *, target: str | None = None) -> EventRecord:
        return EventRecord(at=self.store.now(), caller=_SELF, what=what, detail=detail, target=target, encounter=encounter)


def pause(attempts: int, jitter: float) -> float:
    """Seconds until the next try."""
    return Retries(first_wait=1.0, longest_wait=_LONGEST_PAUSE, jitter=lambda: jitter).pause(attempts)


def named_apart(documents: Sequence[StoredDocument]) -> list[Document]:
    """The documents under names of their own: a number follows where two came under one name."""
    names = [document.document for document in documents if document.document is not None]
    total = Counter(document.name for document in names)
    return [
        replace(document, name=f"{document.name}({place})") if total[document.name] > 1 else document
        for place, document in enumerate(names, start=1)
    ]
