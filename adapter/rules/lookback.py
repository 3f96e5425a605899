"""What was billed on the same day: by the lines of the claim, and by earlier claims for the same patient and provider."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from adapter.case import Case
from adapter.issues import Issue, IssueType, Severity
from adapter.rules.billed_line import BilledLine, billed_line
from adapter.rules.state import state_of

Aside = Literal["other-patient", "other-provider", "no-claim", "void", "replaced"]
"""Why an earlier case does not count: of somebody else, no claim for payment, cancelled, or replaced by a later claim."""

ASIDE: Mapping[Aside, str] = MappingProxyType(
    {
        "other-patient": "The earlier claim is of another patient and was not looked at. Pass claims of this patient.",
        "other-provider": "The earlier claim is of another provider and was not looked at. Pass claims of this provider.",
        "no-claim": "The earlier document asks for no payment and was not looked at. Pass what was claimed.",
        "void": "The earlier claim is cancelled or none, and was not looked at. Pass claims that stand.",
        "replaced": "The earlier claim is replaced by a later one, and was not looked at. There is nothing to do.",
    }
)
"""What is said of an earlier case that does not count."""


def services_before(case: Case, prior: Sequence[Case]) -> tuple[BilledLine, ...]:
    """The lines of earlier claims that count beside a case, in the order of the claims."""
    if not prior:
        return ()
    standing = (earlier for earlier, aside in zip(prior, weighed(case, prior), strict=True) if aside is None)
    return tuple(billed_line(line) for earlier in standing for line in (earlier.billing.lines if earlier.billing else ()))


def weighed(case: Case, prior: Sequence[Case]) -> tuple[Aside | None, ...]:
    """For each earlier case the reason why its claim does not count beside this one; nothing for one that does."""
    replaced = _replaced(case) | {name for earlier in prior for name in _replaced(earlier) if name != earlier.id}
    return tuple(_aside(earlier, case, replaced) for earlier in prior)


def aside_issues(names: Sequence[str], asides: Sequence[Aside | None]) -> Iterator[Issue]:
    """An information for each earlier claim, by the name of its document, that does not count beside this one."""
    for name, aside in zip(names, asides, strict=True):
        if aside is not None:
            yield Issue(
                severity=Severity.INFORMATION,
                code=IssueType.INFORMATIONAL,
                rule=f"prior/{aside}",
                text=ASIDE[aside],
                location=(f"{name}#",),
            )


def _aside(earlier: Case, case: Case, replaced: set[str]) -> Aside | None:
    if not _may_be_same(_patient(earlier), _patient(case)):
        return "other-patient"
    if not _may_be_same((provider_of(earlier),), (provider_of(case),)):
        return "other-provider"
    if earlier.billing is None or earlier.billing.use != "claim":
        return "no-claim"
    if state_of(earlier).claim in (None, "cancelled"):
        return "void"
    return "replaced" if {earlier.id, f"{earlier.id}/claim"} & replaced else None


def _replaced(case: Case) -> set[str]:
    """The claims that a case replaces: as it names them, and what it said itself before."""
    named = {related.claim for related in (case.billing.related if case.billing else ()) if related.relationship == "prior"}
    return {*named, case.id} if named else named


def _patient(case: Case) -> tuple[str | None, ...]:
    return case.patient.mrn, case.patient.mrn_system


def provider_of(case: Case) -> str | None:
    """The NPI of who rendered the service, else of the clinic."""
    rendering = next((someone.npi for someone in case.practitioners if someone.role == "rendering"), None)
    return rendering or (case.organization.npi if case.organization else None)


def _may_be_same(one: Iterable[str | None], other: Iterable[str | None]) -> bool:
    """Whether nothing that both say differs: what is not known to be somebody else's counts."""
    return all(mine == theirs for mine, theirs in zip(one, other, strict=True) if mine is not None and theirs is not None)


def days_of(before: Sequence[BilledLine], lines: Sequence[BilledLine]) -> tuple[tuple[BilledLine, ...], ...]:
    """The services of each day (the first day of a line), in the order in which they were billed; without a day, each alone."""
    days: dict[str | int | None, list[BilledLine]] = {}
    for service in before:
        if service.sent.dos_start is not None:
            days.setdefault(service.sent.dos_start, []).append(service)
    for line in lines:
        days.setdefault(line.sent.dos_start or line.place, []).append(line)
    return tuple(map(tuple, days.values()))
