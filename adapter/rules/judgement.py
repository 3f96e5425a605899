"""The judgement of a case: everything that is wrong with its claim, and which statuses its resources have."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial, reduce
from itertools import chain, islice
from operator import or_
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from adapter.case import Case
from adapter.issues import MOST_ISSUES, Issue, PendingIssue, ReportedIssues, Severity
from adapter.rules.circumstances import Circumstances
from adapter.rules.condition import Condition, Sign
from adapter.rules.facts import Facts, facts_of
from adapter.rules.finding import Finding
from adapter.rules.policy import PayerPolicy
from adapter.rules.registry import RULE, RULES
from adapter.rules.rule import Effect, Rule
from adapter.rules.state import DERIVED_FROM, ClaimStatus, State, state_of

_NO_PAYER = PayerPolicy()


class Judgement(BaseModel):
    """What the rules say of a case: `issues` in the order of the table, `claim` after what errors do to it.

    Of too many issues these are the most severe, and `omitted` others are left out; `fired` are the ids of all rules that found
    something, `errors` of those for which it is an error. No claim means that none is made; refused means that the whole input
    is, and nothing is made of it. `claim` follows from the case fields that it names and from those that errors blame.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    issues: tuple[Issue, ...]
    omitted: int = 0
    fired: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    has_errors: bool
    claim: ClaimStatus | None = Field(json_schema_extra={"from": list(DERIVED_FROM["claim"])})
    refused: bool
    state: State


def judge(case: Case, *, policy: PayerPolicy | None = None, circumstances: Circumstances | None = None) -> Judgement:
    """Apply every rule to a case, as the payer wants it; never raises for what a valid case can hold."""
    return judgement_of(facts_of(case, state_of(case), policy or _NO_PAYER, circumstances=circumstances))


