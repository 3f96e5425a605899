"""Rules about the AI output."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

from adapter.case import AiReport, Candidate, Score, ScoreKind
from adapter.issues import IssueType
from adapter.rules.case_outline import NOT_FRONTAL, privacy_outline
from adapter.rules.condition import AI, CANDIDATES, IMAGES, SCORES, Sign
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.rule import ERROR, WARNING, Variant, rule

_SIMILARITIES = frozenset({"face_similarity", "feature_similarity", "combined_similarity"})
_PROBABILITY = "probability"
_DIRECTION: Mapping[ScoreKind, str] = MappingProxyType(
    {
        "face_distance": "lower",
        "face_similarity": "higher",
        "feature_similarity": "higher",
        "combined_similarity": "higher",
        "probability": "higher",
        "pp4": "higher",
        "pedia": "higher",
    }
)
"""Which direction is closer, by the kind of a score."""
_RANGE: Mapping[ScoreKind, tuple[Decimal, Decimal]] = MappingProxyType(
    {
        "face_distance": (Decimal(0), Decimal(2)),
        "face_similarity": (Decimal("-0.7"), Decimal("1.3")),
        "feature_similarity": (Decimal(0), Decimal(1)),
        "combined_similarity": (Decimal(0), Decimal(1)),
        "probability": (Decimal(0), Decimal(1)),
    }
)
"""The least and the largest value of a kind; a cosine distance goes to 2, and GestaltMatcher's similarity is 1.3 less that."""

_WITHOUT_END = (Decimal("-Infinity"), Decimal("Infinity"))


class AiOutline(NamedTuple):
    """What the AI reports show of their candidates.

    `ranked` says that the ranks of each report are in order, `one_score` that a report has one score for each candidate, `scores`
    are their kinds and directions, `beyond` says that one is outside the range of its kind; the rest says whether there is any
    such candidate, tool or report, or two that are `alike`.
    """

    unnamed_tool: bool
    ranked: bool
    final: bool
    nameless: bool
    unanalysed: bool
    alike: bool
    one_score: bool
    beyond: bool
    scores: frozenset[tuple[ScoreKind, str | None]]


def ai_outline(facts: Facts) -> AiOutline:
    """The outline of all AI reports."""
    runs = facts.case.analyses
    candidates = [candidate for run in runs for candidate in run.candidates]
    scores = [score for candidate in candidates for score in candidate.scores]
    return AiOutline(
        unnamed_tool=any(not run.tool.product or not (run.tool.app_version or run.tool.model_version) for run in runs),
        ranked=all([c.rank for c in run.candidates] == [*range(1, len(run.candidates) + 1)] for run in runs),
        final="final" in [candidate.status for candidate in candidates],
        nameless=None in [candidate.name for candidate in candidates],
        alike=any(map(_has_alike, runs)),
        unanalysed=any(run.images and "analysed" not in [image.status for image in run.images] for run in runs),
        one_score=any({len(candidate.scores) for candidate in run.candidates} == {1} for run in runs),
        beyond=any(map(_is_beyond, scores)),
        scores=frozenset([(score.kind, score.direction) for score in scores]),
    )


def _has_alike(run: AiReport) -> bool:
    """Whether two candidates of a run have a name or a code in common."""
    names = [_folded(candidate.name) for candidate in run.candidates if candidate.name]
    codes = [(code.system, code.code) for candidate in run.candidates for code in candidate.codes]
    return len(set(names)) < len(names) or len(set(codes)) < len(codes)


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _is_beyond(score: Score) -> bool:
    """Whether a score is outside the range of its kind."""
    least, largest = _RANGE.get(score.kind, _WITHOUT_END)
    return score.value is not None and not least <= score.value <= largest


def _is_against_kind(kind: ScoreKind, direction: str | None) -> bool:
    usual = _DIRECTION.get(kind)
    return direction is not None and usual is not None and direction != usual


def _is_open(kind: ScoreKind, direction: str | None) -> bool:
    """Whether neither the kind of a score nor the tool says which direction is closer."""
    return direction is None and kind not in _DIRECTION


@rule(
    "AI-01",
    title="AI product or version missing",
    severity=WARNING,
    code=IssueType.INCOMPLETE,
    text="The AI product or its version is missing. Send both.",
    source="HL7 AI Transparency on FHIR",
    applies=(AI,),
    asked_if=(Sign(ai_outline, lambda there: there.unnamed_tool),),
)
def product_or_version_missing(facts: Facts) -> Iterator[Finding]:
    """An AI report that names no product, or no version of application or model."""
    for ai, run in facts.case.runs:
        if run.tool.product is None:
            yield Finding(f"{ai}.tool.product")
        if run.tool.app_version is None and run.tool.model_version is None:
            yield Finding(f"{ai}.tool.app_version")


