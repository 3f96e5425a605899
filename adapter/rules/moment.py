"""Compares dates and times as far as they are known: with their precision, and with the offset that was sent."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

DAY_LENGTH = 10
TIME_LENGTH = 19
_WEST = timedelta(hours=12)
_EAST = timedelta(hours=14)
_FEW = 5
"""A year, a month, a day, and two times: more never speak for others."""


def is_before(one: str, other: str) -> bool:
    """Whether one date or time is certainly before another.

    Two times are compared as instants. Otherwise both are compared by the precision that they share; a time in UTC does not tell
    the local day, so that it may lie on any day that somewhere has at that instant.
    """
    if len(other) <= DAY_LENGTH and one[: len(other)] > other:
        return False
    if len(one) > DAY_LENGTH and len(other) > DAY_LENGTH:
        if one[TIME_LENGTH:] == other[TIME_LENGTH:]:
            return one < other  # of the same offset and precision, the text is in order of time
        return datetime.fromisoformat(one) < datetime.fromisoformat(other)
    if one[-1] != "Z" and other[-1] != "Z":
        length = min(len(one), len(other), DAY_LENGTH)
        return one[:length] < other[:length]
    last, first = days(one)[1], days(other)[0]
    length = min(len(last), len(first))
    return last[:length] < first[:length]


def may_be_before(ones: Collection[str], others: Collection[str]) -> bool:
    """Whether any of some dates and times may be before any of others: quick, and yes wherever only a closer look can tell.

    Of one offset from UTC, what is certainly before something else is also before it as text.
    """
    if not ones or not others:
        return False
    return min(ones) < max(others) or len({moment[TIME_LENGTH:] for moment in (*ones, *others)} - {""}) > 1


def earliest(moments: Sequence[str]) -> Sequence[str]:
    """The few of some dates and times that speak for all: if any of them is certainly before another, so is one of these."""
    if len(moments) <= _FEW:
        return moments
    times = [moment for moment in moments if len(moment) > DAY_LENGTH]
    dates = sorted(moment for moment in moments if len(moment) <= DAY_LENGTH)
    first = [min(times, key=datetime.fromisoformat), min(times, key=lambda time: days(time)[1])] if times else []
    return [*first, *{len(date): date for date in reversed(dates)}.values()]


def days(moment: str, *others: str | None) -> tuple[str, str]:
    """The first and the last local day that a date or time may mean: one day, unless it is a time in UTC.

    `others` are times of the same place: the first with an offset of its own says what the local day of a time in UTC is.
    """
    if len(moment) <= DAY_LENGTH or moment[-1] != "Z":
        return moment[:DAY_LENGTH], moment[:DAY_LENGTH]
    instant = datetime.fromisoformat(moment)
    local = next((other for other in others if other and len(other) > DAY_LENGTH and other[-1] != "Z"), None)
    if local is not None:
        day = _day(instant, datetime.fromisoformat(local).utcoffset() or timedelta())
        return day, day
    return _day(instant, -_WEST), _day(instant, _EAST)


def _day(instant: datetime, offset: timedelta) -> str:
    """The day at an offset from UTC; the day in UTC itself where the calendar ends before that."""
    try:
        return (instant + offset).date().isoformat()
    except OverflowError:
        return instant.date().isoformat()


def age(birth: str, moment: str) -> int | None:
    """The age in whole years on a day; nothing where one of the days is not known to the day."""
    born, day = birth[:DAY_LENGTH], moment[:DAY_LENGTH]
    if len(born) < DAY_LENGTH or len(day) < DAY_LENGTH:
        return None
    return int(day[:4]) - int(born[:4]) - (day[5:] < born[5:])


def add_months(day: str, months: int) -> str:
    """The same day so many months later; the last day of a month that has no such day."""
    year, month, date = int(day[:4]), int(day[5:7]), int(day[8:])
    year, month = year + (month - 1 + months) // 12, (month - 1 + months) % 12 + 1
    while date > _LAST_DAY_OF_ANY_MONTH and not _exists(year, month, date):
        date -= 1
    return f"{year:04}-{month:02}-{date:02}"


_LAST_DAY_OF_ANY_MONTH = 28


def _exists(year: int, month: int, date: int) -> bool:
    try:
        datetime(year, month, date)  # noqa: DTZ001 - a day, no time
    except ValueError:
        return False
    return True
