"""What of the input no mapping read: nothing is dropped silently."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import partial
from itertools import chain, islice
from typing import Protocol

from adapter.issues import Issue, IssueType, PendingIssue, Severity
from adapter.json_types import JsonValue
from adapter.mapping.run.dropped import dropped_items
from adapter.path import Path, dotted, matching, pattern
from adapter.readers.document import MappedDocument, ReadDocument

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """The values of one input field that no mapping read; `number` says at how many places in the files they stand.

    Where that is exactly is worked out when somebody asks: there may be thousands, of which an issue names the first.
    """

    pattern: Path
    paths: list[Path]
    number: int
    source: _Positioned
    reason: str | None = None
    dropped: bool = False
    passed_over: bool = False

    @property
    def _positions(self) -> Iterator[str]:
        return chain.from_iterable(map(self.source.positions, self.paths))

    def pending(self) -> PendingIssue:
        """What is told of it."""
        rule, severity, _ = _words(self)
        return PendingIssue(severity, rule, self._issue)

    def _issue(self) -> Issue:
        more = f" ({self.number} places)" if self.number > 1 else ""
        rule, severity, words = _words(self)
        return Issue(
            severity=severity,
            code=IssueType.INFORMATIONAL,
            rule=rule,
            text=f"`{dotted(self.pattern)}`{more}: {words}",
            location=tuple(islice(self._positions, _MOST_PLACES)),
        )

    def in_full(self) -> UnreadField:
        """The field with all its places."""
        return UnreadField(
            field=dotted(self.pattern),
            positions=tuple(self._positions),
            reason=self.reason,
            dropped=self.dropped,
            passed_over=self.passed_over,
        )


def _words(unread: Unread) -> tuple[str, Severity, str]:
    if unread.dropped:
        words = (
            "its mapping made nothing of it: it is of another kind than those it takes, or a part is missing; look at its `when`"
        )
        return "coverage/dropped", Severity.WARNING, words
    if unread.passed_over:
        return "coverage/passed-over", Severity.INFORMATION, "its mapping took something else here, so this is not in the output"
    if unread.reason:
        return "coverage/ignored", Severity.INFORMATION, f"left out on purpose: {unread.reason}"
    return "coverage/unread", Severity.INFORMATION, "no mapping reads it, so it is not in the output"


def unread_paths(tree: object, patterns: frozenset[Path]) -> dict[Path, list[Path]]:
    """The patterns (with `*`) that lead to something in the tree, with the paths that they lead to."""
    matches = {whole: matching(tree, whole) for whole in sorted(patterns, key=str)}
    return {whole: paths for whole, paths in matches.items() if paths}


def coverage_of(document: MappedDocument) -> list[Unread]:
    """The fields of a document of another form that its map did not read; what it ignores on purpose is named once."""
    items = dropped_items(document)
    leaves = _Leaves(read=document.read, ignored=document.ignored, seen=document.trace.seen.keys() | document.trace.elsewhere)
    leaves.gather(document.original.tree, (), _Field((), is_read=False))
    depths = {len(item) for item in items}
    passed_over = [
        (field.whole, path) for field, path in leaves.passed_over if not any(path[:depth] in items for depth in depths)
    ]
    dropped = [(pattern(item), item) for item in items]
    unread = partial(_unread, source=document.original)
    return [
        *(unread(field.whole, paths, reason=field.reason) for field, paths in leaves.unread.items()),
        *(unread(whole, paths, passed_over=True) for whole, paths in _by_field(passed_over).items()),
        *(unread(whole, paths, dropped=True) for whole, paths in _by_field(dropped).items()),
    ]


def _by_field(found: list[tuple[Path, Path]]) -> dict[Path, list[Path]]:
    paths: dict[Path, list[Path]] = {}
    for whole, path in found:
        paths.setdefault(whole, []).append(path)
    return paths


def _unread(
    whole: Path,
    paths: list[Path],
    *,
    source: ReadDocument,
    reason: str | None = None,
    dropped: bool = False,
    passed_over: bool = False,
) -> Unread:
    return Unread(
        pattern=whole, paths=paths, number=len(paths), source=source, reason=reason, dropped=dropped, passed_over=passed_over
    )


class _Field:
    """A field of a document, for all places at which it stands; those within it are made as they are met.

    `named` is the field that is named if a map does not read it: itself, or the one around it that is ignored for a `reason`.
    """

    __slots__ = ("is_read", "named", "reason", "whole", "within")

    def __init__(self, whole: Path, *, is_read: bool, reason: str | None = None, named: "_Field | None" = None) -> None:
        self.whole = whole
        self.is_read = is_read
        self.reason = reason
        self.named = named or self
        self.within: dict[str, _Field] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leaves:
    """The plain values of a document that its map does not read, and those that it reads elsewhere and did not look at here."""

    read: frozenset[Path]
    ignored: Mapping[Path, str]
    seen: AbstractSet[Path]
    unread: dict[_Field, list[Path]] = dataclass_field(default_factory=lambda: defaultdict(list))
    passed_over: list[tuple[_Field, Path]] = dataclass_field(default_factory=list)

    def gather(self, value: JsonValue, path: Path, field: _Field) -> None:
        """Add those within a value that stands at a path, and is one of a field."""
        if isinstance(value, dict):
            for name, child in value.items():
                self.gather(child, (*path, name), field.within.get(name) or self._within(field, name))
        elif isinstance(value, list):
            item = field.within.get("*") or self._within(field, "*")
            for place, child in enumerate(value):
                self.gather(child, (*path, place), item)
        elif value is not None and value != "":
            if not field.is_read:
                self.unread[field.named].append(path)
            # A list of plain values is read as a whole; that a list or an object is there says nothing of what is in it.
            elif (path if isinstance(path[-1], str) else path[:-1]) not in self.seen:
                self.passed_over.append((field, path))

    def _within(self, field: _Field, step: str) -> _Field:
        whole = (*field.whole, step)
        is_read = (field.whole if step == "*" else whole) in self.read
        if field.reason is not None:
            inner = _Field(whole, is_read=is_read, reason=field.reason, named=field.named)
        else:
            names = tuple([step for step in whole if step != "*"])
            inner = _Field(whole, is_read=is_read, reason=None if step == "*" else self.ignored.get(names))
        return field.within.setdefault(step, inner)
