"""What a map can make, where, and from what: what its variants' notes are read by."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from adapter.mapping.check.value import Read
from adapter.path import Path, parse
from adapter.strict_yaml.problem import Mark

OUT = None
"""Stands in a site's path where the place in an output list goes."""

SitePath = tuple[str | int | None, ...]

_HOLE = "?"
"""Stands in a template where a loop's index goes; no field has this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTemplate:
    """A source path with holes, each for the index of a loop."""

    path: Path
    holes: tuple[tuple[int, str], ...]

    def filled(self, indexes: Mapping[str, int]) -> Path:
        """The path at these indexes of the loops; `*` for a loop that is not around."""
        steps = list(self.path)
        for place, loop in self.holes:
            steps[place] = indexes.get(loop, "*")
        return tuple(steps)


def _template(read: Read) -> ReadTemplate:
    path = parse(read.text.replace("{}", _HOLE))
    places = [place for place, step in enumerate(path) if step == _HOLE]
    return ReadTemplate(path=path, holes=tuple(zip(places, read.loops, strict=True)))


@dataclass(frozen=True, kw_only=True)
class Site:
    """An element that a map can make: its path in the resource, its place in the file, and what its value is made from."""

    path: SitePath
    mark: Mark
    text: str
    reads: tuple[Read, ...]
    functions: tuple[str, ...]
    constant: bool

    @cached_property
    def place(self) -> str:
        """The place in the file as `file:line:column`."""
        return str(self.mark)

    @cached_property
    def _templates(self) -> tuple[ReadTemplate, ...]:
        """The paths of the reads, parsed once, however many elements are made."""
        return tuple(map(_template, self.reads))

    @cached_property
    def _fixed(self) -> tuple[Path, ...] | None:
        """The paths of the reads, if no loop has a part in them."""
        return (
            None if any(template.holes for template in self._templates) else tuple(template.path for template in self._templates)
        )

    def sources(self, indexes: Mapping[str, int]) -> tuple[Path, ...]:
        """The source paths of the value at these indexes of the loops around it."""
        if self._fixed is not None:
            return self._fixed
        return tuple([template.filled(indexes) for template in self._templates])


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Sites that are made together (or not made, `missing` says why).

    A note of it is a tuple: the group's number, the places in the output lists, and the values of the variables `loops`;
    `fills` says for each loop which of the output lists its items went into, counted from 0.
    """

    sites: tuple[Site, ...]
    loops: tuple[str, ...]
    fills: tuple[int, ...]
    missing: str | None = None
