"""Regular expressions that cannot make the service stand still."""

import time

import pytest

from adapter.terminology.code_system.pattern import PatternError, compiled


def test_the_whole_text_must_match() -> None:
    pattern = compiled("a|bc")

    assert [text for text in ("a", "bc", "ac", "abc", "a\n", "xa") if pattern.is_match(text)] == ["a", "bc"]


@pytest.mark.parametrize("evil", ["((a+)+)+", "(a|a)*b", "(.*a){12}", "(a|aa)+$"])
def test_an_evil_expression_takes_no_time(evil: str) -> None:
    begun = time.process_time()

    for _ in range(1_000):
        compiled(evil).is_match("a" * 60 + "!")

    assert time.process_time() - begun < 1


@pytest.mark.parametrize("text", ["(", r"(a)\1", "(?=a)a", "(?<!a)b", "a{60000}", "a" * 3_000])
def test_what_is_no_expression_or_needs_backtracking_is_refused(text: str) -> None:
    with pytest.raises(PatternError):
        compiled(text)
