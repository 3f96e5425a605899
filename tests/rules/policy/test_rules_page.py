"""docs/rules.md is made from the table of rules."""

import runpy
from pathlib import Path

import pytest

from adapter.rules.registry import RULES
from adapter.rules.rule import Rule

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "rules.md"


def test_the_page_is_the_one_that_the_script_writes() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "make_rules_page.py"))

    assert script["page"]() == PAGE.read_text(), "run scripts/make_rules_page.py"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_has_a_section(rule: Rule) -> None:
    assert f"\n### {rule.id}: {rule.title}\n" in PAGE.read_text()
