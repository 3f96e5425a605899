"""Compiled code has the lines of the mapping, as if they had been changed before it was compiled."""

import ast
import traceback
from collections.abc import Callable, Iterator
from types import CodeType
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.mapping.emit.line_table import with_lines

TEXT = """def make(case, items):
    found = []
    for item in items:
        if item:
            found.append({'a': item, 'b': [each + 1 for each in item if each], 'c':
                (lambda x: x
                    or 1 / 0)(item)})
    try:
        return case(found)
    except ValueError:
        return None
"""
COUNT = TEXT.count("\n")


def codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from codes(part)


def lines_of(code: CodeType) -> list[tuple[str, int, bytes, list[int | None]]]:
    """Of all code in a module: its name, first line and instructions, and the line of each instruction."""
    _, *parts = codes(code)
    return [(part.co_name, part.co_firstlineno, part.co_code, [at[0] for at in part.co_positions()]) for part in parts]


def compiled_with(lines: list[int]) -> CodeType:
    """What comes of changing the lines of the syntax tree."""
    tree = ast.parse(TEXT)
    for node in ast.walk(tree):
        if hasattr(node, "lineno"):
            line = lines[node.lineno - 1]
            vars(node).update(lineno=line, end_lineno=line, col_offset=0, end_col_offset=0)
    return compile(tree, "map.yaml", "exec")


@given(st.lists(st.integers(min_value=1, max_value=100_000), min_size=COUNT, max_size=COUNT, unique=True))
def test_every_instruction_has_the_line_that_a_changed_syntax_tree_gives_it(lines: list[int]) -> None:
    assert lines_of(with_lines(compile(TEXT, "map.yaml", "exec"), lines)) == lines_of(compiled_with(lines))


def test_lines_behind_the_last_are_the_last() -> None:
    (line,) = {line for *_, lines in lines_of(with_lines(compile(TEXT, "map.yaml", "exec"), [7])) for line in lines} - {None}

    assert line == 7


@pytest.mark.parametrize("lines", [list(range(50, 50 + COUNT)), list(range(9_000, 9_000 - 700 * COUNT, -700))])
def test_a_traceback_names_the_line(lines: list[int]) -> None:
    space: dict[str, object] = {}
    exec(with_lines(compile(TEXT, "map.yaml", "exec"), lines), space)  # noqa: S102 - the text above
    with pytest.raises(TypeError) as caught:
        cast("Callable[..., object]", space["make"])(len, [3])

    (frame,) = (frame for frame in traceback.extract_tb(caught.value.__traceback__) if frame.name == "make")
    assert (frame.filename, frame.lineno) == ("map.yaml", lines[4])
