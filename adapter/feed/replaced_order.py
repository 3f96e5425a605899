"""An order that was called off, and another one of the same visit that took its place."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from adapter.feed import feed_problem
from adapter.feed.statement import Key
from adapter.feed.weighed_message import WeighedMessage
from adapter.issues import Issue
from adapter.readers.document import ReadDocument

_OF_AN_ORDER = ("review", "procedure", "billing", "order_numbers")
_TELLING = ("placer", "filler", "accession")
"""The kinds of numbers of an order, the one first that it has from the beginning."""


@dataclass(slots=True, kw_only=True, eq=False)
class OrderMessages:
    """The messages about one order, and its numbers."""

    messages: list[WeighedMessage] = field(default_factory=list)
    numbers: set[Key] = field(default_factory=set)

    def take(self, other: "OrderMessages") -> None:
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

    @property
    def telling(self) -> list[WeighedMessage]:
        """Those that say how far it is."""
        return [message for message in self.messages if message.tells]

    @property
    def is_called_off(self) -> bool:
        """Whether there is no report of it, or no longer one."""
        return any(message.is_called_off for message in self.telling)

    @property
    def number(self) -> str:
        """The number by which it is known."""
        return min(self.numbers, key=lambda key: (_TELLING.index(key[0]), key))[2]


def replaced_orders(
    orders: Sequence[OrderMessages], messages: Sequence[WeighedMessage], others: Sequence[ReadDocument]
) -> Iterator[Issue]:
    """Leave out orders that were called off where another one stands, and give that a case of its own.

    What a server holds of the former has ended, so nothing of the new one may have its ids. `others` are the documents beside
    the messages: where they give the case a number, it keeps that.
    """
    over = [order for order in orders if order.is_called_off]
    instead = [order for order in orders if order.telling and not order.is_called_off]
    if not over or not instead:
        return
    places = [place for message in instead[0].telling for place in message.state_places]
    for message in (message for order in over for message in order.messages):
        told = [(name,) for name in _OF_AN_ORDER if name in message.mapped.tree]
        if told:
            yield feed_problem.REPLACED.at(message.statement.place("MSH", "9"), *places)
            message.less(told)
    if not any("id" in document.tree for document in others):
        for message in messages:
            if case := message.text("id"):
                message.put(("id",), f"{case}/{instead[0].number}")
