"""What several rules want to know of a case, found once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from adapter.case import Case, Coverage, Image
from adapter.rules.billed_line import BilledLine, PlacedModifier, billed_line
from adapter.rules.circumstances import Circumstances
from adapter.rules.lookback import days_of, services_before
from adapter.rules.policy import Named, PayerPolicy
from adapter.rules.recorded_time import Moment, moments_of, used_images
from adapter.rules.state import State

ANALYSIS_CODE = "0731T"
DISCONTINUED = "53"
_DAY_LENGTH = 10
FINAL_REPORT = frozenset({"final", "amended", "corrected", "appended"})
"""The statuses of a finished report (value set report-final-status)."""

MEDICARE = frozenset({"MA", "MB"})
"""The kinds of insurance of Medicare, as X12 names them."""

Use = Literal["claim", "preauthorization", "predetermination"]


@dataclass(frozen=True, slots=True)
class Facts:
    """A case with its state and its claim lines, as the rules see them.

    `places` are the modifiers of all lines by their code. `analysis` holds the 0731T lines, `discontinued` every 53 on them,
    `undiscontinued` the 0731T lines without 53. `days` are the services of each day, those of earlier claims first; `moments`
    are all recorded times by their kinds, and `used` the photographs that an analysis used, with their places. `policy` is what
    the payer wants, `circumstances` what a case does not say; `named` are the fields that name a payer, with its policy,
    `further` those of each insurance after the first.
    """

    case: Case
    state: State
    policy: PayerPolicy
    circumstances: Circumstances
    use: Use | None
    lines: tuple[BilledLine, ...]
    places: Mapping[str, Sequence[PlacedModifier]]
    analysis: tuple[BilledLine, ...]
    discontinued: tuple[PlacedModifier, ...]
    undiscontinued: tuple[BilledLine, ...]
    days: tuple[tuple[BilledLine, ...], ...]
    used: Sequence[tuple[int, Image]]
    moments: Mapping[str, Sequence[Moment]]
    named: Sequence[Named] = ()
    further: Sequence[Sequence[Named]] = ()

    @property
    def is_claim(self) -> bool:
        """Whether payment is asked for, not an opinion before the service."""
        return self.use == "claim"

    @property
    def is_void(self) -> bool:
        """Whether an earlier claim is taken back, so that nothing need be done or reported."""
        return self.case.billing is not None and self.case.billing.frequency == "void"

    @property
    def insures_dependants(self) -> bool:
        """Whether anybody may be insured through somebody else: not by Medicare, by whatever name the payer goes."""
        coverage = self.case.coverage
        return self.policy.dependants and (coverage is None or coverage.filing_indicator not in MEDICARE)

    @property
    def is_signed(self) -> bool:
        """Whether a clinician signed the report, even one that the state cannot show as final."""
        review = self.case.review
        return review is not None and review.status in ("signed", "amended")

    @property
    def is_final(self) -> bool:
        """Whether the report stands as finished."""
        return self.state.report in FINAL_REPORT

    @property
    def day_of_claim(self) -> str | None:
        """The day, month or year on which the claim was made, else the day of the judgement, else nothing."""
        created = self.case.billing.created if self.case.billing else None
        return created[:_DAY_LENGTH] if created is not None else self.circumstances.today

    @property
    def insurances(self) -> Iterator[tuple[str, Coverage]]:
        """The insurances of the patient with their case fields, the primary one first."""
        if self.case.coverage is not None:
            yield "coverage", self.case.coverage
        yield from ((f"other_coverages[{at}]", coverage) for at, coverage in enumerate(self.case.other_coverages))

    @property
    def beginning(self) -> tuple[str, str] | None:
        """The case field that says when the service began, and what it says: of the procedure, else of the visit."""
        case = self.case
        if case.procedure.started_at is not None:
            return "procedure.started_at", case.procedure.started_at
        return None if case.encounter.start is None else ("encounter.start", case.encounter.start)

    def on_analysis(self, *codes: str) -> Iterator[PlacedModifier]:
        """Where one of these modifiers stands on a line of 0731T."""
        return (place for code in codes for place in self.places.get(code, ()) if place.line.code == ANALYSIS_CODE)


def facts_of(
    case: Case,
    state: State,
    policy: PayerPolicy,
    *,
    circumstances: Circumstances | None = None,
    named: Sequence[Named] = (),
    further: Sequence[Sequence[Named]] = (),
) -> Facts:
    """Find the facts of a case."""
    circumstances = circumstances or Circumstances()
    sent = case.billing.lines if case.billing else ()
    lines = tuple([billed_line(line, place) for place, line in enumerate(sent)])
    analysis = tuple([line for line in lines if line.code == ANALYSIS_CODE])
    places, used = _places(lines), used_images(case)
    return Facts(
        case=case,
        state=state,
        policy=policy,
        circumstances=circumstances,
        use=case.billing.use if case.billing else None,
        lines=lines,
        places=places,
        analysis=analysis,
        discontinued=tuple([place for place in places.get(DISCONTINUED, ()) if place.line.code == ANALYSIS_CODE]),
        undiscontinued=tuple([line for line in analysis if DISCONTINUED not in line.codes]),
        days=days_of(services_before(case, circumstances.prior), lines),
        used=used,
        moments=moments_of(case, used),
        named=named,
        further=further or ((),) * len(case.other_coverages),
    )


def _places(lines: Sequence[BilledLine]) -> Mapping[str, Sequence[PlacedModifier]]:
    places: dict[str, list[PlacedModifier]] = {}
    for line in lines:
        for item, code in enumerate(line.codes):
            places.setdefault(code, []).append(PlacedModifier(line, item))
    return places
