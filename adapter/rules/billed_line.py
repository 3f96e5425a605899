"""A line of a claim as the rules see it: what was sent, its modifiers in one spelling, and where it stands in the case."""

from dataclasses import dataclass

from adapter.case import Line

_CODE_LENGTH = 5


@dataclass(frozen=True, slots=True)
class BilledLine:
    """A line as it stands on a day: its place in the case (nothing for a line of an earlier claim), what was sent, its modifiers.

    `codes` are the modifiers in upper case without white space around them.
    """

    place: int | None
    sent: Line
    codes: tuple[str, ...]

    @property
    def is_visit(self) -> bool:
        """Whether the code is one of evaluation and management (99202 to 99499)."""
        return len(self.sent.code) == _CODE_LENGTH and "99202" <= self.sent.code <= "99499"

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
    return BilledLine(place, sent, tuple([modifier.code.strip().upper() for modifier in sent.modifiers]))
