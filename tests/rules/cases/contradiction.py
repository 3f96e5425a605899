"""Examples of facts that exclude each other, and of those that only seem to."""

from tests.rules.ground import LINE, NO_REPORT, STOPPED, WITHOUT_BILLING, Example

NOT_DONE: dict[str, object] = {"procedure.status": "not-done", "ai": None, "images": [], "review": None}
DEPENDANT = {"coverage.subscriber": "patient"}

EXAMPLES = [
    *[
        Example("CON-01", {"encounter.status": status}, ("encounter.status",))
        for status in ("planned", "cancelled", "entered-in-error")
    ],
    Example("CON-01", {"encounter.status": "in-progress"}, ()),
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
]
