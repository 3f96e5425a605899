"""The end of docs/payers.md is made from the policies of payers, and its telehealth table says what the rules say."""

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "payers.md").read_text()


def test_the_page_is_the_one_that_the_script_writes() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "make_payers_page.py"))

    assert script["page"]() == PAGE, "run scripts/make_payers_page.py"


@pytest.mark.parametrize(
    ("payer", "visit", "place", "verdicts"),
    [
        ("Medicare", "video", "10", "fine | warning | warning | error | error | error"),
        ("Medicare", "video", "11", "warning | warning | warning | error | error | error"),
        ("Medicare", "audio", "02", "warning | error | error | error | error | error"),
        ("Medicare", "in-person", "11", "fine | error | error | error | error | error"),
        ("Aetna", "video", "11", "warning | remark | remark | error | error | error"),
        ("Cigna", "video", "10", "warning | warning | warning | error | error | error"),
        ("UnitedHealthcare", "in-person", "02", "error | error | error | error | error | error"),
    ],
)
def test_a_biller_reads_what_a_payer_makes_of_visit_place_and_modifier(payer: str, visit: str, place: str, verdicts: str) -> None:
    section = re.search(rf"\n### {payer}\b[^(\n]*\n(.*?)\n#", PAGE, re.DOTALL)

    assert section is not None
    row = next(row for row in section[1].splitlines() if row.startswith(f"| {visit} | {place} |"))
    assert re.sub(r" (MOD|TEL)-[0-9]+", "", row) == f"| {visit} | {place} | {verdicts} |"
