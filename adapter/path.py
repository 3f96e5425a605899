"""Places in a tree of plain values (objects, lists and leaves), as tuples of names and indexes.

A place is a plain tuple, since millions are made and looked up: `("billing", "lines", 0, "units")`. People read it as
`billing.lines[0].units`, JSON tools as `/billing/lines/0/units`. In a pattern, `*` stands for every item of a list.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import takewhile
from typing import Any

from adapter.json_types import JsonValue

Path = tuple[str | int, ...]
"""The steps from the root: names of fields, indexes of items; in a pattern `*` for every item."""

_NAME = re.compile(r"[A-Za-z0-9_$@.][\w.$@:/~-]{0,63}", re.ASCII)
_LONG_NUMBER = re.compile(r"[0-9]{4}")
"""A year of birth, a record number."""
_STEP = re.compile(r"\[(\d+|\*)\]|([^.\[\]]+)")


@lru_cache(maxsize=4096)
def parse(text: str) -> Path:
    """The path that `billing.lines[0].units` stands for; `*` stays."""
    return tuple(int(index) if index.isdigit() else index or name for index, name in _STEP.findall(text))


@lru_cache(maxsize=16_384)
def dotted(path: Path) -> str:
    """`billing.lines[0].units`: a path as issues name a field."""
    return "".join([f"[{step}]" if isinstance(step, int) or step == "*" else f".{step}" for step in path]).removeprefix(".")


@lru_cache(maxsize=16_384)
def pointer(path: Path) -> str:
    """The JSON pointer (RFC 6901) of a path."""
    return "".join([pointer_step(str(step)) for step in path])


@lru_cache(maxsize=16_384)
def pointer_step(step: str) -> str:
    """One step of a JSON pointer: `/name`."""
    return "/" + step.replace("~", "~0").replace("/", "~1")


def sayable(path: Path) -> Path:
    """The beginning of a path in which every name looks like that of a field.

    A key that looks like a value (`Müller, 1980`) is a value to those who read it, and no issue repeats it.
    """
    return tuple(takewhile(lambda step: isinstance(step, int) or _is_name(step), path))


def _is_name(key: str) -> bool:
    return _NAME.fullmatch(key) is not None and _LONG_NUMBER.search(key) is None


def pattern(path: Path) -> Path:
    """The path with `*` in place of every index."""
    return tuple(["*" if isinstance(step, int) else step for step in path])


def at(value: object, path: Path) -> object:
    """The part of a value at a path that leads to something in it."""
    for step in path:
        value = value[step]  # type: ignore[index]  # the path was taken from the value
    return value


def leaves(value: object, path: Path = ()) -> Iterator[Path]:
    """The paths of all plain values within a value."""
    paths: list[Path] = []
    _gather(value, path, paths)
    return iter(paths)


def _gather(value: object, path: Path, paths: list[Path]) -> None:
    """Add the paths of all plain values; a list that is added to costs a third of generators within generators."""
    if isinstance(value, dict):
        for name, child in value.items():
            _gather(child, (*path, name), paths)
    elif isinstance(value, list | tuple):
        for place, child in enumerate(value):
            _gather(child, (*path, place), paths)
    else:
        paths.append(path)


def leaf_names(value: object, name: str) -> list[str]:
    """The names of all plain values within a value of this name: `billing.lines[0].units` in `billing`."""
    names: list[str] = []
    _name_leaves(value, name, names)
    return names


def _name_leaves(value: object, name: str, names: list[str]) -> None:
    """Add the names of all plain values; most are in an object of plain values, which needs no call for each."""
    if isinstance(value, dict):
        for step, child in value.items():
            if isinstance(child, dict | list):
                _name_leaves(child, f"{name}.{step}", names)
            else:
                names.append(f"{name}.{step}")
    elif isinstance(value, list):
        for place, child in enumerate(value):
            _name_leaves(child, f"{name}[{place}]", names)
    else:
        names.append(name)


def with_values(tree: JsonValue, changes: Mapping[Path, JsonValue]) -> JsonValue:
    """A tree with other values at paths that are there, of which none leads into another."""
    if () in changes:
        return changes[()]
    below: dict[str | int, dict[Path, JsonValue]] = {}
    for (step, *rest), value in changes.items():
        below.setdefault(step, {})[tuple(rest)] = value
    changed: JsonValue = tree.copy()
    for step, inner in below.items():
        changed[step] = with_values(tree[step], inner)
    return changed


def matching(tree: object, path: Path) -> list[Path]:
    """The paths that a pattern leads to, wherever there is a value; a bare text stands for its own parts."""
    reached: list[tuple[Path, Any]] = [((), tree)]
    for step in path:
        reached = [((*before, key), child) for before, value in reached for key, child in _children(value, step)]
    return [place for place, value in reached if value is not None]


def _children(value: JsonValue, step: str | int) -> list[tuple[str | int, JsonValue]]:
    if step == "*":
        return list(enumerate(value)) if isinstance(value, list) else []
    if isinstance(step, int):
        return [(step, value[step])] if isinstance(value, list) and step < len(value) else []
    if isinstance(value, str):
        return [(step, value)]
    return [(step, value[step])] if isinstance(value, dict) and step in value else []
