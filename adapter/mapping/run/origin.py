"""Says for every element of a resource what it was made from, by reading what a traced variant noted."""

from collections.abc import Container, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from adapter.json_types import JsonObject, JsonValue
from adapter.mapping.emit.site import OUT, Group, Site, SitePath
from adapter.mapping.emit.support import Trace
from adapter.path import Path, at, leaf_names, leaves


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


Note: TypeAlias = tuple[Group, tuple[int, ...], Mapping[str, int]]
"""What a variant noted of one group: the group, the places in the output lists, and the indexes of the loops by their variables.

A plain tuple, since there is one for each line of each resource, and a named one takes thrice as long to make.
"""


def leaf_names_of(site: Site, outs: tuple[int, ...], resource: JsonObject) -> list[tuple[list[str], int | None]]:
    """The names of all leaves that a line of a map made in a resource (`code.coding[0].display`), those with other sources apart.

    Beside them stands the place of the item that they are, if it was carried over: it comes from the item at that place.
    """
    name = site.name(outs)
    if site.leaves is not None:
        return [([name + leaf for leaf in site.leaves], None)]
    value: JsonValue = at(resource, _placed(site.path, outs))
    if not (site.may_carry_over and isinstance(value, list)):
        return [(leaf_names(value, name), None)]
    return [
        (leaf_names(item, f"{name}[{place}]"), None if isinstance(item, dict | list) else place)
        for place, item in enumerate(value)
    ]


def notes(trace: Trace, groups: list[Group], around: Mapping[str, int], chosen: Container[int] | None = None) -> Iterator[Note]:
    """What was noted, in the order in which it was made; only of the `wanted` groups, if given.

    `around` has the index of the loop around the whole map, if there is one, by its variable.
    """
    for noted in trace:
        if chosen is None or noted[0] in chosen:
            group = groups[noted[0]]
            if group.loops:
                inner = len(noted) - len(group.loops)
                yield group, noted[1:inner], {**around, **dict(zip(group.loops, noted[inner:], strict=True))}
            else:
                yield group, noted[1:], around


def origins(
    trace: Trace,
    groups: list[Group],
    resource: JsonObject,
    around: Mapping[str, int],
    chosen: Container[int] | None = None,
) -> Iterator[Origin]:
    """The origins of all leaves of a resource, in the order in which they were made; as `notes` has them."""
    for note in notes(trace, groups, around, chosen):
        for site in note[0].sites:
            yield from _origins_at(site, note, resource)


def _origins_at(site: Site, note: Note, resource: JsonObject) -> list[Origin]:
    """The origins of all leaves that a line of a map made in a resource."""
    group, outs, indexes = note
    element, sources = _placed(site.path, outs), site.reading.filled(indexes)
    if group.missing is not None:
        return [Origin(_absent(resource, element), element, sources, site, group)]
    parts = _parts(at(resource, element), sources, site)
    return [Origin(element + below, element, part_sources, site, group) for below, part_sources in parts]


def _parts(value: JsonValue, sources: tuple[Path, ...], site: Site) -> list[tuple[Path, tuple[Path, ...]]]:
    """The paths of all leaves within what a mapping line made, each with its source paths."""
    if isinstance(value, list) and site.may_carry_over:
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
