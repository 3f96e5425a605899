"""The judgement of a case: everything that is wrong with its claim, and which statuses its resources have."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from pydantic import BaseModel, ConfigDict, Field

from adapter.case import Case
from adapter.issues import MOST_ISSUES, Issue
from adapter.rules.circumstances import Circumstances
from adapter.rules.condition import Condition
from adapter.rules.facts import Facts, facts_of
from adapter.rules.finding import Finding
from adapter.rules.policy import PayerPolicy
from adapter.rules.registry import RULE, RULES
from adapter.rules.rule import Effect, Rule
from adapter.rules.state import DERIVED_FROM, ClaimStatus, State, state_of

_NO_PAYER = PayerPolicy()


class Judgement(BaseModel):
    """What the rules say of a case: `issues` in the order of the table, `claim` after what errors do to it.

    No claim means that none is made; refused means that the whole input is, and nothing is made of it. `claim` follows from
    the case fields that it names and from those that errors blame.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    issues: tuple[Issue, ...]
    has_errors: bool
    claim: ClaimStatus | None = Field(json_schema_extra={"from": list(DERIVED_FROM["claim"])})
    refused: bool
    state: State


def judge(case: Case, *, policy: PayerPolicy | None = None, circumstances: Circumstances | None = None) -> Judgement:
    """Apply every rule to a case, as the payer wants it; never raises for what a valid case can hold."""
    return judgement_of(facts_of(case, state_of(case), policy or _NO_PAYER, circumstances=circumstances))


def judgement_of(facts: Facts) -> Judgement:
    """Apply every rule to the facts of a case."""
    issues = tuple(_issues(facts))
    errors = [issue.rule for issue in issues if issue.is_error and issue.rule is not None]
    effects = {RULE[name].effect for name in errors}
    return Judgement(
        issues=issues,
        has_errors=bool(errors),
        claim=_claim(facts.state.claim, effects),
        refused="refuse" in effects,
        state=facts.state,
    )


def _issues(facts: Facts) -> Iterator[Issue]:
    """What every rule finds whose conditions hold; a condition is asked once, however many rules have it."""
    met: list[bool | None] = [None] * len(_CONDITIONS)
    for rule, applies in _PLAN:
        for place in applies:
            holds = met[place]
            if holds is None:
                holds = met[place] = _CONDITIONS[place].holds(facts)
            if not holds:
                break
        else:
            for finding in _told(rule, facts):
                yield _issue(rule, finding, facts.policy)


_CONDITIONS: tuple[Condition, ...] = tuple(dict.fromkeys(condition for rule in RULES for condition in rule.applies))
_PLAN: tuple[tuple[Rule, tuple[int, ...]], ...] = tuple((rule, tuple(map(_CONDITIONS.index, rule.applies))) for rule in RULES)
"""The rules, each with the places of its conditions among all."""


def _told(rule: Rule, facts: Facts) -> Iterable[Finding]:
    """What a rule finds, as far as it can be told."""
    findings = rule.find(facts)
    first = tuple(islice(findings, MOST_ISSUES + 1))
    return first if len(first) <= MOST_ISSUES else chain(first, _more(rule, first, findings))


def _more(rule: Rule, first: Iterable[Finding], rest: Iterator[Finding]) -> Iterator[Finding]:
    """What is told of all that a rule finds after the first; it is looked at only where an error might still follow a warning."""
    counts = Counter(finding.variant for finding in first)
    for finding in rest:
        counts[finding.variant] += 1
        if counts[finding.variant] <= MOST_ISSUES + 1:
            yield finding
        elif not any(variant.severity for variant in rule.variants):
            return


def unmet(rule: Rule, facts: Facts) -> Condition | None:
    """The first condition of a rule that does not hold."""
    return next((condition for condition in rule.applies if not condition.holds(facts)), None)


def _issue(rule: Rule, finding: Finding, policy: PayerPolicy) -> Issue:
    """The issue of a finding; a variant with a severity of its own is a fact, which no payer changes."""
    variant = rule.variant(finding.variant)
    by_payer = policy.severities.get(rule.id) if variant.severity is None else None
    return Issue(
        rule=rule.id,
        field=finding.field,
        also=finding.also,
        severity=variant.severity or by_payer or rule.severity,
        code=variant.code or rule.code,
        text=variant.text or rule.text,
        suggestion=finding.suggestion,
        source=f"{rule.source}; severity by payer policy `{policy.key}`: {policy.standing}" if by_payer else rule.source,
    )


def _claim(status: ClaimStatus | None, effects: set[Effect]) -> ClaimStatus | None:
    if effects & {"no-claim", "refuse"}:
        return None
    return "draft" if status == "active" and "draft" in effects else status
