"""What the function of a rule finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a rule is broken: the case field, what would be right, and which variant of the rule it is."""

    field: str
    suggestion: str | None = None
    variant: str | None = None
