"""Expressions as Python reads them; the same text is asked for again and again, since headers are bound twice and share names."""

import ast
from functools import lru_cache

_KEPT = 4096
_MOST_BITS = 8_192
"""Of a whole number; Python does not write twice as many in decimal digits."""
_BITS_OF_A_DIGIT = 4
_TOO_MANY = "a number has too many digits"


@lru_cache(maxsize=_KEPT)
def expression_tree(text: str) -> ast.expr:
    """The tree of an expression, which nobody changes; raises SyntaxError for what is not one."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        # Python's words for a number of thousands of digits are advice for programmers.
        raise SyntaxError(_TOO_MANY if "digits" in error.msg else error.msg) from None
    except (ValueError, RecursionError, MemoryError):
        message = "too deeply nested, or not text"
        raise SyntaxError(message) from None
    if len(text) * _BITS_OF_A_DIGIT > _MOST_BITS and any(map(_is_too_large, ast.walk(tree))):
        raise SyntaxError(_TOO_MANY)
    return tree


def _is_too_large(node: ast.AST) -> bool:
    """Whether a number, written in hexadecimal digits, has too many of them; Python itself refuses those in decimal digits."""
    return isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value.bit_length() > _MOST_BITS


@lru_cache(maxsize=_KEPT)
def names_in(text: str) -> frozenset[str]:
    """The names that an expression mentions; none of what is not an expression."""
    try:
        tree = expression_tree(text)
    except SyntaxError:
        return frozenset()
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
