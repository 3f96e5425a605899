"""What of the input no mapping read: nothing is dropped silently."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import lru_cache
from itertools import chain, islice
from typing import NamedTuple, Protocol

from adapter.issues import Issue, IssueType, Severity
from adapter.json_types import JsonValue
from adapter.mapping.run.dropped import dropped_items
from adapter.path import Path, at, dotted, leaves, matching, pattern
from adapter.readers.document import MappedDocument

_MOST_PLACES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadField:
    """An input field that no mapping read: its pattern (`*` for every item), where it stands, and the reason if there is one.

    `dropped` says that it is an item that a mapping did read, and made nothing of; `passed_over` that the mapping reads such
    fields, and took another one here: the first name of several, say.
    """

    field: str
    positions: tuple[str, ...]
    reason: str | None
    dropped: bool = False
    passed_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadFields:
    """All input fields that no mapping read."""

    fields: tuple[UnreadField, ...]


class _Positioned(Protocol):
    """What knows where its values stand in the files."""

    def positions(self, path: Path, /) -> tuple[str, ...]:
        """The places of a value."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """How it comes that a value is not in the output, and how that is told."""

    rule: str
    severity: Severity
    words: str


_UNREAD = _Kind("coverage/unread", Severity.INFORMATION, "no mapping reads it, so it is not in the output")
_IGNORED = _Kind("coverage/ignored", Severity.INFORMATION, "left out on purpose")
_PASSED_OVER = _Kind(
    "coverage/passed-over", Severity.INFORMATION, "its mapping took something else here, so this is not in the output"
)
_DROPPED = _Kind(
    "coverage/dropped",
    Severity.WARNING,
    "its mapping made nothing of it: it is of another patient, visit or kind, no longer holds, or lacks a part that is needed",
)


class Unread(NamedTuple):
    """The values of one input field that are not in the output; `number` says at how many places in the files they stand.

    Where that is exactly is worked out when somebody asks: there may be thousands, of which an issue names the first.
    """

    pattern: Path
    paths: list[Path]
    source: _Positioned
    number: int
    kind: _Kind = _UNREAD
    reason: str | None = None

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return self.kind.severity

    def written(self) -> Issue:
        """What is told of it, with the first of its places."""
        more = f" ({self.number} places)" if self.number > 1 else ""
        reason = f": {self.reason}" if self.reason else ""
        return Issue(
            severity=self.severity,
            code=IssueType.INFORMATIONAL,
            rule=self.kind.rule,
            text=f"`{dotted(self.pattern)}`{more}: {self.kind.words}{reason}",
            location=tuple(islice(self._positions, _MOST_PLACES)),
        )

    def in_full(self) -> UnreadField:
        """The field with all its places."""
        return UnreadField(
            field=dotted(self.pattern),
            positions=tuple(self._positions),
            reason=self.reason,
            dropped=self.kind is _DROPPED,
            passed_over=self.kind is _PASSED_OVER,
        )

    @property
    def _positions(self) -> Iterator[str]:
        return chain.from_iterable(map(self.source.positions, self.paths))


def unread_paths(tree: object, patterns: frozenset[Path]) -> dict[Path, list[Path]]:
    """The patterns (with `*`) that lead to something in the tree, with the paths that they lead to."""
    matches = {whole: matching(tree, whole) for whole in sorted(patterns, key=str)}
    return {whole: paths for whole, paths in matches.items() if paths}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadInDocument:
    """What of one document is not in the output, by field; a message may have a thousand such fields, of which few are told."""

    source: _Positioned
    unread: dict[Path, list[Path]]
    reasons: dict[Path, str]
    passed_over: dict[Path, list[Path]]
    dropped: dict[Path, list[Path]]

    def __len__(self) -> int:
        """How many fields there are."""
        return len(self.unread) + len(self.passed_over) + len(self.dropped)

    def __iter__(self) -> Iterator[Unread]:
        """The fields: those that are not read, those that are passed over, and those of which nothing was made."""
        return chain(self._for_information(), self._dropped())

    def first(self, most: int) -> Iterator[Unread]:
        """The first of each severity, in their order: no other can be among the worst of so many."""
        return chain(islice(self._for_information(), most), islice(self._dropped(), most))

    def _for_information(self) -> Iterator[Unread]:
        for whole, paths in self.unread.items():
            reason = self.reasons.get(whole)
            yield Unread(whole, paths, self.source, len(paths), _IGNORED if reason else _UNREAD, reason)
        for whole, paths in self.passed_over.items():
            yield Unread(whole, paths, self.source, len(paths), _PASSED_OVER)

    def _dropped(self) -> Iterator[Unread]:
        for whole, paths in self.dropped.items():
            yield Unread(whole, paths, self.source, len(paths), _DROPPED)


def coverage_of(document: MappedDocument) -> UnreadInDocument:
    """The fields of a document of another form that its map did not read; what it ignores on purpose is named once."""
    items = dropped_items(document)
    found = _Leaves(seen=document.trace.seen.keys() | document.trace.elsewhere)
    found.gather(document.original.tree, (), _fields(document.read, document.ignored))
    depths = {len(item) for item in items}
    passed_over: dict[Path, list[Path]] = {}
    for whole, path in found.passed_over:
        if not any(path[:depth] in items for depth in depths):
            passed_over.setdefault(whole, []).append(path)
    dropped: dict[Path, list[Path]] = {}
    for item in items:
        dropped.setdefault(pattern(item), []).append(item)
    return UnreadInDocument(
        source=document.original, unread=found.unread, reasons=found.reasons, passed_over=passed_over, dropped=dropped
    )


class _Field:
    """A field that a map reads or ignores, or one around such; `within` are those in it, under `*` for the items of a list.

    `named` is the field that is named if the map does not read it: itself, or the one around it that is ignored for a `reason`.
    """

    __slots__ = ("is_read", "named", "reason", "whole", "within")

    def __init__(self, whole: Path) -> None:
        self.whole = self.named = whole
        self.is_read = False
        self.reason: str | None = None
        self.within: dict[str, _Field] = {}

    def at(self, step: str) -> "_Field":
        """The field in it that a step leads to; within what is ignored it is so too, until it gets a reason of its own."""
        if step not in self.within:
            inner = self.within[step] = _Field((*self.whole, step))
            if self.reason is not None:
                inner.ignore(self.named, self.reason)
        return self.within[step]

    def ignore(self, whole: Path, reason: str) -> None:
        """Name another field in its place and in that of all in it."""
        self.named, self.reason = whole, reason
        for inner in self.within.values():
            inner.ignore(whole, reason)


@lru_cache(maxsize=128)
def _fields(read: frozenset[Path], ignored: frozenset[tuple[Path, str]]) -> _Field:
    """The fields of a map; those that it ignores are named without the lists that they stand in, the nearest reason holds."""
    root = _Field(())
    for path in read:
        field = root
        for step in path:
            field = field.at(str(step))
        # A list of plain values is read as a whole.
        field.is_read = field.at("*").is_read = True
    for names, reason in sorted(ignored, key=lambda entry: (len(entry[0]), entry[1])):
        fields = [root]
        for name in names:
            fields = [around.at(str(name)) for field in fields for around in (field, field.at("*"))]
        for field in fields:
            field.ignore(field.whole, reason)
    return root


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leaves:
    """The plain values of a document that its map does not read, and those that it reads elsewhere and did not look at here.

    Those are by the pattern that is named, with the `reasons` of such as are left out on purpose; these each with its pattern.
    """

    seen: AbstractSet[Path]
    unread: dict[Path, list[Path]] = dataclass_field(default_factory=dict)
    reasons: dict[Path, str] = dataclass_field(default_factory=dict)
    passed_over: list[tuple[Path, Path]] = dataclass_field(default_factory=list)

    def gather(self, value: JsonValue, path: Path, field: _Field) -> None:
        """Add those within a value that stands at a path, and is one of a field."""
        if isinstance(value, dict):
            for name, child in value.items():
                self._gather_inner(child, (*path, name), field)
        elif isinstance(value, list):
            for place, child in enumerate(value):
                self._gather_inner(child, (*path, place), field)
        elif not field.is_read:
            self._add_named(value, path, field)
        # That a list or an object is there says nothing of what is in it.
        elif value is not None and value != "" and (path if isinstance(path[-1], str) else path[:-1]) not in self.seen:
            self.passed_over.append((field.whole, path))

    def _gather_inner(self, value: JsonValue, path: Path, around: _Field) -> None:
        step = path[-1] if isinstance(path[-1], str) else "*"
        inner = around.within.get(step)
        if inner is not None:
            self.gather(value, path, inner)
        elif around.reason:
            self._add_named(value, path, around)
        else:
            self._add(value, path, (*around.whole, step))

    def _add_named(self, value: JsonValue, path: Path, field: _Field) -> None:
        """Add all within a value by the pattern that a field is named by."""
        if field.reason:
            self.reasons[field.named] = field.reason
        paths = [leaf for leaf in leaves(value, path) if not _is_nothing(at(value, leaf[len(path) :]))]
        if paths:
            self.unread.setdefault(field.named, []).extend(paths)

    def _add(self, value: JsonValue, path: Path, whole: Path) -> None:
        """Add all within a value that the map does not read, each by its own pattern."""
        if isinstance(value, dict):
            for name, child in value.items():
                if isinstance(child, str):
                    if child:
                        self.unread.setdefault((*whole, name), []).append((*path, name))
                else:
                    self._add(child, (*path, name), (*whole, name))
        elif isinstance(value, list):
            items = (*whole, "*")
            for place, child in enumerate(value):
                self._add(child, (*path, place), items)
        elif not _is_nothing(value):
            self.unread.setdefault(whole, []).append(path)


def _is_nothing(value: object) -> bool:
    return value is None or value == ""
