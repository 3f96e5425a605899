"""What of the input no mapping read: nothing is dropped silently."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from adapter.issues import Issue, IssueType, Severity
from adapter.path import Path, at, dotted, leaves, matching, pattern
from adapter.readers.document import MappedDocument

_MOST_PLACES = 3

_Found: TypeAlias = dict[tuple[Path, str | None], list[Path]]
"""The paths of fields by their pattern and, if they are left out on purpose, the reason."""


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

    def issues(self) -> Iterator[Issue]:
        """One issue per field pattern."""
        for field in self.fields:
            more = f" ({len(field.positions)} places)" if len(field.positions) > 1 else ""
            rule, severity, words = _words(field)
            yield Issue(
                severity=severity,
                code=IssueType.INFORMATIONAL,
                rule=rule,
                text=f"`{field.field}`{more}: {words}",
                location=field.positions[:_MOST_PLACES],
            )


def _words(unread: UnreadField) -> tuple[str, Severity, str]:
    if unread.dropped:
        words = "its mapping made nothing of it, since a part is missing that it needs; send that, or change the `when`"
        return "coverage/dropped", Severity.WARNING, words
    if unread.passed_over:
        return "coverage/passed-over", Severity.INFORMATION, "its mapping took something else here, so this is not in the output"
    if unread.reason:
        return "coverage/ignored", Severity.INFORMATION, f"left out on purpose: {unread.reason}"
    return "coverage/unread", Severity.INFORMATION, "no mapping reads it, so it is not in the output"


def unread_paths(tree: object, patterns: frozenset[Path]) -> dict[Path, list[Path]]:
    """The patterns (with `*`) that lead to something in the tree, with the paths that they lead to."""
    found = {whole: matching(tree, whole) for whole in sorted(patterns, key=str)}
    return {whole: paths for whole, paths in found.items() if paths}


def coverage_of(document: MappedDocument) -> list[UnreadField]:
    """The fields of a document of another form that its map did not read; what it ignores on purpose is named once."""
    dropped = _dropped_items(document)
    known: _Found = {}
    passed_over: _Found = {}
    for leaf in leaves(document.original.tree):
        if at(document.original.tree, leaf) in (None, ""):
            continue
        whole = pattern(leaf)
        # A list of plain values is read as a whole; that a list or an object is there says nothing of what is in it.
        plain = whole[-1] == "*"
        if (whole[:-1] if plain else whole) not in document.read:
            ignored = _ignored(whole, document.ignored)
            known.setdefault(ignored or (whole, None), []).append(leaf)
        elif (leaf[:-1] if plain else leaf) not in document.trace.seen and dropped.keys().isdisjoint(_beginnings([leaf])):
            passed_over.setdefault((whole, None), []).append(leaf)
    return [
        *_fields(document, known),
        *_fields(document, passed_over, passed_over=True),
        *_fields(document, {(item, None): [item] for item in dropped}, dropped=True),
    ]


def _fields(document: MappedDocument, found: _Found, *, dropped: bool = False, passed_over: bool = False) -> list[UnreadField]:
    return [
        UnreadField(
            field=dotted(field), positions=_positions(document, paths), reason=reason, dropped=dropped, passed_over=passed_over
        )
        for (field, reason), paths in found.items()
    ]


def _ignored(whole: Path, ignored: Mapping[Path, str]) -> tuple[Path, str] | None:
    """The path that a map ignores on purpose and in which a field is, as far as it is in the document, with the reason."""
    names = tuple(step for step in whole if step != "*")
    for depth in range(1, len(names) + 1):
        if names[:depth] in ignored:
            return _as_in(whole, depth), ignored[names[:depth]]
    return None


def _as_in(whole: Path, depth: int) -> Path:
    """The beginning of a pattern with so many names."""
    end = [place for place, step in enumerate(whole) if step != "*"][depth - 1] + 1
    return whole[:end]


def _positions(document: MappedDocument, paths: list[Path]) -> tuple[str, ...]:
    return tuple(position for path in paths for position in document.original.positions(path))


def _dropped_items(document: MappedDocument) -> dict[Path, None]:
    """The items of lists that the map reads and of which nothing was made, in their order."""
    used = _beginnings(path for source in document.origins.values() for path in source.paths)
    # Lists of which some item was used by its place; of the others it is only known that some item was used.
    by_place = {path[:-1] for path in used if isinstance(path[-1], int)}
    return dict.fromkeys(
        item
        for item in _read_items(document.original.tree, (), _beginnings(document.read))
        if item not in used and (item[:-1] in by_place or used.isdisjoint(_patterns(item)))
    )


def _patterns(item: Path) -> Iterator[Path]:
    """All patterns that stand for an item."""
    return product(*((step, "*") if isinstance(step, int) else (step,) for step in item))


def _beginnings(paths: Iterable[Path]) -> frozenset[Path]:
    return frozenset(path[:depth] for path in paths for depth in range(1, len(path) + 1))


def _read_items(value: object, path: Path, read: frozenset[Path]) -> Iterator[Path]:
    """The objects in the lists of a tree of which a map reads some field (`read` has the beginnings of its paths too)."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in children:
        here = (*path, step)
        if isinstance(step, int) and isinstance(child, dict) and pattern(here) in read:
            yield here
        yield from _read_items(child, here, read)
