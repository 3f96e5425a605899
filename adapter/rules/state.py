"""The state machine: how far a case and its parts are, in words that the maps turn into the codes of a FHIR release."""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from adapter.case import Case
from adapter.json_types import JsonObject

ProcedureStatus = Literal["preparation", "in-progress", "not-done", "on-hold", "stopped", "completed", "entered-in-error"]
ReportStatus = Literal[
    "registered", "partial", "preliminary", "final", "amended", "corrected", "appended", "cancelled", "entered-in-error"
]
CandidateStatus = Literal["preliminary", "final", "cancelled", "entered-in-error"]
ObservationStatus = Literal["final", "entered-in-error"]
PhotographStatus = Literal["available", "void"]
ClaimStatus = Literal["active", "draft", "cancelled"]

Value = str | None

DERIVED_FROM: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "procedure": ("procedure.status",),
        "report": ("procedure.status", "review.status", "review.amendment", "review.conclusion", "analyses[*].outcome"),
        "candidate": ("procedure.status", "review.status"),
        "observation": ("procedure.status",),
        "photographs": ("procedure.status", "consent.status"),
        "claim": (
            "billing.use",
            "billing.frequency",
            "procedure.status",
            "review.status",
            "consent.status",
            "consent.withdrawn_at",
            "consent.expires",
        ),
    }
)
"""The case fields that each field of the state follows from: its lineage, and all that its function is given."""

SHOWN_BY: Mapping[str, str] = MappingProxyType(
    {"procedure.status": "judgement.state.procedure", "review.status": "judgement.state.report"}
)
"""The state that shows what a status of the case became, by the field; others hang on it too."""


def _from(name: str) -> JsonObject:
    return {"from": list(DERIVED_FROM[name])}


class State(BaseModel):
    """How far a case and its parts are; no report means that none is made, no claim means none for this use.

    `candidate` holds for everything that the AI said, features that it saw included; `observation` for what people observed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    procedure: ProcedureStatus = Field(json_schema_extra=_from("procedure"))
    report: ReportStatus | None = Field(json_schema_extra=_from("report"))
    candidate: CandidateStatus = Field(json_schema_extra=_from("candidate"))
    observation: ObservationStatus = Field(json_schema_extra=_from("observation"))
    photographs: PhotographStatus = Field(json_schema_extra=_from("photographs"))
    claim: ClaimStatus | None = Field(json_schema_extra=_from("claim"))


_NOTHING_MADE = ("preparation", "not-done")
_NO_REPORT_TO_COME = ("not-done", "stopped")
_REVIEWED = ("signed", "amended")
_REFUSED = ("rejected", "inactive")
_OUTPUT: Mapping[Value, ReportStatus] = MappingProxyType(
    {None: "registered", "failed": "registered", "partial": "partial", "complete": "preliminary"}
)


def _procedure(*, procedure_status: Value) -> Value:
    return procedure_status


def _report(
    *, procedure_status: Value, review_status: Value, review_amendment: Value, review_conclusion: Value, analyses_outcome: Value
) -> Value:
    if procedure_status == "entered-in-error" or review_status == "withdrawn":
        return "entered-in-error"  # also a report that is withdrawn after it was final
    if procedure_status in _NOTHING_MADE and analyses_outcome is None and review_status in (None, "none"):
        return None
    if procedure_status in _NO_REPORT_TO_COME:
        return "cancelled"
    if review_status == "amended":
        return review_amendment or "amended"
    if review_status == "signed":
        return "final"
    begun = review_status == "in-progress" and review_conclusion and _OUTPUT[analyses_outcome] == "registered"
    return "preliminary" if begun else _OUTPUT[analyses_outcome]  # FHIR: of what is registered there is nothing yet


def _candidate(*, procedure_status: Value, review_status: Value) -> Value:
    if procedure_status == "entered-in-error" or review_status == "withdrawn":
        return "entered-in-error"
    if procedure_status in _NO_REPORT_TO_COME:
        return "cancelled"
    return "final" if review_status in _REVIEWED else "preliminary"  # an amended report does not say that a candidate changed


def _observation(*, procedure_status: Value) -> Value:
    return "entered-in-error" if procedure_status == "entered-in-error" else "final"


def _photographs(*, procedure_status: Value, consent_status: Value) -> Value:
    void = procedure_status == "entered-in-error" or consent_status in _REFUSED
    return "void" if void else "available"


def _claim(
    *,
    billing_use: Value,
    billing_frequency: Value,
    procedure_status: Value,
    review_status: Value,
    consent_status: Value,
    consent_withdrawn_at: Value,
    consent_expires: Value,
) -> Value:
    if billing_use == "claim" and billing_frequency == "void":
        return "active"  # what takes an earlier claim back rests on no service
    if billing_use is None or procedure_status == "not-done":
        return None
    stopped = procedure_status == "stopped"
    if procedure_status == "entered-in-error" or (review_status == "withdrawn" and not stopped):
        return "cancelled"
    lawful_until = consent_withdrawn_at or consent_expires
    if consent_status == "rejected" or (consent_status == "inactive" and not lawful_until):
        return "draft"  # somebody has to look at it; what an ended consent does not cover is an error of rule PRI-01
    reported = procedure_status == "completed" and review_status in _REVIEWED
    allowed = (reported or stopped) if billing_use == "claim" else not stopped
    return "active" if allowed else "draft"


def _known(value: Value) -> Value:
    """That a day or a text is known, whichever it is: so that there are as many states as combinations of statuses."""
    return "known" if value else None


_READ: Mapping[str, Callable[[Case], Value]] = MappingProxyType(
    {
        "procedure.status": lambda case: case.procedure.status,
        "review.status": lambda case: case.review.status if case.review else None,
        "review.amendment": lambda case: case.review.amendment if case.review else None,
        "review.conclusion": lambda case: _known(case.review.conclusion if case.review else None),
        "consent.status": lambda case: case.consent.status if case.consent else None,
        "consent.withdrawn_at": lambda case: _known(case.consent.analysis_withdrawn_at if case.consent else None),
        "consent.expires": lambda case: _known(case.consent.expires if case.consent else None),
        "analyses[*].outcome": lambda case: (
            (case.ai.outcome or "complete") if case.ai else None
        ),  # output without a word on failure
        "billing.use": lambda case: case.billing.use if case.billing else None,
        "billing.frequency": lambda case: case.billing.frequency if case.billing else None,
    }
)
_DERIVE: Mapping[str, Callable[..., Value]] = MappingProxyType(
    {
        "procedure": _procedure,
        "report": _report,
        "candidate": _candidate,
        "observation": _observation,
        "photographs": _photographs,
        "claim": _claim,
    }
)


def state_of(case: Case) -> State:
    """Derive the statuses of a case; every combination of its statuses has an answer (modelling.md §6)."""
    return _state(tuple([read(case) for read in _READ.values()]))


def _parameter(field: str) -> str:
    return field.replace("[*]", "").replace(".", "_")


@cache
def _state(values: tuple[Value, ...]) -> State:
    """Derive a state once; there are as many as combinations of statuses."""
    known = dict(zip(_READ, values, strict=True))
    return State.model_validate(
        {name: derive(**{_parameter(path): known[path] for path in DERIVED_FROM[name]}) for name, derive in _DERIVE.items()}
    )
