"""docs/triage.md says what the table says."""

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_is_the_one_that_the_table_makes() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "make_triage_page.py"))

    assert script["page"]() == (ROOT / "docs" / "triage.md").read_text("utf-8"), "run scripts/make_triage_page.py"
