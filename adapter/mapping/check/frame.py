"""What one compiled function needs beside its statements: fresh names, hoisted paths, places for reports, and its problems."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType

from adapter.mapping.check.value import Read, Value
from adapter.strict_yaml.problem import Mark, Problem, problem

FORMER: Mapping[str, str] = MappingProxyType(
    {
        "Case has no `ai`": "a case may have several AI reports: write `for: run in case.analyses`, and `run` for `case.ai`",
        "State has no `media`": "write `judgement.state.photographs`, which is 'available' or 'void'",
        "there is no `ai_run_key` here": "write `join('|', run.tool.vendor, run.tool.product, run.run_id)` for a run",
    }
)
"""What to write instead of what the language knew once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a function was called that may find its argument unfit: the place in the file and what it read."""

    mark: Mark
    function: str
    reads: tuple[Read, ...]
    loops: tuple[str, ...]


@dataclass(slots=True)
class Frame:
    """The state of binding one map."""

    report: Callable[[Problem], None]
    places: list[Place]
    constants: dict[str, object]
    roots: Mapping[str, Value]
    hoists: dict[str, tuple[str, str, bool]] = field(default_factory=dict)
    indexed: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    count: int = 0
    errors: int = 0
    fragments: int = 0

    def fresh(self, prefix: str) -> str:
        """A name that nothing else in this function has."""
        self.count += 1
        return f"{prefix}{self.count}"

    def hoist(self, key: str, code: str, *, optional: bool) -> str:
        """The local that holds a path of the roots, computed once at the start of the function."""
        if key not in self.hoists:
            self.hoists[key] = (self.fresh("h"), code, optional)
        return self.hoists[key][0]

    def anchor(self, value: Value) -> Value | None:
        """The value as the start of the function knows it: a root or a hoisted path, whatever name it goes by here."""
        if value.key in self.hoists:
            return value.named(self.hoists[value.key][0])
        return next((root for root in self.roots.values() if root.key == value.key), None)

    def hoisted_optional(self, key: str) -> bool:
        """Whether a hoisted path can be nothing, whatever is known at some place."""
        return self.hoists[key][2] if key in self.hoists else False

    def constant(self, value: object) -> str:
        """The name by which compiled code sees a value."""
        name = f"c{len(self.constants)}"
        self.constants[name] = value
        return name

    def place(self, mark: Mark, function: str, reads: tuple[Read, ...]) -> tuple[int, str]:
        """The number of a new place, and the code of the tuple of its loops' indexes."""
        loops = tuple(dict.fromkeys(loop for read in reads for loop in read.loops))
        self.indexed.update(loops)
        self.places.append(Place(mark=mark, function=function, reads=reads, loops=loops))
        return len(self.places) - 1, tuple_code(loops)

    def error(self, code: str, mark: Mark, message: str, hint: str) -> None:
        """Report a mistake in the file."""
        self.errors += 1
        self.report(problem(code, mark, message, hint))

    def unknown(self, code: str, mark: Mark, message: str, name: str, known: Iterable[str]) -> None:
        """Report an unknown name with the nearest known ones."""
        known = sorted(known)
        hint = FORMER.get(message) or did_you_mean(name, known, otherwise="known are: " + (", ".join(known[:40]) or "none"))
        self.error(code, mark, message, hint)


def did_you_mean(name: str, known: Iterable[str], *, otherwise: str) -> str:
    """A hint that names the known words nearest to an unknown one, or says something else where none is near."""
    near = get_close_matches(name, sorted(known), n=3, cutoff=0.5)
    return "did you mean " + " or ".join(f"`{word}`" for word in near) + "?" if near else otherwise


def tuple_code(names: Iterable[str]) -> str:
    """Python code of a tuple of these names."""
    return "(" + "".join(f"{name}," for name in names) + ")"
