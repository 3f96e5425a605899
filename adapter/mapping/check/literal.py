"""What a map says outright: the values that an element of FHIR or of the Case can hold, and that JSON and XML can carry."""

import re
from decimal import Decimal, InvalidOperation

from adapter.fhir.json import unfit_leaf
from adapter.mapping.types import is_whole

_CODE = re.compile(r"^\S+( \S+)*$")
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,18})")
_LARGEST = 2**31 - 1
_BEYOND = 2**63 - 1
_RANGES = {
    "integer": (-_LARGEST - 1, _LARGEST),
    "unsignedInt": (0, _LARGEST),
    "positiveInt": (1, _LARGEST),
    "integer64": (-_BEYOND - 1, _BEYOND),
}


def literal_of(text: str, kind: str) -> str | int | bool | Decimal | None:
    """The value of a kind that a text stands for; nothing if it stands for none."""
    value = _value_of(text, kind)
    return value if value is not None and why_not(value, kind) is None else None


def why_not(value: object, kind: str) -> str | None:
    """Why a value cannot stand where a kind is needed, as far as the value alone says."""
    smallest, largest = _RANGES.get(kind, (None, None))
    if smallest is not None and largest is not None and isinstance(value, int) and not smallest <= value <= largest:
        return f"{kind} is from {smallest} to {largest}"
    if isinstance(value, Decimal) and value == value.to_integral_value() and "E" not in str(value) and abs(value) > _BEYOND:
        return "a whole number is beyond 64 bit"
    return unfit_words(value)


def unfit_words(value: object) -> str | None:
    """Why FHIR cannot carry a value at all: a control character, too many digits."""
    unfit = unfit_leaf(value)
    return unfit[1] if unfit else None


def _value_of(text: str, kind: str) -> str | int | bool | Decimal | None:
    if kind == "boolean":
        return {"true": True, "false": False}.get(text)
    if is_whole(kind):
        return int(text) if _WHOLE.fullmatch(text) else None
    if kind == "decimal":
        try:
            return Decimal(text)
        except InvalidOperation:
            return None
    return None if kind == "code" and not _CODE.match(text) else text
