"""Examples of rules about the AI output."""

from decimal import Decimal

from tests.rules.ground import NO_REPORT, Example

SCORE = "ai.candidates[3].scores[0].value"


def scores(*given: tuple[str, float | None]) -> dict[str, object]:
    """Give the change of a candidate's scores."""
    return {
        "ai.candidates[3].scores": [
            {"kind": kind, "value": None if value is None else Decimal(str(value))} for kind, value in given
        ]
    }


EXAMPLES = [
    Example("AI-02", {"ai.candidates[0].rank": 2}, ("ai.candidates[0].rank", "ai.candidates[1].rank")),
    Example("AI-02", {"ai.candidates[4].rank": None}, ("ai.candidates[4].rank",)),
    Example("AI-02", {"ai.candidates[9].rank": 9}, ("ai.candidates[9].rank",), ("10",)),
    Example("AI-02", {"ai.candidates[9].rank": 11}, ("ai.candidates[9].rank",)),
    Example("AI-02", {"ai.candidates": [{"rank": 0, "name": "A"}, {"rank": 1, "name": "B"}]}, ("ai.candidates[0].rank",)),
    Example("AI-02", {"ai.candidates": [{"rank": 1, "name": "A"}]}, ()),
    Example("AI-02", {"ai.candidates": []}, ()),
    Example("AI-02", {"ai": None}, ()),
    Example("AI-04", NO_REPORT | {"ai.candidates[3].status": "final"}, ("ai.candidates[3].status",)),
    Example("AI-04", {"review.status": "withdrawn", "ai.candidates[3].status": "final"}, ("ai.candidates[3].status",)),
    Example("AI-04", {"ai.candidates[3].status": "final"}, ()),
    Example("AI-04", NO_REPORT, ()),
    Example("AI-04", NO_REPORT | {"ai": None}, ()),
    Example("AI-01", {"ai.tool.product": None}, ("ai.tool.product",)),
    Example("AI-01", {"ai.tool.app_version": None}, ("ai.tool.app_version",)),
    Example("AI-01", {"ai.tool": {}}, ("ai.tool.product", "ai.tool.app_version")),
    Example("AI-01", {"ai.tool.app_version": None, "ai.tool.model_version": "2"}, ()),
    Example("AI-01", {"ai": None}, ()),
    *[
        Example("AI-03", scores((kind, value)), (SCORE,))
        for kind in ("feature_similarity", "combined_similarity", "probability")
        for value in (-0.01, 1.01)
    ],
    *[Example("AI-03", scores(("face_similarity", value)), (SCORE,)) for value in (-0.71, 1.31)],
    *[Example("AI-03", scores(("face_similarity", value)), ()) for value in (-0.7, 1.3)],
    *[Example("AI-03", scores(("face_distance", value)), (SCORE,)) for value in (-0.01, 2.01)],
    *[
        Example("AI-03", scores((kind, value)), ())
        for kind in ("face_similarity", "feature_similarity", "combined_similarity", "probability", "face_distance")
        for value in (0, 1, None)
    ],
    *[Example("AI-03", scores((kind, value)), ()) for kind in ("pedia", "pp4", "unspecified") for value in (-3, 5)],
    Example("AI-03", scores(("face_distance", 2)), ()),
    *[
        Example("AI-03", scores((kind, 0.5), ("probability", 0.5)), ("ai.candidates[3].scores[1].kind",))
        for kind in ("face_similarity", "feature_similarity", "combined_similarity")
    ],
    Example("AI-03", scores(("probability", 0.5), ("pp4", 1), ("face_similarity", 0.5)), ("ai.candidates[3].scores[0].kind",)),
    Example("AI-03", scores(("probability", 0.5), ("face_distance", 0.5)), ()),
    Example("AI-03", scores(("feature_similarity", 0.5), ("face_similarity", 0.5)), ()),
    Example("AI-03", {"ai": None}, ()),
]
