"""Rules about who saw what: a feature of two observers, a candidate that was not assessed, a report by who did not render."""

from collections.abc import Iterator

from adapter.issues import IssueType
from adapter.rules.condition import CANDIDATES, FINAL, PHENOTYPES
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.rule import WARNING, rule

_ELSEWHERE = frozenset({"referring", "ordering"})


@rule(
    "AI-12",
    title="By face, and not assessed by face",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text="The candidate rests on the face, and is called not assessed by face. Correct one of the two.",
    source="the Case: `evidence` and `assessed_by_face` of a candidate",
    applies=(CANDIDATES,),
)
def not_assessed(facts: Facts) -> Iterator[Finding]:
    """A candidate whose evidence is the face, alone or with features, that the tool did not assess by face."""
    for run_field, run in facts.case.runs:
        for at, candidate in enumerate(run.candidates):
            if candidate.assessed_by_face is False and candidate.evidence in ("face", "both"):
                field = f"{run_field}.candidates[{at}]"
                yield Finding(f"{field}.evidence", also=(f"{field}.assessed_by_face",))


@rule(
    "PHE-03",
    title="Feature of a person and of a run",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text="A person saw this feature, and it names a run of the AI software. Say `ai`, or take `run` off.",
    source="the Case: `run` is the run of the AI tool that saw a feature",
    applies=(PHENOTYPES,),
)
def feature_of_two(facts: Facts) -> Iterator[Finding]:
    """A feature of the clinician or of a caregiver that names a run."""
    for at, feature in enumerate(facts.case.phenotypes):
        if feature.run is not None and feature.source in ("clinician", "caregiver"):
            yield Finding(f"phenotypes[{at}].source", also=(f"phenotypes[{at}].run",))


@rule(
    "RPT-07",
    title="Report of who asked for it",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text="Who referred or ordered signed the report, and somebody else renders the service. Name who interpreted as `rendering`.",
    source="0731T ends with the provider's report; 837P loop 2310B: who rendered the service",
    applies=(FINAL,),
)
def signed_by_who_asked(facts: Facts) -> Iterator[Finding]:
    """A finished report that the referring or ordering practitioner signed, where another one renders."""
    case = facts.case
    reviewer = case.review.reviewer if case.review else None
    renders = any(someone.role == "rendering" for someone in case.practitioners)
    for at, someone in enumerate(case.practitioners):
        if renders and someone.key == reviewer and someone.role in _ELSEWHERE:
            yield Finding("review.reviewer", also=(f"practitioners[{at}].role",))
