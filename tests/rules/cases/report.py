"""Examples of rules about the report and the procedure."""

from tests.rules.ground import LINE, NO_REPORT, PREAUTHORIZATION, STOPPED, VOID, WITHOUT_BILLING, Example

NURSE = {"key": "np", "npi": "1245319599", "taxonomy": "363LP0200X"}

EXAMPLES = [
    Example("RPT-01", {"review.status": "in-progress"}, ("review.status",)),
    Example("RPT-01", NO_REPORT, ("review.status",)),
    Example("RPT-01", {"review.status": "withdrawn"}, ("review.status",)),
    Example("RPT-01", {"review.status": "withdrawn", f"{LINE}.modifiers": ["53"]}, ("review.status",)),
    Example("RPT-01", NO_REPORT | {f"{LINE}.modifiers": ["53"]}, ("review.status",)),
    Example("RPT-01", STOPPED | {"billing.lines[1].code": "0731T"}, ("review.status",)),
    Example("RPT-01", STOPPED | {f"{LINE}.code": "99203"}, ("review.status",)),
    Example("RPT-01", STOPPED, ()),
    Example("RPT-01", PREAUTHORIZATION, ()),
    Example("RPT-01", NO_REPORT | WITHOUT_BILLING, ()),
    Example("RPT-01", {"review.status": "amended"}, ()),
    Example("RPT-01", {"review.status": "amended", "review.amendment": "appended"}, ()),
    Example("RPT-01", VOID | {"review.status": "withdrawn"}, ()),
    Example("RPT-01", VOID | {"billing.frequency": "replacement", "review.status": "withdrawn"}, ("review.status",)),
    Example("RPT-02", {"review.reviewer": None}, ("review.reviewer",)),
    Example("RPT-02", {"review": {"status": "amended"}}, ("review.reviewer", "review.signed_at", "review.conclusion")),
    Example("RPT-02", {"review": {"status": "in-progress"}}, ()),
    Example("RPT-02", STOPPED | {"review": {"status": "signed"}}, ()),
    Example("RPT-03", {"review.reviewer": "Tool"}, ("review.reviewer",)),
    Example("RPT-03", {"practitioners": []}, ("review.reviewer",)),
    Example("RPT-03", {"review.reviewer": "np"}, ()),
    Example("RPT-03", {"review.reviewer": None}, ()),
    Example("RPT-03", {"review.reviewer": "Tool", "review.status": "in-progress"}, ()),
    Example("RPT-03", NO_REPORT, ()),
    *[
        Example("RPT-04", {"procedure.status": status}, ("procedure.status",))
        for status in ("preparation", "in-progress", "on-hold")
    ],
    *[Example("RPT-04", {"procedure.status": status}, ("procedure.status",)) for status in ("not-done", "entered-in-error")],
    Example("RPT-04", VOID | {"procedure.status": "entered-in-error"}, ()),
    Example("RPT-05", {"review.reviewer": "np", "practitioners[1].role": "other"}, ("review.reviewer",)),
    Example("RPT-05", {"review.reviewer": "np", "practitioners[1].role": "assisting"}, ("review.reviewer",)),
    Example("RPT-05", {"review.reviewer": "np", "practitioners[1].npi": None}, ("review.reviewer",)),
    Example("RPT-05", {"review.reviewer": "np"}, ()),
    Example("RPT-05", {"review.reviewer": "np", "practitioners[1].npi": None, "practitioners[1].role": "referring"}, ()),
    Example("RPT-05", {"review.reviewer": "np", "practitioners[1].role": "supervising"}, ()),
    Example("RPT-05", {"practitioners[1].role": "other"}, ()),
    Example("RPT-05", {"review.reviewer": "np", "practitioners[1]": {**NURSE, "role": "other"}}, ()),
    *[
        Example("RPT-06", asked | {"billing.draft": True}, ("billing.draft",))
        for asked in ({}, PREAUTHORIZATION, VOID, STOPPED, {"billing.frequency": "replacement"})
    ],
    Example("RPT-06", {"billing.draft": False}, ()),
    Example("RPT-06", WITHOUT_BILLING, ()),
    Example("RPT-04", STOPPED, ()),
    Example("RPT-04", {}, ()),
    Example("RPT-04", PREAUTHORIZATION, ()),
]
