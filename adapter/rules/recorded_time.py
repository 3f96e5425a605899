"""The recorded times of a case: which kinds of moments there are, and at which fields each of them stands."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from types import MappingProxyType

from adapter.case import AiReport, Case, Image

Moment = tuple[str, str]
"""A case field, and the date or time that stands there."""


def used_images(case: Case) -> list[tuple[int, Image]]:
    """The photographs that an analysis used, with their places: those that it lists as analysed.

    A run that lists none as analysed may have used each that no run lists as failed or unused.
    """
    listed = [image for run in case.analyses for image in run.images]
    analysed = {image.id for image in listed if image.status == "analysed"}
    if all(any(image.status == "analysed" for image in run.images) for run in case.analyses):
        return [(place, image) for place, image in enumerate(case.images) if image.id in analysed]
    set_aside = {image.id for image in listed} - analysed
    return [(place, image) for place, image in enumerate(case.images) if image.id not in set_aside]


def _one(field: str, value: str | None) -> tuple[Moment, ...]:
    return () if value is None else ((field, value),)


def _analysed(case: Case) -> Iterator[tuple[str, str | None, str | None]]:
    """The photographs that the analysis used, with their times."""
    for place, image in used_images(case) if case.analyses else ():
        yield f"images[{place}]", image.captured_at, image.uploaded_at


def _ai(read: Callable[[AiReport], str | None], field: str, case: Case) -> Iterator[Moment]:
    for name, run in case.runs:
        yield from _one(f"{name}.{field}", read(run))


def _captures(case: Case) -> Iterator[Moment]:
    return ((f"{field}.captured_at", captured) for field, captured, _ in _analysed(case) if captured)


def _uploads(case: Case) -> Iterator[Moment]:
    return ((f"{field}.uploaded_at", uploaded) for field, _, uploaded in _analysed(case) if uploaded)


def _orders(case: Case) -> Iterator[Moment]:
    for place, order in enumerate(case.orders):
        if order.status in ("active", "completed"):
            yield from _one(f"orders[{place}].ordered_at", order.ordered_at)


def _measurements(case: Case) -> Iterator[Moment]:
    return ((f"measurements[{place}].measured_at", m.measured_at) for place, m in enumerate(case.measurements) if m.measured_at)


def _services(case: Case) -> Iterator[Moment]:
    for place, line in enumerate(case.billing.lines if case.billing else ()):
        yield from _one(f"billing.lines[{place}].dos_start", line.dos_start)


def _review(case: Case, name: str) -> tuple[Moment, ...]:
    review = case.review
    if review is None or review.status not in ("signed", "amended"):
        return ()
    return _one(f"review.{name}", review.signed_at if name == "signed_at" else review.amended_at)


MOMENTS: Mapping[str, Callable[[Case], Iterable[Moment]]] = MappingProxyType(
    {
        "birth": lambda case: _one("patient.birth_date", case.patient.birth_date),
        "death": lambda case: _one("patient.deceased_at", case.patient.deceased_at),
        "consent": lambda case: _one("consent.date", case.consent.date if case.consent else None),
        "expiry of the consent": lambda case: _one("consent.expires", case.consent.expires if case.consent else None),
        "withdrawal of the consent": lambda case: _one(
            "consent.withdrawn_at", case.consent.analysis_withdrawn_at if case.consent else None
        ),
        "visit": lambda case: _one("encounter.start", case.encounter.start),
        "end of the visit": lambda case: _one("encounter.end", case.encounter.end),
        "capture": _captures,
        "upload": _uploads,
        "analysis": partial(_ai, lambda ai: ai.started_at, "started_at"),
        "end of the analysis": partial(_ai, lambda ai: ai.finished_at, "finished_at"),
        "procedure": lambda case: _one("procedure.started_at", case.procedure.started_at),
        "end of the procedure": lambda case: _one("procedure.ended_at", case.procedure.ended_at),
        "signature": lambda case: _review(case, "signed_at"),
        "amendment": lambda case: _review(case, "amended_at"),
        "order": _orders,
        "measurement": _measurements,
        "service": _services,
        "claim": lambda case: _one(
            "billing.created", case.billing.created if case.billing and case.billing.use == "claim" else None
        ),
        "start of the insurance": lambda case: _one(
            "coverage.period.start", case.coverage.period.start if case.coverage and case.coverage.period else None
        ),
        "end of the insurance": lambda case: _one(
            "coverage.period.end", case.coverage.period.end if case.coverage and case.coverage.period else None
        ),
    }
)
"""The kinds of moments, and where each stands in a case."""


def moments_of(case: Case) -> Mapping[str, tuple[Moment, ...]]:
    """All moments of a case by their kinds."""
    return {kind: tuple(read(case)) for kind, read in MOMENTS.items()}
