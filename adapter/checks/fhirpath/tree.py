"""FHIRPath expressions as trees (http://hl7.org/fhirpath/N1): the part of the language that the invariants of FHIR use."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import NoReturn, TypeAlias

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|'(?P<text>(?:[^'\\]|\\.)*)'|`(?P<quoted>[^`]+)`|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|%(?P<variable>[A-Za-z]+)|\$(?P<this>this)|(?P<sign><=|>=|!=|[-+*/|&=<>.,()\[\]]))"
)
_LEVELS: tuple[frozenset[str], ...] = (
    frozenset({"implies"}),
    frozenset({"or", "xor"}),
    frozenset({"and"}),
    frozenset({"in", "contains"}),
    frozenset({"=", "!="}),
    frozenset({"<", "<=", ">", ">="}),
    frozenset({"|"}),
    frozenset({"is", "as"}),
    frozenset({"+", "-", "&"}),
)
"""The operators, those that bind least first (http://hl7.org/fhirpath/N1/#operator-precedence)."""

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}


class NotCompiledError(Exception):
    """An expression uses something that is not in our part of FHIRPath; the text says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal:
    """A text, a number, or true and false."""

    value: str | int | Decimal | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class This:
    """What the expression is asked of: `$this`, or what a path begins at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """`%resource`, `%rootResource`, `%context` or `%ucum`."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """The elements of a name: `owner.name`."""

    owner: "Expression"
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A function of an owner: `owner.name(arguments)`."""

    owner: "Expression"
    name: str
    arguments: tuple["Expression", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Two operands and what stands between them."""

    sign: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeTest:
    """`operand is name` or `operand as name`."""

    sign: str
    operand: "Expression"
    name: str


Expression: TypeAlias = Literal | This | Variable | Member | Call | Operation | TypeTest
Token: TypeAlias = tuple[str, str]


@cache
def parse(text: str) -> Expression:
    """The tree of an expression; raises NotCompiledError for what is not in our part of the language.

    Expressions come from a FHIR release, which states many for several types: each is read once.
    """
    parser = _Parser([*_tokens(text), ("end", "")])
    tree = parser.operation(0)
    if parser.kind != "end":
        _refuse(parser.word)
    return tree


def _tokens(text: str) -> Iterator[Token]:
    place = 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            _refuse(text[place : place + 1])
        yield str(match.lastgroup), match[match.lastgroup or 0]
        place = match.end()


def _refuse(word: str) -> NoReturn:
    message = f"`{word}` is not in our part of FHIRPath"
    raise NotCompiledError(message)


class _Parser:
    """Reads tokens from the left; one method per kind of thing."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._place = 0

    @property
    def kind(self) -> str:
        return self._tokens[self._place][0]

    @property
    def word(self) -> str:
        return self._tokens[self._place][1]

    def take(self) -> Token:
        self._place += 1
        return self._tokens[self._place - 1]

    def has(self, sign: str) -> bool:
        """Take a sign if it stands here."""
        if (self.kind, self.word) != ("sign", sign):
            return False
        self.take()
        return True

    def expect(self, sign: str) -> None:
        if not self.has(sign):
            _refuse(self.word)

    def operation(self, level: int) -> Expression:
        """Operands of a level and those that bind more, from the left."""
        if level == len(_LEVELS):
            return self.path()
        left = self.operation(level + 1)
        while self.kind in {"sign", "name"} and self.word in _LEVELS[level]:
            sign = self.take()[1]
            if sign in {"is", "as"}:
                left = TypeTest(sign=sign, operand=left, name=self.take()[1])
            else:
                left = Operation(sign=sign, left=left, right=self.operation(level + 1))
        return left

    def path(self) -> Expression:
        tree = self.term()
        while self.has("."):
            tree = self.step(tree)
        return tree

    def step(self, owner: Expression) -> Expression:
        kind, name = self.take()
        if kind not in {"name", "quoted"}:
            _refuse(name)
        if kind == "name" and self.has("("):
            return Call(owner=owner, name=name, arguments=tuple(self.arguments()))
        return Member(owner=owner, name=name)

    def arguments(self) -> Iterator[Expression]:
        if self.has(")"):
            return
        yield self.operation(0)
        while self.has(","):
            yield self.operation(0)
        self.expect(")")

    def term(self) -> Expression:
        if self.has("("):
            inner = self.operation(0)
            self.expect(")")
            return inner
        if self.kind == "number":
            word = self.take()[1]
            return Literal(value=Decimal(word) if "." in word else int(word))
        if self.kind == "text":
            return Literal(value=re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[1]), self.take()[1]))
        return self.name()

    def name(self) -> Expression:
        if self.kind == "variable":
            return Variable(name=self.take()[1])
        if self.kind == "this":
            self.take()
            return This()
        if self.kind == "name" and self.word in {"true", "false"}:
            return Literal(value=self.take()[1] == "true")
        return self.step(This())
