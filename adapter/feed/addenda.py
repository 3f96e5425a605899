"""What was added to a report by messages of their own (MDM^T05, T06), and whether that stands beside it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from adapter.feed import feed_problem
from adapter.feed.feed_problem import FeedProblem
from adapter.feed.later import is_later
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

    `said` is when each report was said first, before it was sent again.
    """

    additions: Messages
    changes: Messages
    said: Mapping[WeighedMessage, str]

    @classmethod
    def among(cls, messages: Messages) -> "Addenda":
        """Those among some messages: a document whose number (TXA-12) is that of an addendum, and of no report, is one too."""
        documents = [message for message in messages if message.statement.kind == "MDM"]
        additions = [message for message in documents if message.statement.event in _ADDS]
        numbers = {_number(message) for message in additions}
        numbers -= {"", *(_number(message) for message in documents if message.statement.event in _BEGINS)}
        changes = [message for message in documents if message not in additions and _number(message) in numbers]
        return cls(additions=additions, changes=changes, said=_first_said(messages) if additions else {})

    def __contains__(self, message: WeighedMessage) -> bool:
        """Whether a message is one of them."""
        return message in self.additions or message in self.changes

    def weigh(self, orders: Sequence[Messages], nameless: Messages) -> Iterator[Issue]:
        """Leave of each addendum what stands beside the reports that do, and say what does not; as in `weigh_reports`."""
        standing: dict[WeighedMessage, Messages] = {}
        for message in self.additions:
            problem, beside = self._fate(message, self._reports(message, orders, nameless))
            if problem is None:
                standing[message] = beside
            else:
                places = (place for other in beside for place in other.state_places)
                yield problem.at(message.statement.place("MSH", "9"), *places)
                _leave_out(message)
        for message in self.changes:
            is_back = message.is_withdrawn or message.statement.event == "T11"
            problem = feed_problem.ADDENDUM_WITHDRAWN if is_back else feed_problem.ADDENDUM_EDITED
            yield problem.at(message.statement.place("MSH", "9"))
            _leave_out(message)
        _add(standing)

    def _fate(self, message: WeighedMessage, reports: Messages) -> tuple[FeedProblem | None, Messages]:
        """Why an addendum does not stand, if it does not, and the messages beside which that is so."""
        final = [report for report in reports if report.is_final]
        older = [other for other in (*self.additions, *self.changes) if self._is_instead(other, message)]
        older += [report for report in final if is_later(self.said[report], message.said_at)]
        if not message.mapped.tree.get("review", {}).get("addenda"):
            return feed_problem.NOT_ADDED, ()
        if withdrawn := [report for report in reports if report.is_withdrawn]:
            return feed_problem.ADDED_TO_WITHDRAWN, withdrawn
        if older:
            return feed_problem.OLDER, older
        return (None, final) if final else (feed_problem.NOTHING_TO_ADD_TO, reports)

    def _is_instead(self, other: WeighedMessage, message: WeighedMessage) -> bool:
        """Whether one tells of the same addendum, and later; what takes it back or changes it need not say when."""
        if other is message or not _number(other) or _number(other) != _number(message):
            return False
        if other in self.changes:
            return not is_later(message.said_at, other.said_at)
        return is_later(other.said_at, message.said_at)

    def _reports(self, message: WeighedMessage, orders: Sequence[Messages], nameless: Messages) -> list[WeighedMessage]:
        """What is left of the reports to which an addendum may belong: by order, and by the number of the document (TXA-13)."""
        own = next((order for order in orders if message in order), None)
        pool = [*own, *nameless] if own is not None else [*(other for order in orders for other in order), *nameless]
        parent = _number(message, "13")
        return [
            other
            for other in pool
            if other.is_report
            and other not in self
            and other.text("review", "status")
            and (not parent or _number(other) in ("", parent))
        ]


def _first_said(messages: Messages) -> dict[WeighedMessage, str]:
    """When each report was said first: one that is sent again says nothing new."""
    first: dict[str, str] = {}
    reports = {message: message.statement_of_report for message in messages if message.is_report}
    for message, statement in reports.items():
        known = first.setdefault(statement, message.said_at)
        first[statement] = message.said_at if is_later(known, message.said_at) else known
    return {message: first[statement] for message, statement in reports.items()}


def _add(standing: Mapping[WeighedMessage, Messages]) -> None:
    """Let addenda say how far the report is, the newest of them when it was amended."""
    for report in {report for reports in standing.values() for report in reports}:
        report.less(("review", name) for name in _STATE if report.text("review", name))
    for message in standing:
        if any(is_later(other.said_at, message.said_at) for other in standing) and message.text("review", "amended_at"):
            message.less([("review", "amended_at")])


def _leave_out(message: WeighedMessage) -> None:
    message.less((name,) for name in ("review", "procedure") if name in message.mapped.tree)


def _number(message: WeighedMessage, field: str = "12") -> str:
    """The number of a document (TXA-12), or of the one that it belongs to (TXA-13)."""
    return next((text_at(content, (field, "1")) for _, content in message.statement.segments("TXA")), "")
