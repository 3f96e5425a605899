"""Rules about modifiers that say how much of the service was done, and about 25, which says nothing of it."""

import re
from collections.abc import Iterator

from adapter.issues import IssueType
from adapter.rules.case_outline import record_outline
from adapter.rules.condition import ANALYSIS, CLAIM, REASON_TO_REDUCE, SIGNED, STOPPED, Sign, sends
from adapter.rules.facts import DISCONTINUED, Facts
from adapter.rules.finding import Finding
from adapter.rules.rule import ERROR, INFORMATION, WARNING, rule

MORE = "22"
REDUCED = "52"
_OF_PRIVACY = re.compile(
    r"\b(privacy|consent|permission|withdr[ae]w|refus|declin|revok|object(ed|ion|s)\b|did not agree)", re.IGNORECASE
)
_OF_NEED = re.compile(
    r"\b(safe|seiz|ill(ness)?\b|sick|unwell|vomit|pain|faint|distress|breath|bleed|allerg|fever|emergenc|medical|clinical"
    r"|technical|fail|fault|error|defect|broke|crash|outage|connection|network|power|camera|device|equipment|software)",
    re.IGNORECASE,
)


def _later(facts: Facts, one: str, *others: str) -> Iterator[Finding]:
    """Where one modifier stands on a line with one of the others: the later of the two, for each of the others."""
    for place in facts.places.get(one, ()):
        for other in others:
            if other in place.line.codes:
                yield Finding(place.line.at("modifiers", max(place.item, place.line.codes.index(other))))
                break


@rule(
    "MOD-10",
    title="Reduced and discontinued",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text="52 says that a report was made, 53 that none was. Keep the one that holds.",
    source="CPT modifiers 52 and 53",
    applies=(sends("52"), sends("53")),
)
def reduced_and_discontinued(facts: Facts) -> Iterator[Finding]:
    """52 and 53 on one line; the later of the two is named."""
    yield from _later(facts, REDUCED, DISCONTINUED)


@rule(
    "MOD-11",
    title="More and less work",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text="22 says more work than usual, 52 and 53 less. Keep the one that holds.",
    source="CPT modifiers 22, 52 and 53",
    applies=(sends("22"), sends("52", "53")),
)
def more_and_less(facts: Facts) -> Iterator[Finding]:
    """22 and 52 or 53 on one line; the later of the two is named."""
    yield from _later(facts, MORE, REDUCED, DISCONTINUED)


@rule(
    "MOD-12",
    title="22 on 0731T",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text="22 is meant for services with a global period, and 0731T has none. Send the reason if you keep it.",
    source="0731T codebook page: global XXX; MAC guidance on modifier 22",
    verified=True,
    applies=(ANALYSIS, sends("22")),
)
def more_without_global_period(facts: Facts) -> Iterator[Finding]:
    """22 on 0731T."""
    for place in facts.on_analysis(MORE):
        yield Finding(place.field)


@rule(
    "MOD-13",
    title="52 without a reason",
    severity=WARNING,
    code=IssueType.INCOMPLETE,
    text="The payer wants to know what was left out. Send the reason of the reduction.",
    source="MAC guidance on modifier 52",
    verified=True,
    applies=(ANALYSIS, sends("52")),
    asked_if=(Sign(record_outline, lambda there: not there.reason_to_reduce),),
)
def reduced_without_reason(facts: Facts) -> Iterator[Finding]:
    """52 on 0731T, and no reason of the reduction."""
    if facts.case.procedure.reduced_reason is None:
        for place in facts.on_analysis(REDUCED):
            yield Finding(place.field)


@rule(
    "MOD-19",
    title="Reduced service without 52",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text="The case says that part of the service was left out, and the line bills all of it. Add 52, or take the reason off.",
    source="CPT modifier 52",
    applies=(CLAIM, ANALYSIS, REASON_TO_REDUCE),
)
def reduced_but_billed_whole(facts: Facts) -> Iterator[Finding]:
    """A claim with a reason of a reduction and a 0731T line that says neither 52 nor 53."""
    for line in facts.undiscontinued:
        if REDUCED not in line.codes:
            yield Finding(line.at("modifiers"), suggestion=REDUCED, also=("procedure.reduced_reason",))


@rule(
    "MOD-14",
    title="53 with a finished report",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text=("53 says that the service was stopped before a report, and it is signed. Take 53 off; 52 says reduced."),
    source="0731T codebook page; 0731T payer overview",
    applies=(ANALYSIS, sends("53"), SIGNED),
)
def discontinued_but_reported(facts: Facts) -> Iterator[Finding]:
    """53 on 0731T although the report is signed, whatever became of the procedure."""
    for place in facts.discontinued:
        yield Finding(place.field)


@rule(
    "MOD-15",
    title="53 with nothing begun",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text=("53 is for a service that was begun, and no start is shown. Send the start, or do not bill a cancelled service."),
    source="MAC guidance on modifier 53",
    verified=True,
    applies=(ANALYSIS, sends("53")),
)
def discontinued_but_not_begun(facts: Facts) -> Iterator[Finding]:
    """53 on 0731T although nothing was done, or no start is given."""
    if facts.state.procedure == "not-done" or facts.case.procedure.started_at is None:
        for place in facts.discontinued:
            yield Finding(place.field)


@rule(
    "MOD-16",
    title="53 for privacy alone",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text="Withdrawn consent alone may not justify 53. Document what made it necessary to stop.",
    source="0731T payer overview; CPT modifier 53",
    applies=(ANALYSIS, sends("53")),
)
def discontinued_for_privacy(facts: Facts) -> Iterator[Finding]:
    """53 on 0731T where the reason speaks of consent or privacy and of nothing else, or is missing and the consent is gone."""
    if facts.discontinued and _is_for_privacy(facts):
        for place in facts.discontinued:
            yield Finding(place.field)


def _is_for_privacy(facts: Facts) -> bool:
    reason, consent = facts.case.procedure.stop_reason, facts.case.consent
    if reason is None:
        return consent is not None and consent.status in ("rejected", "inactive")
    return _OF_PRIVACY.search(reason) is not None and _OF_NEED.search(reason) is None


@rule(
    "MOD-17",
    title="53 is priced by hand",
    severity=INFORMATION,
    code=IssueType.INFORMATIONAL,
    text="The payer prices 53 case by case. Attach the record.",
    source="MAC guidance on modifier 53",
    verified=True,
    applies=(ANALYSIS, sends("53")),
)
def discontinued_is_priced_by_hand(facts: Facts) -> Iterator[Finding]:
    """53 on 0731T."""
    for place in facts.discontinued:
        yield Finding(place.field)


@rule(
    "MOD-18",
    title="Stopped service without 53",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text="The procedure was stopped before a report. Claim it with 53, or do not claim it.",
    source="CPT modifier 53; state machine of the adapter",
    applies=(CLAIM, ANALYSIS, STOPPED),
)
def stopped_but_not_discontinued(facts: Facts) -> Iterator[Finding]:
    """A claim of a stopped procedure with a 0731T line that does not say 53."""
    for line in facts.undiscontinued:
        yield Finding(line.at("modifiers"), suggestion=DISCONTINUED)


@rule(
    "MOD-25",
    title="25 on 0731T",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text="25 belongs to the visit's line. Move it there.",
    source="CPT modifier 25",
    applies=(ANALYSIS, sends("25")),
)
def of_the_visit(facts: Facts) -> Iterator[Finding]:
    """25 on 0731T."""
    for place in facts.on_analysis("25"):
        yield Finding(place.field)
