"""The judgement of a case: everything that is wrong with its claim, and which statuses its resources have."""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field

from adapter.case import Case
from adapter.issues import Issue
from adapter.rules.circumstances import Circumstances
from adapter.rules.facts import Facts, facts_of
from adapter.rules.finding import Check, Finding
from adapter.rules.policy import PayerPolicy
from adapter.rules.registry import CHECKS
from adapter.rules.rule import Effect, Variant
from adapter.rules.state import DERIVED_FROM, ClaimStatus, State, state_of
from adapter.rules.table import RULE

_NO_PAYER = PayerPolicy()
_AS_THE_RULE = Variant(name="")


class Judgement(BaseModel):
    """What the rules say of a case: `issues` in the order of the table, `claim` after what errors do to it.

    No claim means that none is made; refused means that the whole input is, and nothing is made of it. `claim` follows from
    the case fields that it names and from those that errors blame.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

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
    effects = {RULE[issue.rule].effect for issue in issues if issue.rule is not None and issue.is_error}
    return Judgement(
        issues=issues,
        has_errors=any(issue.is_error for issue in issues),
        claim=_claim(facts.state.claim, effects),
        refused="refuse" in effects,
        state=facts.state,
    )


def _issues(facts: Facts) -> Iterator[Issue]:
    for check in CHECKS:
        for finding in check.find(facts):
            yield _issue(check, finding, facts.policy)


def _issue(check: Check, finding: Finding, policy: PayerPolicy) -> Issue:
    """The issue of a finding; a variant with a severity of its own is a fact, which no payer changes."""
    rule = check.rule
    variant = _AS_THE_RULE if finding.variant is None else next(v for v in rule.variants if v.name == finding.variant)
    wanted = policy.severities.get(rule.id) if variant.severity is None else None
    return Issue(
        rule=rule.id,
        field=finding.field,
        severity=variant.severity or wanted or rule.severity,
        code=variant.code or rule.code,
        text=variant.text or rule.text,
        suggestion=finding.suggestion,
        source=f"{rule.source}; severity by payer policy `{policy.key}`: {policy.standing}" if wanted else rule.source,
    )


def _claim(status: ClaimStatus | None, effects: set[Effect]) -> ClaimStatus | None:
    if effects & {"no-claim", "refuse"}:
        return None
    return "draft" if status == "active" and "draft" in effects else status
