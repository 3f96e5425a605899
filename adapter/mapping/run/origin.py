"""Says for every element of a resource what it was made from, by reading what a traced variant noted."""

from collections.abc import Container, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from adapter.json_types import JsonObject, JsonValue
from adapter.mapping.emit.site import OUT, Group, Site, SitePath
from adapter.mapping.emit.support import Trace
from adapter.path import Path, at, dotted, leaves


class Origin(NamedTuple):
    """Where one element comes from.

    `element` is its path in the resource, `whole` that of what the mapping line made, of which it is a part; `sources` are
    source paths with indexes (`case`, `billing`, `lines`, 0, `units`; `*` for every item).
    """

    element: Path
    whole: Path
    sources: tuple[Path, ...]
    site: Site
    group: Group

    @property
    def place(self) -> str:
        """`file:line:column` of the mapping line."""
        return self.site.place

    @property
    def functions(self) -> tuple[str, ...]:
        """The functions that the value went through."""
        return self.site.functions

    @property
    def missing(self) -> str | None:
        """Why the element was not made."""
        return self.group.missing

    def items(self, place: int) -> tuple[Path, ...]:
        """For the read at a place, which part of the resource each indexed item was made into (`item[0]`; () for all of it)."""
        ends = [depth + 1 for depth, step in enumerate(self.site.path) if step is OUT]
        fills = zip(self.group.loops, self.group.fills, strict=True)
        parts = {loop: self.whole[: ends[fill]] for loop, fill in fills if fill < len(ends)}
        return tuple(parts.get(loop, ()) for loop in self.site.reads[place].loops)


class Note(NamedTuple):
    """What a variant noted of one group: the places in the output lists, and the indexes of the loops by their variables."""

    group: Group
    outs: tuple[int, ...]
    indexes: Mapping[str, int]

    def origins(self, site: Site, resource: JsonObject) -> list[Origin]:
        """The origins of all leaves that a line of the group made in a resource."""
        element, sources = _placed(site.path, self.outs), site.sources(self.indexes)
        if self.group.missing is not None:
            return [Origin(_absent(resource, element), element, sources, site, self.group)]
        parts = _parts(at(resource, element), sources, site)
        return [Origin(element + below, element, part_sources, site, self.group) for below, part_sources in parts]

    def leaves(self, site: Site, resource: JsonObject) -> list[tuple[str, tuple[Path, ...]]]:
        """The names of the same leaves, and their source paths: all that lineage has to know."""
        sources, name = site.sources(self.indexes), site.element % self.outs
        if site.is_plain:
            return [(name, sources)]
        parts = _parts(at(resource, _placed(site.path, self.outs)), sources, site)
        return [(name + _ending(below), part_sources) for below, part_sources in parts]


@lru_cache(maxsize=16_384)
def _ending(below: Path) -> str:
    """What the name of a leaf adds to that of what it is in."""
    return dotted(below) if not below or isinstance(below[0], int) else f".{dotted(below)}"


def notes(trace: Trace, groups: list[Group], around: Mapping[str, int], chosen: Container[int] | None = None) -> Iterator[Note]:
    """What was noted, in the order in which it was made; only of the `wanted` groups, if given.

    `around` has the index of the loop around the whole map, if there is one, by its variable.
    """
    for number, *noted in trace:
        if chosen is None or number in chosen:
            group = groups[number]
            inner = len(noted) - len(group.loops)
            indexes = {**around, **dict(zip(group.loops, noted[inner:], strict=True))} if group.loops else around
            yield Note(group, tuple(noted[:inner]), indexes)


def origins(
    trace: Trace,
    groups: list[Group],
    resource: JsonObject,
    around: Mapping[str, int],
    chosen: Container[int] | None = None,
) -> Iterator[Origin]:
    """The origins of all leaves of a resource, in the order in which they were made; as `notes` has them."""
    for note in notes(trace, groups, around, chosen):
        for site in note.group.sites:
            yield from note.origins(site, resource)


def _parts(value: JsonValue, sources: tuple[Path, ...], site: Site) -> list[tuple[Path, tuple[Path, ...]]]:
    """The paths of all leaves within what a mapping line made, each with its source paths."""
    if not isinstance(value, dict | list):
        return [((), sources)]
    if isinstance(value, list) and len(sources) == 1 and not site.functions:
        # A list that is carried over as it is: each item comes from the item at its place.
        return [(below, ((*sources[0], *below),) if len(below) == 1 else sources) for below in leaves(value)]
    return [(below, sources) for below in leaves(value)]


def _placed(path: SitePath, outs: tuple[int, ...]) -> Path:
    remaining = iter(outs)
    return tuple([next(remaining) if step is OUT else step for step in path])


def _absent(resource: object, element: Path) -> Path:
    """The element that was not made; where another entry has taken its place in a list, the list."""
    value = resource
    for step in element:
        if not (step in value if isinstance(value, dict) else isinstance(value, list) and int(step) < len(value)):
            return element
        value = at(value, (step,))
    places = [place for place, step in enumerate(element) if isinstance(step, int)]
    return element if isinstance(value, list) else element[: places[-1]]
