"""Writes the tables of parameters at the end of docs/terminology.md from the tables of the operations.

python scripts/make_terminology_page.py
"""

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from adapter.terminology.wire.operation.operations import OPERATIONS, TerminologyOperation  # noqa: E402 - found through the line above
from adapter.terminology.wire.parameter import OperationParameter  # noqa: E402 - as above

PAGE = ROOT / "docs" / "terminology.md"
TITLE = "## All parameters\n"
_SAYS = """
Written by `python scripts/make_terminology_page.py` from the tables that requests are read by: change those, not this part. A
name in brackets means the same; `*` can come several times; what is struck out is known and refused.
"""


def page(text: str) -> str:
    """The page with its last part written anew."""
    written, _, _ = text.partition(TITLE)
    return written + TITLE + _SAYS + "".join(line for operation in OPERATIONS for line in _section(operation))


def _section(operation: TerminologyOperation) -> Iterator[str]:
    yield f"\n### {operation.table.operation}\n\n| parameter | type | what it says |\n|---|---|---|\n"
    for row in operation.table.rows:
        yield f"| {_name(row)} | {row.kind.value} | {_says(row)} |\n"


def _name(row: OperationParameter) -> str:
    also = f" ({', '.join(f'`{each}`' for each in row.also)})" if row.also else ""
    name = f"`{row.name}`{also}{'*' if row.repeats else ''}"
    return name if row.is_supported else f"~~{name}~~"


def _says(row: OperationParameter) -> str:
    only = f"; only {' or '.join(f'`{str(each).lower()}`' for each in row.only)}" if row.only else ""
    return row.says.replace("|", "\\|") + only


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
