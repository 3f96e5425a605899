"""Examples of rules about times: pairs in the wrong order, and pairs that are right by a hair."""

from adapter.rules.circumstances import Circumstances
from adapter.rules.policy import PayerPolicy
from tests.rules.ground import LINE, NO_REPORT, PREAUTHORIZATION, WITHOUT_BILLING, Example

DAY = "2024-05-02"
UPLOADED = {"images[0].uploaded_at": f"{DAY}T09:30:00-05:00"}
VISIT_ALONE: dict[str, object] = {
    "encounter.start": "2024-05-02T09:00:00-05:00",
    "procedure.started_at": None,
    "ai.started_at": None,
    "ai.finished_at": None,
    "images": [],
}
NO_TIMES = {"ai.started_at": None, "ai.finished_at": None}
LATE = PayerPolicy(filing_limit=12)
TODAY = Circumstances(today="2024-05-10")
LAST_DAY = Circumstances(today=DAY)


def created(moment: str) -> dict[str, str]:
    """When the claim was made."""
    return {"billing.created": moment}


def period(start: str | None = None, end: str | None = None) -> dict[str, object]:
    """When the insurance holds."""
    return {"coverage.period": {"start": start, "end": end}}


def other(start: str) -> dict[str, object]:
    """An insurance that pays after the first one."""
    return {"member_id": "M-2", "payer": {"name": "Second"}, "period": {"start": start}}