@rule(
    "AI-02",
    title="Ranks of candidates",
    severity=ERROR,
    code=IssueType.INVARIANT,
    text=("Candidates must be ranked 1, 2, 3 … in the order of the list, without gap or repeat. Send the rank of this place."),
    source="adapter policy: the rank is the order as given",
    applies=(CANDIDATES,),
    asked_if=(Sign(ai_outline, lambda there: not there.ranked),),
)
def rank_out_of_order(facts: Facts) -> Iterator[Finding]:
    """A candidate whose rank is missing, repeats or leaves a gap after the ranks before it; suggests the rank of its place."""
    for ai, run in facts.case.runs:
        last = 0
        for at, candidate in enumerate(run.candidates):
            if candidate.rank != last + 1:
                yield Finding(f"{ai}.candidates[{at}].rank", suggestion=str(at + 1))
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
    asked_if=(Sign(ai_outline, lambda there: there.beyond or _PROBABILITY in [kind for kind, _ in there.scores]),),
)
def score_unlike_its_kind(facts: Facts) -> Iterator[Finding]:
    """A score outside the range of its kind, or a probability beside a similarity of the same candidate."""
    for ai, at, candidate in _candidates(facts):
        for place, score in enumerate(candidate.scores):
            if _is_beyond(score):
                yield Finding(f"{ai}.candidates[{at}].scores[{place}].value")
        if len(candidate.scores) > 1 and (second := _probability_beside_similarity(candidate)) is not None:
            yield Finding(f"{ai}.candidates[{at}].scores[{second}].kind", variant="two-kinds")


def _candidates(facts: Facts) -> Iterator[tuple[str, int, Candidate]]:
    """All candidates: the field of the run, the place in its list, and the candidate."""
    return ((ai, at, candidate) for ai, run in facts.case.runs for at, candidate in enumerate(run.candidates))


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
    asked_if=(Sign(ai_outline, lambda there: there.final),),
)
def final_without_signature(facts: Facts) -> Iterator[Finding]:
    """A candidate that calls itself final although nobody signed the report."""
    for ai, at, candidate in _candidates(facts):
        if candidate.status == "final" and not facts.is_signed:
            yield Finding(f"{ai}.candidates[{at}].status")


@rule(
    "AI-05",
    title="Rank against score",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text="A candidate ranks after one whose score of the same kind is worse. Check ranks, scores and their direction.",
    source="the rank is the order as the tool gave it",
    applies=(CANDIDATES, SCORES),
    asked_if=(Sign(ai_outline, lambda there: there.one_score),),
)
def rank_against_score(facts: Facts) -> Iterator[Finding]:
    """A candidate with a better score than the one ranked before it, where each has one score, all of one kind and direction."""
    for ai, run in facts.case.runs:
        yield from _ranked_against_score(ai, run.candidates)


def _ranked_against_score(ai: str, candidates: Sequence[Candidate]) -> Iterator[Finding]:
    scores = [candidate.scores[0] if len(candidate.scores) == 1 else None for candidate in candidates]
    kinds = {(score.kind, score.direction or _DIRECTION.get(score.kind)) if score else None for score in scores}
    direction = next(iter(kinds), None)
    if len(kinds) != 1 or direction is None or direction[1] is None:
        return
    ranked = sorted(
        (c.rank, at, s.value) for at, (c, s) in enumerate(zip(candidates, scores, strict=True)) if c.rank and s and s.value
    )
    for (_, before, better), (_, at, worse) in pairwise(ranked):
        if (worse > better) if direction[1] == "higher" else (worse < better):
            yield Finding(
                f"{ai}.candidates[{at}].rank", also=(f"{ai}.candidates[{before}].rank", f"{ai}.candidates[{at}].scores[0].value")
            )


@rule(
    "AI-06",
    title="Direction against kind",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text=(
        "A distance is closer when it is lower; similarities and probabilities are closer when higher. Correct direction or kind."
    ),
    source="what the kinds of scores mean",
    variants=(
        Variant(
            name="unsaid",
            text="Nothing says whether a higher or a lower value of this score is closer, so nobody can tell what it means. "
            "Send its direction.",
        ),
    ),
    applies=(CANDIDATES, SCORES),
    asked_if=(Sign(ai_outline, lambda there: any(_is_against_kind(*score) or _is_open(*score) for score in there.scores)),),
)
def direction_against_kind(facts: Facts) -> Iterator[Finding]:
    """A score whose direction is not the one of its kind; of each run, scores of a kind without one that do not say theirs."""
    for ai, run in facts.case.runs:
        scores = (
            (f"{ai}.candidates[{at}].scores[{n}]", s) for at, c in enumerate(run.candidates) for n, s in enumerate(c.scores)
        )
        if silent := [field for field, score in scores if score.value is not None and _is_open(score.kind, score.direction)]:
            yield Finding(silent[0], variant="unsaid", also=tuple(silent[1:]))
    for ai, at, candidate in _candidates(facts):
        for place, score in enumerate(candidate.scores):
            if _is_against_kind(score.kind, score.direction):
                field = f"{ai}.candidates[{at}].scores[{place}]"
                yield Finding(f"{field}.direction", suggestion=_DIRECTION[score.kind], also=(f"{field}.kind",))


