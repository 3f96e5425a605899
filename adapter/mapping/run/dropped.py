"""Items of a document that a map goes through, and of which it made nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from adapter.json_types import JsonValue
from adapter.path import Path, pattern
from adapter.readers.document import MappedDocument

_Steps: TypeAlias = dict[str | int, "_Steps"]
"""The steps of several patterns, one below the other."""


def dropped_items(document: MappedDocument) -> dict[Path, None]:
    """The items that the map goes through and of which nothing was made, in their order; not what is in them."""
    trace = document.trace
    paths = [path for source in document.origins.values() for path in source.paths]
    # Where the map takes one of several (`*`), it is the one that it looked at, unless it goes through all of them elsewhere.
    in_turn = {pattern(path) for path in paths if "*" not in path}
    of_several = {path for path in paths if "*" in path and pattern(path) not in in_turn}
    taken = [path for path in trace.plain if of_several and not of_several.isdisjoint(_patterns(path))]
    walk = _Walk(walked=trace.walked, used=_beginnings([*paths, *taken, *trace.elsewhere]), reached=_beginnings(trace.seen))
    return dict.fromkeys(walk.outermost(document.original.tree, (), _steps(trace.walked)))


def _beginnings(paths: Iterable[Path]) -> frozenset[Path]:
    """All that the paths begin with, and they themselves."""
    known = set[Path]()
    for path in paths:
        # What is known has all its beginnings there too: most paths share theirs with others.
        beginning = path
        while beginning and beginning not in known:
            known.add(beginning)
            beginning = beginning[:-1]
    return frozenset(known)


def _patterns(path: Path) -> Iterator[Path]:
    """The path, and all that stand for it with `*` in place of some index."""
    return product(*((step, "*") if isinstance(step, int) else (step,) for step in path))


def _steps(patterns: Iterable[Path]) -> _Steps:
    steps: _Steps = {}
    for whole in patterns:
        here = steps
        for step in whole:
            here = here.setdefault(step, {})
    return steps


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """A walk through the lists that a map goes through (`walked`), with what it used in them and what it came to at all."""

    walked: frozenset[Path]
    used: frozenset[Path]
    reached: frozenset[Path]

    def outermost(self, value: JsonValue, path: Path, steps: _Steps) -> Iterator[Path]:
        """The items that hold something and of which nothing was made, without those in them."""
        children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for step, child in children:
            inner = steps.get("*" if isinstance(step, int) else step)
            if inner is not None:
                here = (*path, step)
                if isinstance(child, dict) and child and self._is_dropped(here):
                    yield here
                else:
                    yield from self.outermost(child, here, inner)

    def _is_dropped(self, item: Path) -> bool:
        """Whether the map goes through the list of an item, and made nothing of this one.

        Of a list within an item the map must have come to this one, else the outer item is of another kind; and it must not
        have taken one of several there.
        """
        listed = item[:-1]
        if item in self.used or pattern(item) not in self.walked:
            return False
        return listed == pattern(listed) or (item in self.reached and (*listed, "*") not in self.used)
