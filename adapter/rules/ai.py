"""Rules about the AI output."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from adapter.case import Candidate, ScoreKind
from adapter.issues import IssueType
from adapter.rules.condition import AI, CANDIDATES, SCORES
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.rule import ERROR, WARNING, Variant, rule

_SIMILARITIES = frozenset({"face_similarity", "feature_similarity", "combined_similarity"})
_PROBABILITY = "probability"
_HIGHEST: Mapping[ScoreKind, int] = MappingProxyType(
    {"face_similarity": 1, "feature_similarity": 1, "combined_similarity": 1, "probability": 1, "face_distance": 2}
)
"""The largest value of a kind, the smallest being 0; a cosine distance goes to 2, and the other kinds have no range."""


@rule(
    "AI-01",
    title="AI product or version missing",
    severity=WARNING,
    code=IssueType.INCOMPLETE,
    text="It is not said which AI product, or which version, gave the output. Send both.",
    source="HL7 AI Transparency on FHIR",
    applies=(AI,),
)
def product_or_version_missing(facts: Facts) -> Iterator[Finding]:
    """An AI report that names no product, or no version of application or model."""
    if facts.case.ai is None:
        return
    tool = facts.case.ai.tool
    if tool.product is None:
        yield Finding("ai.tool.product")
    if tool.app_version is None and tool.model_version is None:
        yield Finding("ai.tool.app_version")


@rule(
    "AI-02",
    title="Ranks of candidates",
    severity=ERROR,
    code=IssueType.INVARIANT,
    text=("Candidates must be ranked 1, 2, 3 … in the order of the list, without gap or repeat. Send the rank of this place."),
    source="adapter policy: the rank is the order as given",
    applies=(CANDIDATES,),
)
def rank_out_of_order(facts: Facts) -> Iterator[Finding]:
    """A candidate whose rank is missing, repeats or leaves a gap after the ranks before it; suggests the rank of its place."""
    last = 0
    for at, candidate in enumerate(facts.case.ai.candidates if facts.case.ai else ()):
        if candidate.rank != last + 1:
            yield Finding(f"ai.candidates[{at}].rank", suggestion=str(at + 1))
        last = last + 1 if candidate.rank is None else max(last, candidate.rank)


@rule(
    "AI-03",
    title="Kind of score",
    severity=ERROR,
    code=IssueType.VALUE,
    text="The score is outside the range of its kind. Check the kind of the score and its value.",
    source="adapter policy: a similarity is not a probability",
    variants=(
        Variant(
            name="two-kinds",
            text="The candidate has a similarity and a probability. Check which of the two the tool gave.",
            severity=WARNING,
        ),
    ),
    applies=(CANDIDATES, SCORES),
)
def score_unlike_its_kind(facts: Facts) -> Iterator[Finding]:
    """A score outside the range of its kind, or a probability beside a similarity of the same candidate."""
    for at, candidate in enumerate(facts.case.ai.candidates if facts.case.ai else ()):
        for place, score in enumerate(candidate.scores):
            highest = _HIGHEST.get(score.kind)
            if highest is not None and score.value is not None and not 0 <= score.value <= highest:
                yield Finding(f"ai.candidates[{at}].scores[{place}].value")
        if len(candidate.scores) > 1 and (second := _probability_beside_similarity(candidate)) is not None:
            yield Finding(f"ai.candidates[{at}].scores[{second}].kind", variant="two-kinds")


def _probability_beside_similarity(candidate: Candidate) -> int | None:
    """The place of the probability of a candidate that has a similarity as well."""
    kinds = [score.kind for score in candidate.scores]
    return kinds.index(_PROBABILITY) if _PROBABILITY in kinds and not _SIMILARITIES.isdisjoint(kinds) else None


@rule(
    "AI-04",
    title="AI output called final",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text=("AI output stays preliminary until a clinician signs the report. Send it as preliminary, or send the signature."),
    source="CPT Appendix S; state machine of the adapter",
    applies=(CANDIDATES,),
)
def final_without_signature(facts: Facts) -> Iterator[Finding]:
    """A candidate that calls itself final although nobody signed the report."""
    if facts.case.ai is None or facts.is_signed:
        return
    for at, candidate in enumerate(facts.case.ai.candidates):
        if candidate.status == "final":
            yield Finding(f"ai.candidates[{at}].status")
