"""Rules about modifiers that split, multiply or share the service."""

from collections.abc import Iterator

from adapter.rules.facts import ANALYSIS_CODE, Facts
from adapter.rules.finding import Finding, rule
from adapter.rules.modifiers import field_of

PROFESSIONAL = "26"
TECHNICAL = "TC"


@rule("MOD-20")
def both_components(facts: Facts) -> Iterator[Finding]:
    """26 and TC on one line; the later of the two is named."""
    for at, place in facts.places.get(PROFESSIONAL, ()):
        if TECHNICAL in facts.codes[at]:
            yield Finding(field_of((at, max(place, facts.codes[at].index(TECHNICAL)))))


@rule("MOD-21")
def no_components(facts: Facts) -> Iterator[Finding]:
    """26 or TC on 0731T, unless the payer's policy splits it."""
    if facts.policy.components == "not-split":
        for place in facts.on_analysis(PROFESSIONAL, TECHNICAL):
            yield Finding(field_of(place))


@rule("MOD-22")
def billed_twice(facts: Facts) -> Iterator[Finding]:
    """A line of 0731T after one of the same day that bills another part of it, or the whole beside a part."""
    for services in facts.days:
        billed: set[str] = set()
        for service in services:
            if service.line.code == ANALYSIS_CODE:
                part = _part(service.codes)
                if service.at is not None and billed - {part}:
                    yield Finding(f"billing.lines[{service.at}]{_where(service.codes, part)}")
                billed.add(part)


def _part(codes: tuple[str, ...]) -> str:
    parts = [code for code in (PROFESSIONAL, TECHNICAL) if code in codes]
    return parts[0] if len(parts) == 1 else ""


def _where(codes: tuple[str, ...], part: str) -> str:
    return f".modifiers[{codes.index(part)}]" if part else ".modifiers"


@rule("MOD-50")
def bilateral(facts: Facts) -> Iterator[Finding]:
    """50 on 0731T."""
    yield from _on_analysis(facts, "50")


@rule("MOD-51")
def multiple(facts: Facts) -> Iterator[Finding]:
    """51 on 0731T."""
    yield from _on_analysis(facts, "51")


@rule("MOD-62")
def two_surgeons(facts: Facts) -> Iterator[Finding]:
    """62 on 0731T."""
    yield from _on_analysis(facts, "62")


@rule("MOD-66")
def team(facts: Facts) -> Iterator[Finding]:
    """66 on 0731T."""
    yield from _on_analysis(facts, "66")


def _on_analysis(facts: Facts, code: str) -> Iterator[Finding]:
    for place in facts.on_analysis(code):
        yield Finding(field_of(place))
