"""Says for every element of a resource what it was made from, by reading what a traced variant noted."""

from collections.abc import Container, Iterator, Mapping
from typing import NamedTuple

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
    def reads(self) -> tuple[str, ...]:
        """The source paths as people read them: `case.billing.lines[0].units`."""
        return tuple(map(dotted, self.sources))

    @property
    def place(self) -> str:
        """`file:line:column` of the mapping line."""
        return self.site.place

    @property
    def text(self) -> str:
        """The mapping line."""
        return self.site.text

    @property
    def functions(self) -> tuple[str, ...]:
        """The functions that the value went through."""
        return self.site.functions

    @property
    def constant(self) -> bool:
        """Whether the mapping alone gives the value."""
        return self.site.constant or not self.sources

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


def origins(
    trace: Trace,
    groups: list[Group],
    resource: dict[str, object],
    around: Mapping[str, int],
    wanted: Container[int] | None = None,
) -> Iterator[Origin]:
    """The origins of all leaves of a resource, in the order in which they were made; only of the `wanted` groups, if given.

    `around` has the index of the loop around the whole map, if there is one, by its variable.
    """
    for number, *noted in trace:
        if wanted is not None and number not in wanted:
            continue
        group = groups[number]
        inner = len(noted) - len(group.loops)
        outs, places = noted[:inner], {**around, **dict(zip(group.loops, noted[inner:], strict=True))}
        for site in group.sites:
            element = _placed(site.path, outs)
            sources = site.sources(places)
            if group.missing is not None:
                yield Origin(element=_absent(resource, element), whole=element, sources=sources, site=site, group=group)
            else:
                yield from _leaves(resource, Origin(element=element, whole=element, sources=sources, site=site, group=group))


def _leaves(resource: dict[str, object], whole: Origin) -> Iterator[Origin]:
    """The origins of all leaves of what a mapping line made."""
    value = at(resource, whole.element)
    if not isinstance(value, dict | list):
        yield whole
        return
    for below in leaves(value):
        sources = _sources_of_item(whole, below)
        yield Origin(element=whole.element + below, whole=whole.element, sources=sources, site=whole.site, group=whole.group)


def _sources_of_item(whole: Origin, below: Path) -> tuple[Path, ...]:
    """A list that is carried over as it is: each item comes from the item at its place."""
    if len(whole.sources) == 1 and not whole.functions and len(below) == 1 and isinstance(below[0], int):
        return ((*whole.sources[0], below[0]),)
    return whole.sources


def _placed(path: SitePath, outs: list[int]) -> Path:
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
