"""Invariants as JSON Schema: what can be said without FHIRPath about whether one could be broken.

A schema here is a filter: where it holds, the invariant is not broken; where it does not, the invariant must be asked. So it may
be coarse, but only towards asking. `Answer` is a schema of the values for which an expression may give the answer that is wanted,
and whether it gives that answer for all of them.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from adapter.checks.fhirpath.tree import Call, Expression, Literal, Member, Operation, This, parse
from adapter.fhir.table import Element, ElementTable
from adapter.json_types import JsonObject

Schema: TypeAlias = JsonObject | bool


class FilterAnswer(NamedTuple):
    """The values for which an expression may give an answer; `is_exact` if it does for all of them."""

    schema: Schema
    is_exact: bool


_FEW = 3
_PLAIN_PATTERN = re.compile(r"\^?[\w\[\](){},.:*+\\\-]+\$?")
_UNKNOWN = FilterAnswer(schema=True, is_exact=False)


def filter_of(expression: str, kind: str, table: ElementTable) -> Schema:
    """The schema of values of a type that surely do not break an invariant; False if that has to be asked of every value."""
    return _negation(_Filter(table=table, kind=kind).may_be(parse(expression), truth=False).schema)


def _negation(schema: Schema) -> Schema:
    if isinstance(schema, bool):
        return not schema
    return schema["not"] if schema.keys() == {"not"} else {"not": schema}


def _all(answers: Sequence[FilterAnswer]) -> FilterAnswer:
    schemas = [answer.schema for answer in answers if answer.schema is not True]
    exact = all(answer.is_exact for answer in answers)
    if False in schemas or not schemas:
        return FilterAnswer(schema=not schemas, is_exact=exact)
    return FilterAnswer(schema=schemas[0] if len(schemas) == 1 else {"allOf": schemas}, is_exact=exact)


def _any(answers: Sequence[FilterAnswer]) -> FilterAnswer:
    schemas = [answer.schema for answer in answers if answer.schema is not False]
    exact = all(answer.is_exact for answer in answers)
    if True in schemas or not schemas:
        return FilterAnswer(schema=bool(schemas), is_exact=exact)
    return FilterAnswer(schema=schemas[0] if len(schemas) == 1 else {"anyOf": schemas}, is_exact=exact)


class _Filter(NamedTuple):
    """The filter of expressions that are asked of one type."""

    table: ElementTable
    kind: str

    def may_be(self, tree: Expression, *, truth: bool) -> FilterAnswer:
        """When an expression may be true (or, if that is wanted, false)."""
        if isinstance(tree, Operation):
            return self._operation(tree, truth=truth)
        if isinstance(tree, Call):
            return self._call(tree, truth=truth)
        return _UNKNOWN

    def _operation(self, tree: Operation, *, truth: bool) -> FilterAnswer:
        match tree.sign:
            case "or" | "and":
                answers = [self.may_be(part, truth=truth) for part in (tree.left, tree.right)]
                return _any(answers) if (tree.sign == "or") == truth else _all(answers)
            case "implies":
                answers = [self.may_be(tree.left, truth=not truth), self.may_be(tree.right, truth=truth)]
                return _any(answers) if truth else _all(answers)
            case "xor":
                return self._alike(tree, truth=not truth)
            case _:
                return self._comparison(tree, truth=truth)

    def _comparison(self, tree: Operation, *, truth: bool) -> FilterAnswer:
        is_wanted = truth == (tree.sign != "!=")
        match tree:
            case Operation(sign="=" | "!=", left=Call(), right=Call()):
                return self._alike(tree, truth=is_wanted)
            case Operation(sign="=" | "!=", right=Literal(value=value)):
                return self._valued(tree.left, {"const": value}, truth=is_wanted)
            case Operation(sign=">", right=Literal(value=0)):
                return self._counted(tree.left, truth=truth)
            case Operation(sign="in") if _codes(tree.right):
                return self._valued(tree.left, {"enum": _codes(tree.right)}, truth=truth)
            case _:
                return _UNKNOWN

    def _counted(self, tree: Expression, *, truth: bool) -> FilterAnswer:
        """When a sum of counts may be more than nothing: one of the things counted is there."""
        if isinstance(tree, Operation) and tree.sign == "+":
            answers = [self._counted(part, truth=truth) for part in (tree.left, tree.right)]
            return _any(answers) if truth else _all(answers)
        is_count = isinstance(tree, Call) and tree.name == "count"
        return self._present(tree.owner, truth=truth) if isinstance(tree, Call) and is_count else _UNKNOWN

    def _alike(self, tree: Operation, *, truth: bool) -> FilterAnswer:
        """When both sides may say the same, or may not."""
        sides = [self.may_be(side, truth=True) for side in (tree.left, tree.right)]
        if all(side.is_exact for side in sides):
            differ: Schema = {"oneOf": [side.schema for side in sides]}
            return FilterAnswer(schema=_negation(differ) if truth else differ, is_exact=True)
        pairs = [(answer, answer == truth) for answer in (True, False)]
        return _any([_all([self.may_be(tree.left, truth=one), self.may_be(tree.right, truth=other)]) for one, other in pairs])

    def _call(self, tree: Call, *, truth: bool) -> FilterAnswer:
        match tree.name, tree.arguments:
            case "not", ():
                return self.may_be(tree.owner, truth=not truth)
            case (("exists" | "empty"), ()):
                return self._present(tree.owner, truth=truth == (tree.name == "exists"))
            case "hasValue", () if truth:
                return self._present(tree.owner, truth=True)
            case (("startsWith" | "contains" | "matches"), (Literal(value=str(text)),)):
                pattern = _pattern(tree.name, text)
                return self._valued(tree.owner, {"pattern": pattern}, truth=truth) if pattern else _UNKNOWN
            case "all", (condition,) if not truth:
                return self._some(tree.owner, self._of_each(tree.owner, condition, truth=False), truth=True)
            case _:
                return _UNKNOWN

    def _present(self, tree: Expression, *, truth: bool) -> FilterAnswer:
        """When a path leads to something, or to nothing."""
        if isinstance(tree, Call) and tree.name == "trace":
            tree = tree.owner
        if isinstance(tree, Call) and tree.name == "where":
            return self._some(tree.owner, self._of_each(tree.owner, tree.arguments[0], truth=True), truth=truth)
        return self._some(tree, FilterAnswer(schema=True, is_exact=True), truth=truth)

    def _of_each(self, owner: Expression, condition: Expression, *, truth: bool) -> FilterAnswer:
        """When a condition may be true of an item of a path; if that is wanted, when it may be false or nothing."""
        kind = self.kind if isinstance(owner, This) else self._kind_of(owner)
        true = _Filter(self.table, kind).may_be(condition, truth=True) if kind else _UNKNOWN
        if truth:
            return true
        return FilterAnswer(schema=_negation(true.schema), is_exact=True) if true.is_exact else _UNKNOWN

    def _some(self, tree: Expression, condition: FilterAnswer, *, truth: bool) -> FilterAnswer:
        """When a path leads to something of which a condition may be true, or to nothing such."""
        path = _path(tree)
        if not truth and not condition.is_exact:
            return _UNKNOWN
        if isinstance(tree, This):
            return condition if truth else FilterAnswer(schema=_negation(condition.schema), is_exact=True)
        if path is None:
            return _UNKNOWN
        there = self._having(self.kind, path, condition.schema, or_beside=condition.schema is True)
        return FilterAnswer(schema=there if truth else _negation(there), is_exact=condition.is_exact)

    def _valued(self, tree: Expression, value: JsonObject, *, truth: bool) -> FilterAnswer:
        """When a path leads to such a value, or to another one; where it leads to several, nothing is decided."""
        if isinstance(tree, This):
            return FilterAnswer(schema=value if truth else {"not": value}, is_exact=True)
        path = _path(tree)
        if path is None:
            return _UNKNOWN
        schema = self._having(self.kind, path, value if truth else {"not": value}, or_beside=False)
        return FilterAnswer(schema=schema, is_exact=truth and self._is_single(path))

    def _is_single(self, path: Sequence[str]) -> bool:
        """Whether a path of one step leads to one value at most."""
        return len(path) == 1 and all(element.maximum == 1 for element in self._elements(self.kind, path[0]))

    def _kind_of(self, tree: Expression) -> str | None:
        """The type of what a path leads to, if it is one type."""
        kinds = {self.kind}
        for name in _path(tree) or ():
            kinds = {element.type for kind in kinds for element in self._elements(kind, name)}
        return kinds.pop() if len(kinds) == 1 and _path(tree) else None

    def _having(self, kind: str, path: Sequence[str], leaf: Schema, *, or_beside: bool) -> Schema:
        """The schema of objects in which a path leads to a leaf; `or_beside` if the extension of a primitive is enough."""
        name, rest = path[0], path[1:]
        elements = self._elements(kind, name)
        if not rest and leaf is True and or_beside and len(elements) > _FEW:
            return self._having_choice(name)
        answers: list[FilterAnswer] = []
        for element in elements:
            inner = self._having(element.type, rest, leaf, or_beside=or_beside) if rest else leaf
            there = {"required": [element.name]}
            value = {"contains": inner} if element.maximum is None or element.maximum > 1 else inner
            schema = there if inner is True else {**there, "properties": {element.name: value}}
            answers.append(FilterAnswer(schema=schema, is_exact=True))
            if or_beside and not rest and self.table.is_primitive(element.type):
                answers.append(FilterAnswer(schema={"required": ["_" + element.name]}, is_exact=True))
        return _any(answers).schema

    def _having_choice(self, name: str) -> Schema:
        """That a choice of many types is there: a name that begins so."""
        return {"not": {"propertyNames": {"not": {"pattern": f"^_?{name}[A-Z]"}}}}

    def _elements(self, kind: str, name: str) -> list[Element]:
        known = "DomainResource" if kind == "Resource" else kind
        elements = self.table[known].elements.values() if known in self.table else ()
        return [element for element in elements if (element.choice or element.name).removesuffix("[x]") == name]


def _pattern(name: str, text: str) -> str | None:
    """The regular expression of a question about a text; None for one that JSON Schema may read otherwise."""
    if name == "matches":
        inner = text.removeprefix("^").removesuffix("$")
        return f"^(?:{inner})$" if _PLAIN_PATTERN.fullmatch(text) else None
    return ("^" if name == "startsWith" else "") + re.escape(text)


def _path(tree: Expression) -> list[str] | None:
    """The names of a plain path, from what is asked; None for anything else."""
    names: list[str] = []
    while isinstance(tree, Member):
        names.insert(0, tree.name)
        tree = tree.owner
    return names if names and isinstance(tree, This) and not names[0][0].isupper() else None


def _codes(tree: Expression) -> list[object]:
    """The literals of a union; none if there is something else in it."""
    if isinstance(tree, Literal):
        return [tree.value]
    if isinstance(tree, Operation) and tree.sign == "|":
        left, right = _codes(tree.left), _codes(tree.right)
        return [*left, *right] if left and right else []
    return []