EXAMPLES = [
    Example("TIM-01", {"patient.birth_date": "2024-05-02", "consent.date": "2024-05-01"}, ("consent.date",)),
    Example("TIM-01", {"patient.birth_date": "2024-05-01"}, ()),
    Example("TIM-01", {"patient.birth_date": "2024-05"}, ()),
    Example("TIM-01", {"patient.birth_date": None}, ()),
    Example("TIM-02", {"encounter.start": f"{DAY}T10:00:00-05:00", "encounter.end": f"{DAY}T09:59:59-05:00"}, ("encounter.end",)),
    Example("TIM-02", {"encounter.start": f"{DAY}T10:00:00-05:00", "encounter.end": f"{DAY}T15:00:00Z"}, ()),
    Example("TIM-02", {"encounter.start": f"{DAY}T10:00:00-05:00", "encounter.end": DAY}, ()),
    Example("TIM-03", {"procedure.ended_at": f"{DAY}T08:59:59-05:00"}, ("procedure.ended_at",)),
    Example("TIM-03", {"procedure.ended_at": f"{DAY}T09:00:00-05:00"}, ()),
    Example("TIM-04", {"ai.finished_at": f"{DAY}T09:59:59-05:00"}, ("ai.finished_at",)),
    Example("TIM-04", {"ai.finished_at": f"{DAY}T10:00:00-05:00"}, ()),
    Example("TIM-05", period("2024-12-31", "2024-01-01"), ("coverage.period.end",)),
    Example("TIM-05", period("2024-01-01", "2024"), ()),
    Example("TIM-06", {"images[0].uploaded_at": f"{DAY}T08:59:59-05:00"}, ("images[0].uploaded_at",)),
    Example("TIM-06", {"images[0].uploaded_at": f"{DAY}T09:00:00-05:00"}, ()),
    Example("TIM-07", {"images[0].uploaded_at": f"{DAY}T10:00:01-05:00"}, ("ai.started_at",)),
    Example("TIM-07", UPLOADED, ()),
    Example("TIM-08", {"images[0].captured_at": f"{DAY}T10:00:01-05:00"}, ("ai.started_at",)),
    Example("TIM-08", {"images[0].captured_at": f"{DAY}T10:00:00-05:00"}, ()),
    Example(
        "TIM-08",
        {"images[0].captured_at": f"{DAY}T10:00:01-05:00", "ai.images": [{"id": "i0", "status": "not-used"}]},
        (),
    ),
    Example(
        "TIM-08", {"images[0].captured_at": f"{DAY}T10:00:01-05:00"} | {"images[1].uploaded_at": f"{DAY}T09:30:00-05:00"}, ()
    ),
    Example("TIM-09", {"review.signed_at": f"{DAY}T10:00:59-05:00"}, ("review.signed_at",)),
    Example("TIM-09", {"review.signed_at": f"{DAY}T10:01:00-05:00"}, ()),
    Example("TIM-10", {"review.signed_at": f"{DAY}T09:59:59-05:00", "ai.finished_at": None}, ("review.signed_at",)),
    Example("TIM-10", {"review.signed_at": f"{DAY}T09:59:59-05:00"}, ()),
    Example("TIM-11", {"review.signed_at": f"{DAY}T08:00:00-05:00"} | NO_TIMES, ("review.signed_at",) * 5),
    Example("TIM-11", {"review.signed_at": f"{DAY}T09:00:00-05:00"} | NO_TIMES, ()),
    Example("TIM-12", {"review.signed_at": f"{DAY}T08:59:59-05:00", "images": []} | NO_TIMES, ("review.signed_at",)),
    Example("TIM-12", {"review.signed_at": f"{DAY}T09:00:00-05:00", "images": []} | NO_TIMES, ()),
    Example("TIM-13", {"review.status": "amended", "review.amended_at": f"{DAY}T10:59:59-05:00"}, ("review.amended_at",)),
    Example("TIM-13", {"review.status": "amended", "review.amended_at": f"{DAY}T11:00:00-05:00"}, ()),
    Example("TIM-14", created("2024-05-01"), ("billing.created",)),
    Example("TIM-14", created(DAY), ()),
    Example("TIM-14", created(DAY) | {"review.signed_at": "2024-05-03T01:00:00Z"}, ()),
    Example("TIM-14", created("2024-05-01") | {"billing.use": "preauthorization"}, ()),
    Example(
        "TIM-15",
        {"orders": [{"code": "81406", "status": "active", "ordered_at": DAY + "T10:59:59-05:00"}]},
        ("orders[0].ordered_at",),
    ),
    Example("TIM-15", {"orders": [{"code": "81406", "status": "active", "ordered_at": DAY}]}, ()),
    Example("TIM-15", {"orders": [{"code": "81406", "status": "proposed", "ordered_at": "2024-01-01"}]}, ()),
    Example("TIM-16", {"consent.expires": "2024-04-30"}, ("consent.expires",)),
    Example("TIM-16", {"consent.withdrawn_at": "2024-04-30"}, ("consent.withdrawn_at",)),
    Example("TIM-16", {"consent.expires": "2024-05-01"}, ()),
    Example("TIM-17", {"review.signed_at": f"{DAY}T08:59:59-05:00"} | VISIT_ALONE, ("review.signed_at",)),
    Example("TIM-17", {"review.signed_at": f"{DAY}T09:00:00-05:00"} | VISIT_ALONE, ()),
    Example("TIM-17", {"review.signed_at": f"{DAY}T08:59:59-05:00"} | VISIT_ALONE | {"procedure.started_at": DAY}, ()),
    Example("TIM-18", {"encounter.start": DAY, "patient.deceased_at": "2024-05-01"}, ("patient.deceased_at",)),
    Example("TIM-18", {"encounter.start": DAY, "patient.deceased_at": "2024-05-02T08:00:00-05:00"}, ()),
    Example("TIM-19", {"patient.deceased_at": "2024-05-01"}, ("patient.deceased_at",)),
    Example("TIM-19", {"patient.deceased_at": "2024-05"}, ()),
    Example("TIM-19", {"encounter.start": DAY, "patient.deceased_at": "2024-05-01"}, ()),
    Example("TIM-20", {"procedure.started_at": None, "patient.deceased_at": "2024-05-01"}, ("patient.deceased_at",) * 4),
    Example("TIM-20", {"procedure.started_at": None, "patient.deceased_at": DAY}, ()),
    Example("TIM-20", {"patient.deceased_at": "2024-05-01"}, ()),
    Example("DOS-05", {f"{LINE}.dos_start": "2024-05-01"}, (f"{LINE}.dos_start",), (DAY,)),
    Example("DOS-05", {f"{LINE}.dos_start": "2024-05-03"}, (f"{LINE}.dos_start",), (DAY,)),
    Example("DOS-05", {"procedure.started_at": None, "encounter.start": "2024-05-03"}, (f"{LINE}.dos_start",), ("2024-05-03",)),
    Example("DOS-05", {"procedure.started_at": "2024-05-03T03:30:00Z"}, ()),
    Example("DOS-05", {"procedure.started_at": "2024-05-03T04:30:00Z", "encounter.start": "2024-05-02T23:00:00-05:00"}, ()),
    Example(
        "DOS-05",
        {"procedure.started_at": "2024-05-03T05:30:00Z", "encounter.start": "2024-05-03T00:00:00-05:00"},
        (f"{LINE}.dos_start",),
        ("2024-05-03",),
    ),
    Example("DOS-05", {"procedure.started_at": "2024-05-02T23:59:59-05:00"}, ()),
    Example("DOS-05", {"procedure.started_at": "2024-05"}, ()),
    Example("DOS-05", {"procedure.started_at": "2024-06"}, (f"{LINE}.dos_start",), (None,)),
    Example("DOS-05", {"procedure.started_at": None}, ()),
    Example("DOS-06", {f"{LINE}.dos_end": "2024-05-03", "procedure.ended_at": f"{DAY}T10:30:00-05:00"}, (f"{LINE}.dos_end",)),
    Example("DOS-06", {f"{LINE}.dos_end": "2024-05-03", "encounter.end": f"{DAY}T10:30:00-05:00"}, (f"{LINE}.dos_end",)),
    Example("DOS-06", {f"{LINE}.dos_end": "2024-05-03", "procedure.ended_at": "2024-05-03T00:00:01-05:00"}, ()),
    Example("DOS-06", {f"{LINE}.dos_end": "2024-05-03"}, ()),
    Example("DOS-06", {f"{LINE}.dos_end": DAY, "procedure.ended_at": "2024-05-01"}, ()),
    Example("DOS-07", {"encounter.start": "2024-05-03"}, ("procedure.started_at",)),
    Example("DOS-07", {"encounter.end": "2024-05-01"}, ("procedure.started_at",)),
    Example("DOS-07", {"encounter.end": DAY, "procedure.ended_at": "2024-05-03T00:10:00-05:00"}, ("procedure.ended_at",)),
    Example("DOS-07", {"encounter.end": DAY, "procedure.ended_at": "2024-05-03T03:10:00Z"}, ()),
    Example("DOS-07", {"encounter.start": DAY, "encounter.end": DAY}, ()),
    Example("DOS-07", {"encounter.start": "2024-05-03", "encounter.mode": "store-and-forward"}, ()),
    Example("DOS-07", {"encounter.start": "2024-05-03T06:00:00Z"}, ("procedure.started_at",)),
    Example("DOS-07", {"encounter.start": "2024-05-03T04:00:00Z"}, ()),
    Example("DOS-07", {"encounter.start": "2024-05-03T13:00:00Z", "procedure.started_at": "2024-05-02T14:00:00Z"}, ()),
    Example("DOS-08", {"consent.withdrawn_at": "2024-06-01"}, ("consent.withdrawn_at",), circumstances=TODAY),
    Example("DOS-08", {"review.signed_at": "2024-05-11T09:00:00-05:00"}, ("review.signed_at",), circumstances=TODAY),
    Example("DOS-08", created("2024-06"), ("billing.created",), circumstances=TODAY),
    Example("DOS-08", created("2024-05"), (), circumstances=TODAY),
    Example("DOS-08", {"encounter.start": "2024-06-01"}, ("encounter.start",), circumstances=TODAY),
    Example("DOS-08", {"encounter.start": "2024-06-01", "encounter.status": "planned"}, (), circumstances=TODAY),
    Example(
        "DOS-08",
        {"encounter.start": "2024-06-01"} | PREAUTHORIZATION | {"procedure.status": "preparation"},
        (),
        circumstances=TODAY,
    ),
    Example("DOS-08", {}, (), circumstances=LAST_DAY),
    Example("DOS-08", {"review.signed_at": "2099-01-01"}, ()),
    Example("DOS-09", created("2025-05-03"), tuple(f"billing.lines[{at}].dos_start" for at in range(4)), policy=LATE),
    Example("DOS-09", created("2025-05-02"), (), policy=LATE),
    Example("DOS-09", created("2025"), (), policy=LATE),
    Example("DOS-09", created("2025-05-03"), ()),
    Example("DOS-09", created("2025-05-03") | {"billing.frequency": "replacement"}, (), policy=LATE),
    Example(
        "DOS-09",
        {f"billing.lines[{at}].dos_start": "2024-02-29" for at in range(4)} | created("2025-03-01"),
        tuple(f"billing.lines[{at}].dos_start" for at in range(4)),
        policy=LATE,
    ),
    Example(
        "DOS-09", {f"billing.lines[{at}].dos_start": "2024-02-29" for at in range(4)} | created("2025-02-28"), (), policy=LATE
    ),
    Example(
        "DOS-09",
        {},
        tuple(f"billing.lines[{at}].dos_start" for at in range(4)),
        circumstances=Circumstances(today="2025-05-03"),
        policy=LATE,
    ),
    Example("COV-03", period("2024-05-03"), ("coverage.period.start",) * 4),
    Example("COV-03", period(end="2024-05-01"), ("coverage.period.end",) * 4),
    Example("COV-03", period(DAY, DAY), ()),
    Example("COV-03", period("2024-05", "2024"), ()),
    Example("COV-03", {"other_coverages": [other("2024-05-03")]}, ("other_coverages[0].period.start",) * 4),
    Example("COV-03", {"other_coverages": [other(DAY)]}, ()),
    Example("COV-03", period("2024-05-03") | {f"billing.lines[{at}].dos_start": None for at in range(4)}, ()),
    Example(
        "COV-03",
        period("2024-05-03") | {f"billing.lines[{at}].dos_start": None for at in range(4)} | {"billing.lines[0].dos_end": DAY},
        (),
    ),
    Example("TIM-14", created("2024-05-01") | NO_REPORT, ()),
    Example("TIM-14", WITHOUT_BILLING, ()),
]
