"""Writes the table of functions in docs/mapping-language.md from the docstrings of adapter/mapping/functions.py.

python scripts/make_function_table.py
"""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from adapter.mapping import functions  # noqa: E402 - found through the line above
from adapter.mapping.function import Function, Parameter, functions_of  # noqa: E402 - as above

PAGE = ROOT / "docs" / "mapping-language.md"
START, END = "<!-- functions: written by scripts/make_function_table.py -->\n", "<!-- end of functions -->\n"


def rows() -> Iterator[str]:
    """The lines of the table, functions by name."""
    yield "| function | takes | gives | |\n"
    yield "|---|---|---|---|\n"
    for name, each in sorted(functions_of(functions).items()):
        yield f"| `{name}` | {_takes(each)} | {each.result} | {_says(each)} |\n"


def _takes(each: Function) -> str:
    fixed = [_kind(parameter) for parameter in each.takes]
    return ", ".join([*fixed, *([f"{_kind(each.rest)} …"] if each.rest else [])])


def _kind(parameter: Parameter) -> str:
    return f"{'literal ' if parameter.literal else ''}{parameter}"


def _says(each: Function) -> str:
    said = " ".join((inspect.getdoc(each.call) or "").split())
    return said.replace("|", "\\|") + (" Reports what it cannot convert." if each.fallible else "")


def page_with_table(page: str) -> str:
    """The page with the table as it is now."""
    before, rest = page.split(START)
    return before + START + "".join(rows()) + END + rest.split(END)[1]


if __name__ == "__main__":
    PAGE.write_text(page_with_table(PAGE.read_text()))
