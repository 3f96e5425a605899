"""What was added to a report by messages of their own (MDM^T05, T06), and whether that stands beside it."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from adapter.feed import feed_problem
from adapter.feed.feed_problem import FeedProblem
from adapter.feed.later import newest_first
from adapter.feed.statement import text_at
from adapter.feed.weighed_message import WeighedMessage
from adapter.issues import Issue

Messages = Sequence[WeighedMessage]

_ADDS = ("T05", "T06")
_BEGINS = ("T01", "T02")
_STATE = ("status", "amended_at", "amendment")
"""What a report no longer says itself once something was added to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addenda:
    """The messages that add to a report, and those that take such a one back or change it.

    `hands` are when messages said what they say, as numbers in the order of time: reports when they were said first.
    """

    additions: Messages
    changes: Messages
    hands: Mapping[WeighedMessage, int]

    @classmethod
    def among(cls, messages: Messages) -> "Addenda":
        """Those among some messages: a document whose number (TXA-12) is that of an addendum, and of no report, is one too."""
        documents = [message for message in messages if message.statement.kind == "MDM"]
        additions = [message for message in documents if message.statement.event in _ADDS]
        others = [message for message in documents if message.statement.event not in _ADDS]
        numbers = {_number(message) for message in additions}
        numbers -= {"", *(_number(message) for message in others if message.statement.event in _BEGINS)}
        changes = [message for message in others if _number(message) in numbers]
        return cls(additions=additions, changes=changes, hands=_hands(messages, {*additions, *changes}) if additions else {})

    @property
    def messages(self) -> frozenset[WeighedMessage]:
        """All of them."""
        return frozenset((*self.additions, *self.changes))

    def weigh(self, orders: Sequence[Messages], nameless: Messages) -> Iterator[Issue]:
        """Leave of each addendum what stands beside the reports that do, and say what does not; as in `weigh_reports`."""
        if not self.additions:
            return
        standing: dict[WeighedMessage, list[_Reports]] = {}
        shelves = self._shelves(orders, nameless)
        instead = self._last_by_number(self.additions), self._last_by_number(self.changes)
        for message in self.additions:
            reports = [reports for shelf in shelves[message] for reports in shelf.for_addendum(message)]
            problem, other = self._fate(message, reports, [last.get(_number(message)) for last in instead])
            if problem is None:
                standing[message] = reports
            else:
                yield problem.at(message.statement.place("MSH", "9"), *(other.state_places if other else ()))
                _leave_out(message)
        for message in self.changes:
            is_back = message.is_withdrawn or message.statement.event == "T11"
            problem = feed_problem.ADDENDUM_WITHDRAWN if is_back else feed_problem.ADDENDUM_EDITED
            yield problem.at(message.statement.place("MSH", "9"))
            _leave_out(message)
        self._add(standing)

    def _fate(
        self, message: WeighedMessage, reports: "Sequence[_Reports]", others: Sequence[WeighedMessage | None]
    ) -> tuple[FeedProblem | None, WeighedMessage | None]:
        """Why an addendum does not stand, if it does not, and the message beside which that is so.

        `others` are the last addition and the last change that tell of it; what takes it back or changes it need not say when.
        """
        addition, change = others
        final = self._last(part.final for part in reports if part.final is not None)
        if not message.mapped.tree.get("review", {}).get("addenda"):
            return feed_problem.NOT_ADDED, None
        if withdrawn := [part.withdrawn for part in reports if part.withdrawn is not None]:
            return feed_problem.ADDED_TO_WITHDRAWN, withdrawn[0]
        if change is not None and not self._is_later(message, change):
            return feed_problem.OLDER, change
        for other in (addition, final):
            if other is not None and self._is_later(other, message):
                return feed_problem.OLDER, other
        return (None, None) if final else (feed_problem.NOTHING_TO_ADD_TO, next((part.reports[0] for part in reports), None))

    def _is_later(self, message: WeighedMessage, other: WeighedMessage) -> bool:
        """Whether one is certainly later than another."""
        return message in self.hands and other in self.hands and self.hands[message] > self.hands[other]

    def _last(self, messages: Iterable[WeighedMessage]) -> WeighedMessage | None:
        return max(messages, key=lambda message: self.hands.get(message, -1), default=None)

    def _last_by_number(self, messages: Messages) -> dict[str, WeighedMessage]:
        """The last message of each document; one that does not say when may be later than all."""
        ends = len(self.hands)
        ordered = sorted(messages, key=lambda message: self.hands.get(message, ends))
        return {number: message for message in ordered if (number := _number(message))}

    def _shelves(self, orders: Sequence[Messages], nameless: Messages) -> "dict[WeighedMessage, tuple[_Shelf, ...]]":
        """Where the reports are to which each addendum may belong: those of its order, else of all, and those of none."""
        own = self.messages
        of_none = self._shelf(nameless, own)
        of_any = self._shelf([message for order in orders for message in order], own)
        of_order = {message: shelf for order in orders for shelf in [self._shelf(order, own)] for message in order}
        return {message: (of_order.get(message, of_any), of_none) for message in self.additions}

    def _shelf(self, messages: Messages, own: Container[WeighedMessage]) -> "_Shelf":
        reports = [
            message for message in messages if message.is_report and message not in own and message.text("review", "status")
        ]
        numbered: dict[str, list[WeighedMessage]] = {}
        for report in reports:
            numbered.setdefault(_number(report), []).append(report)
        return _Shelf(reports=self._reports(reports), numbered={number: self._reports(some) for number, some in numbered.items()})

    def _reports(self, reports: Messages) -> "_Reports":
        return _Reports(
            reports=reports,
            final=self._last(report for report in reports if report.is_final),
            withdrawn=next((report for report in reports if report.is_withdrawn), None),
        )

    def _add(self, standing: "Mapping[WeighedMessage, Sequence[_Reports]]") -> None:
        """Let addenda say how far the report is, the newest of them when it was amended."""
        parts = {id(part): part for parts in standing.values() for part in parts}.values()
        for report in {report for part in parts for report in part.reports if report.is_final}:
            report.less(("review", name) for name in _STATE if report.text("review", name))
        newest = self._last(standing)
        for message in standing:
            if newest and self._is_later(newest, message) and message.text("review", "amended_at"):
                message.less([("review", "amended_at")])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reports:
    """What is left of some reports; of those that are finished the last, and one that was taken back, if there are such."""

    reports: Messages
    final: WeighedMessage | None
    withdrawn: WeighedMessage | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shelf:
    """The reports of an order, and those of each document (TXA-12)."""

    reports: _Reports
    numbered: Mapping[str, _Reports]

    def for_addendum(self, message: WeighedMessage) -> list[_Reports]:
        """Those to which an addendum may belong: where it names its document (TXA-13), those of that and of none."""
        parent = _number(message, "13")
        if not parent:
            return [self.reports] if self.reports.reports else []
        return [self.numbered[number] for number in ("", parent) if number in self.numbered]


def _hands(messages: Messages, addenda: Container[WeighedMessage]) -> dict[WeighedMessage, int]:
    """When messages said what they say; a report that is sent again says nothing new."""
    hands: dict[WeighedMessage, int] = {}
    first: dict[str, int] = {}
    for hand, group in enumerate(reversed(newest_first(messages, lambda message: message.said_at))):
        for message in group:
            is_report = message.is_report and message not in addenda
            hands[message] = first.setdefault(message.statement_of_report, hand) if is_report else hand
    return hands


def _leave_out(message: WeighedMessage) -> None:
    message.less((name,) for name in ("review", "procedure") if name in message.mapped.tree)


def _number(message: WeighedMessage, field: str = "12") -> str:
    """The number of a document (TXA-12), or of the one that it belongs to (TXA-13)."""
    return next((text_at(content, (field, "1")) for _, content in message.statement.segments("TXA")), "")
