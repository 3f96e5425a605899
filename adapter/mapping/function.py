"""What a function of the mapping language is: a typed, pure Python function with declared kinds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adapter.fhir.outline import Outline
from adapter.issues import Severity


class NotConvertible(Exception):  # noqa: N818 - a verdict on a value, not a failure of the program
    """Raised by a function that cannot convert its argument; `value` is what could still be made of it, usually nothing.

    The message says what is wrong and what to do, never the value itself.
    """

    def __init__(self, message: str, *, value: object = None, severity: Severity = Severity.WARNING) -> None:
        """Keep the message and what is left of the value."""
        super().__init__(message)
        self.message, self.value, self.severity = message, value, severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What one argument must be: a kind, or a list of it; `literal` if known at load; `wants_nothing` if None is passed on."""

    kind: str
    many: bool = False
    literal: bool = False
    wants_nothing: bool = False

    def __str__(self) -> str:
        """As it is written for people: `list of string?`."""
        return _written(self.kind, many=self.many, or_nothing=self.wants_nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function that mapping files can call."""

    name: str
    call: Callable[..., Any]
    takes: tuple[Parameter, ...]
    rest: Parameter | None
    gives: str
    gives_many: bool
    may_give_nothing: bool
    fallible: bool
    terminology: bool
    codes: Callable[..., frozenset[str]] | None
    knows: Callable[..., frozenset[str]] | None
    ready: Callable[..., Callable[..., Any]] | None
    outlines: Callable[..., Outline | None] | None

    @property
    def result(self) -> str:
        """What it gives, as it is written for people: `list of string?`."""
        return _written(self.gives, many=self.gives_many, or_nothing=self.may_give_nothing)


def _written(kind: str, *, many: bool, or_nothing: bool) -> str:
    return ("list of " if many else "") + kind + ("?" if or_nothing else "")


def _parameter(text: str) -> Parameter:
    wants_nothing = text.endswith("?")
    text = text.rstrip("?*")
    literal = text.startswith("const ")
    text = text.removeprefix("const ")
    return Parameter(
        kind=text.removeprefix("list of "), many=text.startswith("list of "), literal=literal, wants_nothing=wants_nothing
    )


def function(
    *,
    takes: tuple[str, ...],
    gives: str,
    fallible: bool = False,
    terminology: bool = False,
    codes: Callable[..., frozenset[str]] | None = None,
    knows: Callable[..., frozenset[str]] | None = None,
    ready: Callable[..., Callable[..., Any]] | None = None,
    outlines: Callable[..., Outline | None] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a function of the mapping language.

    `takes` names a kind per argument: `dateTime`, `list of decimal`, `const string` (a literal), `any`. A last one with `*`
    stands for any number of arguments, none included. With `?` (`string?`, `string*?`) the function is called with None too;
    otherwise nothing in means nothing out, and the function is not called. `gives` is a kind or the name of a FHIR data type,
    `list of` it where it is a list; with `?` the function may give None. A `fallible` function may raise NotConvertible. With
    `terminology` the Terminology is passed first. `codes` tells from the Terminology and the literals among the arguments which
    codes the function can give; `knows` for which codes in its last argument it surely gives one. `ready` makes of the
    Terminology and the first argument, a literal, what is called with the others; `outlines` tells of the same what comes of it.
    """

    def declare(call: Callable[..., Any]) -> Callable[..., Any]:
        last = takes[-1] if takes and "*" in takes[-1] else None
        fixed = takes[:-1] if last else takes
        declared = Function(
            name=call.__name__,
            call=call,
            takes=tuple(map(_parameter, fixed)),
            rest=_parameter(last) if last else None,
            gives=gives.rstrip("?").removeprefix("list of "),
            gives_many=gives.startswith("list of "),
            may_give_nothing=gives.endswith("?") or fallible,
            fallible=fallible,
            terminology=terminology,
            codes=codes,
            knows=knows,
            ready=ready,
            outlines=outlines,
        )
        call.mapping_function = declared  # type: ignore[attr-defined]  # found by functions_of
        return call

    return declare


def functions_of(module: object) -> dict[str, Function]:
    """All functions of a module that were declared for the mapping language, by name."""
    declared = (getattr(value, "mapping_function", None) for value in vars(module).values())
    return {function.name: function for function in declared if isinstance(function, Function)}
