"""What the function of a rule finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of a rule: the case field that is wrong, what would be right, and which variant of the rule it is.

    `also` are the other fields that it contradicts: the issue stands at all of these places.
    """

    field: str
    suggestion: str | None = None
    variant: str | None = None
    also: tuple[str, ...] = ()
