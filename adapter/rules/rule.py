"""What the table knows of one coding rule."""

from dataclasses import dataclass
from typing import Literal

from adapter.issues import IssueType, Severity

Effect = Literal["draft", "no-claim", "refuse", "none"]
"""What an error does: the claim stays a draft, no claim is made, the whole input is refused, or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way to break a rule that has its own wording, type or severity; what is not said here is as in the rule."""

    name: str
    text: str | None = None
    code: IssueType | None = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One coding rule: `title` names it, `text` says what is wrong and what to do and never holds a value from the input.

    `severity` is the default; what a payer wants instead is in its policy (`PayerPolicy.severities`). `verified` says that the
    source itself was read, as modelling.md marks it; the others rest on custom, on reasoning, or on a source not read.
    """

    id: str
    title: str
    severity: Severity
    code: IssueType
    text: str
    source: str
    verified: bool = False
    effect: Effect = "draft"
    variants: tuple[Variant, ...] = ()


ERROR = Severity.ERROR
WARNING = Severity.WARNING
INFORMATION = Severity.INFORMATION
