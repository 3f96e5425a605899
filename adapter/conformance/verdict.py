"""What became of a case: the verdict, its reasons, and the evidence of each step."""

from dataclasses import dataclass, field
from enum import StrEnum

from adapter.client.triage import TriagedRemark, Verdict
from adapter.json_types import JsonObject


class CaseVerdict(StrEnum):
    """What a case found. Only `fail` speaks against the server; `could-not-judge` is about us, with its cause."""

    GOOD = "pass"
    FAIL = "fail"
    WARN = "warn"
    SKIP = "skip"
    BLOCKED = "blocked"
    COULD_NOT_JUDGE = "could-not-judge"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFinding:
    """One thing that is not as expected."""

    verdict: CaseVerdict
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEvidence:
    """What was asked and answered: the request as a line for `curl`, the answer without what it says of others.

    `outcome` is the OperationOutcome of the answer as sent, `remarks` what our triage says of it.
    """

    curl: str
    status: int | None
    answer: str = field(repr=False)
    findings: tuple[StepFinding, ...] = ()
    remarks: tuple[TriagedRemark, ...] = ()
    outcome: JsonObject = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """Why a failure is no surprise: a line of the known_failures knows it."""

    verdict: Verdict
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """What became of one case; `place` is where its file says it, `reasons` are why, `explained` that a failure is known."""

    identity: str
    group: str
    title: str
    requirement: str
    link: str
    place: str
    verdict: CaseVerdict
    reasons: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    steps: tuple[StepEvidence, ...] = ()
    explained: Explained | None = None
    seconds: float = 0.0

    @property
    def is_trouble(self) -> bool:
        """Whether it needs somebody's attention."""
        return self.verdict in (CaseVerdict.FAIL, CaseVerdict.COULD_NOT_JUDGE) and not self.explained
