"""Checks an expression of the mapping language and turns it into Python code."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from adapter.mapping.check.compatible import common_kind, comparability, membership
from adapter.mapping.check.field_access import access
from adapter.mapping.check.frame import Frame
from adapter.mapping.check.literal import unfit_words
from adapter.mapping.check.value import BROKEN, NO_CONSTANT, Read, Scope, Value, merged
from adapter.mapping.syntax.expression_tree import expression_tree
from adapter.mapping.types import Kind, Shape, Type
from adapter.strict_yaml.problem import Mark

_LONGEST = 10_000
"""Names that stand twice in names that stand twice double what is computed with every line."""
_BOOLEAN = Kind("boolean")
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}
_ALLOWED = "names, attributes, subscripts with a literal, calls, comparisons, and/or/not, in, … if … else …, literals"

Call = Callable[["Binder", ast.Call, Mark, Scope], Value | None]


@dataclass(frozen=True, slots=True)
class Binder:
    """Binds expressions within one frame; `call` binds calls of forms and functions."""

    frame: Frame
    call: Call

    def text(self, text: str, mark: Mark, scope: Scope) -> Value | None:
        """The value of an expression given as text without its `=`; None if it is wrong (and reported)."""
        try:
            tree = expression_tree(text)
        except SyntaxError as error:
            hint = f"an expression is made of {_ALLOWED}"
            self.frame.error("expression", mark, f"this is not an expression: {error.msg}", hint)
            return None
        value = self.bind(tree, mark, scope)
        if value is not None and len(value.key) > _LONGEST:
            hint = "give it a name where it is needed less often, or write a function"
            self.frame.error("expression", mark, f"with all names written out this has more than {_LONGEST} characters", hint)
            return None
        return value and value._replace(mark=mark)

    def bind(self, node: ast.expr, mark: Mark, scope: Scope) -> Value | None:
        """The value of one node."""
        bound = self._KINDS.get(type(node))
        if bound is None:
            self.frame.error("expression", mark, f"`{ast.unparse(node)}` is not part of the language", f"use {_ALLOWED}")
            return None
        return bound(self, node, mark, scope)

    def _name(self, node: ast.Name, mark: Mark, scope: Scope) -> Value | None:
        return self.name(node.id, mark, scope)

    def _called(self, node: ast.Call, mark: Mark, scope: Scope) -> Value | None:
        return self.call(self, node, mark, scope)

    def _attribute(self, node: ast.Attribute, mark: Mark, scope: Scope) -> Value | None:
        return self._step(self.bind(node.value, mark, scope), node.attr, mark, scope)

    def _subscript(self, node: ast.Subscript, mark: Mark, scope: Scope) -> Value | None:
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if isinstance(key, str | int):
            return self._step(self.bind(node.value, mark, scope), str(key), mark, scope)
        self.frame.error(
            "expression", mark, "a subscript is a literal", "write `PID[3]`; for items of a list say `for` or `first(…)`"
        )
        return None

    def _constant(self, node: ast.Constant, mark: Mark, scope: Scope) -> Value | None:  # noqa: ARG002 - as its siblings
        value = constant_value(node.value, self.frame)
        if value is None:
            self.frame.error(
                "expression", mark, "this kind of literal is not part of the language", "use text, a number, True or False"
            )
        return self._carried(value, mark)

    def _carried(self, literal: Value | None, mark: Mark) -> Value | None:
        """The literal, if FHIR can carry it."""
        reason = unfit_words(literal.constant) if literal else None
        if reason:
            self.frame.error("expression", mark, f"this literal cannot be carried: {reason}", "write one that FHIR can carry")
        return None if reason else literal

    def name(self, name: str, mark: Mark, scope: Scope) -> Value | None:
        """The value of a name."""
        value = scope.names.get(name) or scope.roots.get(name)
        if value is not None:
            self.frame.used.add(value.code)
            return value._replace(optional=False) if value.optional and value.key in scope.facts else value
        source = scope.roots.get("")
        if source is not None and isinstance(source.type, Shape) and name in source.type.fields:
            return self._step(source, name, mark, scope)
        fields = source.type.fields if source is not None and isinstance(source.type, Shape) else ()
        known = {*scope.names, *scope.roots, *fields} - {""}
        self.frame.unknown("unknown-source-path" if source else "unknown-name", mark, f"there is no `{name}` here", name, known)
        return None

    def _step(self, base: Value | None, name: str, mark: Mark, scope: Scope) -> Value | None:
        if base is None or base.key == BROKEN.key:
            return None
        if base.many:
            hint = "say `for`, `first(…)`, `only(…)` or `each(… for x in …)`"
            self.frame.error("step-into-list", mark, f"`{base.key}` is a list, so `.{name}` cannot follow", hint)
            return None
        if not isinstance(base.type, Shape):
            self.frame.error("step-into-value", mark, f"`{base.key}` is a {base.type}, it has no parts", f"leave out `.{name}`")
            return None
        if name not in base.type.fields:
            message = f"{base.type} has no `{name}`"
            self.frame.unknown("unknown-source-path", mark, message, name, base.type.fields)
            return None
        return self._field(base, name, scope)

    def _field(self, base: Value, name: str, scope: Scope) -> Value:
        shape = base.type
        assert isinstance(shape, Shape)  # noqa: S101 - _step has seen to it
        field = shape.fields[name]
        key = f"{base.key}.{name}" if base.key else name
        text = f"{base.origin.text}.{name}" if base.origin and base.origin.text else name
        origin = Read(text, base.origin.loops) if base.origin else None
        if origin is not None:
            self.frame.read.add(origin.text.replace("{}", "*"))
        base_optional = base.optional and base.key not in scope.facts
        optional = (base_optional or not field.required) and key not in scope.facts
        empty = "()" if field.many else "None"
        code = self._guarded(base, lambda name_of: access(shape, name_of, name), empty, optional=base_optional)
        value = Value(
            code=code,
            key=key,
            type=field.type,
            many=field.many,
            optional=optional,
            explicit_null=field.explicit_null,
            origin=origin,
            reads=(origin,) if origin else base.reads,
            functions=base.functions,
            facts=base.known if base.key else frozenset(),
            targets=base.targets if name == "reference" else (),
        )
        return self._hoisted(base, value, name, required=field.required)

    def _hoisted(self, base: Value, value: Value, name: str, *, required: bool) -> Value:
        if value.many or not isinstance(value.type, Shape) or (anchor := self.frame.anchor(base)) is None:
            return value
        shape = base.type
        assert isinstance(shape, Shape)  # noqa: S101 - _step has seen to it
        base_optional = self.frame.hoisted_optional(base.key)
        code = self._guarded(anchor, lambda name_of: access(shape, name_of, name), "None", optional=base_optional)
        local = self.frame.hoist(value.key, code, optional=base_optional or not required)
        return value.named(local)

    def _guarded(self, base: Value, use: Callable[[str], str], empty: str, *, optional: bool) -> str:
        if not optional:
            return use(base.code if base.simple else f"({base.code})")
        if base.simple:
            return f"({empty} if {base.code} is None else {use(base.code)})"
        local = self.frame.fresh("w")
        return f"({empty} if ({local} := {base.code}) is None else {use(local)})"

    def _not(self, node: ast.UnaryOp, mark: Mark, scope: Scope) -> Value | None:
        if not isinstance(node.op, ast.Not):
            return self._negative(node, mark)
        inner = self.bind(node.operand, mark, scope)
        if inner is None:
            return None
        if inner.is_constant:
            return constant_value(not inner.holds, self.frame)
        return Value(
            code=f"(not {inner.condition})", key=f"not {inner.key}", type=_BOOLEAN, reads=inner.reads, functions=inner.functions
        )

    def _negative(self, node: ast.UnaryOp, mark: Mark) -> Value | None:
        number = node.operand.value if isinstance(node.operand, ast.Constant) else None
        if isinstance(node.op, ast.USub) and isinstance(number, int | float) and not isinstance(number, bool):
            return self._carried(constant_value(-number, self.frame), mark)
        self.frame.error("expression", mark, f"`{ast.unparse(node)}` is not part of the language", f"use {_ALLOWED}")
        return None

    def _conditional(self, node: ast.IfExp, mark: Mark, scope: Scope) -> Value | None:
        test = self.bind(node.test, mark, scope)
        if test is None:
            return None
        yes, no = self.bind(node.body, mark, scope.knowing(test.known)), self.bind(node.orelse, mark, scope)
        if yes is None or no is None:
            return None
        kind = self.common_type(yes, no, mark)
        if test.is_constant:
            return yes if test.holds else no
        many = yes.many or no.many
        is_parted = no.constant is None and not (many or yes.optional or yes.explicit_null)
        return Value(
            code=f"({_empty_as(yes, many=many)} if {test.condition} else {_empty_as(no, many=many)})",
            parted=(test.condition, _shared(yes, self.frame)) if is_parted else None,
            branches=() if many else (yes, no),
            key=f"({yes.key} if {test.key} else {no.key})",
            type=kind,
            many=many,
            optional=yes.optional or no.optional,
            explicit_null=yes.explicit_null or no.explicit_null,
            targets=(*yes.targets, *no.targets),
            **merged(yes, no, test),
        )

    def common_type(self, one: Value, other: Value, mark: Mark) -> Type | None:
        """The type that holds both values."""
        if one.type is None or other.type is None:
            return one.type or other.type
        if one.many != other.many:
            self.frame.error("type-clash", mark, "a list and a single value cannot replace each other", "make both of one type")
            return one.type
        kind = common_kind(one.type, other.type) if isinstance(one.type, Kind) and isinstance(other.type, Kind) else None
        if kind is not None:
            return kind
        if isinstance(one.type, Shape) and isinstance(other.type, Shape) and one.type.name == other.type.name:
            return one.type
        self.frame.error("type-clash", mark, f"{one.type} and {other.type} cannot replace each other", "make both of one type")
        return one.type

    def _bool(self, node: ast.BoolOp, mark: Mark, scope: Scope) -> Value | None:
        conjunction = isinstance(node.op, ast.And)
        result: Value | None = None
        for operand in node.values:
            seen = scope.knowing(result.known) if conjunction and result else scope
            value = self.bind(operand, mark, seen)
            if value is None:
                return None
            result = value if result is None else self._both(result, value) if conjunction else self._either(result, value, mark)
        return result

    def _both(self, one: Value, two: Value) -> Value:
        if one.is_constant:
            return two if one.holds else one
        answer = two.is_boolean and not two.optional
        missing = "False" if answer else "()" if two.many else "None"
        code = f"({two.code} if {one.condition} else {missing})"
        return two._replace(
            code=code,
            key=f"({one.key} and {two.key})",
            optional=not answer,
            constant=NO_CONSTANT,
            branches=() if answer or two.many else (two,),
            parted=None,
            simple=False,
            facts=one.known | two.known,
            **merged(two, one),
        )

    def _either(self, one: Value, two: Value, mark: Mark) -> Value:
        kind = self.common_type(one, two, mark)
        if one.is_constant:
            return one if one.holds else two
        many = one.many or two.many
        if one.is_boolean and two.is_boolean and (one.optional or two.optional):
            first, second = self.frame.fresh("w"), self.frame.fresh("w")
            nothing = f"(None if {first} is None and {second} is None else False)"
            code = f"(({first} := {one.code}) or ({second} := {two.code}) or {nothing})"
        elif (one.is_boolean and two.is_boolean) or many:
            code = f"({_empty_as(one, many=many)} or {_empty_as(two, many=many)})"
        elif not one.optional:
            code = one.code
        else:
            local = self.frame.fresh("w")
            code = f"({local} if ({local} := {one.code}) is not None else {two.code})"
        return Value(
            code=code,
            key=f"({one.key} or {two.key})",
            type=kind,
            many=many,
            optional=one.optional and two.optional,
            explicit_null=one.explicit_null or two.explicit_null,
            origin=one.origin if one.origin == two.origin else None,
            facts=one.known & two.known,
            targets=(*one.targets, *two.targets),
            branches=() if many else (one, two),
            **merged(one, two),
        )

    def _compare(self, node: ast.Compare, mark: Mark, scope: Scope) -> Value | None:
        if len(node.ops) > 1:
            self.frame.error("expression", mark, "one comparison at a time", "join two comparisons with `and`")
            return None
        sign = _COMPARISONS.get(type(node.ops[0]))
        left = self.bind(node.left, mark, scope)
        if sign is None:
            self.frame.error("expression", mark, "`is` is not part of the language", "write `not x`, or `==`")
            return None
        if sign in ("in", "not in") and isinstance(node.comparators[0], ast.Tuple | ast.List | ast.Set):
            return self._member(left, sign, node.comparators[0].elts, mark, scope)
        right = self.bind(node.comparators[0], mark, scope)
        if left is None or right is None:
            return None
        self._check_comparable(left, right, sign, mark)
        return self._compared(left, sign, right)

    def _compared(self, left: Value, sign: str, right: Value) -> Value:
        guards, codes = [], []
        unsure = [value for value in (left, right) if (value.optional or value.explicit_null) and not value.many]
        for value in (left, right):
            if value not in unsure or (sign == "==" and len(unsure) == 1):
                codes.append(value.code)
                continue
            local = self.frame.fresh("w")
            guards.append(
                f"({local} := {value.code}) not in _nothing" if value.explicit_null else f"({local} := {value.code}) is not None"
            )
            codes.append(local)
        code = " and ".join([*guards, f"{codes[0]} {sign} {codes[1]}"])
        return Value(
            code=f"({code})",
            key=f"({left.key} {sign} {right.key})",
            type=_BOOLEAN,
            facts=left.known | (right.known if sign not in ("in", "not in") else frozenset()),
            **merged(left, right),
        )

    def _member(self, left: Value | None, sign: str, items: list[ast.expr], mark: Mark, scope: Scope) -> Value | None:
        values = [self.bind(item, mark, scope) for item in items]
        if left is None:
            return None
        if any(value is None or not value.is_constant for value in values):
            self.frame.error("expression", mark, "the list behind `in` holds literals only", "join comparisons with `or`")
            return None
        known = [value for value in values if value is not None]
        for value in known:
            self._check_comparable(left, value, "==", mark)
        options = tuple(value.constant for value in known)
        right = Value(code=repr(options), key=repr(options), type=None, many=True, constant=options)
        return self._compared(left, sign, right)

    def _check_comparable(self, left: Value, right: Value, sign: str, mark: Mark) -> None:
        wrong = membership(left, right, sign) if sign in ("in", "not in") else comparability(left, right, sign)
        if wrong:
            self.frame.error("type-clash", mark, *wrong)
            return
        for one, other in ((left, right), (right, left)):
            codes = one.type.codes if isinstance(one.type, Kind) else None
            if codes is not None and not one.is_constant and isinstance(other.constant, str) and other.constant not in codes:
                self.frame.unknown("never-true", mark, f"`{one.key}` is never {other.constant!r}", other.constant, codes)

    _KINDS: ClassVar[Mapping[type[ast.expr], Callable[..., Value | None]]] = {
        ast.Constant: _constant,
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.Subscript: _subscript,
        ast.Call: _called,
        ast.Compare: _compare,
        ast.BoolOp: _bool,
        ast.UnaryOp: _not,
        ast.IfExp: _conditional,
    }


def _shared(value: Value, frame: Frame) -> str:
    """The code of a value; a constant object is made once and shared, since nobody changes resources after they are made."""
    return frame.constant(value.constant) if isinstance(value.constant, dict) else value.code


def _empty_as(value: Value, *, many: bool) -> str:
    """The code of a value; where a list is needed, nothing is the empty list."""
    return "()" if many and value.type is None else value.code


def constant_value(value: object, frame: Frame) -> Value | None:
    """A literal as a value; None if its type is not part of the language."""
    if value is None:
        return Value(code="None", key="None", type=None, optional=True, constant=None)
    if isinstance(value, bool):
        return Value(code=repr(value), key=repr(value), type=_BOOLEAN, constant=value)
    if isinstance(value, int):
        return Value(code=repr(value), key=repr(value), type=Kind("integer"), constant=value)
    if isinstance(value, float):
        return Value(
            code=frame.constant(Decimal(repr(value))), key=repr(value), type=Kind("decimal"), constant=Decimal(repr(value))
        )
    if isinstance(value, str):
        word = value and value == " ".join(value.split())
        kind = Kind("code", frozenset({value})) if word else Kind("string")
        return Value(code=repr(value), key=repr(value), type=kind, constant=value)
    return None
