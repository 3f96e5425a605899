"""Which of two times of HL7 v2 is later."""

import re
from datetime import UTC, datetime, timedelta, timezone

_DTM = re.compile(r"(?P<digits>[0-9]{4,14})(?:\.[0-9]+)?(?P<offset>[+-][0-9]{4})?")
_LEAST = "00000101000000"


def is_later(moment: str, other: str) -> bool:
    """Whether a time is certainly later than another; times of which one lacks its offset are compared as they are written."""
    found, before = _DTM.fullmatch(moment), _DTM.fullmatch(other)
    if found is None or before is None:
        return False
    if found["offset"] is None or before["offset"] is None:
        return _filled(found["digits"]) > _filled(before["digits"])
    return _instant(found) > _instant(before)


def _filled(digits: str) -> str:
    """A time with all of its digits; what was not said counts as the beginning."""
    return digits + _LEAST[len(digits) :]


def _instant(found: re.Match[str]) -> datetime:
    """The moment; raises nothing: a day that does not exist counts as the first of all."""
    sign, hours, minutes = found["offset"][0], int(found["offset"][1:3]), int(found["offset"][3:])
    shift = timedelta(hours=hours, minutes=minutes)
    try:
        zone = timezone(-shift if sign == "-" else shift)
        return datetime.strptime(_filled(found["digits"]), "%Y%m%d%H%M%S").replace(tzinfo=zone)
    except (ValueError, OverflowError):
        return datetime.min.replace(tzinfo=UTC)
