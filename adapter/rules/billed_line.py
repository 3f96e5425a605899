"""A line of a claim as the rules see it: what was sent, its modifiers in one spelling, and where it stands in the case."""

from dataclasses import dataclass

from adapter.case import Line
from adapter.rules.procedure_code import meant_by

_CODE_LENGTH = 5


@dataclass(frozen=True, slots=True)
class BilledLine:
    """A line as it stands on a day: its place in the case (nothing for a line of an earlier claim), and what was sent.

    `code` is the code that was meant, so that no line escapes a rule by its spelling; `codes` are the modifiers in upper case
    without white space around them.
    """

    place: int | None
    sent: Line
    code: str
    codes: tuple[str, ...]

    @property
    def is_visit(self) -> bool:
        """Whether the code is one of evaluation and management (98000 to 98016, 99202 to 99499)."""
        return len(self.code) == _CODE_LENGTH and ("98000" <= self.code <= "98016" or "99202" <= self.code <= "99499")

    def at(self, field: str, item: int | None = None) -> str:
        """The case field of this line, or of one item of a list on it."""
        path = f"billing.lines[{self.place}].{field}"
        return path if item is None else f"{path}[{item}]"


@dataclass(frozen=True, slots=True)
class PlacedModifier:
    """A modifier on a line, by its place there."""

    line: BilledLine
    item: int

    @property
    def field(self) -> str:
        """The case field of the modifier."""
        return self.line.at("modifiers", self.item)


def billed_line(sent: Line, place: int | None = None) -> BilledLine:
    """A line that was sent; without a place it belongs to an earlier claim."""
    return BilledLine(place, sent, meant_by(sent.code), tuple([modifier.code.strip().upper() for modifier in sent.modifiers]))
