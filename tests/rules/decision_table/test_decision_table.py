"""Ten modifiers, four visits, four services and six payers, alone and in pairs: the reviewed page, and what must always hold."""

from itertools import combinations, product

import pytest

from adapter.issues import Severity
from adapter.rules.registry import RULE
from adapter.rules.suggestion import TEN, suggestion_issues
from tests.rules.decision_table.table import MODES, PAGE, PAYERS, SERVICES, SETS, judgement, page, rules_of, suggestions

CONTEXTS = list(product(SERVICES, MODES, PAYERS))
VISITS = list(product(SERVICES, MODES))

OF_THE_PAYER = {"MOD-06", "MOD-40", "MOD-41", "MOD-43", "MOD-44", "TEL-02"}
"""The rules that a payer's policy decides on."""


def test_the_verdicts_are_those_that_were_reviewed() -> None:
    assert page() == PAGE.read_text(), "run `python -m tests.rules.decision_table.table` and read what changed"


def test_all_combinations_are_judged() -> None:
    assert (len(CONTEXTS), len(SETS)) == (4 * 4 * 13, 1 + 10 + 45)


@pytest.mark.parametrize(("service", "mode", "payer"), CONTEXTS)
def test_what_the_suggestions_propose_is_never_an_error(service: str, mode: str, payer: str) -> None:
    defended = [suggestion.modifier for suggestion in suggestions(service, mode, payer) if suggestion.defensible]
    before = _errors(service, mode, (), payer)

    for size in range(1, len(defended) + 1):
        for proposed in combinations(defended, size):
            assert _errors(service, mode, proposed, payer) <= before
    if service != "not started":
        assert not _errors(service, mode, tuple(defended), payer)


@pytest.mark.parametrize(("service", "mode", "payer"), CONTEXTS)
def test_what_is_not_defended_is_never_passed_in_silence(service: str, mode: str, payer: str) -> None:
    for suggestion in suggestions(service, mode, payer):
        if not suggestion.defensible and set(suggestion.rules) <= set(RULE):
            assert rules_of(service, mode, (suggestion.modifier,), payer)


@pytest.mark.parametrize(("service", "mode"), VISITS)
def test_payers_differ_in_severity_and_in_rules_about_their_own_wishes_only(service: str, mode: str) -> None:
    for modifiers in SETS:
        broken = {tuple(sorted(set(rules_of(service, mode, modifiers, payer)) - OF_THE_PAYER)) for payer in PAYERS}
        assert len(broken) == 1


@pytest.mark.parametrize(("service", "mode"), VISITS)
def test_the_order_of_two_modifiers_changes_nothing_but_what_is_said_of_their_order(service: str, mode: str) -> None:
    for one, other in combinations(TEN, 2):
        straight, reversed_ = (rules_of(service, mode, pair, "default") for pair in ((one, other), (other, one)))

        assert {k: v for k, v in straight.items() if k != "MOD-60"} == {k: v for k, v in reversed_.items() if k != "MOD-60"}


@pytest.mark.parametrize(("service", "mode"), VISITS)
def test_each_of_the_ten_is_weighed_with_a_reason_and_told_once(service: str, mode: str) -> None:
    said = suggestions(service, mode, "default")

    assert tuple(each.modifier for each in said) == TEN
    assert all(each.why and each.rules and not each.sent for each in said)
    (issue,) = (pending.written() for pending in suggestion_issues(said))
    assert issue.severity is Severity.INFORMATION
    assert all(f"{modifier} (" in issue.text for modifier in TEN)


def _errors(service: str, mode: str, modifiers: tuple[str, ...], payer: str) -> set[str | None]:
    return {issue.rule for issue in judgement(service, mode, modifiers, payer).issues if issue.is_error}
