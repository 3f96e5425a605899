"""Small resources of the types that are emitted, most of them wrong in one way: what our checks say of each, as a file.

Of what says nothing although it looks wrong, R4 says nothing either: a text of blanks has the form of a string, and the language
of a resource is bound to no value set that is required.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import orjson

_FILE = Path(__file__).with_suffix(".ndjson")


@dataclass(frozen=True, kw_only=True)
class SmallResource:
    """A resource, what it is called, and the most severe thing that is to be said of it."""

    name: str
    says: Literal["error", "warning", "nothing"]
    resource: dict[str, Any]


def small_resources() -> tuple[SmallResource, ...]:
    """All of them."""
    return tuple(SmallResource(**orjson.loads(line)) for line in _FILE.read_bytes().splitlines())
