"""Which state of a report stands where several messages tell of it, and what of the others it leaves as it was."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from adapter.feed import feed_problem
from adapter.feed.excerpt import codes_of
from adapter.feed.later import newest_first
from adapter.feed.weighed_message import WeighedMessage
from adapter.issues import Issue

Messages = Sequence[WeighedMessage]
_Winners = Mapping[WeighedMessage, WeighedMessage]
"""For each message that does not stand, one that stands rather than it."""
_Lost = Mapping[WeighedMessage, Sequence[str]]
"""What each of these messages says that does not stand beside the other one."""
_Inherited = tuple[WeighedMessage, WeighedMessage, str]
"""A message, one before it, and the field of the review that it leaves as that one says it."""


def weigh_reports(orders: Sequence[Messages], nameless: Messages) -> Iterator[Issue]:
    """Leave of each message what stands, and say what does not; `nameless` are the messages that name no order, about any.

    The furthest state stands, and of equal ones the newest; that there is no report, or no longer one, counts from when it was
    said.
    """
    messages = [message for group in (*orders, nameless) for message in group if message.tells]
    clock = _Clock.of(messages)
    winners = _winners_of(orders, nameless, clock)
    inherited = list(_inherited(winners, clock))
    tellers = {teller for _, teller, _ in inherited}
    lost = {loser: names for loser, winner in winners.items() if (names := loser.told_otherwise(winner))}
    for loser in lost:
        winner = winners[loser]
        problem = feed_problem.OLDER if loser.rank == winner.rank else feed_problem.UNFINISHED
        problem = feed_problem.CONTINUED if loser in tellers else problem
        yield problem.at(*loser.state_places, *winner.state_places)
    yield from _old_tables(winners)
    yield from _restored(winners)
    _give_way(winners, lost, inherited)
    heirs = {heir for heir, _, name in inherited if name == "conclusion"}
    yield from _odd([message for message in messages if message not in winners], heirs)


def _restored(winners: _Winners) -> Iterator[Issue]:
    """Tell reports that stand after one of the same order was taken back."""
    ends = {message: last for message in winners if message.is_report for last in list(_after(message, winners))[-1:]}
    back = [
        (message, last) for message, last in ends.items() if message.is_called_off and last.is_report and not last.is_called_off
    ]
    for message, last in back:
        yield feed_problem.RESTORED.at(*last.state_places, message.statement.place("MSH", "9"))


def _old_tables(winners: _Winners) -> Iterator[Issue]:
    """Leave out what an AI tool was told to have found, where a message that stands instead tells of the same results."""
    for loser in winners:
        for table in loser.tables:
            told = ((other, code) for other in _after(loser, winners) for code in sorted(codes_of(table) & other.results.keys()))
            other, code = next(told, (None, ""))
            if other is not None:
                loser.tables = [kept for kept in loser.tables if kept is not table]
                place = other.statement.document.positions(other.results[code])
                yield feed_problem.OLDER.at(*loser.places_of(table), *place)


def _after(message: WeighedMessage, winners: _Winners) -> Iterator[WeighedMessage]:
    """The messages that stand rather than this one, one instead of the other."""
    while message in winners:
        message = winners[message]
        yield message


def _give_way(winners: _Winners, lost: _Lost, inherited: Sequence[_Inherited]) -> None:
    """Take out what does not stand; what is called off after it was final is withdrawn."""
    for loser, winner in winners.items():
        if loser.is_final and winner.is_called_off and winner.is_report:
            winner.put(("review", "status"), "withdrawn")
    kept: dict[WeighedMessage, set[str]] = {}
    for _, teller, name in inherited:
        kept.setdefault(teller, set()).add(name)
    for loser, names in lost.items():
        loser.less_all(names, but=kept.get(loser, ()))


def _odd(standing: Messages, heirs: Collection[WeighedMessage]) -> Iterator[Issue]:
    """What there is to say of the messages that stand; `heirs` are those whose text another message says."""
    has_text = any(message.text("review", "conclusion") for message in standing)
    for message in standing:
        if message.is_withdrawn:
            yield feed_problem.WITHDRAWN.at(*message.state_places)
        if message.lacks_text and not has_text and message not in heirs:
            yield feed_problem.TEXT_NOT_SENT.at(*message.state_places)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clock:
    """When messages said what they say, as numbers in the order of time; those without a time have none."""

    hands: Mapping[WeighedMessage, int]

    @classmethod
    def of(cls, messages: Messages) -> "_Clock":
        """The order of some messages. Without OBR-22 a report that is sent again counts from when it was first sent."""
        hands = {}
        groups = newest_first(messages, lambda message: message.said_at)[::-1]
        said: dict[str, int] = {}
        for hand, group in enumerate(groups):
            for message in group:
                hands[message] = hand if message.is_dated else said.setdefault(message.statement_of_report, hand)
        return cls(hands=hands)

    def is_later(self, message: WeighedMessage, other: WeighedMessage) -> bool:
        """Whether a message is certainly later than another."""
        return message in self.hands and other in self.hands and self.hands[message] > self.hands[other]

    def latest(self, messages: Iterable[WeighedMessage]) -> WeighedMessage | None:
        """The latest of some messages, of several one that withdraws; one without a time only where no other has one."""
        return max(messages, key=lambda message: (self.hands.get(message, -1), message.is_withdrawn), default=None)


def _winners_of(orders: Sequence[Messages], nameless: Messages, clock: _Clock) -> dict[WeighedMessage, WeighedMessage]:
    strays = _foremost(nameless, clock)
    rivals = [(messages, [*_foremost(messages, clock), *strays]) for messages in orders]
    rivals.append((nameless, [*strays, *(rival for _, others in rivals for rival in others)]))
    pairs = [(message, _winner(message, others, clock)) for messages, others in rivals for message in messages if message.tells]
    return {message: winner for message, winner in pairs if winner is not None}


def _foremost(messages: Messages, clock: _Clock) -> list[WeighedMessage]:
    """The newest of those of one type that say the same state: what they do not beat, no other of these does."""
    same: dict[tuple[str, int, bool, bool], list[WeighedMessage]] = {}
    for message in (message for message in messages if message.tells):
        state = message.statement.kind, message.rank, message.is_called_off, message.is_corrective
        same.setdefault(state, []).append(message)
    return [newest for group in same.values() if (newest := clock.latest(group)) is not None]


def _winner(message: WeighedMessage, rivals: Messages, clock: _Clock) -> WeighedMessage | None:
    """The one that stands rather than this message, if there is one."""
    end = clock.latest(rival for rival in rivals if rival.is_called_off and _is_about_the_same(message, rival))
    if end is None:
        return next((rival for rival in rivals if _is_further(rival, message, clock)), None)
    since = [rival for rival in rivals if clock.is_later(rival, end) or not _is_about_the_same(rival, end)]
    if not message.is_called_off:
        further = (rival for rival in since if _is_further(rival, message, clock))
        return next(further, None) if clock.is_later(message, end) else end
    if clock.is_later(end, message) or (end.is_withdrawn and not message.is_withdrawn):
        return end
    return next((rival for rival in since if _is_about_the_same(message, rival) or _is_further(rival, message, clock)), None)


def _is_about_the_same(message: WeighedMessage, other: WeighedMessage) -> bool:
    """Whether what one calls off the other one tells of: messages of one type, and all reports where one is withdrawn."""
    if message.statement.kind == other.statement.kind:
        return True
    return message.is_report and other.is_report and (message.is_withdrawn or other.is_withdrawn)


def _is_further(message: WeighedMessage, other: WeighedMessage, clock: _Clock) -> bool:
    """Whether a state of the report is further than another, or newer."""
    if message.statement.kind != other.statement.kind or message.rank != other.rank:
        return message.rank > other.rank
    replaces = message.is_corrective and not other.is_corrective and not clock.is_later(other, message)
    return replaces or clock.is_later(message, other)


def _inherited(winners: _Winners, clock: _Clock) -> Iterator[_Inherited]:
    """What messages leave as it was."""
    before: dict[WeighedMessage, list[WeighedMessage]] = {}
    for loser in winners:
        if (heir := _heir(loser, winners)) is not None:
            before.setdefault(heir, []).append(loser)
    for heir, losers in before.items():
        for name in heir.leaves:
            tellers = [loser for loser in losers if loser.text("review", name)]
            furthest = max((loser.rank for loser in tellers), default=0)
            teller = clock.latest(loser for loser in tellers if loser.rank == furthest)
            if teller is not None:
                yield heir, teller, name


def _heir(message: WeighedMessage, winners: _Winners) -> WeighedMessage | None:
    """The one of the same type that stands in the end; nothing if the report was taken back meanwhile."""
    line = [message, *_after(message, winners)]
    is_ended = any(part.is_called_off for part in line) or line[-1].statement.kind != message.statement.kind
    return None if is_ended else line[-1]
