"""The table of rules."""

import dataclasses

import pytest

from adapter.issues import IssueType, Severity
from adapter.rules.registry import RULE, RULES
from adapter.rules.rule import Rule

IDS = """
DOS-01 DOS-02 DOS-03 DOS-04 RPT-01 RPT-02 RPT-03 RPT-04 UNT-01 UNT-02 UNT-03 DX-01 DX-02 DX-03 DX-04
MOD-01 MOD-02 MOD-03 MOD-04 MOD-05 MOD-10 MOD-11 MOD-12 MOD-13 MOD-14 MOD-15 MOD-16 MOD-17 MOD-18 MOD-20 MOD-21 MOD-22
MOD-25 MOD-30 MOD-31 MOD-32 MOD-33 MOD-40 MOD-41 MOD-42 MOD-43 MOD-44 MOD-45 MOD-46 MOD-47 MOD-48 MOD-50 MOD-51 MOD-60
MOD-62 MOD-66 REL-01 REL-02 REL-03 REL-04 REL-05 POS-01 POS-02 PRV-NPI PRV-ORG TAX-01 TAX-02 TAX-03 COV-01 COV-02 CHG-01
AI-01 AI-02 AI-03 AI-04 PRI-01 PRI-02 PRI-03 PRI-04 PRE-01 MAP-01
"""

E, W, I = Severity.ERROR, Severity.WARNING, Severity.INFORMATION  # noqa: E741 - the letters of the rule table
WARNINGS = """
DOS-02 UNT-01 UNT-03 MOD-21 MOD-22 MOD-32 MOD-44 MOD-50 MOD-62 MOD-66
MOD-04 MOD-05 MOD-12 MOD-13 MOD-16 MOD-30 MOD-33 MOD-40 MOD-42 REL-02 REL-03 REL-04 REL-05 TAX-02 TAX-03
AI-01 PRI-04 PRE-01
"""
INFORMATION = "MOD-17 MOD-41 MOD-43 MOD-48 MOD-51 MOD-60 COV-02 MAP-01"


def test_no_rule_of_the_modelling_spec_is_missing_and_none_stands_twice() -> None:
    assert set(IDS.split()) <= set(RULE)
    assert len(RULE) == len(RULES)


def test_no_two_functions_look_for_the_same_rule() -> None:
    assert len({rule.find for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_what_is_wrong_and_what_to_do_in_whole_sentences(rule: Rule) -> None:
    for text in (rule.text, *(variant.text for variant in rule.variants if variant.text)):
        assert text.endswith(".")
        assert len(text.split(". ")) + len(text.split(": ")) > 2
        assert "{" not in text
    assert rule.title
    assert not rule.title.endswith(".")
    assert rule.source


@pytest.mark.parametrize("rule", [RULE[rule_id] for rule_id in IDS.split()], ids=lambda rule: rule.id)
def test_default_severities_are_those_of_the_modelling_spec(rule: Rule) -> None:
    assert rule.severity == (W if rule.id in WARNINGS.split() else I if rule.id in INFORMATION.split() else E)


def test_what_errors_do_other_than_keeping_the_claim_a_draft() -> None:
    effects = {rule.id: rule.effect for rule in RULES if rule.effect != "draft"}

    assert {rule_id: effects[rule_id] for rule_id in IDS.split() if rule_id in effects} == {
        "PRI-02": "refuse",
        "COV-01": "no-claim",
        "PRV-ORG": "no-claim",
        "PRI-03": "none",
        "MAP-01": "none",
    }


def test_a_rule_can_not_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        RULE["DOS-01"].code = IssueType.VALUE  # type: ignore[misc]  # what is tested
