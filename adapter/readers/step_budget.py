"""How many steps a request may take: a value that is read is one, an element that is made, and an item that a loop goes through.

The budget is a value that is passed in: there is no clock in the core, and the same request is refused on every machine.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from adapter.issues import Issue, IssueType, Severity, TooLargeError
from adapter.json_types import JsonMapping

_BYTES_PER_VALUE = 2
"""`1,` in JSON: documents with fewer bytes than twice the budget cannot have more values."""
_BYTES_PER_ITEM = 20
"""An item of which something is made takes at least so many bytes: a key, a colon, quotes and a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepBudget:
    """The steps that a request may take, of which some are spent."""

    limit: int
    spent: int = 0

    def after(self, trees: Sequence[JsonMapping]) -> "StepBudget":
        """What is left when these have been read or made; raises TooLargeError if it was not enough."""
        spent = self.spent + sum(map(values_in, trees))
        if spent > self.limit:
            raise exceeded(self.limit)
        return StepBudget(limit=self.limit, spent=spent)

    def can_be_read(self, size: int) -> bool:
        """Whether documents of so many bytes are within the budget, whatever stands in them."""
        return size < self.limit * _BYTES_PER_VALUE

    def can_be_mapped(self, size: int) -> bool:
        """Whether so is all that can be made of them: at most something for every pair of items of two lists."""
        return (size // _BYTES_PER_ITEM // 2) ** 2 < self.limit


def exceeded(limit: int) -> TooLargeError:
    """What is raised when a budget is spent."""
    return TooLargeError(
        Issue(
            severity=Severity.ERROR,
            code=IssueType.TOO_COSTLY,
            rule="request/steps",
            text=(
                f"this takes more than {limit} steps (a value that is read, an element that is made, or an item that a loop of a "
                "map goes through, is a step)"
            ),
            suggestion="send shorter lists, let maps make less of them, or raise the setting ADAPTER_MAX_STEPS",
        )
    )


def values_in(tree: JsonMapping) -> int:
    """How many values there are in a tree."""
    count = 0
    stack: list[Collection[object]] = [tree.values()]
    while stack:
        values = stack.pop()
        count += len(values)
        for value in values:
            if isinstance(value, dict):
                stack.append(value.values())
            elif isinstance(value, list):
                stack.append(value)
    return count
