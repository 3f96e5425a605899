"""docs/terminology.md says what the tables and the limits say."""

import runpy
from pathlib import Path

from adapter.terminology.request_context import ExpansionLimits

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "terminology.md").read_text("utf-8")


def test_the_tables_of_parameters_are_those_of_the_operations() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "make_terminology_page.py"))

    assert script["page"](TEXT) == TEXT, "run scripts/make_terminology_page.py"


def test_the_limits_are_those_of_the_service() -> None:
    limits = ExpansionLimits()

    for what, limit in (
        ("without `count`", limits.expansion),
        ("may look at", limits.internal),
        ("import each other", limits.depth),
    ):
        line = next(each for each in TEXT.splitlines() if what in each)
        assert f"| {limit:,}" in line
