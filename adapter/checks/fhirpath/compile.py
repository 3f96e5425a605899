"""FHIRPath expressions as Python functions, along an element table."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from adapter.checks.fhirpath.comparison import order
from adapter.checks.fhirpath.item import Item, Steps
from adapter.checks.fhirpath.path_function import FUNCTIONS, UndecidedError, boolean, key_of, same, single
from adapter.checks.fhirpath.tree import (
    Call,
    Expression,
    Literal,
    Member,
    NotCompiledError,
    Operation,
    This,
    Variable,
    parse,
)
from adapter.fhir.table import ElementTable

Items: TypeAlias = list[Item]
Truth: TypeAlias = bool | None
"""What an operator of three-valued logic takes and gives; None is nothing."""


class EvaluationScope(NamedTuple):
    """The resource that a value stands in, the one around that if it is contained, and what the expression is asked of.

    `memo` keeps, for one resource, what does not depend on what is asked, so that it is worked out once and not for every value.
    """

    resource: Item
    root: Item
    context: Item
    memo: dict[object, Any]


Run: TypeAlias = Callable[[Items, EvaluationScope], Items]

_KINDS = ((bool, "Boolean"), (int, "Integer"), (str, "String"))
_UCUM = Item("http://unitsofmeasure.org", "String")
_VARIABLES: Mapping[str, Callable[[EvaluationScope], Item]] = {
    "resource": lambda scope: scope.resource,
    "rootResource": lambda scope: scope.root,
    "context": lambda scope: scope.context,
    "ucum": lambda _: _UCUM,
}


def literal(value: object) -> Item:
    """A value of FHIRPath's own types."""
    return Item(value, next((name for kind, name in _KINDS if isinstance(value, kind)), "Decimal"))


class Compiler:
    """Compiles expressions for values of one release."""

    def __init__(self, table: ElementTable) -> None:
        """Hold what can be stepped to."""
        self.steps = Steps(table)
        self._remembered: dict[Expression, int] = {}

    def invariant(self, text: str) -> Callable[[Item, EvaluationScope], bool]:
        """Whether a value breaks an invariant: its expression says no. Nothing is broken where it cannot be decided.

        Raises NotCompiledError for an expression that is not in our part of FHIRPath.
        """
        run = self.compile(parse(text))

        def is_broken(item: Item, scope: EvaluationScope) -> bool:
            try:
                return boolean(run([item], scope)) is False
            except UndecidedError:
                return False

        return is_broken

    def compile(self, tree: Expression) -> Run:
        """An expression as a function; raises NotCompiledError."""
        run = self._compile(tree)
        if not isinstance(tree, Call | Operation | Member) or not is_of_resource(tree):
            return run
        return _remembered(self._remembered.setdefault(tree, len(self._remembered)), run)

    def _compile(self, tree: Expression) -> Run:
        match tree:
            case Literal() | This() | Variable():
                return self._leaf(tree)
            case Member():
                return self._member(tree)
            case Call():
                return self._call(tree)
            case Operation():
                return self._operation(tree)
            case _:
                return self._type_test(tree.sign, self.compile(tree.operand), tree.name)

    def _leaf(self, tree: Literal | This | Variable) -> Run:
        if isinstance(tree, Literal):
            constant = [literal(tree.value)]
            return lambda _, __: constant
        if isinstance(tree, This):
            return lambda items, _: items
        if tree.name not in _VARIABLES:
            raise NotCompiledError("%" + tree.name)
        value = _VARIABLES[tree.name]
        return lambda _, scope: [value(scope)]

    def _member(self, tree: Member) -> Run:
        owner, name, steps = self.compile(tree.owner), tree.name, self.steps
        if isinstance(tree.owner, This) and name[0].isupper():
            # `Appointment.status`: a path may begin with the type that it is asked of.
            return lambda items, _: [item for item in items if item.type == name]
        return lambda items, scope: [child for item in owner(items, scope) for child in steps.children(item, name)]

    def _type_test(self, sign: str, operand: Run, name: str) -> Run:
        steps = self.steps
        if sign == "is":
            # Nothing is of no type: a document without a first entry breaks `entry.first().resource.is(Composition)`.
            return lambda items, scope: [literal(any(steps.is_of(item, name) for item in operand(items, scope)))]
        return lambda items, scope: [item for item in operand(items, scope) if steps.is_of(item, name)]

    def _call(self, tree: Call) -> Run:
        owner = self.compile(tree.owner)
        if tree.name in {"is", "as", "ofType"} and isinstance(tree.arguments[0], Member):
            return self._type_test("is" if tree.name == "is" else "as", owner, tree.arguments[0].name)
        arguments = [self.compile(argument) for argument in tree.arguments]
        if tree.name in {"children", "descendants"}:
            return self._below(owner, is_deep=tree.name == "descendants")
        if tree.name in _OF_EACH_ITEM and len(arguments) == 1:
            return _of_each_item(tree.name, owner, arguments[0])
        if tree.name == "iif":
            return _choice(owner, arguments)
        if tree.name not in FUNCTIONS:
            message = f"the function `{tree.name}`"
            raise NotCompiledError(message)
        function = FUNCTIONS[tree.name]
        return lambda items, scope: function(owner(items, scope), *(argument(items, scope) for argument in arguments))

    def _below(self, owner: Run, *, is_deep: bool) -> Run:
        steps = self.steps

        def below(items: Items, scope: EvaluationScope) -> Items:
            found: Items = []
            waiting = owner(items, scope)
            while waiting:
                children = [child for item in waiting for child in steps.all_children(item)]
                found += children
                waiting = children if is_deep else []
            return found

        return below

    def _operation(self, tree: Operation) -> Run:
        if tree.sign not in _OPERATIONS:
            raise NotCompiledError(tree.sign)
        left, right, operate = self.compile(tree.left), self.compile(tree.right), _OPERATIONS[tree.sign]
        if tree.sign == "in" and is_of_resource(tree.right):
            return _member_of_remembered(self._remembered.setdefault(tree.right, len(self._remembered)), left, right)
        return lambda items, scope: operate(left(items, scope), right(items, scope))


