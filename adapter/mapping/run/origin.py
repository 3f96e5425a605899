"""Says for every element of a resource what it was made from, by reading what a traced variant noted."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace

from adapter.mapping.emit.compiled import Trace
from adapter.mapping.emit.generate import OUT, Group, Site
from adapter.path import Path, at, leaves


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where one element comes from.

    `element` is its path in the resource; `reads` are source paths with indexes (`case.billing.lines[0].units`; `*` for every
    item), and `items` says for each of them which part of the resource each indexed item was made into
    (`item[0]`; nothing for the whole resource); `place` is `file:line:column` of the mapping line, `text` that line; `missing`
    says why the element was not made.
    """

    element: Path
    reads: tuple[str, ...]
    items: tuple[tuple[Path, ...], ...]
    place: str
    text: str
    functions: tuple[str, ...]
    constant: bool
    missing: str | None


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
            made = _origin(site, element, _items(site, element, group), places, group.missing)
            if group.missing is not None:
                yield replace(made, element=_absent(resource, element))
            else:
                for leaf in leaves(at(resource, element), element):
                    yield Origin(
                        element=leaf,
                        reads=_reads_of_item(made, leaf[len(element) :]),
                        items=made.items,
                        place=made.place,
                        text=made.text,
                        functions=made.functions,
                        constant=made.constant,
                        missing=None,
                    )


def _origin(
    site: Site, element: Path, items: tuple[tuple[Path, ...], ...], places: dict[str, int], missing: str | None
) -> Origin:
    reads = tuple(read.text.format(*(places.get(loop, "*") for loop in read.loops)) for read in site.reads)
    return Origin(
        element=element,
        reads=reads,
        items=items,
        place=str(site.mark),
        text=site.text,
        functions=site.functions,
        constant=site.constant or not reads,
        missing=missing,
    )


def _reads_of_item(made: Origin, below: Path) -> tuple[str, ...]:
    """A list that is carried over as it is: each item comes from the item at its place."""
    if len(made.reads) == 1 and not made.functions and len(below) == 1 and isinstance(below[0], int):
        return (f"{made.reads[0]}[{below[0]}]",)
    return made.reads


def _items(site: Site, element: Path, group: Group) -> tuple[tuple[Path, ...], ...]:
    """For each read of a site and each loop in it, the part of the resource that the loop's item was made into."""
    ends = [place + 1 for place, step in enumerate(site.path) if step is OUT]
    parts = {loop: element[: ends[fill]] for loop, fill in zip(group.loops, group.fills, strict=True) if fill < len(ends)}
    return tuple(tuple(parts.get(loop, ()) for loop in read.loops) for read in site.reads)


def _placed(path: tuple[str | int | None, ...], outs: list[int]) -> Path:
    remaining = iter(outs)
    return tuple(next(remaining) if step is OUT else step for step in path)


def _absent(resource: object, element: Path) -> Path:
    """The element that was not made; where another entry has taken its place in a list, the list."""
    value = resource
    for step in element:
        if not (step in value if isinstance(value, dict) else isinstance(value, list) and int(step) < len(value)):
            return element
        value = at(value, (step,))
    places = [place for place, step in enumerate(element) if isinstance(step, int)]
    return element if isinstance(value, list) else element[: places[-1]]
