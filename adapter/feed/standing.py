"""Which statement stands where several messages, in the form of the Case, say different things of the same.

Where the standard lets the newer one win it does, and the other is named; everywhere else what differs stays, and is a conflict.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from adapter.feed import feed_problem
from adapter.feed.addenda import Addenda
from adapter.feed.excerpt import Excerpt
from adapter.feed.feed_problem import FeedProblem
from adapter.feed.later import newest_first
from adapter.feed.replaced_order import OrderMessages, replaced_orders
from adapter.feed.report_state import weigh_reports
from adapter.feed.statement import Key, Statement, text_at
from adapter.feed.told import Told
from adapter.feed.weighed_message import WeighedMessage
from adapter.issues import Issue
from adapter.readers.document import MappedDocument, ReadDocument
from adapter.readers.hl7v2.reader import Hl7Document

_REGISTRATION = ("patient", "guardian", "payer", "coverage", "coverages", "encounter")
_REGISTERS = ("A01", "A04", "A05", "A28")
"""Events that register; every other ADT event updates what was registered before it."""
_CANCELS = ("A11",)
"""Events that call off what was registered before them."""
_CHARGES = {"DFT": 0, "BAR": 1, "ORU": 2}
"""Who says best what is billed: a charge, then an account, then an order."""


_ADDED = {"DFT": frozenset({("billing", "lines")})}
"""Of what a message tells a part by its type: a charge comes in a message of its own."""


def standing(documents: Sequence[ReadDocument], assigner: str | None = None) -> tuple[list[ReadDocument], list[Issue]]:
    """The documents with what stands of each, in the order of time, and an issue for all that does not.

    `assigner` assigned the numbers of patients of which nobody says who did.
    """
    messages = [
        WeighedMessage(statement=Statement(document=document.original), mapped=document)
        for document in documents
        if isinstance(document, MappedDocument) and isinstance(document.original, Hl7Document)
    ]
    if not messages:
        return list(documents), []
    owners = {id(message.statement.document.segments): message for message in messages}
    for document in documents:
        if isinstance(document, MappedDocument) and isinstance(document.original, Excerpt):
            owners[id(document.original.message.segments)].tables.append(document)
    known = {id(part) for message in messages for part in (message.mapped, *message.tables)}
    others = [document for document in documents if id(document) not in known]
    weighing = _Weighing(messages=messages, others=others, assigner=assigner)
    weighing.weigh()
    told = [
        replace(part, turn=turn, adds=_ADDED.get(message.statement.kind, frozenset()))
        for turn, message in _turns(messages)
        for part in (*message.tables, message.mapped)
    ]
    return [*others, *told], weighing.issues


def _turns(messages: Sequence[WeighedMessage]) -> Iterator[tuple[int, WeighedMessage]]:
    """The messages in the order of what they tell of; those that do not say when come first."""
    groups = newest_first(messages, lambda message: message.statement.moment)[::-1]
    turns = {id(message): turn for turn, group in enumerate(groups, start=1) for message in group}
    yield from ((turns.get(id(message), 0), message) for message in messages)


def said_alone(document: ReadDocument) -> list[Issue]:
    """What there is to say of one message, whatever others there are."""
    if not isinstance(document, MappedDocument) or not isinstance(document.original, Hl7Document):
        return []
    message = WeighedMessage(statement=Statement(document=document.original), mapped=document)
    withdrawn = [feed_problem.WITHDRAWN.at(*message.state_places)] if message.is_withdrawn else []
    return [*_odd(message), *withdrawn]


def _odd(message: WeighedMessage) -> Iterator[Issue]:
    """That nobody can tell whom a message is about, or how far its report is."""
    if not message.text("patient", "mrn") and next(message.statement.segments("PID"), None) is not None:
        yield feed_problem.NO_NUMBER.at(message.statement.place("PID", "3"))
    if message.lacks_status:
        yield feed_problem.NO_STATUS.at(message.statement.place("OBR", "25"))
    for numbers in message.statement.differing_numbers:
        yield feed_problem.TWO_NUMBERS.at(
            *(place for given in numbers for place in message.statement.document.positions(given.path))
        )


@dataclass(slots=True, kw_only=True)
class _Weighing:
    messages: list[WeighedMessage]
    others: list[ReadDocument]
    assigner: str | None = None
    issues: list[Issue] = field(default_factory=list)

    def weigh(self) -> None:
        self.issues += [issue for message in self.messages for issue in _odd(message)]
        self._assigners()
        self._accounts()
        registrations = [message for message in self.messages if message.statement.kind == "ADT"]
        self._registrations(registrations)
        self._demographics(registrations)
        self._reports()
        self._charges()

    def _drop(self, message: WeighedMessage, statements: Told, *, problem: FeedProblem) -> None:
        """Take out of a message what is told otherwise."""
        overruled = list(statements.overruled(message.mapped))
        self.issues += [problem.at(*message.places(path), *winner) for path, winner in overruled]
        message.less(path for path, _ in overruled)

    def _assigners(self) -> None:
        """A number without an assigner is one of the sender's, and never another's that happens to be the same."""
        system = ("patient", "mrn_system")
        known: dict[tuple[str, str], set[str]] = {}
        for message in self.messages:
            if given := message.text(*system):
                known.setdefault(message.statement.sender, set()).add(given)
        if not known and not any(text_at(document.tree, system) for document in self.others):
            return
        for message in self.messages:
            if message.text("patient", "mrn") and not message.text(*system):
                own = known.get(message.statement.sender, set())
                assigner = next(iter(own)) if len(own) == 1 else self.assigner
                if assigner is None:
                    self.issues.append(feed_problem.NO_ASSIGNER.at(message.statement.place("PID", "3")))
                else:
                    message.put(system, assigner)

    def _accounts(self) -> None:
        """A message that names an account only is about the visit that another one names beside that account."""
        visits = {}
        for message in self.messages:
            numbers = {given.kind: given for given in message.statement.visit_numbers}
            if {"visit", "account"} <= numbers.keys():
                visits[numbers["account"].key] = numbers["visit"].value
        for message in self.messages:
            numbers = {given.kind: given for given in message.statement.visit_numbers}
            visit = visits.get(numbers["account"].key) if numbers.keys() == {"account"} else None
            if visit is not None:
                for path in (("id",), ("encounter", "id")):
                    if text_at(message.mapped.tree, path):
                        message.put(path, visit)

    def _orders(self) -> list[OrderMessages]:
        """The orders that messages are about: those about one share a number of it."""
        orders: dict[Key, OrderMessages] = {}
        assigned = _assigned(given.key for message in self.messages for given in message.statement.order_numbers)
        for message in self.messages:
            keys = list(dict.fromkeys(assigned.get(given.key, given.key) for given in message.statement.order_numbers))
            same = {id(orders[key]): orders[key] for key in keys if key in orders}
            largest = max(same.values(), key=lambda order: len(order.messages), default=OrderMessages())
            for other in same.values():
                if other is not largest:
                    largest.take(other)
                    orders |= dict.fromkeys(other.numbers, largest)
            largest.take(OrderMessages(messages=[message], numbers=set(keys)))
            orders |= dict.fromkeys(keys, largest)
        return list({id(order): order for order in orders.values()}.values())

    def _registrations(self, registrations: Sequence[WeighedMessage]) -> None:
        """An update wins over what was told before it; what was told before it and arrives later changes nothing.

        Who is registered again after the visit was cancelled updates it, too.
        """
        statements = Told(parts=_REGISTRATION)
        groups = newest_first(registrations, lambda message: message.statement.moment)
        cancelled = [place for place, group in enumerate(groups) if any(one.statement.event in _CANCELS for one in group)]
        for place, messages in enumerate(groups):
            for message in messages:
                self._drop(message, statements, problem=feed_problem.OLDER)
            for update in messages:
                if update.statement.event not in _REGISTERS or (cancelled and place < cancelled[-1]):
                    statements.take(update.mapped)

    def _demographics(self, registrations: Sequence[WeighedMessage]) -> None:
        """Only a registration tells of the patient; without a registration, other messages do."""
        statements = Told(parts=("patient",))
        for registration in registrations:
            statements.take(registration.mapped)
        for document in self.others:
            if text_at(document.tree, ("patient", "family")):
                statements.take(document)
        for message in self.messages:
            if message.statement.kind != "ADT":
                self._drop(message, statements, problem=feed_problem.NOT_REGISTRATION)

    def _reports(self) -> None:
        """Of the states of a report the furthest stands, and of equal ones the newest; who names no order is about any."""
        orders = self._orders()
        self.issues += [issue for order in orders for issue in order.conflicts()]
        named = [order.messages for order in orders]
        nameless = [message for message in self.messages if not message.statement.order_numbers]
        addenda = Addenda.among(self.messages)
        added = addenda.messages
        reports = [[message for message in messages if message not in added] for messages in (*named, nameless)]
        self.issues += weigh_reports(reports[:-1], reports[-1])
        self.issues += addenda.weigh(named, nameless)
        self.issues += replaced_orders(orders, self.messages, self.others)

    def _charges(self) -> None:
        """What is billed is what the best of those says who tell of it."""
        tellers = [message for message in self.messages if "billing" in message.mapped.tree]
        ranks = {id(message): _CHARGES.get(message.statement.kind, len(_CHARGES)) for message in tellers}
        best = min(tellers, key=lambda message: ranks[id(message)], default=None)
        for message in tellers:
            if best is not None and ranks[id(message)] > ranks[id(best)]:
                self.issues.append(feed_problem.BETTER_CHARGE.at(*message.places(("billing",)), *best.places(("billing",))))
                message.less([("billing",)])
        newest, *older = newest_first(tellers, lambda message: message.statement.moment) or [[]]
        created = next((text for message in newest if (text := message.text("billing", "created"))), "")
        for message in (message for group in older for message in group):
            if created and message.text("billing", "created") not in ("", created):
                self.issues.append(feed_problem.OLDER.at(*message.places(("billing", "created"))))
                message.less([("billing", "created")])


def _assigned(keys: Iterable[Key]) -> dict[Key, Key]:
    """For accession numbers without an assigner the ones that they are elsewhere, if one only: OBR-18 has no place for it."""
    known: dict[str, set[Key]] = {}
    for kind, system, value in keys:
        if kind == "accession" and system:
            known.setdefault(value, set()).add((kind, system, value))
    return {("accession", "", value): next(iter(found)) for value, found in known.items() if len(found) == 1}
