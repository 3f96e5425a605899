"""Rules, policies and explanations as JSON, the same on the command line and over HTTP."""

from collections.abc import Iterable

from pydantic.alias_generators import to_camel

from adapter.issues import Issue
from adapter.json_types import JsonObject
from adapter.rules.explanation import Explanation, RuleOutcome
from adapter.rules.policy import PayerPolicy, Policies
from adapter.rules.rule import Rule
from adapter.rules.suggestion import Suggestion

Json = JsonObject


def describe_rule(rule: Rule, policies: Policies) -> Json:
    """A rule: id, title, severity, payers' severities, issue type, text, variants, source and effect."""
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity.value,
        "payers": {policy.key: policy.severities[rule.id].value for policy in latest(policies) if rule.id in policy.severities},
        "type": rule.code.value,
        "text": rule.text,
        "variants": [
            {
                "name": variant.name,
                "severity": (variant.severity or rule.severity).value,
                "type": (variant.code or rule.code).value,
                "text": variant.text or rule.text,
            }
            for variant in rule.variants
        ],
        "source": rule.source,
        "verified": rule.verified,
        "effect": rule.effect,
    }


def describe_policy(policy: PayerPolicy) -> Json:
    """A payer's policy: each of its terms by its name in camel case, and `standing`, what it rests on."""
    terms = policy.model_dump(mode="json")
    return {to_camel(name): value for name, value in terms.items()} | {"standing": policy.standing}


def latest(policies: Policies) -> Iterable[PayerPolicy]:
    """The policy of each payer; of several periods, the last."""
    return [held[-1] for held in policies.by_key.values()]


def describe_explanation(explanation: Explanation) -> Json:
    """What became of every rule, and what the facts say of modifiers."""
    return {
        "policy": describe_policy(explanation.policy),
        "rules": [_outcome(rule) for rule in explanation.rules],
        "suggestedModifiers": [_suggestion(suggestion) for suggestion in explanation.suggestions],
    }


def _outcome(outcome: RuleOutcome) -> Json:
    return {
        "id": outcome.rule.id,
        "title": outcome.rule.title,
        "outcome": outcome.outcome,
        "why": outcome.why,
        "issues": [_issue(issue) for issue in outcome.issues],
    }


def _issue(issue: Issue) -> Json:
    return {
        "severity": issue.severity.value,
        "type": issue.code.value,
        "text": issue.text,
        "suggestion": issue.suggestion,
        "field": issue.field,
        "location": list(issue.location),
        "expression": list(issue.expression),
        "pointer": list(issue.pointer),
    }


def _suggestion(suggestion: Suggestion) -> Json:
    return {
        "line": suggestion.line,
        "modifier": suggestion.modifier,
        "defensible": suggestion.defensible,
        "sent": suggestion.sent,
        "why": suggestion.why,
        "rules": list(suggestion.rules),
    }
