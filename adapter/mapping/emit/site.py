"""What a map can make, where, and from what: what its variants' notes are read by."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain

from adapter.mapping.check.value import Read
from adapter.mapping.emit.entry_text import entry_end, entry_line, entry_sources
from adapter.path import Path, dotted, parse
from adapter.strict_yaml.problem import Mark

OUT = None
"""Stands in a site's path where the place in an output list goes."""

SitePath = tuple[str | int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTemplate:
    """A source path with holes, each for the index of a loop: the steps before each hole, and those after the last one."""

    holes: tuple[tuple[Path, str], ...]
    rest: Path

    def filled(self, indexes: Mapping[str, int]) -> Path:
        """The path at these indexes of the loops; `*` for a loop that is not around."""
        path: Path = ()
        for before, loop in self.holes:
            path += (*before, indexes.get(loop, "*"))
        return path + self.rest

    @property
    def walked(self) -> Iterator[Path]:
        """The items that the loops go through, as patterns (`lines`, `*`)."""
        path: Path = ()
        for before, _ in self.holes:
            path += (*before, "*")
            yield path


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """All source paths of a value as templates, and the variables of the loops that have a part in them.

    Values that read the same share one, so that what is found by it is found once: it is known by being itself.
    """

    templates: tuple[ReadTemplate, ...]
    loops: tuple[str, ...]

    def filled(self, indexes: Mapping[str, int]) -> tuple[Path, ...]:
        """The source paths at these indexes of the loops."""
        return tuple([template.filled(indexes) for template in self.templates])


@lru_cache(maxsize=16_384)
def _reading(reads: tuple[Read, ...]) -> Reading:
    return Reading(
        templates=tuple(map(_template, reads)), loops=tuple(dict.fromkeys(loop for read in reads for loop in read.loops))
    )


def _template(read: Read) -> ReadTemplate:
    *before, rest = map(parse, read.text.split("{}"))
    return ReadTemplate(holes=tuple(zip(before, read.loops, strict=True)), rest=rest)


@dataclass(frozen=True, kw_only=True)
class Site:
    """An element that a map can make: its path in the resource, its place in the file, and what its value is made from.

    `leaves` are the names of the plain values in what is made, behind its own, where they are the same whatever comes in.
    """

    path: SitePath
    mark: Mark
    text: str
    reads: tuple[Read, ...]
    functions: tuple[str, ...]
    constant: bool
    leaves: tuple[str, ...] | None = None

    @cached_property
    def place(self) -> str:
        """The place in the file as `file:line:column`."""
        return str(self.mark)

    @cached_property
    def element(self) -> str:
        """The element with `%d` where the place in an output list goes: `item[%d].modifier[0]`."""
        return dotted(tuple("*" if step is OUT else step for step in self.path)).replace("[*]", "[%d]")

    def name(self, outs: tuple[int, ...]) -> str:
        """The name of the element at these places of output lists: `item[0].modifier[0]`."""
        return self.element % outs if outs else self.element

    @cached_property
    def line(self) -> str:
        """The line of the mapping in the lineage's JSON."""
        return entry_line(self.place, self.text)

    @cached_property
    def end(self) -> str:
        """The last part of the lineage's JSON, where documents were read as they are."""
        return entry_end(self.functions, is_constant=self.is_constant)

    @cached_property
    def whole_line(self) -> str:
        """All that the lineage's JSON says behind the element of what the mapping alone gives."""
        return self.line + entry_sources((), ()) + self.end

    @cached_property
    def may_carry_over(self) -> bool:
        """Whether a list that it makes is one of the source as it is, so that each item comes from the item at its place."""
        return self.leaves is None and len(self.reads) == 1 and not self.functions

    @property
    def is_constant(self) -> bool:
        """Whether the mapping alone gives the value."""
        return self.constant or not self.reads

    @cached_property
    def reading(self) -> Reading:
        """The paths of the reads, parsed once, however many elements are made."""
        return _reading(self.reads)

    @property
    def walked(self) -> Iterator[Path]:
        """The items that the loops around it go through, as patterns."""
        return chain.from_iterable(template.walked for template in self.reading.templates)


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
