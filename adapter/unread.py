"""What of the input no mapping read: nothing is dropped silently."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import TypeAlias

from adapter.issues import Issue, IssueType, PendingIssue, Severity
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

    def issues(self) -> Iterator[PendingIssue]:
        """One issue per field pattern."""
        for field in self.fields:
            rule, severity, _ = _words(field)
            yield PendingIssue(severity, rule, partial(_issue, field))


def _issue(field: UnreadField) -> Issue:
    more = f" ({len(field.positions)} places)" if len(field.positions) > 1 else ""
    rule, severity, words = _words(field)
    return Issue(
        severity=severity,
        code=IssueType.INFORMATIONAL,
        rule=rule,
        text=f"`{field.field}`{more}: {words}",
        location=field.positions[:_MOST_PLACES],
    )


def _words(unread: UnreadField) -> tuple[str, Severity, str]:
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


def coverage_of(document: MappedDocument) -> list[UnreadField]:
    """The fields of a document of another form that its map did not read; what it ignores on purpose is named once."""
    items = _dropped_items(document)
    seen = document.trace.seen | document.trace.elsewhere
    dropped: _Found = {}
    for item in items:
        dropped.setdefault((pattern(item), None), []).append(item)
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
        elif (leaf[:-1] if plain else leaf) not in seen and items.keys().isdisjoint(_beginnings([leaf])):
            passed_over.setdefault((whole, None), []).append(leaf)
    return [
        *_fields(document, known),
        *_fields(document, passed_over, passed_over=True),
        *_fields(document, dropped, dropped=True),
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
    """The items that the map goes through and of which nothing was made, in their order; not what is in them."""
    paths = [path for source in document.origins.values() for path in source.paths]
    # Where the map takes one of several (`*`), it is the one that it looked at, unless it goes through all of them elsewhere.
    in_turn = {pattern(path) for path in paths if "*" not in path}
    of_several = {path for path in paths if "*" in path and pattern(path) not in in_turn}
    looked_at = (leaf for leaf in leaves(document.original.tree) if leaf in document.trace.seen and pattern(leaf) not in in_turn)
    taken = (leaf for leaf in looked_at if not of_several.isdisjoint(_patterns(leaf)))
    used = _beginnings([*paths, *taken, *document.trace.elsewhere])
    is_dropped = partial(_is_dropped, walked=document.trace.walked, used=used, reached=_beginnings(document.trace.seen))
    return dict.fromkeys(_outermost(document.original.tree, (), is_dropped))


def _patterns(leaf: Path) -> Iterator[Path]:
    """The path, and all that stand for it with `*` in place of some index."""
    return product(*((step, "*") if isinstance(step, int) else (step,) for step in leaf))


def _beginnings(paths: Iterable[Path]) -> frozenset[Path]:
    return frozenset(path[:depth] for path in paths for depth in range(1, len(path) + 1))


def _is_dropped(item: Path, *, walked: frozenset[Path], used: frozenset[Path], reached: frozenset[Path]) -> bool:
    """Whether the map goes through the list of an item, and made nothing of this one.

    Of a list within an item the map must have come to this one, else the outer item is of another kind; and it must not have
    taken one of several there.
    """
    listed = item[:-1]
    if item in used or pattern(item) not in walked:
        return False
    return listed == pattern(listed) or (item in reached and (*listed, "*") not in used)


def _outermost(value: object, path: Path, is_meant: Callable[[Path], bool]) -> Iterator[Path]:
    """The objects in lists that are meant, without those in them."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in children:
        here = (*path, step)
        if isinstance(child, dict) and is_meant(here):
            yield here
        else:
            yield from _outermost(child, here, is_meant)
