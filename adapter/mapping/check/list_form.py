"""Binds the list forms of the language: `first`, `last`, `only`, `each`, `any`, `all` and `count`."""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adapter.json_types import JsonObject
from adapter.mapping.check.expression import Binder
from adapter.mapping.check.value import Read, Scope, Value, merged
from adapter.mapping.types import Kind
from adapter.strict_yaml.problem import Mark

Form = Callable[[Binder, ast.expr, Mark, Scope], Value | None]

_BOOLEAN = Kind("boolean")


@dataclass(frozen=True, slots=True)
class _Listed:
    """A list argument: the code that iterates, and the item's value in it."""

    loop: str
    item: Value
    source: Value
    condition: Value | None
    before: str

    def code(self, item: str) -> str:
        """Code that first works out the list where that needs a name of its own, which Python forbids behind `in`."""
        return f"({self.before}, {item})[1]" if self.before else item


def _listed(binder: Binder, node: ast.expr, mark: Mark, scope: Scope) -> _Listed | None:
    generator = node.generators[0] if isinstance(node, ast.GeneratorExp) else None
    if isinstance(node, ast.GeneratorExp) and not _is_simple(node):
        binder.frame.error("expression", mark, "one `for` with one name and at most one `if`", "join conditions with `and`")
        return None
    source = binder.bind(generator.iter if generator else node, mark, scope)
    if source is None:
        return None
    if not source.many:
        binder.frame.error("list-vs-single", mark, f"`{source.key}` is not a list", "use it as it is")
        return None
    name = generator.target.id if generator and isinstance(generator.target, ast.Name) else "item"
    item = item_of(source, binder.frame.fresh("g"), scope)
    inner = scope.with_name(name, item)
    condition = binder.bind(generator.ifs[0], mark, inner) if generator and generator.ifs else None
    if generator and generator.ifs and condition is None:
        return None
    element = (
        binder.bind(node.elt, mark, inner.knowing(condition.known if condition else frozenset()))
        if isinstance(node, ast.GeneratorExp)
        else item
    )
    if element is None:
        return None
    items = binder.frame.fresh("s") if ":=" in source.code else source.code
    before = f"{items} := {source.code}" if items != source.code else ""
    loop = f"for {item.code} in _through(run, {items})" + (f" if {condition.condition}" if condition else "")
    return _Listed(loop, element, source, condition, before)


def _is_simple(node: ast.GeneratorExp) -> bool:
    """Whether a generator has one `for` with one name and at most one `if`."""
    first = node.generators[0]
    return len(node.generators) == 1 and not first.ifs[1:] and isinstance(first.target, ast.Name)


def item_of(source: Value, local: str, scope: Scope, loop: str | None = None) -> Value:
    """The value of one item of a list, held by a local; `loop` is the variable of its index, if it has one."""
    key = f"{source.key}[]"
    taken = {*(value.key for value in scope.names.values()), *scope.facts}
    while any(path == key or path.startswith((key + ".", key + "[")) for path in taken):
        key += "'"
    origin = None
    if source.origin:
        place, loops = ("{}", (*source.origin.loops, loop)) if loop else ("*", source.origin.loops)
        origin = Read(f"{source.origin.text}[{place}]", loops)
    reads = (origin,) if origin else source.reads
    return Value(
        code=local,
        key=key,
        type=source.type,
        explicit_null=source.explicit_null,
        origin=origin,
        reads=reads,
        functions=source.functions,
        targets=source.targets,
        loop=loop,
        simple=True,
    )


def _collected(listed: _Listed, code: str, **changes: Any) -> Value:  # noqa: ANN401 - fields of Value
    parts = [listed.source, listed.item, *([listed.condition] if listed.condition else [])]
    reads = {key: value for key, value in merged(*parts).items() if key not in changes}
    plain = {"code": listed.code(code), "simple": False, "loop": None, "facts": frozenset(), "parted": None}
    return listed.item._replace(**{**plain, **reads, **changes})


def _first(binder: Binder, node: ast.expr, mark: Mark, scope: Scope) -> Value | None:
    listed = _listed(binder, node, mark, scope)
    return (
        None
        if listed is None
        else _collected(listed, f"next(({listed.item.code} {listed.loop}), None)", optional=True, key=_key("first", listed))
    )


def _last(binder: Binder, node: ast.expr, mark: Mark, scope: Scope) -> Value | None:
    listed = _listed(binder, node, mark, scope)
    return (
        None
        if listed is None
        else _collected(listed, f"_last([{listed.item.code} {listed.loop}])", optional=True, key=_key("last", listed))
    )


def _only(binder: Binder, node: ast.expr, mark: Mark, scope: Scope) -> Value | None:
    listed = _listed(binder, node, mark, scope)
    if listed is None:
        return None
    number, loops = binder.frame.place(mark, "only", listed.source.reads)
    code = f"_try(run, {number}, {loops}, _only, ([{listed.item.code} {listed.loop}],))"
    return _collected(listed, code, optional=True, key=_key("only", listed), functions=("only",))


def _each(binder: Binder, node: ast.expr, mark: Mark, scope: Scope) -> Value | None:
    listed = _listed(binder, node, mark, scope)
    if listed is None:
        return None
    if listed.item.many:
        binder.frame.error("step-into-list", mark, "a list of lists", "say `first(…)` for the inner one")
        return None
    if listed.item.optional or listed.item.explicit_null:
        local = binder.frame.fresh("w")
        joint = "and" if listed.condition else "if"
        there = "not in _nothing" if listed.item.explicit_null else "is not None"
        code = f"[{local} {listed.loop} {joint} ({local} := {listed.item.code}) {there}]"
    else:
        code = f"[{listed.item.code} {listed.loop}]"
    return _collected(listed, code, many=True, optional=True, explicit_null=False, key=_key("each", listed), origin=None)


def _any(binder: Binder, node: ast.expr, mark: Mark, scope: Scope) -> Value | None:
    listed = _listed(binder, node, mark, scope)
    if listed is None:
        return None
    condition = listed.item.condition if isinstance(node, ast.GeneratorExp) else "True"
    return _question(listed, f"any({condition} {listed.loop})", "any")


def _all(binder: Binder, node: ast.expr, mark: Mark, scope: Scope) -> Value | None:
    listed = _listed(binder, node, mark, scope)
    return None if listed is None else _question(listed, f"all({listed.item.condition} {listed.loop})", "all")


def _count(binder: Binder, node: ast.expr, mark: Mark, scope: Scope) -> Value | None:
    listed = _listed(binder, node, mark, scope)
    return None if listed is None else _question(listed, f"sum(1 {listed.loop})", "count")._replace(type=Kind("unsignedInt"))


def _question(listed: _Listed, code: str, name: str) -> Value:
    none: JsonObject = {"optional": False, "many": False, "explicit_null": False, "origin": None, "facts": frozenset()}
    return _collected(listed, code, type=_BOOLEAN, key=_key(name, listed), functions=(name,), branches=(), outline=None, **none)


def _key(name: str, listed: _Listed) -> str:
    condition = f" if {listed.condition.key}" if listed.condition else ""
    return f"{name}({listed.item.key}{condition})"


LIST_FORMS: dict[str, Form] = {
    "first": _first,
    "last": _last,
    "only": _only,
    "each": _each,
    "any": _any,
    "all": _all,
    "count": _count,
}
"""What binds each of them, from the one argument."""
