"""What HL7 v2 says of segments, data types and message structures, as made by `scripts/make_hl7v2_tables.py`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Final

from adapter.fhir.json import read_json
from adapter.json_types import JsonList, JsonObject, JsonValue

GENERIC = "varies"
"""The data type of what the table does not know: a field of a local segment, an OBX-5."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldType:
    """The data type of a field, whether it may repeat, and how many components deep a plain text stands in it."""

    type: str
    repeats: bool
    depth: int = 1

    def holding(self, text: str) -> JsonValue:
        """The value of a field that holds one text without any parts."""
        value: JsonValue = text if self.depth == 0 else {"1": text} if self.depth == 1 else {"1": {"1": text}}
        return [value] if self.repeats else value


UNKNOWN: Final = FieldType(type=GENERIC, repeats=True)
"""Whatever the tables do not know may hold anything, and repeat."""


@dataclass(frozen=True, kw_only=True)
class PartType:
    """A segment or group within a structure; a segment has no parts of its own."""

    name: str
    repeats: bool
    parts: tuple["PartType", ...] = ()

    @cached_property
    def names(self) -> frozenset[str]:
        """All segments in it."""
        return frozenset[str]().union(*(part.names for part in self.parts)) if self.parts else frozenset((self.name,))

    @cached_property
    def first(self) -> str:
        """The segment that a group begins with."""
        return self.parts[0].first if self.parts else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Data types with the types of their components, segments with their fields, structures, and the structures of events.

    `nesting` says of each data type that has components which of them have subcomponents.
    """

    types: Mapping[str, tuple[str, ...]]
    nesting: Mapping[str, tuple[bool, ...]]
    segments: Mapping[str, tuple[FieldType, ...]]
    structures: Mapping[str, PartType]
    events: Mapping[str, str]

    def structure_name(self, kind: str, event: str, declared: str) -> str:
        """The structure of a message (MSH-9): that of its event if it shares one, else the declared one if there is such."""
        own = f"{kind}_{event}" if event else kind
        return self.events.get(own) or (declared if declared in self.structures else own)


@cache
def tables() -> Tables:
    """The tables of this package."""
    content: JsonObject = read_json(files("adapter.readers.hl7v2").joinpath("tables.json").read_bytes(), "tables.json")
    types = {name: tuple(kinds) for name, kinds in content["types"].items()}
    depths = {GENERIC: 1, **{name: 2 if kinds[0] in types else 1 for name, kinds in types.items()}}
    return Tables(
        types=types,
        nesting={GENERIC: (), **{name: tuple(kind in types for kind in kinds) for name, kinds in types.items()}},
        segments={
            name: tuple(FieldType(type=kind, repeats=bool(repeats), depth=depths.get(kind, 0)) for kind, repeats in fields)
            for name, fields in content["segments"].items()
        },
        structures={name: _part([name, 0, parts]) for name, parts in content["structures"].items()},
        events=content["events"],
    )


def _part(row: JsonList) -> PartType:
    name, repeats, *parts = row
    return PartType(name=name, repeats=bool(repeats), parts=tuple(map(_part, parts[0])) if parts else ())
