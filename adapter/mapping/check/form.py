"""Binds calls: the forms of the language (`ref`, `index`, `first`, …) and its functions."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from adapter.mapping.check.expression import Binder, constant_value
from adapter.mapping.check.frame import Frame, tuple_code
from adapter.mapping.check.list_form import LIST_FORMS, Form
from adapter.mapping.check.value import BROKEN, Read, Scope, Value, merged
from adapter.mapping.function import Function, NotConvertible, Parameter
from adapter.mapping.types import Kind, Shape, Type, accepts
from adapter.strict_yaml.problem import Mark
from adapter.terminology import Terminology

_BOOLEAN = Kind("boolean")


@dataclass(frozen=True, slots=True, kw_only=True)
class MapTarget:
    """What other maps need to know of a map to refer to its resources.

    `loop` says whether it makes one resource, one if its item is there, or one per item; `item` is the key of the item,
    `needs` the keys of all that must be there for a resource to be made.
    """

    name: str
    type: str
    loop: Literal["none", "single", "list"]
    item: str
    needs: frozenset[str]
    reads: tuple[Read, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """Binds the calls of all maps of one library."""

    functions: Mapping[str, Function]
    bound: Mapping[str, Callable[..., Any]]
    targets: Mapping[str, MapTarget]
    type_of: Callable[[str], Type]
    terminology: Terminology
    early: bool = False

    def __call__(self, binder: Binder, node: ast.Call, mark: Mark, scope: Scope) -> Value | None:
        """The value of a call; None if it is wrong (and reported)."""
        if not isinstance(node.func, ast.Name) or node.keywords:
            hint = "write `name(argument, …)`"
            binder.frame.error("expression", mark, "only named functions can be called, with plain arguments", hint)
            return None
        name = node.func.id
        if name == "ref":
            return self._ref(binder, node, mark, scope)
        if name in _FORMS:
            if len(node.args) != 1:
                binder.frame.error("wrong-argument", mark, f"`{name}` takes one argument", f"write `{name}(x)`")
                return None
            return _FORMS[name](binder, node.args[0], mark, scope)
        if name not in self.functions:
            binder.frame.unknown(
                "unknown-function", mark, f"there is no function `{name}`", name, self.functions.keys() | FORM_NAMES
            )
            return None
        arguments = [binder.bind(arg, mark, scope) for arg in node.args]
        return self._function(binder.frame, self.functions[name], arguments, mark)

    def _ref(self, binder: Binder, node: ast.Call, mark: Mark, scope: Scope) -> Value | None:
        frame = binder.frame
        if not node.args or not isinstance(node.args[0], ast.Name):
            frame.error("wrong-argument", mark, "`ref` needs the name of a map", "write `ref(patient)` or `ref(candidate, c)`")
            return None
        if self.early:
            frame.error(
                "ref-too-early",
                mark,
                "`ref` cannot decide whether or as what a resource is made",
                "compare source fields instead",
            )
            return None
        name = node.args[0].id
        if name not in self.targets:
            frame.unknown("unknown-map", mark, f"there is no map `{name}`", name, self.targets)
            return None
        target = self.targets[name]
        if (len(node.args) == 1) == (target.loop == "list"):
            hint = f"write `ref({name}, item)`" if target.loop == "list" else f"write `ref({name})`"
            frame.error(
                "wrong-argument",
                mark,
                f"`{name}` makes {'one resource per item' if target.loop == 'list' else 'one resource'}",
                hint,
            )
            return None
        item = binder.bind(node.args[1], mark, scope) if target.loop == "list" else None
        if target.loop == "list" and item is None:
            return None
        return self._reference(frame, target, item, scope)

    def _reference(self, frame: Frame, target: MapTarget, item: Value | None, scope: Scope) -> Value:
        local = frame.hoist(f"ref {target.name}", f"run.references[{target.name!r}]", optional=True)
        code = local if item is None else f"{local}.get(id({item.code}))"
        same_item = item is None or (item.key.rstrip("'") == target.item and not item.optional)
        certain = same_item and target.needs <= scope.facts
        reads = target.reads if item is None else merged(item)["reads"]
        key = f"ref({target.name}{', ' + item.key if item else ''})"
        parted = None
        if key in scope.facts or certain:
            reference = f"{{'reference': {code}}}"
        elif item is None:
            reference, parted = _parted(f"{{'reference': {code}}}", f"{code} is not None")
        else:
            variable = frame.fresh("w")
            reference, parted = _parted(f"{{'reference': {variable}}}", f"({variable} := {code}) is not None")
        return Value(
            code=reference,
            parted=parted,
            key=key,
            type=self.type_of("Reference"),
            optional=not (certain or key in scope.facts),
            reads=reads,
            functions=("ref",),
            targets=(target.type,),
            facts=target.needs if item is None else frozenset(),
        )

    def _function(self, frame: Frame, function: Function, arguments: list[Value | None], mark: Mark) -> Value | None:
        values = [argument for argument in arguments if argument is not None]
        if len(values) < len(arguments):
            return None
        missing = len(values) < len(function.takes)
        if missing or (len(values) > len(function.takes) and function.rest is None):
            number = f"{len(function.takes)}{' or more' if function.rest else ''}"
            frame.error(
                "wrong-argument",
                mark,
                f"`{function.name}` takes {number} arguments, not {len(values)}",
                "see docs/mapping-language.md",
            )
            return None
        parameters = [*function.takes, *[function.rest] * (len(values) - len(function.takes))]
        pairs = [(value, parameter) for value, parameter in zip(values, parameters, strict=True) if parameter is not None]
        unfit = [value for value, parameter in pairs if not self._fits(frame, function, value, parameter, mark)]
        if unfit:
            return None
        if any(value.is_constant and value.constant is None and not parameter.wants_nothing for value, parameter in pairs):
            return constant_value(None, frame)
        folded = self._folded(frame, function, values, mark)
        return folded or self._called(frame, function, pairs, mark)

    def _fits(self, frame: Frame, function: Function, value: Value, parameter: Parameter, mark: Mark) -> bool:
        if parameter.literal and not value.is_constant:
            frame.error("wrong-argument", mark, f"`{function.name}` needs a literal here", "write the text itself in quotes")
            return False
        if value.type is None:
            return True
        fits = (parameter.kind == "any" or (isinstance(value.type, Kind) and accepts(parameter.kind, value.type.name))) or (
            isinstance(value.type, Shape) and value.type.name == parameter.kind
        )
        literal_date = isinstance(value.constant, str) and parameter.kind in ("date", "dateTime", "instant")
        if value.many == parameter.many and (fits or literal_date):
            return True
        expected, got = (
            f"{'a list of ' if many else ''}{kind}" for many, kind in ((parameter.many, parameter.kind), (value.many, value.type))
        )
        frame.error(
            "wrong-argument",
            mark,
            f"`{function.name}` wants {expected}, `{value.key}` is {got}",
            "convert it first, or take one item",
        )
        return False

    def _folded(self, frame: Frame, function: Function, values: list[Value], mark: Mark) -> Value | None:
        if not all(value.is_constant for value in values):
            return None
        try:
            result = self.bound[function.name](*(value.constant for value in values))
        except (LookupError, ValueError, NotConvertible) as error:
            return _refused(frame, function, error, mark)
        kind = self.type_of(function.gives)
        if isinstance(result, str) and isinstance(kind, Kind):
            kind = Kind(kind.name, frozenset({result}))
        code = repr(result) if isinstance(result, str | int | dict | list) else frame.constant(result)
        return Value(
            code=code,
            key=code,
            type=kind,
            many=function.gives_many,
            optional=result is None,
            constant=result,
            functions=(function.name,),
        )

    def _result(self, function: Function, values: list[Value]) -> Type:
        if function.codes is None:
            return self.type_of(function.gives)
        return Kind(function.gives, function.codes(self.terminology, *(value.constant for value in values if value.is_constant)))

    def _is_total(self, function: Function, values: list[Value]) -> bool:
        """Whether the function gives something for every code that its last argument can be."""
        codes = values[-1].type.codes if values and isinstance(values[-1].type, Kind) else None
        if function.knows is None or codes is None:
            return False
        return codes <= function.knows(self.terminology, *(value.constant for value in values if value.is_constant))

    def _called(self, frame: Frame, function: Function, pairs: list[tuple[Value, Parameter]], mark: Mark) -> Value:
        guards, codes = _arguments(frame, pairs)
        values = [value for value, _ in pairs]
        used = merged(*values)
        try:
            ready = function.ready and function.ready(self.terminology, values[0].constant)
            outline = function.outlines and function.outlines(self.terminology, values[0].constant)
        except LookupError as error:
            return _refused(frame, function, error, mark)
        name = frame.constant(ready) if ready else f"f_{function.name}"
        codes = codes[1:] if ready else codes
        call = f"{name}({', '.join(codes)})"
        if function.fallible:
            number, loops = frame.place(mark, function.name, used["reads"])
            call = f"_try(run, {number}, {loops}, {name}, {tuple_code(codes)})"
        is_total = not function.may_give_nothing or self._is_total(function, values)
        guarded, parted = _parted(call, " and ".join(guards)) if guards else (call, None)
        return Value(
            code=guarded,
            parted=parted if is_total and not function.gives_many else None,
            outline=outline,
            key=f"{function.name}({', '.join(value.key for value in values)})",
            type=self._result(function, values),
            many=function.gives_many,
            optional=bool(guards) or not is_total,
            reads=used["reads"],
            functions=(*used["functions"], function.name),
            facts=frozenset().union(*(value.known for value, parameter in pairs if not parameter.wants_nothing)),
            targets=tuple(target for value in values for target in value.targets),
        )


def _arguments(frame: Frame, pairs: list[tuple[Value, Parameter]]) -> tuple[list[str], list[str]]:
    """The conditions on which a function is called, and the codes of its arguments."""
    guards, codes = list[str](), list[str]()
    for value, parameter in pairs:
        if parameter.wants_nothing or value.many or not (value.optional or value.explicit_null):
            codes.append(value.code)
            continue
        local = frame.fresh("w")
        guards.append(f"({local} := {value.code}) {'not in _nothing' if value.explicit_null else 'is not None'}")
        codes.append(local)
    return guards, codes


def _parted(code: str, condition: str) -> tuple[str, tuple[str, str]]:
    """The code of what is there on a condition, in one and in its two parts."""
    return f"({code} if {condition} else None)", (condition, code)


def _refused(frame: Frame, function: Function, error: Exception, mark: Mark) -> Value:
    """Report that a function can make nothing of its literals."""
    reason = error.args[0] if error.args else "it cannot be made"
    frame.error("wrong-argument", mark, f"`{function.name}` refuses these literals: {reason}", "see mappings/terminology/")
    return BROKEN._replace(many=function.gives_many)


def _index(binder: Binder, node: ast.expr, mark: Mark, scope: Scope) -> Value | None:
    value = binder.bind(node, mark, scope)
    if value is None:
        return None
    if value.loop is None:
        binder.frame.error(
            "wrong-argument", mark, "`index` needs the name of a `for` item", "write `index(x)` inside `for: x in …`"
        )
        return None
    binder.frame.indexed.add(value.loop)
    return Value(
        code=f"({value.loop} + 1)", key=f"index({value.key})", type=Kind("positiveInt"), reads=value.reads, functions=("index",)
    )


def _is_null(binder: Binder, node: ast.expr, mark: Mark, scope: Scope) -> Value | None:
    value = binder.bind(node, mark, scope)
    return value and Value(code=f"(({value.code}) is NULL)", key=f"is_null({value.key})", type=_BOOLEAN, reads=value.reads)


_FORMS: dict[str, Form] = {**LIST_FORMS, "index": _index, "is_null": _is_null}

FORM_NAMES = frozenset({*_FORMS, "ref"})
"""The forms of the language: called like functions, and known to the compiler."""
