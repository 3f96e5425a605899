"""The plain values of the Case: texts, codes, numbers, days and times, each with the form that it must have."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

_YEAR = r"[0-9]{4}"
_DAY = _YEAR + r"-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME = r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_DATE_LENGTH = 10

YEAR_OR_MONTH = f"^({_YEAR}|{_YEAR}-(0[1-9]|1[0-2]))$"
"""A date that is not known to the day, as a pattern."""

DAY = f"^{_DAY}$"
"""A day, as a pattern; whether it is in the calendar, it does not know."""

DAY_AND_TIME = f"^{_DAY}{_TIME}$"
"""A day with a time and its offset from UTC, as a pattern."""


def _in_calendar(value: str) -> str:
    if value.startswith("0000"):
        message = "this year does not exist"
        raise ValueError(message)
    if len(value) >= _DATE_LENGTH:
        date.fromisoformat(value[:_DATE_LENGTH])
    return value


def _without_point(value: object) -> object:
    return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value


T = TypeVar("T")

Many = Annotated[tuple[T, ...], Field(strict=False)]
"""A list; no items and no list are the same."""

Text = Annotated[str, StringConstraints(pattern=r"\S", max_length=100_000)]
"""Words: something other than white space."""

Token = Annotated[str, StringConstraints(pattern=r"^[^\s]+( [^\s]+)*$", max_length=1_000)]
"""A code or an identifier: no white space around it and single spaces within (FHIR `code`)."""

Url = Annotated[str, StringConstraints(pattern=r"^\S+$", max_length=4_000)]
"""A URL or URI without white space."""

ABSOLUTE_URI = r"^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$"

AbsoluteUri = Annotated[str, StringConstraints(pattern=ABSOLUTE_URI, max_length=4_000)]
"""A URI with its scheme: `https://…`, `urn:oid:1.2.3`, `urn:uuid:…`."""

ServiceSystem = Annotated[str, StringConstraints(pattern=r"^(cpt|hcpcs|loinc|[A-Za-z][A-Za-z0-9+.-]*:[^\s]+)$", max_length=4_000)]
"""The code system of a service: a short name, or the URI of any."""

Number = Annotated[Decimal, Field(max_digits=28, allow_inf_nan=False)] | Annotated[int, Field(ge=-(2**63), lt=2**63)]
"""A number with the digits it was sent with, 28 at most; money and scores never become binary floats."""

WITHOUT_POINT = BeforeValidator(_without_point)
"""Of a whole number, behind its limits: one that was written as `2.0` is one too, as in JSON Schema."""

Date = Annotated[str, StringConstraints(pattern=DAY), AfterValidator(_in_calendar)]
"""A day, YYYY-MM-DD."""

PartialDate = Annotated[str, StringConstraints(pattern=f"{YEAR_OR_MONTH}|{DAY}"), AfterValidator(_in_calendar)]
"""A day, month or year, with the precision it was sent with (FHIR `date`)."""

DateTime = Annotated[str, StringConstraints(pattern=f"{YEAR_OR_MONTH}|{DAY}|{DAY_AND_TIME}"), AfterValidator(_in_calendar)]
"""A year, month, day, or a day with a time and its offset from UTC; precision and offset stay as sent (FHIR `dateTime`)."""

LOCAL_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,9})?")
"""A day with the time of a clock on the wall: no DateTime until it is known in which zone."""
