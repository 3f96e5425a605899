"""Examples of facts that exclude each other, and of those that only seem to."""

from tests.rules.ground import LINE, NO_REPORT, STOPPED, VOID, WITHOUT_BILLING, Example

NOT_DONE: dict[str, object] = {"procedure.status": "not-done", "ai": None, "images": [], "review": None}
DEPENDANT = {"coverage.subscriber": "patient"}

EXAMPLES = [
    *[
        Example("CON-01", {"encounter.status": status}, ("encounter.status",))
        for status in ("planned", "cancelled", "entered-in-error")
    ],
    Example("CON-01", {"encounter.status": "in-progress"}, ()),
    Example("CON-01", VOID | {"encounter.status": "entered-in-error"}, ()),
    Example("CON-04", VOID | {"encounter.status": "arrived"}, ()),
    Example("CON-08", VOID | {"ai.outcome": "failed", "ai.candidates": []}, ()),
    Example("CON-09", VOID | {"ai": None}, ()),
    Example("CON-01", {"encounter.status": "planned", "billing.use": "preauthorization"}, ()),
    Example("CON-02", {"encounter.status": "cancelled"}, ("encounter.status",)),
    Example("CON-02", {"encounter.status": "cancelled"} | NO_REPORT, ()),
    Example("CON-03", {"encounter.status": "cancelled", "procedure.status": "stopped"}, ("encounter.status",)),
    Example("CON-03", {"encounter.status": "cancelled"} | NOT_DONE, ()),
    Example("CON-04", {"encounter.status": "arrived"}, ("encounter.status",)),
    Example("CON-04", {"encounter.status": "in-progress"}, ()),
    Example("CON-05", {"procedure.status": "not-done"}, ("procedure.status",)),
    Example("CON-05", {"procedure.status": "not-done", "ai.outcome": "failed"}, ()),
    Example("CON-06", {"procedure.status": "not-done"}, ("procedure.status",)),
    Example("CON-06", NOT_DONE, ()),
    Example("CON-06", {"procedure.status": "not-done", "consent.status": "rejected"}, ()),
    Example("CON-06", {"procedure.status": "not-done", "images": [{"id": "i", "withdrawn": True}]}, ()),
    Example("CON-06", {"procedure.status": "preparation"}, ()),
    Example("CON-07", {"procedure.status": "not-done"}, ("procedure.status",)),
    Example("CON-07", NOT_DONE, ()),
    Example("CON-08", {"ai.outcome": "failed", "ai.candidates": []}, ("ai.outcome",)),
    Example("CON-08", {"ai.outcome": "failed", "ai.candidates": []} | WITHOUT_BILLING, ()),
    Example("CON-08", {"ai.outcome": "failed", "ai.candidates": []} | STOPPED, ()),
    Example("CON-08", {"ai.outcome": "partial"}, ()),
    Example("CON-08", {"ai.outcome": "failed", f"{LINE}.code": "36415"}, ()),
    Example("CON-09", {"ai": None}, ("ai",)),
    Example("CON-09", {"ai": None} | STOPPED, ()),
    Example("CON-09", {"ai": None, "billing.use": "preauthorization"}, ()),
    Example("CON-10", {"ai.candidates": []}, ("ai.outcome",)),
    Example("CON-10", {"ai.candidates": [], "ai.outcome": "partial"}, ("ai.outcome",)),
    Example("CON-10", {"ai.candidates": [], "ai.outcome": None}, ("ai.outcome",)),
    Example("CON-10", {"ai.candidates": [], "ai.outcome": None, "ai.failure": {"message": "No face."}}, ()),
    Example("CON-10", {"ai.outcome": "partial"}, ()),
    Example("CON-10", {"ai": None}, ()),
    Example("CON-11", {"ai.outcome": "failed"}, ("ai.outcome",)),
    Example("CON-11", {"ai.outcome": "failed", "ai.candidates": []}, ()),
    Example("CON-12", {"ai.failure": {"message": "No face."}}, ("ai.outcome",)),
    Example("CON-12", {"ai.failure": {"message": "No face."}, "ai.outcome": None}, ("ai.outcome",)),
    Example("CON-12", {"ai.failure": {"message": "No face."}, "ai.outcome": "partial"}, ()),
    Example("CON-13", {"review.status": "in-progress"}, ("review.status",)),
    Example("CON-13", {"review.status": "in-progress", "review.signed_at": None}, ()),
    Example("CON-14", {"review.amendment": "appended"}, ("review.status",)),
    Example("CON-14", {"review.amendment": "appended", "review.status": "amended"}, ()),
    Example("CON-15", {"procedure.stop_reason": "Illness."}, ("procedure.status",)),
    Example("CON-15", {"procedure.stop_reason": "Illness."} | STOPPED, ()),
    Example("CON-16", {"coverage.relationship": "self"}, ("coverage.relationship",)),
    Example("CON-16", {"coverage.relationship": "self", "coverage.subscriber": "patient"}, ()),
    Example("CON-17", DEPENDANT, ("coverage.relationship",)),
    Example("CON-17", DEPENDANT | {"coverage.relationship": "other"}, ()),
    Example("CON-18", {"review.status": "amended"}, ("review.status",)),
    Example("CON-18", {"review.status": "amended", "review.amended_at": "2024-05-03"}, ()),
    *[Example("CON-19", {"procedure.status": status}, ("procedure.status",)) for status in ("in-progress", "on-hold")],
    Example("CON-19", {"procedure.status": "in-progress"} | NO_REPORT, ()),
    Example("CON-20", {"ai.superseded": True}, ("ai.superseded",)),
    Example("CON-20", {"ai.superseded": False}, ()),
    *[
        Example("CON-22", {"encounter.status": status, "encounter.end": "2024-05-02"}, ("encounter.status",))
        for status in ("arrived", "triaged", "onleave")
    ],
    Example("CON-22", {"encounter.status": "onleave"}, ()),
    Example("CON-22", {"encounter.status": "in-progress", "encounter.end": "2024-05-02"}, ()),
    Example("CON-22", {"encounter.status": "planned", "encounter.end": "2024-05-02"}, ()),
    Example("CON-22", {"encounter.end": "2024-05-02"}, ()),
    Example("CON-23", {"consent.withdrawn": ["analysis"]}, ("consent.withdrawn",)),
    Example("CON-23", {"consent.withdrawn": ["analysis"], "consent.withdrawn_at": "2024-06-02"}, ()),
    Example("CON-23", {"consent.withdrawn_at": "2024-06-02"}, ()),
    *[
        Example(
            "CON-24",
            {"review.status": status, **{f"ai.candidates[{at}].disposition": "not-reviewed" for at in range(10)}},
            ("review.status",),
        )
        for status in ("signed", "amended")
    ],
    Example("CON-24", {f"ai.candidates[{at}].disposition": "not-reviewed" for at in range(9)}, ()),
    Example("CON-24", {f"ai.candidates[{at}].disposition": "considered" for at in range(10)}, ()),
    Example("CON-24", {}, ()),
]
