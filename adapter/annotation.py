"""Type annotations, as they are looked at when the maps are loaded: which models of the Case they name."""

from collections.abc import Iterator
from typing import Any, TypeAlias, get_args

from pydantic import BaseModel

Hint: TypeAlias = Any
"""A type annotation at run time (`str`, `Patient | None`, `tuple[Order, ...]`): Python has no type that all of them have."""


def models_in(hint: Hint) -> Iterator[type[BaseModel]]:
    """The models that an annotation names, from left to right."""
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        yield hint
    for part in get_args(hint):
        yield from models_in(part)
