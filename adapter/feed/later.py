"""Which of two times of HL7 v2 is later."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import TypeVar

_DTM = re.compile(r"(?P<digits>[0-9]{4,14})(?:\.[0-9]+)?(?P<offset>[+-][0-9]{4})?")
_LEAST = "00000101000000"
_NO_DAY = datetime.min.replace(tzinfo=UTC)

Item = TypeVar("Item")


def is_later(moment: str, other: str) -> bool:
    """Whether a time is certainly later than another; times of which one lacks its offset are compared as they are written."""
    after, before = _DTM.fullmatch(moment), _DTM.fullmatch(other)
    if after is None or before is None:
        return False
    if after["offset"] is None or before["offset"] is None:
        return _filled(after["digits"]) > _filled(before["digits"])
    return _instant(after) > _instant(before)


def _filled(digits: str) -> str:
    """A time with all of its digits; what was not said counts as the beginning."""
    return digits + _LEAST[len(digits) :]


def _instant(match: re.Match[str]) -> datetime:
    """The moment; raises nothing: a day that does not exist counts as the first of all."""
    sign, hours, minutes = match["offset"][0], int(match["offset"][1:3]), int(match["offset"][3:])
    shift = timedelta(hours=hours, minutes=minutes)
    try:
        zone = timezone(-shift if sign == "-" else shift)
        return datetime.strptime(_filled(match["digits"]), "%Y%m%d%H%M%S").replace(tzinfo=zone)
    except (ValueError, OverflowError):
        return _NO_DAY


def newest_first(items: Iterable[Item], moment: Callable[[Item], str]) -> list[list[Item]]:
    """The items of each time, the latest first; those without a time are left out.

    Where one of them lacks its offset, all are compared as they are written.
    """
    timed = [(match, item) for item in items if (match := _DTM.fullmatch(moment(item))) is not None]
    if not timed[1:]:  # as with most messages: nothing to compare
        return [[item] for _, item in timed]
    have_offsets = all(match["offset"] is not None for match, _ in timed)
    groups: dict[tuple[datetime, str], list[Item]] = {}
    for match, item in timed:
        key = (_instant(match), "") if have_offsets else (_NO_DAY, _filled(match["digits"]))
        groups.setdefault(key, []).append(item)
    return [groups[key] for key in sorted(groups, reverse=True)]
