"""What several rules want to know of a case, found once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from adapter.case import Case, Line
from adapter.rules.circumstances import Circumstances
from adapter.rules.lookback import Service, days_of, services_before
from adapter.rules.policy import PayerPolicy
from adapter.rules.state import State

ANALYSIS_CODE = "0731T"
DISCONTINUED = "53"
FINAL_REPORT = frozenset({"final", "amended", "corrected", "appended"})
"""The statuses of a finished report (value set report-final-status)."""

Use = Literal["claim", "preauthorization", "predetermination"]
Place = tuple[int, int]
"""Where a modifier stands: the place of its line, and its own on the line."""


@dataclass(frozen=True, slots=True)
class Facts:
    """A case with its state and its claim lines; lines and modifiers are named by their places in the case.

    `codes` are the modifiers of each line in upper case without white space around them, `places` where each of them stands.
    `analysis` holds the places of the 0731T lines, `discontinued` (line, modifier) of every 53 on them, `undiscontinued`
    the places of 0731T lines without 53. `days` are the services of each day, those of earlier claims first. `policy` is what
    the payer wants, `circumstances` what a case does not say.
    """

    case: Case
    state: State
    policy: PayerPolicy
    circumstances: Circumstances
    use: Use | None
    lines: tuple[Line, ...]
    codes: tuple[tuple[str, ...], ...]
    places: Mapping[str, Sequence[Place]]
    analysis: tuple[int, ...]
    discontinued: tuple[Place, ...]
    undiscontinued: tuple[int, ...]
    days: tuple[tuple[Service, ...], ...]

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

    def on_analysis(self, *codes: str) -> Iterator[Place]:
        """Where one of these modifiers stands on a line of 0731T."""
        return (place for code in codes for place in self.places.get(code, ()) if self.lines[place[0]].code == ANALYSIS_CODE)


def facts_of(case: Case, state: State, policy: PayerPolicy, *, circumstances: Circumstances | None = None) -> Facts:
    """Find the facts of a case."""
    circumstances = circumstances or Circumstances()
    lines = case.billing.lines if case.billing else ()
    codes = tuple(tuple(modifier.code.strip().upper() for modifier in line.modifiers) for line in lines)
    analysis = tuple(at for at, line in enumerate(lines) if line.code == ANALYSIS_CODE)
    return Facts(
        case=case,
        state=state,
        policy=policy,
        circumstances=circumstances,
        use=case.billing.use if case.billing else None,
        lines=lines,
        codes=codes,
        places=_places(codes),
        analysis=analysis,
        discontinued=tuple((at, place) for at in analysis for place, code in enumerate(codes[at]) if code == DISCONTINUED),
        undiscontinued=tuple(at for at in analysis if DISCONTINUED not in codes[at]),
        days=days_of(services_before(case, circumstances.prior), lines, codes),
    )


def _places(codes: tuple[tuple[str, ...], ...]) -> Mapping[str, Sequence[Place]]:
    found: dict[str, list[Place]] = {}
    for at, said in enumerate(codes):
        for place, code in enumerate(said):
            found.setdefault(code, []).append((at, place))
    return found
