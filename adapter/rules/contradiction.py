"""Facts that exclude each other, as one matrix: each row lists fields with the values that cannot all hold together."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from adapter.case import AiReport, Case
from adapter.issues import IssueType, Severity
from adapter.rules.condition import ANALYSIS, NOT_VOID, Condition
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.rule import ERROR, WARNING, Effect, Rule

SOME, NONE = "some", "none"


def _some(value: object) -> str:
    return SOME if value else NONE


def _kept_images(case: Case, _: AiReport | None) -> str:
    """Whether there are photographs that are kept: neither withdrawn nor refused."""
    refused = case.consent is not None and case.consent.status in ("rejected", "inactive")
    return _some([image for image in case.images if not image.withdrawn and not refused])


def _outcome(_: Case, ai: AiReport | None) -> str | None:
    """What the analysis came to; where nothing says so, it failed if a failure is all that it tells of."""
    return None if ai is None else ai.outcome or ("failed" if ai.failure and not ai.candidates else "complete")


def _dispositions(_: Case, ai: AiReport | None) -> str | None:
    """What the clinician did with the candidates, if it is the same for all of them."""
    dispositions = {candidate.disposition for candidate in ai.candidates} if ai else set()
    return dispositions.pop() if len(dispositions) == 1 else None


FIELDS: Mapping[str, Callable[[Case, AiReport | None], str | None]] = MappingProxyType(
    {
        "encounter.status": lambda case, _: case.encounter.status,
        "procedure.status": lambda case, _: case.procedure.status,
        "procedure.stop_reason": lambda case, _: _some(case.procedure.stop_reason),
        "review.status": lambda case, _: case.review.status if case.review else None,
        "review.signed_at": lambda case, _: _some(case.review and case.review.signed_at),
        "review.amended_at": lambda case, _: _some(case.review and case.review.amended_at),
        "review.amendment": lambda case, _: _some(case.review and case.review.amendment),
        "billing.use": lambda case, _: case.billing.use if case.billing else None,
        "images": _kept_images,
        "ai": lambda _, ai: _some(ai),
        "ai.superseded": lambda case, _: _some(case.analyses and not case.standing),
        "ai.outcome": _outcome,
        "ai.failure": lambda _, ai: _some(ai and ai.failure),
        "ai.candidates": lambda _, ai: _some(ai and ai.candidates),
        "coverage.relationship": lambda case, _: case.coverage.relationship if case.coverage else None,
        "coverage.subscriber": lambda case, _: case.coverage.subscriber if case.coverage else None,
        "coverage.insured": lambda case, _: _some(case.coverage and case.coverage.insured),
        "encounter.end": lambda case, _: _some(case.encounter.end),
        "consent.withdrawn": lambda case, _: _some(case.consent and case.consent.withdrawn),
        "consent.withdrawn_at": lambda case, _: _some(case.consent and case.consent.withdrawn_at),
        "ai.candidates[*].disposition": _dispositions,
    }
)
"""How the value of a field is read, given the AI report that counts; of some fields only whether there is something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContradictionRow:
    """Values of fields that exclude each other: the verdict stands at all of the fields, first at the first."""

    id: str
    title: str
    fields: Mapping[str, tuple[str, ...]]
    severity: Severity
    text: str
    source: str
    effect: Effect = "draft"
    also_if: tuple[Condition[Any], ...] = ()


_NOT_HELD = ("planned", "cancelled", "entered-in-error")
_SIGNED = ("signed", "amended")
_STATES = "FHIR R4 state machines of Encounter, Procedure, DiagnosticReport and Claim"

