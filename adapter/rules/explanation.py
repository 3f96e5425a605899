"""What became of every rule for a case: fired, passed, not applicable or skipped, each with its reason in words."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from adapter.issues import Issue
from adapter.rules.condition import Standing
from adapter.rules.facts import Facts
from adapter.rules.judgement import unmet
from adapter.rules.policy import PayerPolicy
from adapter.rules.registry import RULES
from adapter.rules.rule import Rule
from adapter.rules.suggestion import Suggestion, suggest

Outcome = Literal["fired", "passed"] | Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleOutcome:
    """What became of one rule: `why` is for a biller, `issues` are its breaches."""

    rule: Rule
    outcome: Outcome
    why: str
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What became of each rule, in the order of the table, under which policy; and what the facts say of modifiers."""

    policy: PayerPolicy
    rules: tuple[RuleOutcome, ...]
    suggestions: tuple[Suggestion, ...]


def explain(facts: Facts, issues: Iterable[Issue], fired: Collection[str] = ()) -> Explanation:
    """The explanation of a case whose issues are known, with their places if they have some.

    `fired` are all rules that found something, also where there were too many issues for theirs to be told.
    """
    by_rule: dict[str, list[Issue]] = {}
    for issue in issues:
        by_rule.setdefault(issue.rule or "", []).append(issue)
    outcomes = tuple(_outcome(rule, facts, tuple(by_rule.get(rule.id, ())), fired=fired) for rule in RULES)
    return Explanation(policy=facts.policy, rules=outcomes, suggestions=suggest(facts))


_UNTOLD = "Fix the more severe issues first; then it is told where."


def _outcome(rule: Rule, facts: Facts, issues: tuple[Issue, ...], *, fired: Collection[str]) -> RuleOutcome:
    if issues:
        why = " ".join(dict.fromkeys(issue.text for issue in issues))
        return RuleOutcome(rule=rule, outcome="fired", why=why, issues=issues)
    condition = unmet(rule, facts)
    if condition is not None:
        return RuleOutcome(rule=rule, outcome=condition.standing, why=condition.otherwise)
    if rule.id in fired:
        return RuleOutcome(rule=rule, outcome="fired", why=f"{rule.text} {_UNTOLD}")
    return RuleOutcome(rule=rule, outcome="passed", why="the case keeps this rule; nothing to do")
