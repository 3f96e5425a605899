"""What an expression is once it is checked: Python code with a type, and what it reads."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypedDict

from adapter.fhir.outline import Outline
from adapter.mapping.types import Kind, Type
from adapter.strict_yaml.problem import Mark


class _NoConstant:
    """The mark of a value that is not known at load time."""


NO_CONSTANT: Final = _NoConstant()


class Read(NamedTuple):
    """A source path that an expression reads: `text` with `{}` where a loop's index goes, and the loops' index variables.

    A `*` in the text stands for every item of a list.
    """

    text: str
    loops: tuple[str, ...] = ()


class Value(NamedTuple):
    """A checked expression: `code` is Python; `key` says the same in terms of source paths, whatever the variables are called.

    `origin` is the path that the value itself came by (none for computed values), `reads` all paths that it looks at, `facts`
    the keys of all that is known to be there when the value, taken as a condition, is true. `targets` are the types of the
    resources that a Reference, or the text in it, may point at. `mark` is its place in the file. `parted` is the code of the
    condition on which it is there and that of what it then is, where these can be told apart; `branches` are the values of which
    it is one, and `outline` is what is known of what a function makes.

    A tuple, since loading maps makes tens of thousands of them, and a frozen dataclass takes five times as long to make.
    """

    code: str
    key: str
    type: Type | None
    many: bool = False
    optional: bool = False
    explicit_null: bool = False
    constant: object = NO_CONSTANT
    origin: Read | None = None
    reads: tuple[Read, ...] = ()
    functions: tuple[str, ...] = ()
    facts: frozenset[str] = frozenset()
    targets: tuple[str, ...] = ()
    loop: str | None = None
    simple: bool = False
    mark: Mark | None = None
    parted: tuple[str, str] | None = None
    branches: "tuple[Value, ...]" = ()
    outline: Outline | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether it is known when the map is loaded that there is never a value."""
        return self.constant is None or (bool(self.branches) and all(branch.is_nothing for branch in self.branches))

    @property
    def is_constant(self) -> bool:
        """Whether the value is known at load time."""
        return self.constant is not NO_CONSTANT

    def named(self, local: str) -> "Value":
        """The same, held by a local."""
        return self._replace(code=local, simple=True, parted=None)

    @property
    def holds(self) -> bool:
        """Whether a constant holds as a condition: yes, or there (0 is); an empty text is not."""
        return self.constant is not False and self.constant is not None and self.constant != ""

    @property
    def is_boolean(self) -> bool:
        """Whether the value is a yes or no."""
        return isinstance(self.type, Kind) and self.type.name == "boolean" and not self.many

    @property
    def condition(self) -> str:
        """Python code that is true if the value holds: yes, or there."""
        if self.many or self.is_boolean:
            return f"({self.code}) is True" if self.is_boolean and self.explicit_null else self.code
        if self.explicit_null:
            return f"({self.code}) not in _nothing"
        return f"({self.code}) is not None" if self.optional else "True"

    @property
    def known(self) -> frozenset[str]:
        """All that is known when the value holds, itself included."""
        return self.facts | {self.key}


BROKEN: Final = Value(code="None", key="?", type=None, optional=True)
"""Stands for an expression that is wrong and reported, so that what is made of it is not reported as well."""


class Scope(NamedTuple):
    """The names that an expression can see, and what is known to be there at this place."""

    names: Mapping[str, Value]
    facts: frozenset[str] = frozenset()
    roots: Mapping[str, Value] = MappingProxyType({})

    def with_name(self, name: str, value: Value) -> "Scope":
        """This scope with one more name."""
        return self._replace(names={**self.names, name: value})

    def knowing(self, facts: frozenset[str]) -> "Scope":
        """This scope where more is known to be there."""
        return self._replace(facts=self.facts | facts)


Mode = Literal["plain", "lineage", "explain"]


class Gathered(TypedDict):
    """What values read and call, as fields of the value that is made of them."""

    reads: tuple[Read, ...]
    functions: tuple[str, ...]


def merged(*values: Value) -> Gathered:
    """What several values read, and the functions that they call, each once."""
    reads = dict.fromkeys(read for value in values for read in value.reads)
    functions = dict.fromkeys(name for value in values for name in value.functions)
    return {"reads": tuple(reads), "functions": tuple(functions)}