MATRIX: tuple[ContradictionRow, ...] = (
    ContradictionRow(
        id="CON-01",
        title="Claim for a visit that was not held",
        fields={"encounter.status": _NOT_HELD, "billing.use": ("claim",)},
        severity=ERROR,
        text=(
            "The visit is planned, cancelled or an error, and a claim is made. Correct the status of the visit, or make no claim."
        ),
        source=_STATES,
        also_if=(NOT_VOID,),
    ),
    ContradictionRow(
        id="CON-02",
        title="Signed report of a visit that was not held",
        fields={"encounter.status": _NOT_HELD, "review.status": _SIGNED},
        severity=ERROR,
        text="The visit is planned, cancelled or an error, and its report is signed. Correct one of the two statuses.",
        source=_STATES,
    ),
    ContradictionRow(
        id="CON-03",
        title="Procedure of a visit that was not held",
        fields={
            "encounter.status": _NOT_HELD,
            "procedure.status": ("in-progress", "on-hold", "stopped", "completed"),
        },
        severity=ERROR,
        text="The visit is planned, cancelled or an error, and its procedure was begun. Correct one of the two statuses.",
        source=_STATES,
    ),
    ContradictionRow(
        id="CON-04",
        title="Claim before the patient was seen",
        fields={"encounter.status": ("arrived", "triaged"), "billing.use": ("claim",)},
        severity=WARNING,
        text="The patient has arrived and was not seen yet, and a claim is made. Correct the status of the visit.",
        source=_STATES,
        also_if=(NOT_VOID,),
    ),
    ContradictionRow(
        id="CON-05",
        title="Analysis of a procedure that was not done",
        fields={"procedure.status": ("not-done",), "ai.outcome": ("complete", "partial")},
        severity=ERROR,
        text="The procedure was not done, and its analysis gave a result. Correct the status of the procedure.",
        source=_STATES,
    ),
    ContradictionRow(
        id="CON-06",
        title="Photographs of a procedure that was not done",
        fields={"procedure.status": ("not-done",), "images": (SOME,)},
        severity=WARNING,
        text=(
            "The procedure was not done, and photographs were taken. Say `stopped` if it was begun, or withdraw the photographs."
        ),
        source=_STATES,
    ),
    ContradictionRow(
        id="CON-07",
        title="Signed report of a procedure that was not done",
        fields={"procedure.status": ("not-done", "preparation"), "review.status": _SIGNED},
        severity=ERROR,
        text="The procedure was not done, and its report is signed. Correct one of the two statuses.",
        source=_STATES,
    ),
    ContradictionRow(
        id="CON-08",
        title="Claim on a failed analysis",
        fields={
            "ai.outcome": ("failed",),
            "procedure.status": ("completed",),
            "review.status": _SIGNED,
            "billing.use": ("claim",),
        },
        severity=ERROR,
        text=(
            "The analysis failed, so there is nothing that a completed, signed and billed service could rest on. Make no claim."
        ),
        source="0731T is an analysis and a report on it",
        also_if=(ANALYSIS, NOT_VOID),
    ),
    ContradictionRow(
        id="CON-09",
        title="Claim without an analysis",
        fields={
            "ai": (NONE,),
            "procedure.status": ("completed",),
            "billing.use": ("claim",),
        },
        severity=ERROR,
        text="0731T is billed as completed, and there is no analysis. Send the AI report, or make no claim.",
        source="0731T is an analysis and a report on it",
        also_if=(ANALYSIS, NOT_VOID),
    ),
    ContradictionRow(
        id="CON-10",
        title="Analysis without candidates",
        fields={"ai.outcome": ("complete", "partial"), "ai.candidates": (NONE,)},
        severity=WARNING,
        text="The analysis gave a result and names no candidate. Say `failed`, or send the candidates.",
        source="what AI tools for facial analysis give: a ranked list",
    ),
    ContradictionRow(
        id="CON-11",
        title="Failed analysis with candidates",
        fields={"ai.outcome": ("failed",), "ai.candidates": (SOME,)},
        severity=WARNING,
        text="The analysis failed and names candidates. Correct the outcome, or remove the candidates.",
        source="what AI tools for facial analysis give: a ranked list",
    ),
    ContradictionRow(
        id="CON-12",
        title="Complete analysis with a failure",
        fields={"ai.outcome": ("complete",), "ai.failure": (SOME,)},
        severity=WARNING,
        text="The analysis is not called failed or partial, and tells of a failure. Correct the outcome, or remove the failure.",
        source="the Case: `ai.failure` says why an analysis gave no result",
    ),
    ContradictionRow(
        id="CON-13",
        title="Signature on a report that is not signed",
        fields={"review.status": ("none", "in-progress"), "review.signed_at": (SOME,)},
        severity=WARNING,
        text="The report is not signed and has a time of signature. Correct the status, or remove the time.",
        source="FHIR R4 DiagnosticReport.status",
    ),
    ContradictionRow(
        id="CON-14",
        title="Amendment of a report that is not amended",
        fields={"review.status": ("none", "in-progress", "signed"), "review.amendment": (SOME,)},
        severity=WARNING,
        text="The report is not amended and says how it was. Correct the status, or remove `review.amendment`.",
        source="FHIR R4 DiagnosticReport.status",
    ),
    ContradictionRow(
        id="CON-15",
        title="Reason of a stop that did not happen",
        fields={"procedure.status": ("completed",), "procedure.stop_reason": (SOME,)},
        severity=WARNING,
        text="The procedure is completed and says why it was stopped. Correct the status, or remove the reason.",
        source="FHIR R4 Procedure.statusReason",
    ),
    ContradictionRow(
        id="CON-16",
        title="Insured through oneself and somebody else",
        fields={"coverage.relationship": ("self",), "coverage.subscriber": ("guardian", "other")},
        severity=ERROR,
        text="The patient is the subscriber (`self`), and somebody else is as well. Correct relationship or subscriber.",
        source="837P loop 2000B, SBR02",
    ),
    ContradictionRow(
        id="CON-17",
        title="Insured through somebody else and oneself",
        fields={
            "coverage.relationship": ("child", "parent", "spouse", "common", "injured"),
            "coverage.subscriber": ("patient",),
        },
        severity=WARNING,
        text="The patient is insured through somebody else, and is the subscriber. Correct relationship or subscriber.",
        source="837P loops 2000B and 2000C, PAT01",
    ),
    ContradictionRow(
        id="CON-18",
        title="Amended report without the time",
        fields={"review.status": ("amended",), "review.amended_at": (NONE,)},
        severity=WARNING,
        text="The report is amended, and nothing says when. Send `review.amended_at`.",
        source="FHIR R4 DiagnosticReport.issued",
    ),
    ContradictionRow(
        id="CON-19",
        title="Signed report of an unfinished procedure",
        fields={"procedure.status": ("in-progress", "on-hold"), "review.status": _SIGNED},
        severity=WARNING,
        text="The procedure is not finished, and its report is signed. Correct one of the two statuses.",
        source=_STATES,
    ),
    ContradictionRow(
        id="CON-20",
        title="Superseded analysis without a successor",
        fields={"ai.superseded": (SOME,)},
        severity=WARNING,
        text="Every analysis is called superseded, and no later one is there. Send the later analysis, or take `superseded` off.",
        source="the Case: `superseded` says that a later run took the place of this one",
    ),
    ContradictionRow(
        id="CON-21",
        title="Insured who is not the subscriber",
        fields={"coverage.insured": (SOME,), "coverage.subscriber": ("patient", "guardian")},
        severity=WARNING,
        text="`insured` names somebody, and the subscriber is somebody else, so the name is lost. Say `other`, or take it off.",
        source="the Case: `insured` is who holds the insurance, if it is neither patient nor guardian",
    ),
    ContradictionRow(
        id="CON-22",
        title="Visit that goes on and has ended",
        fields={"encounter.status": ("arrived", "triaged", "onleave"), "encounter.end": (SOME,)},
        severity=WARNING,
        text="The visit has an end, and its status says that it goes on. Say `finished`, or take the end off.",
        source="FHIR R4 Encounter.status and Encounter.period",
    ),
    ContradictionRow(
        id="CON-23",
        title="Withdrawal without a time",
        fields={"consent.withdrawn": (SOME,), "consent.withdrawn_at": (NONE,)},
        severity=WARNING,
        text="The consent says what was withdrawn, and not when. Send `consent.withdrawn_at`.",
        source="adapter policy: what was lawful until a withdrawal stays so",
    ),
    ContradictionRow(
        id="CON-24",
        title="Signed report on candidates that nobody looked at",
        fields={"review.status": _SIGNED, "ai.candidates[*].disposition": ("not-reviewed",)},
        severity=WARNING,
        text="The report is signed, and every candidate is called not reviewed. Say what the clinician did with them.",
        source="CPT Appendix S: augmentative output is interpreted by the clinician",
    ),
)
"""The matrix of what excludes each other."""


