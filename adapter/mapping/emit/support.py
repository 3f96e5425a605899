"""What compiled maps call at run time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from sys import maxsize
from types import CodeType
from typing import Any, Final, TypeVar

from adapter.mapping.function import NotConvertible
from adapter.readers.document import NULL
from adapter.readers.step_budget import exceeded

Report = tuple[int, tuple[int, ...], NotConvertible]
"""What a function could not convert: the number of the place, the indexes of its loops, and the verdict."""


Trace = list[tuple[int, ...]]
"""What a lineage or explain variant noted: group number, places in output lists, indexes of loops."""


Places = int | tuple[int, ...]
"""The index of the item that a resource is made for, or those of loops in each other, from the outer to the inner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of maps over one case or document.

    `references` are those of all resources by map, and by item where a map makes several. `names` is what the names stand for
    that the maps share (`SharedNames.values`). `reports` collects what functions could not convert; `note` is told by the lineage
    and explain variants which groups of elements were made. `passed` counts the items that loops have gone through, of which
    there may be `most`.
    """

    references: Mapping[str, object] = field(default_factory=dict)
    names: tuple[object, ...] = ()
    reports: list[Report] = field(default_factory=list)
    note: Callable[[tuple[int, ...]], None] | None = None
    most: int = maxsize
    passed: list[int] = field(default_factory=lambda: [0])


Item = TypeVar("Item")


def through(run: Run, items: Sequence[Item]) -> Sequence[Item]:
    """The items of a loop, counted; raises TooLargeError if these are too many for the run."""
    passed = run.passed
    passed[0] += len(items)
    if passed[0] > run.most:
        raise exceeded(run.most)
    return items


def said(value: object) -> object | None:
    """The value, unless it is an empty text."""
    return None if value == "" else value


def last(items: Sequence[Item]) -> Item | None:
    """The last item, or nothing."""
    return items[-1] if items else None


def only(items: Sequence[Item]) -> Item | None:
    """The one item, or nothing; several are a verdict."""
    if len(items) > 1:
        message = f"one item is expected here, there are {len(items)}; send one, or choose with `first(… if …)` in the mapping"
        raise NotConvertible(message)
    return items[0] if items else None


def attempt(run: Run, place: int, loops: tuple[int, ...], call: Callable[..., object], arguments: tuple[object, ...]) -> object:
    """Call a function that may find its argument unfit; its verdict is kept and what is left of the value is given."""
    try:
        return call(*arguments)
    except NotConvertible as verdict:
        run.reports.append((place, loops, verdict))
        return verdict.value


NAMESPACE: Final = {
    "_try": attempt,
    "_through": through,
    "_only": only,
    "_last": last,
    "_said": said,
    "NULL": NULL,
    "_nothing": (None, NULL),
}
"""The names that compiled code uses."""


def defined(code: str | CodeType, name: str, names: Mapping[str, object]) -> Callable[..., Any]:
    """The function of this name that code defines, which sees these names beside those of `NAMESPACE`."""
    space = {**names, **NAMESPACE}
    exec(code, space)  # noqa: S102 - our own code, made from checked maps
    function: Callable[..., Any] = space[name]  # type: ignore[assignment]  # made by exec
    return function
