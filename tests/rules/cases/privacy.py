"""Examples of rules about consent and photographs."""

from adapter.rules.circumstances import Circumstances
from tests.rules.ground import WITHOUT_BILLING, Example

TIMED_CONSENT = {"consent.date": "2024-05-02T09:00:00-05:00", "consent.expires": "2024-05-02T10:01:00-05:00"}
PHOTOGRAPH_DAYS = tuple(f"images[{number}].captured_at" for number in range(5))

EXAMPLES = [
    Example("PRI-01", {"consent": None}, ("consent",)),
    Example("PRI-01", {"consent": None, "images": []}, ("consent",)),
    Example("PRI-01", {"consent": None, "ai": None}, ("consent",)),
    *[Example("PRI-01", {"consent.status": status}, ("consent.status",)) for status in ("proposed", "rejected", "inactive")],
    Example("PRI-01", {"consent.status": "rejected", "images": [], "ai": None}, ("consent.status",)),
    Example("PRI-01", {"consent.analysis": False}, ("consent.analysis",)),
    Example("PRI-01", {"consent.date": "2024-05-03"}, (*PHOTOGRAPH_DAYS, "ai.started_at", "ai.finished_at")),
    Example("PRI-01", {"consent.date": "2024-05-02T09:00:01-05:00"}, PHOTOGRAPH_DAYS),
    Example("PRI-01", {"consent.date": "2024-05-02T15:00:01Z"}, (*PHOTOGRAPH_DAYS, "ai.started_at")),
    Example("PRI-01", {"consent.expires": "2024-05-02T10:00:59-05:00"}, ("ai.finished_at",)),
    Example("PRI-01", {"consent.expires": "2024-05-02T16:00:59+01:00"}, ("ai.finished_at",)),
    Example("PRI-01", {"consent.expires": "2024-05-01", "images": []}, ("ai.started_at", "ai.finished_at")),
    Example(
        "PRI-01",
        {"consent.date": "2024-05-03", "images[0].captured_at": None},
        (*PHOTOGRAPH_DAYS[1:], "ai.started_at", "ai.finished_at"),
    ),
    Example("PRI-01", TIMED_CONSENT, ()),
    Example("PRI-01", {"consent.date": "2024-05-02T14:00:00Z"}, ()),
    Example("PRI-01", {"consent.date": "2024-05-02", "consent.expires": "2024-05-02"}, ()),
    Example("PRI-01", {"consent.date": "2024", "consent.expires": "2024-05"}, ()),
    Example("PRI-01", {"consent.date": None, "consent.expires": None, "consent.analysis": None}, ()),
    Example("PRI-01", {"consent.date": "2024-05-03", "images": [{"id": "i"}], "ai.started_at": None, "ai.finished_at": None}, ()),
    Example("PRI-01", {"consent.date": "2024-05-03", "images": [], "ai": None}, ()),
    Example("PRI-01", {"consent": None, "images": [], "ai": None}, ()),
    Example("PRI-01", {"consent.status": "proposed", "images": [], "ai": None}, ()),
    Example("PRI-01", {"consent.status": "rejected", "images": [], "ai": None} | WITHOUT_BILLING, ()),
    Example("PRI-02", {"images[1].data": "AAAA"}, ("images[1].data",)),
    Example("PRI-02", {"images[1].url": "Data:image/jpeg;base64,AAAA"}, ("images[1].url",)),
    Example("PRI-02", {"images[1].url": "https://images.invalid/data:1"}, ()),
    Example("PRI-02", {"images[1].url": None}, ()),
    Example("PRI-04", {"images[1].url": "https://reader:word@images.invalid/1"}, ("images[1].url",)),
    Example("PRI-04", {"images[1].url": "HTTPS://reader@images.invalid/1"}, ("images[1].url",)),
    Example("PRI-04", {"images[1].url": "//reader@images.invalid/1"}, ("images[1].url",)),
    Example("PRI-04", {"images[1].url": "https://images.invalid/1?w=2&X-AMZ-Signature=ab"}, ("images[1].url",)),
    Example("PRI-04", {"images[1].url": "https://images.invalid/1?SIG=ab"}, ("images[1].url",)),
    Example("PRI-04", {"images[1].url": "https://images.invalid/1#access_token=ab"}, ("images[1].url",)),
    Example("PRI-04", {"images[1].url": "https://images.invalid/1?token"}, ("images[1].url",)),
    Example("PRI-04", {"images[1].url": "https://images.invalid/sig=1/reader@1?size=2&monkey=3&keys=4"}, ()),
    Example("PRI-04", {"images[1].url": "urn:uuid:7a1c0a3e-0000-4000-8000-000000000000"}, ()),
    Example("PRI-04", {"images[1].url": None}, ()),
    *[
        Example("PRI-10", {"images[1].content_type": type_}, ("images[1].content_type",))
        for type_ in ("application/pdf", "imagery/jpeg", "video/mp4")
    ],
    *[Example("PRI-10", {"images[1].content_type": type_}, ()) for type_ in ("image/heic", "IMAGE/JPEG", None)],
    Example("PRI-03", {"test": False}, ("test",), circumstances=Circumstances(to_public_server=True)),
    Example("PRI-03", {}, (), circumstances=Circumstances(to_public_server=True)),
    Example("PRI-03", {"test": False}, ()),
]
