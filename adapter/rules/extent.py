"""Rules about modifiers that say how much of the service was done, and about 25, which says nothing of it."""

import re
from collections.abc import Iterator

from adapter.rules.facts import DISCONTINUED, Facts
from adapter.rules.finding import Finding, rule
from adapter.rules.modifiers import field_of

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
    for at, place in facts.places.get(one, ()):
        for other in others:
            if other in facts.codes[at]:
                yield Finding(field_of((at, max(place, facts.codes[at].index(other)))))
                break


@rule("MOD-10")
def reduced_and_discontinued(facts: Facts) -> Iterator[Finding]:
    """52 and 53 on one line; the later of the two is named."""
    yield from _later(facts, REDUCED, DISCONTINUED)


@rule("MOD-11")
def more_and_less(facts: Facts) -> Iterator[Finding]:
    """22 and 52 or 53 on one line; the later of the two is named."""
    yield from _later(facts, MORE, REDUCED, DISCONTINUED)


@rule("MOD-12")
def more_without_global_period(facts: Facts) -> Iterator[Finding]:
    """22 on 0731T."""
    for place in facts.on_analysis(MORE):
        yield Finding(field_of(place))


@rule("MOD-13")
def reduced_without_reason(facts: Facts) -> Iterator[Finding]:
    """52 on 0731T, and no reason of the reduction."""
    if facts.case.procedure.reduced_reason is None:
        for place in facts.on_analysis(REDUCED):
            yield Finding(field_of(place))


@rule("MOD-14")
def discontinued_but_reported(facts: Facts) -> Iterator[Finding]:
    """53 on 0731T although the report is signed, whatever became of the procedure."""
    if facts.is_signed:
        for place in facts.discontinued:
            yield Finding(field_of(place))


@rule("MOD-15")
def discontinued_but_not_begun(facts: Facts) -> Iterator[Finding]:
    """53 on 0731T although nothing was done, or no start is given."""
    if facts.state.procedure == "not-done" or facts.case.procedure.started_at is None:
        for place in facts.discontinued:
            yield Finding(field_of(place))


@rule("MOD-16")
def discontinued_for_privacy(facts: Facts) -> Iterator[Finding]:
    """53 on 0731T where the reason speaks of consent or privacy and of nothing else, or is missing and the consent is gone."""
    if facts.discontinued and _is_for_privacy(facts):
        for place in facts.discontinued:
            yield Finding(field_of(place))


def _is_for_privacy(facts: Facts) -> bool:
    reason, consent = facts.case.procedure.stop_reason, facts.case.consent
    if reason is None:
        return consent is not None and consent.status in ("rejected", "inactive")
    return _OF_PRIVACY.search(reason) is not None and _OF_NEED.search(reason) is None


@rule("MOD-17")
def discontinued_is_priced_by_hand(facts: Facts) -> Iterator[Finding]:
    """53 on 0731T."""
    for place in facts.discontinued:
        yield Finding(field_of(place))


@rule("MOD-18")
def stopped_but_not_discontinued(facts: Facts) -> Iterator[Finding]:
    """A claim of a stopped procedure with a 0731T line that does not say 53."""
    if facts.is_claim and facts.state.procedure == "stopped":
        for at in facts.undiscontinued:
            yield Finding(f"billing.lines[{at}].modifiers", suggestion=DISCONTINUED)


@rule("MOD-25")
def of_the_visit(facts: Facts) -> Iterator[Finding]:
    """25 on 0731T."""
    for place in facts.on_analysis("25"):
        yield Finding(field_of(place))
