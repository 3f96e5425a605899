"""Whether a value is one of a FHIR primitive, and in words what is wrong with it (http://hl7.org/fhir/R4/datatypes.html#primitive)."""

import re
from datetime import date
from decimal import Decimal

from adapter.checks.schema import DAYS, NUMBERS, is_whole_number, to_ascii
from adapter.fhir.table import Type
from adapter.json_types import JsonValue

_WHOLE = re.compile(r"-?\d+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def wrong_with(value: JsonValue, fhir_type: Type) -> str | None:
    """What is wrong with a value of a primitive type, without saying the value; None if nothing is."""
    if fhir_type.name == "boolean":
        return None if isinstance(value, bool) else "this must be true or false, without quotes"
    if fhir_type.name in NUMBERS:
        return _wrong_number(value, fhir_type)
    if not isinstance(value, str):
        return "this must be text, in quotes"
    if not value:
        return "a text is empty; leave it out"
    if fhir_type.pattern and not re.fullmatch(to_ascii(fhir_type.pattern), value):
        return f"this is not in the format of the FHIR type {fhir_type.name}"
    return "there is no such day" if fhir_type.name in DAYS and not _is_day(value) else None


def _wrong_number(value: JsonValue, fhir_type: Type) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return "this must be a number, without quotes"
    if not is_whole_number(fhir_type.name):
        return None
    bounds = NUMBERS[fhir_type.name]
    if not _WHOLE.fullmatch(str(value)) or not bounds["minimum"] <= value <= bounds["maximum"]:
        return f"this must be a whole number from {bounds['minimum']} to {bounds['maximum']}, without a decimal point"
    return None


def _is_day(value: str) -> bool:
    """Whether the day is in the calendar; what names no day is."""
    day = _DAY.match(value)
    try:
        return day is None or bool(date.fromisoformat(day[0]))
    except ValueError:
        return False