def _outline(facts: Facts) -> tuple[str | None, ...]:
    """The values of all fields, in their order."""
    case, ai = facts.case, facts.case.ai
    return tuple([read(case, ai) for read in FIELDS.values()])


def _shows(place: int, values: tuple[str, ...], outline: tuple[str | None, ...]) -> bool:
    return outline[place] in values


_PLACE = {field: place for place, field in enumerate(FIELDS)}


def _find(fields: tuple[str, ...], facts: Facts) -> Iterator[Finding]:
    """The contradiction, at its fields, which hold as was asked before; of several AI reports at the one that counts."""
    name = next((name for name, run in facts.case.runs if run is facts.case.ai), "ai")
    first, *others = (re.sub(r"^ai\b", name, field) for field in fields)
    yield Finding(first, also=tuple(others))


_CELLS: Mapping[tuple[str, tuple[str, ...]], Condition[tuple[str | None, ...]]] = MappingProxyType(
    {
        (field, values): Condition(_outline, partial(_shows, _PLACE[field], values), f"`{field}` is not {' or '.join(values)}")
        for row in MATRIX
        for field, values in row.fields.items()
    }
)
"""One condition for each field with values of the matrix, so that each is asked once."""

CONTRADICTION_RULES: tuple[Rule, ...] = tuple(
    Rule(
        id=row.id,
        title=row.title,
        severity=row.severity,
        code=IssueType.CONFLICT,
        text=row.text,
        source=row.source,
        effect=row.effect,
        applies=(*row.also_if, *(_CELLS[cell] for cell in row.fields.items())),
        find=partial(_find, tuple(row.fields)),
    )
    for row in MATRIX
)
"""The rows of the matrix as rules."""
