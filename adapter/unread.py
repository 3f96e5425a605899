"""What of the input no mapping read: nothing is dropped silently."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from adapter.issues import Issue, IssueType, Severity
from adapter.path import Path, at, dotted, leaves, matching, pattern
from adapter.readers.document import MappedDocument

_MOST_PLACES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadField:
    """An input field that no mapping read: its pattern (`*` for every item), where it stands, and the reason if there is one.

    `dropped` says that it is an item that a mapping did read, and made nothing of.
    """

    field: str
    positions: tuple[str, ...]
    reason: str | None
    dropped: bool = False


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
    if unread.reason:
        return "coverage/ignored", Severity.INFORMATION, f"left out on purpose: {unread.reason}"
    return "coverage/unread", Severity.INFORMATION, "no mapping reads it, so it is not in the output"


def unread_paths(tree: object, patterns: frozenset[Path]) -> dict[Path, list[Path]]:
    """The patterns (with `*`) that lead to something in the tree, with the paths that they lead to."""
    found = {whole: matching(tree, whole) for whole in sorted(patterns, key=str)}
    return {whole: paths for whole, paths in found.items() if paths}


def coverage_of(document: MappedDocument) -> list[UnreadField]:
    """The fields of a document of another form that its map does not read; what it ignores on purpose is named once."""
    found: dict[tuple[Path, str | None], list[Path]] = {}
    for leaf in leaves(document.original.tree):
        if at(document.original.tree, leaf) in (None, ""):
            continue
        whole = pattern(leaf)
        # A list of plain values is read as a whole; that a list or an object is there says nothing of what is in it.
        if (whole[:-1] if whole[-1] == "*" else whole) not in document.read:
            ignored = _ignored(whole, document.ignored)
            found.setdefault(ignored or (whole, None), []).append(leaf)
    unread = [
        UnreadField(field=dotted(field), positions=_positions(document, paths), reason=reason)
        for (field, reason), paths in found.items()
    ]
    return unread + _dropped_items(document)


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


def _dropped_items(document: MappedDocument) -> list[UnreadField]:
    """The items of lists that the map reads and of which nothing was made."""
    used = _beginnings(path for source in document.origins.values() for path in source.paths)
    # Lists of which some item was used by its place; of the others it is only known that some item was used.
    by_place = {path[:-1] for path in used if isinstance(path[-1], int)}
    return [
        UnreadField(field=dotted(item), positions=document.original.positions(item), reason=None, dropped=True)
        for item in _read_items(document.original.tree, (), _beginnings(document.read))
        if item not in used and (item[:-1] in by_place or used.isdisjoint(_patterns(item)))
    ]


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
