"""Which rules are asked of a case: those whose conditions hold, but for what would find nothing."""

from collections.abc import Iterator

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from adapter.case import Case
from adapter.rules.condition import sends
from adapter.rules.facts import Facts, facts_of
from adapter.rules.judgement import asked_of, unmet
from adapter.rules.policy import PayerPolicy
from adapter.rules.registry import RULES
from adapter.rules.state import state_of
from tests.examples.ground import conversion_of, example_names
from tests.rules.cases import EXAMPLES
from tests.rules.ground import Example, case_of


def _facts(example: Example, case: Case) -> Facts:
    policy = example.policy or PayerPolicy()
    return facts_of(case, state_of(case), policy, circumstances=example.circumstances, named=example.named)


def _all_facts() -> Iterator[Facts]:
    yield from (_facts(example, case_of(example.changes)) for example in EXAMPLES)
    yield from (facts for name in example_names() if (facts := conversion_of(name).facts) is not None)


@pytest.fixture(scope="module")
def everything() -> list[Facts]:
    return list(_all_facts())


def found_unasked(facts: Facts) -> list[str]:
    """The rules that find something although the case shows no sign of them."""
    kept = [rule for rule in RULES if unmet(rule, facts) is None and not all(sign.holds(facts) for sign in rule.asked_if)]
    return [rule.id for rule in kept if list(rule.find(facts))]


def test_what_is_asked_is_what_has_all_conditions_and_signs(everything: list[Facts]) -> None:
    for facts in everything:
        whole = [rule for rule in RULES if all(sign.holds(facts) for sign in (*rule.applies, *rule.asked_if))]

        assert list(asked_of(facts)) == whole


def test_a_rule_that_a_case_shows_no_sign_of_finds_nothing(everything: list[Facts]) -> None:
    assert [rule_id for facts in everything for rule_id in found_unasked(facts)] == []


@given(examples=st.lists(st.sampled_from(EXAMPLES), min_size=2, max_size=4))
def test_so_it_is_where_several_things_are_wrong(examples: list[Example]) -> None:
    case = _case_of_all(examples)
    assume(case is not None)

    assert case is None or found_unasked(_facts(examples[-1], case)) == []


def _case_of_all(examples: list[Example]) -> Case | None:
    try:
        return case_of({path: value for example in examples for path, value in example.changes.items()})
    except (ValidationError, LookupError, TypeError):  # one example takes away what another one changes
        return None


def test_every_sign_spares_a_rule_somewhere(everything: list[Facts]) -> None:
    signs = [(rule.id, sign) for rule in RULES for sign in rule.asked_if]

    assert [rule_id for rule_id, sign in signs if all(sign.holds(facts) for facts in everything)] == []


def test_a_condition_on_a_modifier_that_the_outline_leaves_out_is_refused() -> None:
    with pytest.raises(ValueError, match="no known modifier: Q_"):
        sends("53", "Q_")
