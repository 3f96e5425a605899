"""What an HL7 v2 message says of itself, and by which numbers it names the visit and the orders that it is about."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from adapter.json_types import JsonObject, JsonValue
from adapter.path import Path
from adapter.readers.hl7v2.reader import ACCESSION, Hl7Document

Key = tuple[str, str, str]
"""The kind of a number, who assigned it, and the number."""
NumberKind = Literal["visit", "account", "placer", "filler", "accession"]

_Fields = tuple[tuple[str, str, str, NumberKind], ...]
_VISIT_NUMBERS: _Fields = (("PV1", "19", "1", "visit"), ("PID", "18", "1", "account"))
_ALTERNATE_VISIT_NUMBERS: _Fields = (("PV1", "50", "1", "visit"),)
_ORDER_NUMBERS: _Fields = (
    ("ORC", "2", "1", "placer"),
    ("OBR", "2", "1", "placer"),
    ("TXA", "14", "1", "placer"),
    ("ORC", "3", "1", "filler"),
    ("OBR", "3", "1", "filler"),
    ("TXA", "15", "1", "filler"),
    ("FT1", "23", "1", "filler"),
    ("IPC", "1", "1", "accession"),
    *(("OBR", number, ACCESSION, "accession") for number in ("18", "19", "20")),
)
"""The fields (EI) that hold the numbers of an order, with the part that does."""

_VERSION = re.compile(r"2\.[1-8](\.[0-9]+)?")
_MERGES = ("A18", "A34", "A36", "A39", "A40")
"""Events that merge patients; those before A39 are of the versions before 2.3.1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenNumber:
    """A number that a message gives a visit or an order: who assigned it ("" if nobody says), and where it stands."""

    kind: NumberKind
    system: str
    value: str
    path: Path

    @property
    def key(self) -> Key:
        """What makes it the same number elsewhere."""
        return self.kind, self.system, self.value


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A message with what it says of itself."""

    document: Hl7Document

    @cached_property
    def kind(self) -> str:
        """`ADT`, from MSH-9."""
        return self._header("9", "1")

    @cached_property
    def event(self) -> str:
        """`A08`, from MSH-9, else EVN-1."""
        return self._header("9", "2") or self._recorded("1")

    @property
    def is_merge(self) -> bool:
        """Whether it says that one patient is another one."""
        return self.kind == "ADT" and self.event in _MERGES

    @cached_property
    def sender(self) -> tuple[str, str]:
        """The application and the facility that sent it."""
        return self._header("3", "1"), self._header("4", "1")

    @property
    def control_id(self) -> str:
        """The number that the sender gave the message (MSH-10)."""
        return self._header("10")

    @cached_property
    def moment(self) -> str:
        """When what it tells happened, as far as it says so: EVN-2, else MSH-7."""
        return self._recorded("2") or self._header("7")

    @property
    def is_production(self) -> bool:
        """Whether the sender says that this is production (MSH-11)."""
        return self._header("11", "1") == "P"

    @property
    def has_known_processing(self) -> bool:
        """Whether it says what it is for (MSH-11, HL7 table 0103)."""
        return self._header("11", "1") in ("P", "T", "D")

    @property
    def has_known_version(self) -> bool:
        """Whether it is of a version that is known (MSH-12), or names none."""
        version = self._header("12", "1") or self._header("12")
        return not version or _VERSION.fullmatch(version) is not None

    @property
    def numbers(self) -> tuple[GivenNumber, ...]:
        """The numbers of the visit and of the orders."""
        return (*self.visit_numbers, *self.order_numbers)

    @cached_property
    def visit_numbers(self) -> tuple[GivenNumber, ...]:
        """The numbers of the visit and of the account; an alternate number (PV1-50) counts where the visit has no other."""
        numbers = tuple(self._numbers(_VISIT_NUMBERS, ("4", "2"), ("4", "1")))
        if any(number.kind == "visit" for number in numbers):
            return numbers
        return (*self._numbers(_ALTERNATE_VISIT_NUMBERS, ("4", "2"), ("4", "1")), *numbers)

    @cached_property
    def order_numbers(self) -> tuple[GivenNumber, ...]:
        """The numbers of orders: of who placed them, of who filled them, and of accession."""
        return tuple(self._numbers(_ORDER_NUMBERS, ("3",), ("2",)))

    @property
    def differing_numbers(self) -> Iterator[tuple[GivenNumber, ...]]:
        """Numbers of one order and assigner that ORC and OBR give differently, where HL7 has the same in both."""
        given: dict[tuple[Path, str, str], dict[str, dict[str, GivenNumber]]] = {}
        for number in self.order_numbers:
            for depth, step in enumerate(number.path):
                if step in ("ORC", "OBR"):
                    order = number.path[
                        : max((place + 1 for place, part in enumerate(number.path[:depth]) if isinstance(part, int)), default=0)
                    ]
                    given.setdefault((order, number.kind, number.system), {}).setdefault(step, {})[number.value] = number
        for (_, _, system), sides in given.items():
            if system and len(sides) > 1 and not set.intersection(*map(set, sides.values())):
                yield tuple(next(iter(numbers.values())) for numbers in sides.values())

    def _numbers(self, fields: _Fields, universal: Path, namespace: Path) -> Iterator[GivenNumber]:
        """The numbers in these fields, with the universal id of who assigned them, else the name."""
        for segment, field, part, kind in fields:
            for path, content in self.segments(segment):
                value = content.get(field)
                for place, item in enumerate(value if isinstance(value, list) else [value]):
                    if number := text_at(item, (part,)):
                        system = text_at(item, universal) or text_at(item, namespace)
                        where = (*path, field, place) if isinstance(value, list) else (*path, field)
                        yield GivenNumber(kind=kind, system=system, value=number.strip(), path=where)

    def segments(self, *names: str) -> Iterator[tuple[Path, JsonObject]]:
        """The segments of these names in their order, with their paths."""
        for path, segment in self.document.segments.items():
            if segment.name in names:
                content: JsonValue = self.document.tree
                for step in path:
                    content = content[step]
                yield path, content

    def place(self, segment: str, field: str) -> str:
        """The place of a field that is missing, in the first segment of a name."""
        return f"{self.document.name}#{segment}-{field}"

    def _recorded(self, field: str) -> str:
        """A field of EVN."""
        return text_at(next(self.segments("EVN"), ((), {}))[1], (field,))

    def _header(self, *path: str) -> str:
        return text_at(self.document.tree, ("MSH", *path))


def text_at(value: JsonValue, path: Path) -> str:
    """The text at a path; "" where no text stands there."""
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""
