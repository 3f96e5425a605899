"""Rules about units of service."""

from collections.abc import Iterator
from decimal import Decimal

from adapter.issues import IssueType
from adapter.plain_value import Number
from adapter.rules.case_outline import line_outline
from adapter.rules.condition import ANALYSIS, LINES, SAME_DAY, UNITS, Sign, sends
from adapter.rules.facts import ANALYSIS_CODE, Facts
from adapter.rules.finding import Finding
from adapter.rules.rule import ERROR, WARNING, Variant, rule

_REPEATS = ("59", "XE", "XP", "XS", "XU", "76", "77", "91")


@rule(
    "UNT-01",
    title="More than one unit a day",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text=("More units of 0731T than a patient, provider and day may have. Bill one: no photograph or modifier lifts the limit."),
    source="CMS NCCI: MUE 1, adjudication indicator 2 (absolute for a day of service)",
    variants=(
        Variant(
            name="earlier-claim",
            text=(
                "With an earlier claim of this day there are more units of 0731T than it may have. Take the line "
                "off, or name the earlier claim in `billing.related` as prior if this one replaces it."
            ),
        ),
    ),
    applies=(ANALYSIS, UNITS),
)
def more_units_than_a_day_has(facts: Facts) -> Iterator[Finding]:
    """A line of 0731T with which the units of its day, those of earlier claims included, pass the payer's limit."""
    for services in facts.days:
        units, earlier = Decimal(0), False
        for service in services:
            if service.code != ANALYSIS_CODE:
                continue
            units += max(service.sent.units or 0, 0)
            earlier = earlier or service.place is None
            if service.place is not None and units > facts.policy.unit_limit:
                yield Finding(service.at("units"), variant="earlier-claim" if earlier else None)


@rule(
    "UNT-02",
    title="Units",
    severity=ERROR,
    code=IssueType.VALUE,
    text="Units must be a positive whole number. Send the number of units of the line.",
    source="X12 837P SV104",
    applies=(LINES,),
    asked_if=(Sign(line_outline, lambda there: not there.single_units),),
)
def units_not_a_positive_whole_number(facts: Facts) -> Iterator[Finding]:
    """A line whose units are missing, below one or fractional; 1.0 is whole."""
    for line in facts.lines:
        if line.sent.units is None or line.sent.units < 1 or not _is_whole(line.sent.units):
            yield Finding(line.at("units"))


def _is_whole(number: Number) -> bool:
    return isinstance(number, int) or number == number.to_integral_value()  # % 1 fails on numbers such as 1E+30


@rule(
    "UNT-03",
    title="Repeat modifier on a second line",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text="A modifier for a repeated service does not lift the limit of one unit a day. Bill one line.",
    source="CMS NCCI: MUE 1, adjudication indicator 2 (absolute for a day of service)",
    applies=(ANALYSIS, SAME_DAY, sends("59", "XE", "XP", "XS", "XU", "76", "77", "91")),
)
def repeat_modifier(facts: Facts) -> Iterator[Finding]:
    """A modifier for a repeated or distinct service on a line of 0731T that is not the first of its day."""
    for services in facts.days:
        for service in [line for line in services if line.code == ANALYSIS_CODE][1:]:
            for place, code in enumerate(service.codes if service.place is not None else ()):
                if code in _REPEATS:
                    yield Finding(service.at("modifiers", place))
