"""The common names of a library, worked out once for all maps of a run."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from adapter.mapping.check.bind import BodyBinder
from adapter.mapping.check.expression import Binder
from adapter.mapping.check.form import Calls
from adapter.mapping.check.frame import Frame, tuple_code
from adapter.mapping.check.value import Scope, Value
from adapter.mapping.emit.support import defined
from adapter.mapping.syntax.map_file import Text

_WORD = re.compile(r"[A-Za-z_]\w*")
Bound = Sequence[tuple[str, Value]]
"""Names that are bound: the local of each with its value."""


@dataclass(kw_only=True, eq=False)
class SharedNames:
    """The names that every map may mention: what they stand for depends on the roots alone, not on a map.

    A name that the run is needed for, since it goes through a list or may be reported, stays with the maps that mention it; so
    does one that stands on such a name.
    """

    names: Mapping[str, Text]
    roots: Mapping[str, Value]
    calls: Calls
    namespace: Mapping[str, object]
    _frame: Frame = field(init=False)

    def __post_init__(self) -> None:
        """Give the names a frame of their own; what is wrong with them the maps report that mention them."""
        self._frame = Frame(report=lambda _: None, places=[], constants={}, roots=self.roots)

    @cached_property
    def _bound(self) -> Mapping[str, tuple[str, Value]]:
        """Each name that is shared, with its local and its value."""
        bodies = BodyBinder(self._frame, Binder(self._frame, self.calls), {}, lambda _: None, set())
        bound, _ = bodies.lets(tuple(self.names.items()), Scope(names={}, roots=self.roots))
        left_out, shared = {"run"}, {}
        for name, (local, value) in zip(self.names, bound, strict=True):
            if left_out.isdisjoint(_WORD.findall(value.code)):
                shared[name] = local, value
            else:
                left_out.add(local)
        return shared

    def taken(self, names: Sequence[str], bound: Bound) -> tuple[tuple[str, Value], ...]:
        """These names as a map has bound them, those that are shared with the code that takes them from the run."""
        places = {name: place for place, name in enumerate(self._bound)}
        return tuple(
            (local, value._replace(code=f"run.names[{places[name]}]") if name in places else value)
            for name, (local, value) in zip(names, bound, strict=True)
        )

    @cached_property
    def values(self) -> Callable[..., tuple[Any, ...]]:
        """`values(*roots)`: what the shared names stand for, as `Run.names` has them."""
        bound = self._bound.values()
        lines = [f"{local} = {code}" for local, code, _ in self._frame.hoists.values()]
        lines += [f"{local} = {value.code}" for local, value in bound]
        lines.append(f"return {tuple_code(local for local, _ in bound)}")
        head = f"def values({', '.join(value.code for value in self.roots.values())}):"
        return defined("\n  ".join([head, *lines]), "values", {**self.namespace, **self._frame.constants})
