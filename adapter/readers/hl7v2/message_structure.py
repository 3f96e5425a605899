"""Segments find their places in the structure of their message: an OBX in its OBR's group, an NTE with its parent."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from adapter.json_types import JsonObject
from adapter.path import Path
from adapter.readers.hl7v2.field_value import MORE
from adapter.readers.hl7v2.segment_tables import PartType

Node = JsonObject


@dataclass(slots=True, kw_only=True)
class _Frame:
    """A group that is being filled: its parts, the place of the last one that was filled, its node in the tree and its path."""

    parts: tuple[PartType, ...]
    node: Node
    path: Path
    at: int = 0


@dataclass(slots=True, kw_only=True)
class Arrangement:
    """The tree of a message as it grows, with the path of each segment in the order in which they were sent."""

    structure: PartType | None
    tree: Node = field(default_factory=dict)
    paths: list[Path] = field(default_factory=list)
    _frames: list[_Frame] = field(default_factory=list)

    def add(self, name: str, content: Node) -> None:
        """Put a segment where the structure has it; what it does not have stands at the root, under its name."""
        if not self._frames and self.structure:
            self._frames.append(_Frame(parts=self.structure.parts, node=self.tree, path=()))
        way = self._forward(name)
        if way is None:
            self._put_beside(name, content)
        else:
            self._enter(way, content)

    def _forward(self, name: str) -> list[tuple[PartType, int]] | None:
        """The way to the next place for a segment, leaving groups that cannot hold it; None if there is none."""
        for depth in range(len(self._frames) - 1, -1, -1):
            frame = self._frames[depth]
            way = _find(name, frame.parts, frame.at, taken=frame.node)
            if way is not None:
                del self._frames[depth + 1 :]
                return way
        return self._again(name)

    def _again(self, name: str) -> list[tuple[PartType, int]] | None:
        """The way to a place before: for a segment at the root, or one that begins a group there, that was sent late."""
        if not self._frames:
            return None
        root = self._frames[0]
        for at, part in enumerate(root.parts):
            if part.first == name and (part.repeats or part.name not in root.node):
                del self._frames[1:]
                return [(part, at), *_to_first(part)]
        return None

    def _enter(self, way: list[tuple[PartType, int]], content: Node) -> None:
        *groups, (segment, at) = way
        for group, place in groups:
            frame = self._frames[-1]
            frame.at = place
            node: Node = {}
            self._frames.append(_Frame(parts=group.parts, node=node, path=_added(frame, group, node)))
        frame = self._frames[-1]
        frame.at = at
        self.paths.append(_added(frame, segment, content))

    def _put_beside(self, name: str, content: Node) -> None:
        """A segment that has no place: beside the nearest one of its name, else at the root, where local segments are lists."""
        holders = (frame for frame in reversed(self._frames) if name in frame.node)
        node, path = next(((frame.node, frame.path) for frame in holders), (self.tree, ()))
        key = name + MORE if isinstance(node.get(name), dict) else name
        node.setdefault(key, []).append(content)
        self.paths.append((*path, key, len(node[key]) - 1))


def _added(frame: _Frame, part: PartType, node: Node) -> Path:
    if part.repeats:
        frame.node.setdefault(part.name, []).append(node)
        return (*frame.path, part.name, len(frame.node[part.name]) - 1)
    frame.node[part.name] = node
    return (*frame.path, part.name)


def _find(name: str, parts: tuple[PartType, ...], start: int, *, taken: Node) -> list[tuple[PartType, int]] | None:
    """The way to a segment from a place on; groups and segments that are there and may not repeat are passed over."""
    for at in range(start, len(parts)):
        part = parts[at]
        if name in part.names and (part.repeats or part.name not in taken):
            if not part.parts:
                return [(part, at)]
            return [(part, at), *(_find(name, part.parts, 0, taken={}) or ())]
    return None


def _to_first(part: PartType) -> Iterator[tuple[PartType, int]]:
    while part.parts:
        part = part.parts[0]
        yield part, 0
