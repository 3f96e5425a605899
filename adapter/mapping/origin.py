"""Says for every element of a resource what it was made from, by reading what a traced variant noted."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace

from adapter.mapping.compiled import Trace
from adapter.mapping.generate import OUT, Group, Path, Site

Tokens = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where one element comes from.

    `element` is its path in the resource; `reads` are source paths with indexes (`case.billing.lines[0].units`; `*` for every
    item), and `items` says for each of them which part of the resource each indexed item was made into
    (`item[0]`; nothing for the whole resource); `place` is `file:line:column` of the mapping line, `text` that line; `missing`
    says why the element was not made.
    """

    element: Tokens
    reads: tuple[str, ...]
    items: tuple[tuple[Tokens, ...], ...]
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
    site: Site, element: Tokens, items: tuple[tuple[Tokens, ...], ...], places: dict[str, int], missing: str | None
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


def _reads_of_item(made: Origin, below: Tokens) -> tuple[str, ...]:
    """A list that is carried over as it is: each item comes from the item at its place."""
    if len(made.reads) == 1 and not made.functions and len(below) == 1 and isinstance(below[0], int):
        return (f"{made.reads[0]}[{below[0]}]",)
    return made.reads


def _items(site: Site, element: Tokens, group: Group) -> tuple[tuple[Tokens, ...], ...]:
    """For each read of a site and each loop in it, the part of the resource that the loop's item was made into."""
    ends = [place + 1 for place, step in enumerate(site.path) if step is OUT]
    parts = {loop: element[: ends[fill]] for loop, fill in zip(group.loops, group.fills, strict=True) if fill < len(ends)}
    return tuple(tuple(parts.get(loop, ()) for loop in read.loops) for read in site.reads)


def _placed(path: Path, outs: list[int]) -> Tokens:
    remaining = iter(outs)
    return tuple(next(remaining) if step is OUT else step for step in path)


def _absent(resource: object, element: Tokens) -> Tokens:
    """The element that was not made; where another entry has taken its place in a list, the list."""
    value = resource
    for step in element:
        if not (step in value if isinstance(value, dict) else isinstance(value, list) and int(step) < len(value)):
            return element
        value = at(value, (step,))
    places = [place for place, step in enumerate(element) if isinstance(step, int)]
    return element if isinstance(value, list) else element[: places[-1]]


def at(value: object, path: Tokens) -> object:
    """The part of a JSON value at a path."""
    for step in path:
        value = value[step]  # type: ignore[index]  # the path was made with the value
    return value


def leaves(value: object, path: Tokens = ()) -> Iterator[Tokens]:
    """The paths of all plain values within a JSON value."""
    if isinstance(value, dict):
        for name, child in value.items():
            yield from leaves(child, (*path, name))
    elif isinstance(value, list | tuple):
        for place, child in enumerate(value):
            yield from leaves(child, (*path, place))
    else:
        yield path
