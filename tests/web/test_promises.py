"""The page about security promises nothing that no test holds."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text()
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
ROWS = [
    line
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith(("| promise", "| setting")) and not set(line) <= set("|- ")
]


@pytest.mark.parametrize("row", ROWS)
def test_every_promise_names_the_tests_that_hold_it(row: str) -> None:
    assert TEST.search(row), row


@pytest.mark.parametrize(("file", "name"), sorted(set(TEST.findall(PAGE))))
def test_the_tests_that_are_named_are_there(file: str, name: str) -> None:
    assert f"def {name}(" in (ROOT / file).read_text()
