"""What FHIRPath expressions look at: values of FHIR JSON with their types, and the steps from a value to its children."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from adapter.fhir.table import ElementTable
from adapter.json_types import JsonObject, JsonValue


class Item(NamedTuple):
    """A value with its FHIR type. `value` is None for a primitive that is only its `extra`, what stands under `_name` in JSON.

    A tuple, since one is made for every step to every child.
    """

    value: Any
    type: str
    extra: JsonObject | None = None


class Steps:
    """The steps that can be taken from a value, along an element table."""

    def __init__(self, table: ElementTable) -> None:
        """Hold the table; the elements of a type are listed when they are first asked for."""
        self._table = table
        self._elements: dict[str, dict[str, list[tuple[str, str]]]] = {}

    def item(self, value: JsonValue, kind: str) -> Item:
        """A value of an element; where any resource may stand, its type is its own."""
        return Item(value, str(value["resourceType"]) if kind == "Resource" else kind)

    def children(self, item: Item, name: str) -> Iterator[Item]:
        """The children of this name; of a choice, whichever member is there."""
        part = item.extra if item.value is None or not isinstance(item.value, dict) else item.value
        if part:
            for key, kind in self._elements_of(item.type, isinstance(item.value, dict)).get(name, ()):
                if key in part or "_" + key in part:
                    yield from self._values(part.get(key), part.get("_" + key), kind)

    def all_children(self, item: Item) -> Iterator[Item]:
        """All children, of whatever name."""
        for name in self._elements_of(item.type, isinstance(item.value, dict)):
            yield from self.children(item, name)

    def is_of(self, item: Item, name: str) -> bool:
        """Whether a value is of a type, or of one that is based on it; `Boolean` is FHIRPath's own name of a type."""
        kind: str | None = item.type
        while kind is not None:
            if name in {kind, kind[:1].upper() + kind[1:]}:
                return True
            kind = self._table[kind].base if kind in self._table else None
        return False

    def _values(self, value: JsonValue, extra: JsonValue, kind: str) -> Iterator[Item]:
        values = value if isinstance(value, list) else [value]
        extras = extra if isinstance(extra, list) else [extra]
        for place in range(max(len(values), len(extras))):
            here = values[place] if place < len(values) else None
            beside = extras[place] if place < len(extras) else None
            if beside is not None:
                yield Item(here, kind, beside)
            else:
                yield from [self.item(here, kind)] if here is not None else ()

    def _elements_of(self, kind: str, is_object: bool) -> dict[str, list[tuple[str, str]]]:  # noqa: FBT001 - of one item
        """The names in JSON and types of a type's elements, by FHIRPath's name; a primitive has those of Element."""
        name = kind if is_object else "Element"
        if name not in self._elements:
            elements: dict[str, list[tuple[str, str]]] = {}
            for element in self._table[name].elements.values() if name in self._table else ():
                path_name = element.choice.removesuffix("[x]") if element.choice else element.name
                elements.setdefault(path_name, []).append((element.name, element.type))
            self._elements[name] = elements
        return self._elements[name]