def is_of_resource(tree: Expression) -> bool:
    """Whether an expression depends on nothing but the resource, so that it is the same for all values in it."""
    match tree:
        case Literal() | This() | Variable():
            return not isinstance(tree, This) and tree != Variable(name="context")
        case Member():
            return is_of_resource(tree.owner)
        case Call():
            return is_of_resource(tree.owner) and (
                tree.name in _OF_EACH_ITEM
                or all(is_of_resource(argument) for argument in tree.arguments if not _is_type(argument))
            )
        case Operation():
            return is_of_resource(tree.left) and is_of_resource(tree.right)
        case _:
            return is_of_resource(tree.operand)


def _is_type(tree: Expression) -> bool:
    """Whether an argument is the name of a type: `as(canonical)`."""
    return isinstance(tree, Member) and isinstance(tree.owner, This)


def _remembered(number: int, run: Run) -> Run:
    """What an expression gives, kept by its number: its tree is large, and would have to be hashed each time."""

    def remember(items: Items, scope: EvaluationScope) -> Items:
        if number not in scope.memo:
            scope.memo[number] = run(items, scope)
        result: Items = scope.memo[number]
        return result

    return remember


def _member_of_remembered(number: int, left: Run, right: Run) -> Run:
    """`in` of a list that is the same for all values: its keys are made once."""

    def member_of(items: Items, scope: EvaluationScope) -> Items:
        key = ("keys", number)
        if key not in scope.memo:
            scope.memo[key] = frozenset(key_of(item) for item in right(items, scope))
        one = single(left(items, scope))
        return [literal(key_of(one) in scope.memo[key])] if one else []

    return member_of


_OF_EACH_ITEM = frozenset({"where", "select", "all", "exists"})


def _of_each_item(name: str, owner: Run, argument: Run) -> Run:
    """The functions that ask their argument of each item."""

    def holds(item: Item, scope: EvaluationScope) -> bool:
        return boolean(argument([item], scope)) is True

    if name == "select":
        return lambda items, scope: [result for item in owner(items, scope) for result in argument([item], scope)]
    if name == "where":
        return lambda items, scope: [item for item in owner(items, scope) if holds(item, scope)]
    if name == "all":
        return lambda items, scope: [literal(all(holds(item, scope) for item in owner(items, scope)))]
    return lambda items, scope: [literal(any(holds(item, scope) for item in owner(items, scope)))]


def _choice(owner: Run, arguments: Sequence[Run]) -> Run:
    condition, then, *otherwise = arguments

    def choose(items: Items, scope: EvaluationScope) -> Items:
        here = owner(items, scope)
        if boolean(condition(here, scope)):
            return then(here, scope)
        return otherwise[0](here, scope) if otherwise else []

    return choose


def _or(left: Truth, right: Truth) -> Truth:
    return True if left or right else None if None in (left, right) else False


def _logical(decide: Callable[[Truth, Truth], Truth]) -> Callable[[Items, Items], Items]:
    """An operator of three-valued logic: nothing is neither true nor false."""

    def operate(left: Items, right: Items) -> Items:
        answer = decide(boolean(left), boolean(right))
        return [] if answer is None else [literal(answer)]

    return operate


def _not(value: Truth) -> Truth:
    return None if value is None else not value


def _and(left: Truth, right: Truth) -> Truth:
    return _not(_or(_not(left), _not(right)))


def _compared(holds: Callable[[int], bool]) -> Callable[[Items, Items], Items]:
    def operate(left: Items, right: Items) -> Items:
        one, other = single(left), single(right)
        answer = order(one, other) if one and other else None
        return [] if answer is None else [literal(holds(answer))]

    return operate


def _equal(left: Items, right: Items) -> Items:
    if not left or not right:
        return []
    return [literal(len(left) == len(right) and all(map(same, left, right)))]


def _unequal(left: Items, right: Items) -> Items:
    return [literal(not answer.value) for answer in _equal(left, right)]


def _member_of(left: Items, right: Items) -> Items:
    one = single(left)
    return [literal(any(same(one, other) for other in right))] if one else []


def _added(left: Items, right: Items) -> Items:
    one, other = single(left), single(right)
    return [Item(one.value + other.value, one.type)] if one and other else []


def _joined(left: Items, right: Items) -> Items:
    parts = [item.value for item in (single(left), single(right)) if item is not None and item.value is not None]
    return [literal("".join(map(str, parts)))]


_OPERATIONS: Mapping[str, Callable[[Items, Items], Items]] = {
    "or": _logical(_or),
    "and": _logical(_and),
    "implies": _logical(lambda left, right: _or(_not(left), right)),
    "xor": _logical(lambda left, right: None if None in (left, right) else left is not right),
    "=": _equal,
    "!=": _unequal,
    "<": _compared(lambda answer: answer < 0),
    "<=": _compared(lambda answer: answer <= 0),
    ">": _compared(lambda answer: answer > 0),
    ">=": _compared(lambda answer: answer >= 0),
    "in": _member_of,
    "contains": lambda left, right: _member_of(right, left),
    "|": lambda left, right: FUNCTIONS["distinct"]([*left, *right]),
    "+": _added,
    "&": _joined,
}
