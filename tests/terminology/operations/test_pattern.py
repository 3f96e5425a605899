"""Regular expressions that cannot make the service stand still."""

import pytest

from adapter.terminology.code_system.pattern import PatternError, compiled
from tests.seconds import within


def test_the_whole_text_must_match() -> None:
    pattern = compiled("a|bc")

    assert [text for text in ("a", "bc", "ac", "abc", "a\n", "xa") if pattern.is_match(text)] == ["a", "bc"]


@pytest.mark.parametrize("evil", ["((a+)+)+", "(a|a)*b", "(.*a){12}", "(a|aa)+$"])
def test_an_evil_expression_takes_no_time(evil: str) -> None:
    found = within(1, lambda: [compiled(evil).is_match("a" * 60 + "!") for _ in range(1_000)])

    assert found == [False] * 1_000


@pytest.mark.parametrize("text", ["(", r"(a)\1", "(?=a)a", "(?<!a)b", "a{60000}", "a" * 3_000])
def test_what_is_no_expression_or_needs_backtracking_is_refused(text: str) -> None:
    with pytest.raises(PatternError):
        compiled(text)
