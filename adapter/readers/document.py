"""A document as it was sent, and as it was read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from adapter.issues import Issue
from adapter.json_types import JsonObject, JsonValue
from adapter.path import Path, pointer


class Null:
    """The sender's explicit "this is empty" (HL7 v2 `""`): neither nothing nor text."""

    def __repr__(self) -> str:
        """Its name."""
        return "NULL"

    def __bool__(self) -> bool:
        """Null is not there."""
        return False


NULL: Final = Null()

ABSENT: Final = object()
"""What a map saw of a member that is not there."""

NATIVE = "case"
"""The form of the adapter's own documents: parts of the Case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Bytes with a name; `form` names the input form, if the sender said which (`case`, `face2gene_lab`, …)."""

    name: str
    content: bytes
    form: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReadDocument:
    """A document that was read: its form and its tree of JSON values (decimals as Decimal).

    `remarks` are what its reader tells of how it was sent; none of them keeps it from being read. `turn` is when it comes among
    the messages of a feed, `adds` are the lists of which it does not tell the whole.
    """

    name: str
    form: str
    tree: JsonObject
    remarks: tuple[Issue, ...] = ()
    turn: int = 0
    adds: frozenset[Path] = frozenset()

    def positions(self, path: Path) -> tuple[str, ...]:
        """`name#/json/pointer` of what the value at a path was read from, or of the nearest value above it that is there."""
        return (f"{self.name}#{pointer(self.nearest(path))}",)

    def nearest(self, path: Path) -> Path:
        """The longest beginning of the path that leads to a value; every item of a list of one is that one."""
        value: Any = self.tree
        steps: list[str | int] = []
        for step in path:
            place = 0 if step == "*" and isinstance(value, list) and len(value) == 1 else step
            here = isinstance(value, dict) and place in value
            if not here and not (isinstance(value, list) and isinstance(place, int) and place < len(value)):
                break
            value = value[place]
            steps.append(place)
        return tuple(steps)


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a leaf of a mapped document was made from.

    `locate` gives its places in the original, options (`options#/zone`), or the line of the map where that alone gives it;
    `place` is that line (`file:line:column`), `functions` the functions on the way, `paths` the places in the original's tree.
    """

    locate: Callable[[], tuple[str, ...]]
    place: str
    functions: tuple[str, ...]
    paths: tuple[Path, ...] = ()

    @cached_property
    def positions(self) -> tuple[str, ...]:
        """Its places, worked out when somebody asks for them."""
        return self.locate()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentTrace:
    """What each leaf of a mapped document was made from, and all that the map looked at in the original, by its path.

    `seen` has ABSENT for what is not there; `walked` are the patterns of the items that the map goes through one after the other,
    to make something of each; `elsewhere` are the paths of what another document was made from.
    """

    origins: Mapping[Path, Source]
    seen: Mapping[Path, JsonValue]
    walked: frozenset[Path]
    elsewhere: frozenset[Path] = frozenset()

    @property
    def plain(self) -> list[Path]:
        """The paths of the plain values that the map looked at."""
        return [path for path, value in self.seen.items() if not isinstance(value, dict | list) and value is not ABSENT]


@dataclass(frozen=True, kw_only=True)
class MappedDocument(ReadDocument):
    """A document of another form, turned into the form of the Case.

    `retrace` says how it was made; `read` are the patterns (with `*`) of all that its map may read, `ignored` those that the map
    leaves out on purpose, with the reason.
    """

    original: ReadDocument
    retrace: Callable[[], DocumentTrace]
    read: frozenset[Path]
    ignored: frozenset[tuple[Path, str]]

    @cached_property
    def trace(self) -> DocumentTrace:
        """How it was made, worked out when first asked for."""
        return self.retrace()

    @property
    def origins(self) -> Mapping[Path, Source]:
        """What each leaf was made from."""
        return self.trace.origins

    @cached_property
    def _below(self) -> dict[Path, list[Source]]:
        """What all leaves at and below each path were made from."""
        below: dict[Path, list[Source]] = {}
        for leaf, source in self.origins.items():
            for depth in range(len(leaf) + 1):
                below.setdefault(leaf[:depth], []).append(source)
        return below

    def made_from(self, path: Path) -> list[Source]:
        """What the value at a path, or all below it, was made from."""
        return self._below.get(self.nearest(path), [])

    def positions(self, path: Path) -> tuple[str, ...]:
        """The positions of what the value at a path, or all below it, was made from; of what is not there, the document."""
        if not self.nearest(path):
            return (f"{self.name}#",)
        return tuple(dict.fromkeys(position for source in self.made_from(path) for position in source.positions))
