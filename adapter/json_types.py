"""What JSON is made of, for annotations: values whose types only the data knows."""

from collections.abc import Mapping
from typing import Any, TypeAlias

JsonValue: TypeAlias = Any
"""A dict, list, str, int, Decimal, bool or None."""

JsonObject: TypeAlias = dict[str, JsonValue]
JsonList: TypeAlias = list[JsonValue]
JsonMapping: TypeAlias = Mapping[str, JsonValue]
"""An object that is only read."""
