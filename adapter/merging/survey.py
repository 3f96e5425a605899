"""Which fields of the Case documents say where the Case has them, and where that is: all met in one walk."""

from itertools import chain
from typing import NamedTuple

from adapter.json_types import JsonObject, JsonValue
from adapter.merging.merge import Merged
from adapter.merging.singular import case_path
from adapter.path import Path, dotted, pointer_step
from adapter.readers.document import ReadDocument

_INSURANCES = frozenset({"coverage", "other_coverages", "payer"})
"""Documents may list these fields of the Case elsewhere (adapter.merging.singular)."""


class Survey(NamedTuple):
    """The name of each field that was met, and the places that say it, by its path; `elsewhere` and `texts` were not entered.

    What of the Case may stand `elsewhere` in a document is known by the first step of its path. A text that stands for
    a field may stand for the parts of that field as well: they are not sure. What is neither is said by no document.
    """

    fields: dict[Path, tuple[str, tuple[str, ...]]]
    elsewhere: frozenset[str | int]
    texts: set[Path]

    def is_sure(self, path: Path) -> bool:
        """Whether a field that was not met is said by no document."""
        return path[0] not in self.elsewhere and path[:-1] not in self.texts


_Occurrence = tuple[int, str, JsonValue]
"""What a document says at a place: its number, `name#/pointer` of the place, and the value."""


def survey(merged: Merged) -> Survey:
    """All fields that documents say where the Case has them, or in an item of their own list."""
    walk = _Walk(merged)
    if all(type(document) is ReadDocument for document in merged.documents):
        walk.start()
    return Survey(walk.fields, walk.elsewhere, walk.texts)


class _Walk:
    """Goes through all documents at once."""

    def __init__(self, merged: Merged) -> None:
        self.fields: dict[Path, tuple[str, tuple[str, ...]]] = {}
        self.texts: set[Path] = set()
        self.elsewhere = _elsewhere(merged)
        self._merged = merged
        self._moved = _moved(merged)

    def start(self) -> None:
        roots: dict[Path, list[_Occurrence]] = {}
        for number, document in enumerate(self._merged.documents):
            for name, value in document.tree.items():
                path, position = case_path((name,)), f"{document.name}#{pointer_step(name)}"
                if value is not None and path[0] not in self.elsewhere:
                    roots.setdefault(path, []).append((number, position, value))
                    if len(path) > 1:  # of the list that one AI report stands for, nothing but its place is known here
                        roots.setdefault(path[:1], []).append((number, position, None))
        for path, occurrences in roots.items():
            self._meet(path, dotted(self._merged.named(path)), occurrences, is_sure=True)

    def _meet(self, path: Path, name: str, occurrences: list[_Occurrence], *, is_sure: bool) -> None:
        """Note a field of this name, if it is sure, and all in it."""
        if is_sure:
            self.fields[path] = name, tuple([position for _, position, _ in occurrences])
        within: dict[str | int, list[_Occurrence]] = {}
        for number, position, value in occurrences:
            if isinstance(value, dict):
                _add_fields(within, value, number=number, position=position)
            elif isinstance(value, list):
                self._add_items(within, path, value, number=number, position=position)
            elif isinstance(value, str):
                self.texts.add(path)
        is_sure = path not in self.texts
        for step, inner in within.items():
            below = f"{name}[{step}]" if isinstance(step, int) else f"{name}.{step}"
            self._meet((*path, step), below, inner, is_sure=is_sure)

    def _add_items(
        self, within: dict[str | int, list[_Occurrence]], path: Path, items: list[JsonValue], *, number: int, position: str
    ) -> None:
        moved = self._moved.get((*path, number))
        for place, child in enumerate(items):
            here = place if moved is None else moved.get(place)
            if child is not None and here is not None:
                within.setdefault(here, []).append((number, f"{position}/{place}", child))


def _add_fields(within: dict[str | int, list[_Occurrence]], fields: JsonObject, *, number: int, position: str) -> None:
    for name, child in fields.items():
        if child is not None:
            within.setdefault(name, []).append((number, position + pointer_step(name), child))


def _moved(merged: Merged) -> dict[Path, dict[int, int]]:
    """Where the items of lists that several documents have stand in the Case, by the list and the document's number."""
    moved: dict[Path, dict[int, int]] = {}
    first = ((path, number, place) for path, places in merged.items.items() for number, place in places.items())
    further = ((path, number, place) for path, places in merged.again.items() for number, place in places)
    for (*path, here), number, place in chain(first, further):
        moved.setdefault((*path, number), {})[place] = int(here)
    return moved


def _elsewhere(merged: Merged) -> frozenset[str | int]:
    """The fields of the Case in which something may stand elsewhere in a document, or was made by a map or with an option."""
    documents, items = merged.documents, merged.items
    if any(type(document) is not ReadDocument for document in documents):
        return frozenset(merged.tree)
    lists_within = {path[0] for path in items if len(path) > len(("phenotypes", 0))}
    several = any({"ai", "analyses"} <= document.tree.keys() for document in documents) or ("analyses", 0) in items
    return _INSURANCES.union(lists_within, {"analyses"} if several else ())
