"""Expressions as Python reads them; the same text is asked for again and again, since headers are bound twice and share names."""

import ast
from functools import lru_cache

_KEPT = 4096


@lru_cache(maxsize=_KEPT)
def expression_tree(text: str) -> ast.expr:
    """The tree of an expression, which nobody changes; raises SyntaxError for what is not one."""
    try:
        return ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        # Python's words for a number of thousands of digits are advice for programmers.
        raise SyntaxError("a number has too many digits" if "digits" in error.msg else error.msg) from None
    except (ValueError, RecursionError, MemoryError):
        message = "too deeply nested, or not text"
        raise SyntaxError(message) from None


@lru_cache(maxsize=_KEPT)
def names_in(text: str) -> frozenset[str]:
    """The names that an expression mentions; none of what is not an expression."""
    try:
        tree = expression_tree(text)
    except SyntaxError:
        return frozenset()
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
