"""A tree that notes what of it is looked at: of what a map might read in a document, what it did read."""

from adapter.json_types import JsonValue
from adapter.path import Path


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
