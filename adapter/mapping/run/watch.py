"""A tree that notes what of it is looked at: of what a map might read in a document, what it did read."""

from collections.abc import Container, Mapping

from adapter.json_types import JsonValue
from adapter.path import Path, at, leaves, pattern

Looked = Mapping[tuple[Path, object], Path]
"""The first of the values that a map looked at, by its pattern and what it is."""


class _Watched(dict[str, JsonValue]):
    """An object of a tree that notes the paths of the members that somebody asks for."""

    def __init__(self, members: dict[str, JsonValue], path: Path, seen: set[Path]) -> None:
        super().__init__(members)
        self._path = path
        self._seen = seen

    def get(self, name: str, default: JsonValue = None, /) -> JsonValue:
        """The member, noted as seen."""
        self._seen.add((*self._path, name))
        return super().get(name, default)


def watched(value: JsonValue, seen: set[Path], path: Path = ()) -> JsonValue:
    """A copy of a tree which puts into `seen` the path of each member that a map asks for."""
    if isinstance(value, dict):
        members = {name: watched(child, seen, (*path, name)) for name, child in value.items()}
        return _Watched(members, path, seen)
    if isinstance(value, list):
        return [watched(item, seen, (*path, place)) for place, item in enumerate(value)]
    return value


def looked_at(tree: JsonValue, seen: Container[Path]) -> Looked:
    """The plain values of a tree that a map looked at."""
    looked: dict[tuple[Path, object], Path] = {}
    for leaf in leaves(tree):
        if leaf in seen or (isinstance(leaf[-1], int) and leaf[:-1] in seen):
            looked.setdefault((pattern(leaf), at(tree, leaf)), leaf)
    return looked


def pinned(path: Path, value: object, looked: Looked) -> Path:
    """The path of what gave a value: `*` stands for an item that a map took of several, and is the one that has this value.

    Where the value was made into another one, or stands within another list than the path says, the path stays as it is.
    """
    if "*" not in path or isinstance(value, dict | list):
        return path
    whole = pattern(path)
    place = looked.get((whole, value)) or looked.get(((*whole, "*"), value), path)
    return place if all(step_found in ("*", step) for step_found, step in zip(path, place, strict=False)) else path
