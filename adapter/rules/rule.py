"""A coding rule, declared once: its id, severity, words and source, when it applies, and what looks for breaches of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from adapter.issues import IssueType, Severity
from adapter.rules.condition import Condition, Sign
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding

Effect = Literal["draft", "no-claim", "refuse", "none"]
"""What an error does: the claim stays a draft, no claim is made, the whole input is refused, or nothing."""

Find = Callable[[Facts], Iterator[Finding]]
"""What looks for breaches of a rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way to break a rule that has its own wording, type or severity; the rest is as in the rule."""

    name: str
    text: str | None = None
    code: IssueType | None = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One coding rule: `title` names it, `text` says what is wrong and what to do and never holds a value from the input.

    `severity` is the default; a payer's own severity is in its policy (`PayerPolicy.severities`). `verified` says that the
    source itself was read, as docs/rules.md marks it; the others rest on custom, on reasoning, or on a source not read.
    `find` is asked only where all conditions of `applies` hold, which are told in this order, and all signs of `asked_if`: where
    one of these does not, the case keeps the rule, and nothing would be found.
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
    applies: tuple[Condition[Any], ...]
    asked_if: tuple[Sign[Any], ...] = ()
    find: Find

    def variant(self, name: str | None) -> Variant:
        """The variant of a name; without a name, the rule itself."""
        return AS_THE_RULE if name is None else next(variant for variant in self.variants if variant.name == name)


AS_THE_RULE = Variant(name="")
ERROR = Severity.ERROR
WARNING = Severity.WARNING
INFORMATION = Severity.INFORMATION


def rule(  # noqa: PLR0913 - a rule has as many properties
    rule_id: str,
    *,
    title: str,
    severity: Severity,
    code: IssueType,
    text: str,
    source: str,
    applies: tuple[Condition[Any], ...],
    asked_if: tuple[Sign[Any], ...] = (),
    verified: bool = False,
    effect: Effect = "draft",
    variants: tuple[Variant, ...] = (),
) -> Callable[[Find], Rule]:
    """Declare a rule on the function that looks for breaches of it; the registry finds it in its module."""

    def declare(find: Find) -> Rule:
        return Rule(
            id=rule_id,
            title=title,
            severity=severity,
            code=code,
            text=text,
            source=source,
            verified=verified,
            effect=effect,
            variants=variants,
            applies=applies,
            asked_if=asked_if,
            find=find,
        )

    return declare
