"""The functions of mapping files that read and compare days and times."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from adapter.issues import Severity
from adapter.mapping.function import NotConvertible, function
from adapter.plain_value import LOCAL_TIME

_DTM = re.compile(
    r"(?P<year>[0-9]{4})((?P<month>0[1-9]|1[0-2])((?P<day>0[1-9]|[12][0-9]|3[01])((?P<hour>[01][0-9]|2[0-3])"
    r"((?P<minute>[0-5][0-9])((?P<second>[0-5][0-9])(?P<fraction>\.[0-9]{1,4})?)?)?)?)?)?(?P<offset>[+-][0-9]{4})?"
)
_MIDNIGHT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(T00:00:00(\.0+)?(Z|\+00:00))?")
_DAY = 10
_SECONDS = 19
_OFFSET = re.compile(r"([+-])(0[0-9]|1[0-4]):?([0-5][0-9])")


@function(takes=("dateTime",), gives="date")
def date_of(value: str) -> str:
    """The day of a date and time, as it was where it was written: `date_of(case.encounter.start)`."""
    return value[:_DAY]


@function(takes=("string",), gives="date", fallible=True)
def day_of_timestamp(value: str) -> str:
    """The day of a moment in UTC that stands for a day, being its beginning: `day_of_timestamp(subject.dateOfBirth)`."""
    if match := _MIDNIGHT.fullmatch(value):
        return match[1]
    message = "This is a moment, and its day depends on where that was, so it is not carried. Send midnight in UTC."
    raise NotConvertible(message)


@function(takes=("dateTime",), gives="instant", fallible=True)
def instant(value: str) -> str:
    """A date and time that is exact to the second: `instant(case.review.signed_at)`."""
    if len(value) > _DAY:
        return value
    message = "An exact time with its offset is needed here, and only a date was sent. Send the time of day too."
    raise NotConvertible(message)


@function(takes=("dateTime",), gives="instant?")
def exact(value: str) -> str | None:
    """As `instant`, for what is carried elsewhere as well: nothing of a date alone: `exact(case.review.signed_at)`."""
    return value if len(value) > _DAY else None


@function(takes=("list of date",), gives="date?")
def earliest(days: Sequence[str]) -> str | None:
    """The first of some days: `earliest(each(line.dos_start for line in case.billing.lines))`."""
    return min(days, default=None)


@function(takes=("list of date",), gives="date?")
def latest(days: Sequence[str]) -> str | None:
    """The last of some days: `latest(each(line.dos_end or line.dos_start for line in case.billing.lines))`."""
    return max(days, default=None)


@function(takes=("list of dateTime",), gives="dateTime?")
def last_time(moments: Sequence[str]) -> str | None:
    """The last of some dates and times: `last_time(each(run.finished_at for run in case.analyses))`.

    A day, month or year counts as its beginning, and where all else is equal the text decides.
    """
    return max(moments, key=beginning, default=None)


def beginning(moment: str) -> tuple[datetime, str]:
    """What dates and times are sorted by: when that began, and how it is written."""
    day = moment[:_DAY] + "0001-01-01"[len(moment[:_DAY]) :]
    begun = datetime.fromisoformat(moment if len(moment) > _DAY else day)
    return begun if begun.tzinfo else begun.replace(tzinfo=UTC), moment


@function(takes=("string", "string?"), gives="dateTime", fallible=True)
def local_time(value: str, zone: str | None) -> str:
    """A time of a clock on the wall, in an IANA zone or at an offset: `local_time(created_at, options.zone)`.

    Takes `YYYY-MM-DD HH:MM:SS`; without a zone, or where the clock was changed, only the day is left, and that is reported.
    """
    match = LOCAL_TIME.fullmatch(value.strip())
    if not match:
        message = "This is not a date with a time. Send YYYY-MM-DD HH:MM:SS."
        raise NotConvertible(message)
    day, time, fraction = match[1], match[2], match[3] or ""
    clock = _clock(day, time)
    if zone is None:
        message = (
            "The time has no offset from UTC, so only its day is kept. Send the offset, or set ADAPTER_ZONE to the sender's zone."
        )
        raise NotConvertible(message, value=day)
    return f"{day}T{time}{fraction}{_offset(clock, _zone(zone, day), day)}"


@function(takes=("string", "string?"), gives="dateTime", fallible=True)
def moment(value: str, zone: str | None) -> str:
    """A day, or a time with or without an offset: `moment(row.finished_at, options.zone)`; without one as `local_time`."""
    written = value.strip().replace(" ", "T", 1)
    try:
        when = datetime.fromisoformat(written)
    except ValueError:
        message = "This is not a date or time. Send YYYY-MM-DD, or YYYY-MM-DDTHH:MM:SS with the offset from UTC."
        raise NotConvertible(message) from None
    if len(written) <= _DAY:
        return when.date().isoformat()
    return when.isoformat() if when.tzinfo else local_time(when.isoformat(" ", "seconds"), zone)


def _clock(day: str, time: str) -> datetime:
    try:
        return datetime.fromisoformat(f"{day}T{time}")
    except ValueError:
        message = "This day or time does not exist. Correct it."
        raise NotConvertible(message) from None


def _zone(name: str, day: str) -> tzinfo:
    if match := _OFFSET.fullmatch(name):
        shift = timedelta(hours=int(match[2]), minutes=int(match[3]))
        return timezone(-shift if match[1] == "-" else shift)
    try:
        return UTC if name == "Z" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = "There is no time zone of this name. Use an IANA name such as Europe/Berlin, or an offset such as +01:00."
        raise NotConvertible(message, value=day, severity=Severity.ERROR) from None


def _offset(clock: datetime, zone: tzinfo, day: str) -> str:
    early, late = (clock.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    offset = early.isoformat()[_SECONDS:]
    if early.utcoffset() != late.utcoffset() or len(offset) != len("+00:00"):  # local mean time of long ago has seconds
        message = "The offset at this time is not certain, since the clock was changed. Send the offset."
        raise NotConvertible(message, value=day)
    return offset


@function(takes=("string", "string?"), gives="dateTime", fallible=True)
def dtm(value: str, zone: str | None) -> str:
    """A date or time of HL7 v2, with the precision and offset it was sent with: `dtm(PV1[44], options.zone)`.

    Takes YYYY[MM[DD[HHMM[SS[.S]]]]][+-ZZZZ]. A time without an offset takes the zone; without one only its day is left, and that
    is reported, as it is of a time that has hours only.
    """
    match = _DTM.fullmatch(value.strip())
    if not match:
        message = "This is not a date or time of HL7 v2. Send YYYYMMDD, or YYYYMMDDHHMMSS with the offset from UTC."
        raise NotConvertible(message)
    day = "-".join(part for part in (match["year"], match["month"], match["day"]) if part)
    if match["hour"] is None:
        return day
    if match["minute"] is None:
        message = "The time has hours only, so only its day is kept. Send the minutes."
        raise NotConvertible(message, value=day)
    clock = f"{match['hour']}:{match['minute']}:{match['second'] or '00'}{match['fraction'] or ''}"
    offset = match["offset"]
    return f"{day}T{clock}{offset[:3]}:{offset[3:]}" if offset else local_time(f"{day} {clock}", zone)


@function(takes=("string",), gives="date", fallible=True)
def date_of_dtm(value: str) -> str:
    """The day, month or year of a date or time of HL7 v2: `date_of_dtm(PID[7])`."""
    match = _DTM.fullmatch(value.strip())
    if not match:
        message = "This is not a date of HL7 v2. Send YYYYMMDD."
        raise NotConvertible(message)
    return "-".join(part for part in (match["year"], match["month"], match["day"]) if part)


@function(takes=("string",), gives="date", fallible=True)
def day_of_dtm(value: str) -> str:
    """The day of a date or time of HL7 v2; a month or a year is not one: `day_of_dtm(charge.FT1[4][1])`."""
    day: str = date_of_dtm(value)
    if len(day) < _DAY:
        message = "This is a month or a year, and a day is needed here. Send YYYYMMDD."
        raise NotConvertible(message)
    return day
