"""What is known of a JSON value before it is made: which members it can have, which it always has, and their kinds.

An outline comes from a map that was checked when it was loaded (`mapping/check/foreseen.py`); with it the checks find out what
no input can break, and ask only the rest (`checks/remainder.py`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import TypeAlias

from adapter.json_types import JsonValue


@dataclass(frozen=True, slots=True)
class Anything:
    """A value of which nothing is known."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, number or boolean of a FHIR primitive type; `codes` if it is one of these."""

    kind: str
    codes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Constant:
    """One certain text, number or boolean."""

    value: JsonValue


@dataclass(frozen=True, slots=True)
class ObjectOutline:
    """An object: its possible members, and the names of those that it always has; it never is empty."""

    members: "Mapping[str, Outline]" = field(hash=False)
    certain: frozenset[str]


@dataclass(frozen=True, slots=True)
class ListOutline:
    """A list of such items; it never is empty."""

    item: "Outline"


@dataclass(frozen=True, slots=True)
class Either:
    """A text, number or boolean that is one of these."""

    options: "tuple[Scalar | Constant, ...]"


Outline: TypeAlias = Anything | Scalar | Constant | Either | ObjectOutline | ListOutline


def may_hold(outline: Outline, name: str) -> bool:
    """Whether a value may have a member of this name in it, however deep."""
    if isinstance(outline, ObjectOutline):
        return name in outline.members or any(may_hold(member, name) for member in outline.members.values())
    if isinstance(outline, ListOutline):
        return may_hold(outline.item, name)
    return isinstance(outline, Anything)


def certain_leaves(outline: Outline) -> tuple[str, ...] | None:
    """The names of all plain values in a value, behind its own (`.coding.code`), if they are the same whatever comes in."""
    if isinstance(outline, Scalar | Constant | Either):
        return ("",)
    if not isinstance(outline, ObjectOutline) or not outline.certain.issuperset(outline.members):
        return None
    within = [(name, certain_leaves(member)) for name, member in outline.members.items()]
    names = [None if leaves is None else [f".{name}{leaf}" for leaf in leaves] for name, leaves in within]
    return None if None in names else tuple(name for of_member in names for name in of_member or ())


def outline_of_constant(value: JsonValue) -> Outline:
    """The outline of a value that is known."""
    if isinstance(value, dict) and value:
        return ObjectOutline({name: outline_of_constant(member) for name, member in value.items()}, frozenset(value))
    if isinstance(value, list | tuple) and value:
        return ListOutline(joined(map(outline_of_constant, value)))
    return Anything() if isinstance(value, dict | list | tuple) or value is None else Constant(value)


def joined(outlines: Iterable[Outline]) -> Outline:
    """The outline of a value that is one of several kinds; of none of them nothing is known."""
    several = list(outlines)
    return reduce(_join, several) if several else Anything()


def _join(one: Outline, other: Outline) -> Outline:
    if one == other:
        return one
    if isinstance(one, ObjectOutline) and isinstance(other, ObjectOutline):
        names = dict.fromkeys((*one.members, *other.members))
        members = {name: joined(outline.members[name] for outline in (one, other) if name in outline.members) for name in names}
        return ObjectOutline(members, one.certain & other.certain)
    if isinstance(one, ListOutline) and isinstance(other, ListOutline):
        return ListOutline(_join(one.item, other.item))
    options = (*_options(one), *_options(other))
    return Either(tuple(dict.fromkeys(options))) if _options(one) and _options(other) else Anything()


def _options(outline: Outline) -> "tuple[Scalar | Constant, ...]":
    if isinstance(outline, Either):
        return outline.options
    return (outline,) if isinstance(outline, Scalar | Constant) else ()
