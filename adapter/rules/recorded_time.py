"""The recorded times of a case: which kinds of moments there are, and at which fields each of them stands."""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter

from adapter.case import Case, Image

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


Read = Callable[[Case], str | None]


def _of_consent(name: str) -> Read:
    return lambda case: getattr(case.consent, name) if case.consent else None


def _of_review(name: str) -> Read:
    return lambda case: getattr(case.review, name) if case.review and case.review.status in ("signed", "amended") else None


def _of_insurance(name: str) -> Read:
    return lambda case: getattr(case.coverage.period, name) if case.coverage and case.coverage.period else None


def _claimed(case: Case) -> str | None:
    return case.billing.created if case.billing and case.billing.use == "claim" else None


_SINGLE: tuple[tuple[str, str, Read], ...] = (
    ("birth", "patient.birth_date", attrgetter("patient.birth_date")),
    ("death", "patient.deceased_at", attrgetter("patient.deceased_at")),
    ("consent", "consent.date", _of_consent("date")),
    ("expiry of the consent", "consent.expires", _of_consent("expires")),
    ("withdrawal of the consent", "consent.withdrawn_at", _of_consent("analysis_withdrawn_at")),
    ("visit", "encounter.start", attrgetter("encounter.start")),
    ("end of the visit", "encounter.end", attrgetter("encounter.end")),
    ("procedure", "procedure.started_at", attrgetter("procedure.started_at")),
    ("end of the procedure", "procedure.ended_at", attrgetter("procedure.ended_at")),
    ("signature", "review.signed_at", _of_review("signed_at")),
    ("amendment", "review.amended_at", _of_review("amended_at")),
    ("claim", "billing.created", _claimed),
    ("start of the insurance", "coverage.period.start", _of_insurance("start")),
    ("end of the insurance", "coverage.period.end", _of_insurance("end")),
)
"""The kinds of moments that a case has once, with the fields at which they stand."""


def moments_of(case: Case, used: Sequence[tuple[int, Image]]) -> Mapping[str, tuple[Moment, ...]]:
    """All moments of a case by their kinds; of photographs those that an analysis used."""
    analysed, runs = used if case.analyses else (), [*case.runs]
    lines = enumerate(case.billing.lines if case.billing else ())
    orders = [(f"orders[{at}].ordered_at", order) for at, order in enumerate(case.orders) if order.status in _IN_FORCE]
    return {
        **{kind: () if (value := read(case)) is None else ((field, value),) for kind, field, read in _SINGLE},
        "capture": tuple([(f"images[{at}].captured_at", i.captured_at) for at, i in analysed if i.captured_at]),
        "upload": tuple([(f"images[{at}].uploaded_at", i.uploaded_at) for at, i in analysed if i.uploaded_at]),
        "analysis": tuple([(f"{name}.started_at", run.started_at) for name, run in runs if run.started_at]),
        "end of the analysis": tuple([(f"{name}.finished_at", run.finished_at) for name, run in runs if run.finished_at]),
        "order": tuple([(field, order.ordered_at) for field, order in orders if order.ordered_at]),
        "measurement": tuple(
            [(f"measurements[{at}].measured_at", m.measured_at) for at, m in enumerate(case.measurements) if m.measured_at]
        ),
        "service": tuple([(f"billing.lines[{at}].dos_start", line.dos_start) for at, line in lines if line.dos_start]),
    }


_IN_FORCE = ("active", "completed")