def judgement_of(facts: Facts) -> Judgement:
    """Apply every rule to the facts of a case."""
    findings = findings_of(facts)
    return findings.judgement(ReportedIssues().beside(findings.issues))


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the rules found in a case, in the order of the table; nothing of it is written yet."""

    issues: tuple[PendingIssue, ...]
    state: State
    is_void: bool

    @property
    def fired(self) -> tuple[str, ...]:
        """The rules that found something."""
        return tuple(dict.fromkeys(issue.rule for issue in self.issues))

    def judgement(self, so_far: ReportedIssues) -> Judgement:
        """The judgement, with those of the issues that are reported."""
        errors = tuple(dict.fromkeys(issue.rule for issue in self.issues if issue.is_error))
        effects = {RULE[rule_id].effect for rule_id in errors if not self.is_void or _holds_back_a_void(rule_id)}
        issues = tuple(issue for issue in so_far.issues if issue.rule in RULE)
        return Judgement(
            issues=issues,
            omitted=len(self.issues) - len(issues),
            fired=self.fired,
            errors=errors,
            has_errors=bool(errors),
            claim=_claim(self.state.claim, effects),
            refused="refuse" in effects,
            state=self.state,
        )


def findings_of(facts: Facts) -> Findings:
    """What every rule finds in the facts of a case."""
    return Findings(issues=tuple(_found(facts)), state=facts.state, is_void=facts.is_void)


_OF_A_VOID = ("CMP-", "PRV-", "COV-01", "COV-06", "RPT-06")
"""What a claim that takes an earlier one back has to say as well: parties, insurance, the earlier number, that it is no draft."""


def _holds_back_a_void(rule_id: str) -> bool:
    """Whether an error matters to a void: what is wrong with the service or its codes may be why the claim is taken back."""
    return RULE[rule_id].effect != "draft" or rule_id.startswith(_OF_A_VOID)


def _found(facts: Facts) -> Iterator[PendingIssue]:
    """What every rule finds that is asked."""
    for rule in asked_of(facts):
        findings = rule.find(facts)
        for first in findings:
            yield from _pending(rule, chain((first,), findings), facts.policy)
            break


def asked_of(facts: Facts) -> tuple[Rule, ...]:
    """The rules whose conditions and signs all hold, in the order of the table.

    Each outline of the case is worked out once; which rules it lets through is known if another case had the same.
    """
    left = _ALL
    for outlined, let_through in _OUTLINES:
        left &= let_through(outlined(facts))
    return _rules(left)


_ALL = (1 << len(RULES)) - 1
_MOST_OUTLINES = 1024


Outlined = Callable[[Facts], Any]
"""What works out an outline."""


def _let_through(signs: Sequence[tuple[int, Sign[Any]]], outline: Hashable) -> int:
    """The rules that an outline lets through, a bit for each."""
    return _ALL & ~reduce(or_, (1 << place for place, sign in signs if not sign.shows(outline)), 0)


def _signs_by_outline() -> Mapping[Outlined, Sequence[tuple[int, Sign[Any]]]]:
    """The conditions and signs of all rules, each with the place of its rule, by the outline that they are of."""
    signs: dict[Outlined, list[tuple[int, Sign[Any]]]] = {}
    for place, rule in enumerate(RULES):
        for sign in (*rule.applies, *rule.asked_if):
            signs.setdefault(sign.outlined, []).append((place, sign))
    return signs


_OUTLINES: tuple[tuple[Outlined, Callable[[Hashable], int]], ...] = tuple(
    (outlined, lru_cache(maxsize=_MOST_OUTLINES)(partial(_let_through, signs))) for outlined, signs in _signs_by_outline().items()
)


@lru_cache(maxsize=_MOST_OUTLINES)
def _rules(bits: int) -> tuple[Rule, ...]:
    return tuple([rule for place, rule in enumerate(RULES) if bits >> place & 1])


def _pending(rule: Rule, findings: Iterator[Finding], policy: PayerPolicy) -> Iterator[PendingIssue]:
    """What a rule finds, to be written when it is reported."""
    for finding in _within_limit(rule, findings):
        yield PendingIssue(_severity(rule, finding, policy), rule.id, partial(_issue, rule, finding, policy))


def _within_limit(rule: Rule, findings: Iterator[Finding]) -> Iterable[Finding]:
    """What a rule finds, as far as it is reported."""
    first = tuple(islice(findings, MOST_ISSUES + 1))
    return first if len(first) <= MOST_ISSUES else chain(first, _more(rule, first, findings))


def _more(rule: Rule, first: Iterable[Finding], rest: Iterator[Finding]) -> Iterator[Finding]:
    """What is reported after the first that a rule finds; it is looked at only where an error might still follow a warning."""
    counts = Counter(finding.variant for finding in first)
    for finding in rest:
        counts[finding.variant] += 1
        if counts[finding.variant] <= MOST_ISSUES + 1:
            yield finding
        elif not any(variant.severity for variant in rule.variants):
            return


def unmet(rule: Rule, facts: Facts) -> Condition[Any] | None:
    """The first condition of a rule that does not hold."""
    return next((condition for condition in rule.applies if not condition.holds(facts)), None)


def _severity(rule: Rule, finding: Finding, policy: PayerPolicy) -> Severity:
    """How bad a finding is; a variant with a severity of its own is a fact, which no payer changes."""
    return rule.variant(finding.variant).severity or policy.severities.get(rule.id) or rule.severity


def _issue(rule: Rule, finding: Finding, policy: PayerPolicy) -> Issue:
    variant = rule.variant(finding.variant)
    by_payer = policy.severities.get(rule.id) if variant.severity is None else None
    return Issue(
        rule=rule.id,
        field=finding.field,
        also=finding.also,
        severity=_severity(rule, finding, policy),
        code=variant.code or rule.code,
        text=variant.text or rule.text,
        suggestion=finding.suggestion,
        source=f"{rule.source}; severity by payer policy `{policy.key}`: {policy.standing}" if by_payer else rule.source,
    )


def _claim(status: ClaimStatus | None, effects: set[Effect]) -> ClaimStatus | None:
    if effects & {"no-claim", "refuse"}:
        return None
    return "draft" if status == "active" and "draft" in effects else status
