"""Rules about modifiers that split, multiply or share the service."""

from collections.abc import Iterator

from adapter.issues import IssueType
from adapter.rules.billed_line import BilledLine
from adapter.rules.condition import ANALYSIS, NOT_SPLIT, SAME_DAY, SPLIT, sends
from adapter.rules.facts import ANALYSIS_CODE, Facts
from adapter.rules.finding import Finding
from adapter.rules.rule import ERROR, INFORMATION, WARNING, rule

PROFESSIONAL = "26"
TECHNICAL = "TC"


@rule(
    "MOD-20",
    title="Both components on a line",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text="26 and TC together are the whole service. Bill it without either.",
    source="CMS Physician Fee Schedule, PC/TC indicator",
    applies=(sends("26"), sends("TC")),
)
def both_components(facts: Facts) -> Iterator[Finding]:
    """26 and TC on one line; the later of the two is named."""
    for place in facts.places.get(PROFESSIONAL, ()):
        if TECHNICAL in place.line.codes:
            yield Finding(place.line.at("modifiers", max(place.item, place.line.codes.index(TECHNICAL))))


@rule(
    "MOD-21",
    title="0731T has no components",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text="0731T does not split into a professional and a technical part. Take 26 or TC off.",
    source="0731T codebook page: PC/TC indicator 0; CMS Physician Fee Schedule",
    verified=True,
    applies=(ANALYSIS, NOT_SPLIT, sends("26", "TC")),
)
def no_components(facts: Facts) -> Iterator[Finding]:
    """26 or TC on 0731T, unless the payer's policy splits it."""
    for place in facts.on_analysis(PROFESSIONAL, TECHNICAL):
        yield Finding(place.field)


@rule(
    "MOD-22",
    title="Components billed twice",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text=("Lines or claims of one day bill 0731T as a whole and in parts, or in both parts. Keep the line of the whole."),
    source="CMS Physician Fee Schedule, PC/TC indicator",
    applies=(ANALYSIS, SAME_DAY, SPLIT),
)
def billed_twice(facts: Facts) -> Iterator[Finding]:
    """A line of 0731T after one of the same day that bills another part of it, or the whole beside a part."""
    for services in facts.days:
        billed: set[str] = set()
        for service in services:
            if service.code == ANALYSIS_CODE:
                part = _part(service.codes)
                if service.place is not None and billed - {part}:
                    yield Finding(_where(service, part))
                billed.add(part)


def _part(codes: tuple[str, ...]) -> str:
    parts = [code for code in (PROFESSIONAL, TECHNICAL) if code in codes]
    return parts[0] if len(parts) == 1 else ""


def _where(line: BilledLine, part: str) -> str:
    return line.at("modifiers", line.codes.index(part) if part else None)


@rule(
    "MOD-50",
    title="Bilateral",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text="0731T has no two sides. Take 50 off.",
    source="0731T codebook page: bilateral indicator 0",
    applies=(ANALYSIS, sends("50")),
)
def bilateral(facts: Facts) -> Iterator[Finding]:
    """50 on 0731T."""
    yield from _on_analysis(facts, "50")


@rule(
    "MOD-51",
    title="Multiple procedures",
    severity=INFORMATION,
    code=IssueType.BUSINESS_RULE,
    text="0731T is not reduced beside other procedures. Take 51 off.",
    source="0731T codebook page: multiple-procedure indicator 0",
    applies=(ANALYSIS, sends("51")),
)
def multiple(facts: Facts) -> Iterator[Finding]:
    """51 on 0731T."""
    yield from _on_analysis(facts, "51")


@rule(
    "MOD-62",
    title="Two surgeons",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text="Two surgeons cannot share 0731T. Take 62 off.",
    source="0731T codebook page: co-surgeon indicator 0",
    applies=(ANALYSIS, sends("62")),
)
def two_surgeons(facts: Facts) -> Iterator[Finding]:
    """62 on 0731T."""
    yield from _on_analysis(facts, "62")


@rule(
    "MOD-66",
    title="Surgical team",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text="A surgical team cannot share 0731T. Take 66 off.",
    source="0731T codebook page: team indicator 0",
    applies=(ANALYSIS, sends("66")),
)
def team(facts: Facts) -> Iterator[Finding]:
    """66 on 0731T."""
    yield from _on_analysis(facts, "66")


def _on_analysis(facts: Facts, code: str) -> Iterator[Finding]:
    for place in facts.on_analysis(code):
        yield Finding(place.field)
