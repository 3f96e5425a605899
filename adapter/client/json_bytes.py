"""JSON bytes in and out with decimals kept: stands in until adapter.fhir.json is there."""

from decimal import Decimal
from typing import Any

import jiter
import orjson


def read_json(content: bytes, name: str) -> Any:  # noqa: ANN401, ARG001 - the signature of adapter.fhir.json
    """The value in JSON bytes, numbers with a point as Decimal; raises ValueError for anything else or a repeated key."""
    return jiter.from_json(content, float_mode="decimal", catch_duplicate_keys=True)


def canonical_bytes(value: object) -> bytes:
    """The JSON bytes of a value, decimals with the digits they have."""
    return orjson.dumps(value, default=_number)


def _number(value: object) -> object:
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value).encode())
    message = f"{type(value).__name__} is no JSON"
    raise TypeError(message)
