"""What several rules want to know of a case, found once."""

from dataclasses import dataclass
from typing import Literal

from adapter.case import Case, Line
from adapter.rules.policy import PayerPolicy
from adapter.rules.state import State

ANALYSIS_CODE = "0731T"
DISCONTINUED = "53"
FINAL_REPORT = frozenset({"final", "amended", "corrected", "appended"})
"""The statuses of a finished report (value set report-final-status)."""

Use = Literal["claim", "preauthorization", "predetermination"]


@dataclass(frozen=True, slots=True)
class Facts:
    """A case with its state and its claim lines; lines and modifiers are named by their places in the case.

    `analysis` holds the places of the 0731T lines, `discontinued` (line, modifier) of every 53 on them, `undiscontinued`
    the places of 0731T lines without 53. `policy` is what the payer wants.
    """

    case: Case
    state: State
    policy: PayerPolicy
    use: Use | None
    lines: tuple[Line, ...]
    analysis: tuple[int, ...]
    discontinued: tuple[tuple[int, int], ...]
    undiscontinued: tuple[int, ...]

    @property
    def is_claim(self) -> bool:
        """Whether payment is asked for, not an opinion before the service."""
        return self.use == "claim"

    @property
    def is_signed(self) -> bool:
        """Whether a clinician signed the report, even one that the state can not show as final."""
        review = self.case.review
        return review is not None and review.status in ("signed", "amended")

    @property
    def is_final(self) -> bool:
        """Whether the report stands as finished."""
        return self.state.report in FINAL_REPORT


def facts_of(case: Case, state: State, policy: PayerPolicy) -> Facts:
    """Find the facts of a case."""
    lines = case.billing.lines if case.billing else ()
    analysis = tuple(at for at, line in enumerate(lines) if line.code == ANALYSIS_CODE)
    discontinued = tuple(
        (at, place) for at in analysis for place, modifier in enumerate(lines[at].modifiers) if modifier.code == DISCONTINUED
    )
    marked = {at for at, _ in discontinued}
    return Facts(
        case=case,
        state=state,
        policy=policy,
        use=case.billing.use if case.billing else None,
        lines=lines,
        analysis=analysis,
        discontinued=discontinued,
        undiscontinued=tuple(at for at in analysis if at not in marked),
    )