@rule(
    "AI-07",
    title="Probabilities that add to more than one",
    severity=WARNING,
    code=IssueType.VALUE,
    text="The probabilities of the candidates add to more than 1. They may be similarities: check the kind.",
    source="probabilities of alternatives",
    applies=(CANDIDATES, SCORES),
    asked_if=(Sign(ai_outline, lambda there: _PROBABILITY in [kind for kind, _ in there.scores]),),
)
def more_than_certain(facts: Facts) -> Iterator[Finding]:
    """Probabilities of single syndromes whose sum is above 1 by more than the rounding of each allows."""
    for ai, run in facts.case.runs:
        yield from _adding_to_more_than_one(ai, run.candidates)


def _adding_to_more_than_one(ai: str, candidates: Sequence[Candidate]) -> Iterator[Finding]:
    total, rounding, fields = Decimal(0), Decimal(0), []
    for at, candidate in enumerate(candidates):
        for place, score in enumerate(candidate.scores if not candidate.is_group else ()):
            if score.kind == _PROBABILITY and score.value is not None:
                value = Decimal(score.value)
                total += value
                rounding += _half_a_unit(value)
                fields.append(f"{ai}.candidates[{at}].scores[{place}].value")
    if len(fields) > 1 and total > 1 + rounding:
        yield Finding(fields[0], also=tuple(fields[1:]))


def _half_a_unit(value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    return Decimal(5).scaleb(exponent - 1) if isinstance(exponent, int) and exponent < 0 else Decimal(0)


@rule(
    "AI-08",
    title="No frontal photograph",
    severity=WARNING,
    code=IssueType.INCOMPLETE,
    text="The analysis used photographs, and none is frontal. Facial analysis needs a frontal one: check the views.",
    source="0731T codebook page: frontal photograph",
    applies=(IMAGES, AI),
    asked_if=(Sign(privacy_outline, lambda there: there.not_frontal),),
)
def no_frontal_photograph(facts: Facts) -> Iterator[Finding]:
    """Photographs that were analysed, all of a known view, and none of them frontal."""
    used = facts.used
    if used and all(image.view in NOT_FRONTAL for _, image in used):
        yield Finding(f"images[{used[0][0]}].view", also=tuple(f"images[{at}].view" for at, _ in used[1:]))


@rule(
    "AI-09",
    title="Candidates without a photograph that was analysed",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text="No photograph was analysed, and candidates are proposed by face. Correct the photographs' status or the outcome.",
    source="0731T is an analysis of photographs",
    applies=(CANDIDATES,),
    asked_if=(Sign(ai_outline, lambda there: there.unanalysed),),
)
def no_photograph_analysed(facts: Facts) -> Iterator[Finding]:
    """A run that lists its photographs, analysed none of them, and names a candidate that is not of the features alone."""
    for ai, run in facts.case.runs:
        by_face = any(candidate.evidence != "features" for candidate in run.candidates)
        if run.images and by_face and all(image.status != "analysed" for image in run.images):
            yield Finding(f"{ai}.images[0].status", also=(f"{ai}.outcome",))


@rule(
    "AI-10",
    title="Candidate that names nothing",
    severity=WARNING,
    code=IssueType.INCOMPLETE,
    text="The candidate has neither a name, nor a code of a syndrome, nor a gene. Send one of them, or leave the candidate out.",
    source="what AI tools for facial analysis give: a ranked list of syndromes or genes",
    applies=(CANDIDATES,),
    asked_if=(Sign(ai_outline, lambda there: there.nameless),),
)
def names_nothing(facts: Facts) -> Iterator[Finding]:
    """A candidate without a name, a code and a gene."""
    for ai, at, candidate in _candidates(facts):
        if candidate.name is None and not candidate.codes and not candidate.genes:
            yield Finding(f"{ai}.candidates[{at}].name", also=(f"{ai}.candidates[{at}].codes",))


@rule(
    "AI-11",
    title="Syndrome at two ranks",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text="The same syndrome is a candidate at a higher rank, too. Keep the one that the tool gave.",
    source="adapter policy: a candidate is a syndrome, and has one rank in a run",
    applies=(CANDIDATES,),
    asked_if=(Sign(ai_outline, lambda there: there.alike),),
)
def ranked_twice(facts: Facts) -> Iterator[Finding]:
    """A candidate with all codes of one that ranks before it, or with its name where one of the two has no codes."""
    for ai, run in facts.case.runs:
        coded: dict[frozenset[tuple[str | None, str | None]], int] = {}
        named: dict[str, int] = {}
        bare: dict[str, int] = {}
        for at, candidate in enumerate(run.candidates):
            codes = frozenset((code.system, code.code) for code in candidate.codes)
            name = _folded(candidate.name or "")
            before = coded.get(codes) if codes else named.get(name)
            before = bare.get(name) if before is None else before
            if before is not None:
                yield Finding(f"{ai}.candidates[{at}].name", also=(f"{ai}.candidates[{before}].name",))
            if codes:
                coded.setdefault(codes, at)
            elif name:
                bare.setdefault(name, at)
            if name:
                named.setdefault(name, at)
