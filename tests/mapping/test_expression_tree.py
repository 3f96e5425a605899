"""Expressions as Python reads them."""

import pytest

from adapter.mapping.syntax.expression_tree import expression_tree, names_in

DEEP = "a" + ".b" * 5_000


def test_an_expression_that_is_too_deep_for_python_is_not_an_expression() -> None:
    with pytest.raises(SyntaxError, match="too deeply nested"):
        expression_tree(DEEP)


def test_what_is_not_an_expression_mentions_no_names() -> None:
    assert names_in("a +") == names_in(DEEP) == frozenset()
    assert names_in(" a.b + f(c)") == {"a", "f", "c"}


@pytest.mark.parametrize("number", ["1" * 6_000, "0x" + "f" * 6_000, "-0b" + "1" * 20_000, f"f(x, 0o{'7' * 6_000})"])
def test_a_number_of_thousands_of_digits_is_told_in_our_words(number: str) -> None:
    with pytest.raises(SyntaxError, match=r"^a number has too many digits$"):
        expression_tree(number)


def test_a_long_expression_may_hold_numbers() -> None:
    assert names_in(f"f('{'x' * 3_000}', 0xff)") == {"f"}
