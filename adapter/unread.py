"""What of the input no mapping read: nothing is dropped silently."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from adapter.issues import Issue, IssueType, Severity
from adapter.path import Path, at, dotted, leaves, matching
from adapter.readers.document import MappedDocument

_STEP_END = re.compile(r"(?<=[^#])/")
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
        for each in self.fields:
            more = f" ({len(each.positions)} places)" if len(each.positions) > 1 else ""
            rule, severity, said = _words(each)
            yield Issue(
                severity=severity,
                code=IssueType.INFORMATIONAL,
                rule=rule,
                text=f"`{each.field}`{more}: {said}",
                location=each.positions[:_MOST_PLACES],
            )


def _words(unread: UnreadField) -> tuple[str, Severity, str]:
    if unread.dropped:
        said = "its mapping made nothing of it, since a part is missing that it needs; send that, or change the `when`"
        return "coverage/dropped", Severity.WARNING, said
    if unread.reason:
        return "coverage/ignored", Severity.INFORMATION, f"left out on purpose: {unread.reason}"
    return "coverage/unread", Severity.INFORMATION, "no mapping reads it, so it is not in the output"


def unread_paths(tree: object, patterns: frozenset[Path]) -> dict[Path, list[Path]]:
    """The patterns (with `*`) that lead to something in the tree, with the paths that they lead to."""
    found = {pattern: matching(tree, pattern) for pattern in sorted(patterns, key=str)}
    return {pattern: paths for pattern, paths in found.items() if paths}


def coverage_of(document: MappedDocument) -> list[UnreadField]:
    """The fields of a document of another form that its map does not read."""
    found: dict[Path, list[Path]] = {}
    for leaf in leaves(document.original.tree):
        if at(document.original.tree, leaf) in (None, ""):
            continue
        pattern: Path = tuple("*" if isinstance(step, int) else step for step in leaf)
        found.setdefault(pattern, []).append(leaf)
    unread = []
    for pattern, paths in found.items():
        # A list of plain values is read as a whole; that a list or an object is there says nothing of what is in it.
        if (pattern[:-1] if pattern[-1] == "*" else pattern) not in document.read:
            names: Path = tuple(step for step in pattern if step != "*")
            reason = next((why for path, why in document.ignored.items() if names[: len(path)] == path), None)
            positions = tuple(each for path in paths for each in document.original.positions(path))
            unread.append(UnreadField(field=dotted(pattern), positions=positions, reason=reason))
    return unread + _dropped_items(document)


def _dropped_items(document: MappedDocument) -> list[UnreadField]:
    """The items of lists that the map reads and of which nothing was made."""
    used = {position for source in document.origins.values() for position in source.positions}
    alive = {position[: end.start()] for position in used for end in _STEP_END.finditer(position)} | used
    return [
        UnreadField(field=dotted(item), positions=positions, reason=None, dropped=True)
        for item in _read_items(document.original.tree, (), document.read)
        if (positions := document.original.positions(item)) and positions[0] not in alive
    ]


def _read_items(value: object, path: Path, read: frozenset[Path]) -> Iterator[Path]:
    """The objects in the lists of a tree of which a map reads some field."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in children:
        here = (*path, step)
        pattern = tuple("*" if isinstance(each, int) else each for each in here)
        if isinstance(step, int) and isinstance(child, dict) and any(each[: len(pattern)] == pattern for each in read):
            yield here
        yield from _read_items(child, here, read)
