"""What the table knows of one coding rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from adapter.issues import IssueType, Severity

PayerGroup = Literal["default", "medicare", "commercial", "bcbs"]
"""Whose severities differ; `default` holds for every payer that is not named."""

Effect = Literal["draft", "no-claim", "refuse", "none"]
"""What an error does: the claim stays a draft, no claim is made, the whole input is refused, or nothing."""

Severities = Mapping[PayerGroup, Severity]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way to break a rule that has its own wording, type or severity; what is not said here is as in the rule."""

    name: str
    text: str | None = None
    code: IssueType | None = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One coding rule: `title` names it, `text` says what is wrong and what to do and never holds a value from the input."""

    id: str
    title: str
    severity: Severities
    code: IssueType
    text: str
    source: str
    effect: Effect = "draft"
    variants: tuple[Variant, ...] = ()


def every_payer(severity: Severity) -> Severities:
    """One severity for all payers."""
    return MappingProxyType({"default": severity})


def by_payer(*, medicare: Severity, others: Severity) -> Severities:
    """Medicare apart from commercial payers and BCBS; a payer that we do not know counts with the latter."""
    return MappingProxyType({"default": others, "medicare": medicare, "commercial": others, "bcbs": others})


ERROR = every_payer(Severity.ERROR)
WARNING = every_payer(Severity.WARNING)
INFORMATION = every_payer(Severity.INFORMATION)
MEDICARE_ERROR = by_payer(medicare=Severity.ERROR, others=Severity.WARNING)
MEDICARE_WARNING = by_payer(medicare=Severity.WARNING, others=Severity.INFORMATION)
MEDICARE_INFORMATION = by_payer(medicare=Severity.INFORMATION, others=Severity.WARNING)
