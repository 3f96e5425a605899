"""Rules about the provider's report and the procedure behind it."""

from collections.abc import Iterator

from adapter.rules.facts import Facts
from adapter.rules.finding import Finding, rule


@rule("RPT-01")
def no_finished_report(facts: Facts) -> Iterator[Finding]:
    """A claim without a finished report, unless 53 is on every 0731T line; 53 does not excuse a procedure that was completed."""
    discontinued = facts.analysis and not facts.undiscontinued and facts.state.procedure != "completed"
    if facts.is_claim and not facts.is_final and not discontinued:
        yield Finding("review.status")


@rule("RPT-02")
def provider_part_missing(facts: Facts) -> Iterator[Finding]:
    """A finished report without its interpreter, time of signature or conclusion."""
    review = facts.case.review
    if not facts.is_final or review is None:
        return
    if review.reviewer is None:
        yield Finding("review.reviewer")
    if review.signed_at is None:
        yield Finding("review.signed_at")
    if review.conclusion is None:
        yield Finding("review.conclusion")


@rule("RPT-03")
def reviewer_is_no_practitioner(facts: Facts) -> Iterator[Finding]:
    """A finished report by somebody who is none of the practitioners, so not known to be human."""
    reviewer = facts.case.review.reviewer if facts.case.review else None
    if facts.is_final and reviewer is not None and all(someone.key != reviewer for someone in facts.case.practitioners):
        yield Finding("review.reviewer")


@rule("RPT-04")
def procedure_not_finished(facts: Facts) -> Iterator[Finding]:
    """A claim for a procedure that was neither completed nor stopped."""
    if facts.is_claim and facts.state.procedure not in ("completed", "stopped"):
        yield Finding("procedure.status")
