"""Which statement stands where several messages, in the form of the Case, say different things of the same.

Where the standard lets the newer one win it does, and the other is named; everywhere else what differs stays, and is a conflict.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from adapter.feed import feed_problem
from adapter.feed.feed_problem import FeedProblem
from adapter.feed.later import is_later
from adapter.feed.statement import Key, Statement, text_at
from adapter.issues import Issue
from adapter.json_types import JsonObject, JsonValue
from adapter.path import Path
from adapter.readers.document import NULL, MappedDocument, ReadDocument
from adapter.readers.hl7v2.reader import Hl7Document

_REGISTRATION = ("patient", "guardian", "payer", "coverage", "encounter")
_IDENTITY = (("patient", "mrn"), ("patient", "mrn_system"), ("encounter", "id"), ("encounter", "system"))
"""What no update changes: another number is another patient, or another visit."""
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

    def less(self, path: Path) -> None:
        """Take out what does not stand."""
        self.mapped = replace(self.mapped, tree=_less(self.mapped.tree, path))

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

    messages: list[_Message]
    numbers: set[Key]

    def conflicts(self) -> Iterator[Issue]:
        """Numbers of one kind and assigner that messages about one order each give once, and give differently."""
        given: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}
        for message in self.messages:
            numbers = message.statement.order_numbers
            for number in numbers:
                if all(other.key == number.key for other in numbers if (other.kind, other.system) == number.key[:2]):
                    known = given.setdefault((number.kind, number.system), {})
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
        for messages in self._orders():
            self._reports(messages)
        self._charges()

    def _drop(self, message: _Message, path: Path, *, winner: Sequence[str], problem: FeedProblem) -> None:
        self.issues.append(problem.at(*message.places(path), *winner))
        message.less(path)

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

    def _orders(self) -> list[list[_Message]]:
        """The messages about each order: they share a number of it; those that name none are about any."""
        orders: list[_Order] = []
        for message in self.messages:
            keys = {given.key for given in message.statement.order_numbers}
            same = [order for order in orders if not keys.isdisjoint(order.numbers)]
            order = _Order(messages=[message], numbers=keys)
            for other in same:
                order.messages += other.messages
                order.numbers |= other.numbers
            orders = [*(other for other in orders if other not in same), order]
        self.issues += [issue for order in orders for issue in order.conflicts()]
        nameless = [message for order in orders if not order.numbers for message in order.messages]
        return [order.messages + nameless for order in orders if order.numbers] or [nameless]

    def _registrations(self, registrations: Sequence[_Message]) -> None:
        """An update wins over what was told before it; what was told before it and arrives later changes nothing."""
        for update in registrations:
            if update.statement.event in _REGISTERS:
                continue
            for older in registrations:
                if is_later(update.statement.moment, older.statement.moment):
                    for path in list(_differing(older.mapped.tree, update.mapped.tree)):
                        self._drop(older, path, winner=update.places(path), problem=feed_problem.OLDER)
                    for path in list(_deleted(older, update)):
                        self._drop(older, path, winner=update.places(()), problem=feed_problem.OLDER)

    def _demographics(self, registrations: Sequence[_Message]) -> None:
        """Only a registration tells of the patient; without a registration, other messages do."""
        tellers = [message.mapped for message in registrations] + [
            document for document in self.others if text_at(document.tree, ("patient", "family"))
        ]
        for message in self.messages:
            if message in registrations:
                continue
            for teller in tellers:
                for path in list(_differing(message.mapped.tree, teller.tree, ("patient",))):
                    self._drop(message, path, winner=teller.positions(path), problem=feed_problem.NOT_REGISTRATION)

    def _reports(self, messages: Sequence[_Message]) -> None:
        """Of the states of a report the furthest stands, and of equal ones the newest."""
        tellers = [message for message in messages if any(name in message.mapped.tree for name in _REPORT)]
        for message in tellers:
            for other in tellers:
                if other is not message and _is_beaten(message, other):
                    problem = feed_problem.OLDER if _rank(message) == _rank(other) else feed_problem.UNFINISHED
                    self.issues.append(problem.at(*message.places(message.state), *other.places(other.state)))
                    for name in _REPORT:
                        message.less((name,))
                    break

    def _charges(self) -> None:
        """What is billed is what the best of those says who tell of it."""
        tellers = [message for message in self.messages if "billing" in message.mapped.tree]
        ranks = {id(message): _CHARGES.get(message.statement.kind, len(_CHARGES)) for message in tellers}
        best = min(tellers, key=lambda message: ranks[id(message)], default=None)
        for message in tellers:
            if best is not None and ranks[id(message)] > ranks[id(best)]:
                self._drop(message, ("billing",), winner=best.places(("billing",)), problem=feed_problem.BETTER_CHARGE)


def _is_beaten(message: _Message, other: _Message) -> bool:
    """Whether another state of the report stands rather than this one."""
    own, theirs = _rank(message), _rank(other)
    if message.statement.kind != other.statement.kind:
        return theirs > own
    if _is_called_off(message) or _is_called_off(other):
        # That there will be no report, or no longer one, counts from when it was said.
        return is_later(_reported(other), _reported(message))
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


def _differing(older: JsonObject, newer: JsonObject, parts: Sequence[str] = _REGISTRATION) -> Iterator[Path]:
    """The paths of what both say, and say differently; lists are compared as a whole."""
    for name in parts:
        if name in older and name in newer:
            yield from _differing_below(older[name], newer[name], (name,))


def _differing_below(older: JsonValue, newer: JsonValue, path: Path) -> Iterator[Path]:
    if isinstance(older, dict) and isinstance(newer, dict):
        for name in older.keys() & newer.keys():
            yield from _differing_below(older[name], newer[name], (*path, name))
    elif older != newer and path not in _IDENTITY:
        yield path


def _deleted(older: _Message, update: _Message) -> set[Path]:
    """The paths of what the older one says and the update deletes (`""`): the map reads both from the same field."""
    tree = update.statement.document.tree
    paths = {_named(path): source.paths for path, source in older.mapped.origins.items() if path[0] in _REGISTRATION}
    return {
        path
        for path, sources in paths.items()
        if path not in _IDENTITY
        and sources
        and all(_is_deleted(tree, source) for source in sources)
        and older.mapped.nearest(path) == path
    }


def _named(path: Path) -> Path:
    """A path as far as the list in it, if there is one."""
    first = next((place for place, step in enumerate(path) if isinstance(step, int)), len(path))
    return path[:first]


def _is_deleted(tree: JsonValue, path: Path) -> bool:
    """Whether a value, or all that it is in, was deleted."""
    value = tree
    for step in path:
        value = value[0] if isinstance(value, list) and value and step == "*" else value
        if step == "*":
            continue
        value = value.get(step) if isinstance(value, dict) else None
        if value is NULL or _holds_only_null(value):
            return True
    return False


def _holds_only_null(value: JsonValue) -> bool:
    """Whether a field holds nothing but a deletion, which stands in its first component."""
    first = value[0] if isinstance(value, list) and len(value) == 1 else value
    return isinstance(first, dict) and bool(first) and all(part is NULL or _holds_only_null(part) for part in first.values())


def _less(tree: JsonObject, path: Path) -> JsonObject:
    """A tree without what stands at a path."""
    step, *rest = path
    inner = _less(tree[str(step)], tuple(rest)) if rest else None
    return {name: inner if name == step else value for name, value in tree.items() if name != step or inner}


def _with_text(tree: JsonObject, path: tuple[str, ...], text: str) -> JsonObject:
    step, *rest = path
    return {**tree, step: _with_text(tree[step], tuple(rest), text) if rest else text}
