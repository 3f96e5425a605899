"""Which statement stands where several messages, in the form of the Case, say different things of the same.

Where the standard lets the newer one win it does, and the other is named; everywhere else what differs stays, and is a conflict.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from adapter.feed import feed_problem
from adapter.feed.feed_problem import FeedProblem
from adapter.feed.later import is_later, newest_first
from adapter.feed.statement import Key, Statement, text_at
from adapter.feed.told import Told
from adapter.issues import Issue
from adapter.json_types import JsonObject
from adapter.path import Path
from adapter.readers.document import MappedDocument, ReadDocument
from adapter.readers.hl7v2.reader import Hl7Document

_REGISTRATION = ("patient", "guardian", "payer", "coverage", "coverages", "encounter")
_REGISTERS = ("A01", "A04", "A05", "A28")
"""Events that register; every other ADT event updates what was registered before it."""
_REPORT = ("review", "procedure")
_RANKS = {"none": 0, "in-progress": 1, "signed": 2, "amended": 3, "withdrawn": 2}
_CHARGES = {"DFT": 0, "BAR": 1, "ORU": 2}
"""Who says best what is billed: a charge, then an account, then an order."""


@dataclass(slots=True, kw_only=True, eq=False)
class _Message:
    """A message with what its map made of it, less what does not stand."""

    statement: Statement
    mapped: MappedDocument

    def less(self, paths: Iterable[Path]) -> None:
        """Take out what does not stand."""
        tree = self.mapped.tree
        for path in paths:
            tree = _less(tree, path)
        self.mapped = replace(self.mapped, tree=tree)

    def places(self, path: Path) -> tuple[str, ...]:
        """Where the message says it."""
        return tuple(place for place in self.mapped.positions(path) if place.startswith(f"{self.mapped.name}#"))

    @property
    def state(self) -> Path:
        """Where the Case has the state of the report, or of the procedure if it says no more."""
        return ("review", "status") if "review" in self.mapped.tree else ("procedure", "status")


def standing(documents: Sequence[ReadDocument]) -> tuple[list[ReadDocument], list[Issue]]:
    """The documents with what stands of each, and an issue for all that does not."""
    messages = [
        _Message(statement=Statement(document=document.original), mapped=document)
        for document in documents
        if isinstance(document, MappedDocument) and isinstance(document.original, Hl7Document)
    ]
    if not messages:
        return list(documents), []
    known = {id(message.mapped) for message in messages}
    others = [document for document in documents if id(document) not in known]
    weighing = _Weighing(messages=messages, others=others)
    weighing.weigh()
    return [*others, *(message.mapped for message in messages)], weighing.issues


@dataclass(slots=True, kw_only=True, eq=False)
class _Order:
    """The messages about one order, and its numbers."""

    messages: list[_Message] = field(default_factory=list)
    numbers: set[Key] = field(default_factory=set)

    def take(self, other: "_Order") -> None:
        """Become one with another order."""
        self.messages += other.messages
        self.numbers |= other.numbers

    def conflicts(self) -> Iterator[Issue]:
        """Numbers of one kind and assigner that messages about one order each give once, and give differently."""
        given: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}
        for message in self.messages:
            numbers = message.statement.order_numbers
            kinds = Counter((kind, system) for kind, system, _ in {number.key for number in numbers})
            for number in numbers:
                if kinds[number.key[:2]] == 1:
                    known = given.setdefault(number.key[:2], {})
                    known.setdefault(number.value, message.statement.document.positions(number.path))
        for values in given.values():
            if len(values) > 1:
                yield feed_problem.TWO_NUMBERS.at(*(place for places in values.values() for place in places))


@dataclass(slots=True, kw_only=True)
class _Weighing:
    messages: list[_Message]
    others: list[ReadDocument]
    issues: list[Issue] = field(default_factory=list)

    def weigh(self) -> None:
        self._accounts()
        registrations = [message for message in self.messages if message.statement.kind == "ADT"]
        self._registrations(registrations)
        self._demographics(registrations)
        self._reports()
        self._charges()

    def _drop(self, message: _Message, statements: Told, *, problem: FeedProblem) -> None:
        """Take out of a message what is told otherwise."""
        overruled = list(statements.overruled(message.mapped))
        self.issues += [problem.at(*message.places(path), *winner) for path, winner in overruled]
        message.less(path for path, _ in overruled)

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
                        message.mapped = replace(message.mapped, tree=_with_text(message.mapped.tree, path, visit))

    def _orders(self) -> list[_Order]:
        """The orders that messages are about: those about one share a number of it."""
        orders: dict[Key, _Order] = {}
        for message in self.messages:
            keys = list(dict.fromkeys(given.key for given in message.statement.order_numbers))
            same = {id(orders[key]): orders[key] for key in keys if key in orders}
            largest = max(same.values(), key=lambda order: len(order.messages), default=_Order())
            for other in same.values():
                if other is not largest:
                    largest.take(other)
                    orders |= dict.fromkeys(other.numbers, largest)
            largest.take(_Order(messages=[message], numbers=set(keys)))
            orders |= dict.fromkeys(keys, largest)
        return list({id(order): order for order in orders.values()}.values())

    def _registrations(self, registrations: Sequence[_Message]) -> None:
        """An update wins over what was told before it; what was told before it and arrives later changes nothing."""
        statements = Told(parts=_REGISTRATION)
        for messages in newest_first(registrations, lambda message: message.statement.moment):
            for message in messages:
                self._drop(message, statements, problem=feed_problem.OLDER)
            for update in messages:
                if update.statement.event not in _REGISTERS:
                    statements.take(update.mapped)

    def _demographics(self, registrations: Sequence[_Message]) -> None:
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
        nameless = [message for message in self.messages if not message.statement.order_numbers]
        strays = _furthest(nameless)
        rivals = [(order.messages, [*_furthest(order.messages), *strays]) for order in orders]
        rivals.append((nameless, [*strays, *(rival for _, others in rivals for rival in others)]))
        tellers = [(message, _winner(message, others)) for messages, others in rivals for message in messages if _tells(message)]
        beaten = [
            (message, winner, names)
            for message, winner in tellers
            if winner is not None and (names := _told_otherwise(message, winner))
        ]
        for message, winner, _ in beaten:
            problem = feed_problem.OLDER if _rank(message) == _rank(winner) else feed_problem.UNFINISHED
            self.issues.append(problem.at(*message.places(message.state), *winner.places(winner.state)))
        for message, _, names in beaten:
            message.less((name,) for name in names)

    def _charges(self) -> None:
        """What is billed is what the best of those says who tell of it."""
        tellers = [message for message in self.messages if "billing" in message.mapped.tree]
        ranks = {id(message): _CHARGES.get(message.statement.kind, len(_CHARGES)) for message in tellers}
        best = min(tellers, key=lambda message: ranks[id(message)], default=None)
        for message in tellers:
            if best is not None and ranks[id(message)] > ranks[id(best)]:
                self.issues.append(feed_problem.BETTER_CHARGE.at(*message.places(("billing",)), *best.places(("billing",))))
                message.less([("billing",)])


def _told_otherwise(message: _Message, winner: _Message) -> list[str]:
    """What a message says that does not stand beside the winner; one that withdraws a document says nothing of the procedure."""
    return [name for name in _REPORT if name in message.mapped.tree and (name == "review" or name in winner.mapped.tree)]


def _tells(message: _Message) -> bool:
    """Whether it says anything of the report or of the procedure."""
    return any(name in message.mapped.tree for name in _REPORT)


def _furthest(messages: Sequence[_Message]) -> list[_Message]:
    """The newest of those of one type that say the same state: what they do not beat, no other of these does."""
    newest: dict[tuple[str, int, bool], _Message] = {}
    for message in filter(_tells, messages):
        state = message.statement.kind, _rank(message), _is_called_off(message)
        if state not in newest or is_later(_reported(message), _reported(newest[state])):
            newest[state] = message
    return list(newest.values())


def _winner(message: _Message, rivals: Sequence[_Message]) -> _Message | None:
    """The one that stands rather than this message, if there is one."""
    return next((rival for rival in rivals if _is_beaten(message, rival)), None)


def _is_beaten(message: _Message, other: _Message) -> bool:
    """Whether another state of the report stands rather than this one."""
    own, theirs = _rank(message), _rank(other)
    if message.statement.kind != other.statement.kind:
        return theirs > own
    if _is_called_off(message) or _is_called_off(other):
        # That there will be no report, or no longer one, counts from when it was said; of one moment it is what counts.
        reported, rival = _reported(message), _reported(other)
        at_once = not is_later(reported, rival) and _is_called_off(other) and not _is_called_off(message)
        return at_once or is_later(rival, reported)
    return theirs > own or (theirs == own and is_later(_reported(other), _reported(message)))


def _rank(message: _Message) -> int:
    """How far the report is; an order is before all reports."""
    return _RANKS.get(text_at(message.mapped.tree, ("review", "status")), 0) if message.statement.kind in ("ORU", "MDM") else -1


def _is_called_off(message: _Message) -> bool:
    tree = message.mapped.tree
    return text_at(tree, ("procedure", "status")) == "not-done" or text_at(tree, ("review", "status")) == "withdrawn"


def _reported(message: _Message) -> str:
    """When the state of a report was reached: the latest OBR-22, else when the message says that it happened."""
    times = [text for _, content in message.statement.segments("OBR") if (text := text_at(content, ("22",)))]
    latest = times[0] if times else message.statement.moment
    for moment in times[1:]:
        latest = moment if is_later(moment, latest) else latest
    return latest


def _less(tree: JsonObject, path: Path) -> JsonObject:
    """A tree without what stands at a path."""
    step, *rest = path
    inner = _less(tree[str(step)], tuple(rest)) if rest else None
    return {name: inner if name == step else value for name, value in tree.items() if name != step or inner}


def _with_text(tree: JsonObject, path: tuple[str, ...], text: str) -> JsonObject:
    step, *rest = path
    return {**tree, step: _with_text(tree[step], tuple(rest), text) if rest else text}
