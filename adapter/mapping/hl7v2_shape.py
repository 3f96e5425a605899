"""The shapes of HL7 v2 messages, from the tables of the reader: a map of an input reads `PID[3]` and `charge.FT1[25][1]`."""

from adapter.mapping.types import Field, Fields, Kind, Shape, Type
from adapter.readers.hl7v2.reader import ACCESSION, PLACE_OF_SERVICE
from adapter.readers.hl7v2.segment_tables import GENERIC, PartType, Tables

_COMPONENTS_OF_ANYTHING = 12
"""How many components a map may read of a field that may hold anything (OBX-5, local fields)."""

_ADDED = {"PL": (PLACE_OF_SERVICE,), "EI": (ACCESSION,)}
"""Parts that HL7 does not have, by data type: what is known of a feed beyond the message."""


def shapes_of_structures(tables: Tables) -> dict[str, Shape]:
    """The shape of each message structure by the name of its form: `hl7v2.DFT_P03`."""
    shapes = _Shapes(tables)
    return {f"hl7v2.{name}": shapes.group(part) for name, part in tables.structures.items()}


class _Shapes:
    """Makes shapes when they are first asked for; a data type has one."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._types: dict[str, Type] = {}

    def group(self, part: PartType) -> Shape:
        return Shape(part.name, Fields(lambda: {inner.name: self._part(inner) for inner in part.parts}))

    def _part(self, part: PartType) -> Field:
        shape = self.group(part) if part.parts else Shape(part.name, Fields(lambda: self._segment(part.name)))
        return Field(name=part.name, type=shape, many=part.repeats)

    def _segment(self, name: str) -> dict[str, Field]:
        fields = enumerate(self._tables.segments.get(name, ()), start=1)
        return {str(number): self._field(str(number), field.type, many=field.repeats) for number, field in fields}

    def _field(self, name: str, kind: str, *, many: bool = False) -> Field:
        shape = self._type(kind)
        return Field(name=name, type=shape, many=many, explicit_null=isinstance(shape, Kind))

    def _type(self, name: str) -> Type:
        kinds = ("ST",) * _COMPONENTS_OF_ANYTHING if name == GENERIC else self._tables.types.get(name)
        if kinds is None:
            return Kind("string")
        if name not in self._types:
            more = _ADDED.get(name, ())
            self._types[name] = Shape(
                name, Fields(lambda: self._components(kinds) | {part: self._field(part, "ST") for part in more})
            )
        return self._types[name]

    def _components(self, kinds: tuple[str, ...]) -> dict[str, Field]:
        return {str(number): self._component(str(number), kind) for number, kind in enumerate(kinds, start=1)}

    def _component(self, name: str, kind: str) -> Field:
        """A component; what is within its subcomponents is one text, whatever their data types."""
        return self._field(name, kind)
