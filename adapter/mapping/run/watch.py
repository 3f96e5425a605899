"""A tree that notes what of it is looked at: of what a map might read in a document, what it did read."""

from collections.abc import Iterator, Mapping

from adapter.json_types import JsonValue
from adapter.path import Path, pattern
from adapter.readers.document import ABSENT

Looked = Mapping[tuple[Path, object], Path]
"""The first of the values that a map looked at, by its pattern and what it is."""


class _Watched(dict[str, JsonValue]):
    """An object of a tree that notes the members that somebody asks for; what is in a member is watched from then on."""

    def __init__(self, members: dict[str, JsonValue], path: Path, seen: dict[Path, JsonValue]) -> None:
        super().__init__(members)
        self._path = path
        self._seen = seen

    def get(self, name: str, default: JsonValue = None, /) -> JsonValue:
        """The member, noted as seen."""
        path = (*self._path, name)
        if path not in self._seen:
            self._seen[path] = super().get(name, ABSENT)
            if name in self:
                self[name] = watched(self[name], self._seen, path)
        return super().get(name, default)


def watched(value: JsonValue, seen: dict[Path, JsonValue], path: Path = ()) -> JsonValue:
    """A copy of a tree which puts into `seen` each member that a map asks for, or that it is absent, by its path."""
    if isinstance(value, dict):
        return _Watched(value, path, seen)
    if isinstance(value, list):
        return [watched(item, seen, (*path, place)) for place, item in enumerate(value)]
    return value


def looked_at(seen: Mapping[Path, JsonValue]) -> Looked:
    """The plain values that a map looked at, also in lists that it looked at."""
    looked: dict[tuple[Path, object], Path] = {}
    for path, value in _plain_values(seen):
        # Of paths with one pattern the smallest is the first in the document.
        first = looked.setdefault((pattern(path), value), path)
        if path < first:
            looked[pattern(path), value] = path
    return looked


def _plain_values(seen: Mapping[Path, JsonValue]) -> Iterator[tuple[Path, JsonValue]]:
    for path, value in seen.items():
        items = [((*path, place), item) for place, item in enumerate(value)] if isinstance(value, list) else [(path, value)]
        yield from ((own, item) for own, item in items if not isinstance(item, dict | list) and item is not ABSENT)


def pinned(path: Path, value: object, looked: Looked) -> Path:
    """The path of what gave a value: `*` stands for an item that a map took of several, and is the one that has this value.

    Where the value was made into another one, or stands within another list than the path says, the path stays as it is.
    """
    if "*" not in path or isinstance(value, dict | list):
        return path
    whole = pattern(path)
    place = looked.get((whole, value)) or looked.get(((*whole, "*"), value), path)
    return place if all(step_found in ("*", step) for step_found, step in zip(path, place, strict=False)) else path
