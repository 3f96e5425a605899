"""Rules about dates of service."""

from collections.abc import Iterator
from itertools import groupby, islice

from adapter.case import Period
from adapter.code_tables.cpt import FIRST_DAY_OF_0731T
from adapter.issues import MOST_ISSUES, IssueType
from adapter.rules.case_outline import line_outline
from adapter.rules.condition import ANALYSIS, BEGUN, CLAIM, CLOCK, DAYS, FILING_LIMIT, LINES, MADE, NOT_SENT_AHEAD, PERIOD, Sign
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.moment import DAY_LENGTH, add_months, days, is_before
from adapter.rules.rule import ERROR, WARNING, Variant, rule
from adapter.rules.timeline import RECORDED


@rule(
    "DOS-01",
    title="Service before the code existed",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text=("0731T can be billed for services from 2022-07-01 on. Correct the date of service, or bill what was valid then."),
    source="0731T codebook page: added 2022-07-01",
    applies=(ANALYSIS, DAYS),
)
def before_the_code_existed(facts: Facts) -> Iterator[Finding]:
    """0731T on a day before it could be billed."""
    for line in facts.analysis:
        day = line.sent.dos_start
        if day is not None and day < FIRST_DAY_OF_0731T:
            yield Finding(line.at("dos_start"))


@rule(
    "DOS-02",
    title="Service after the code may have expired",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text=(
        "0731T may be archived by this day: that is five years after it was first printed, and nobody has published it of "
        "0731T. Confirm that it was extended."
    ),
    source="CPT Assistant, February 2013, abstract: Category III sunset; the date is configured, its certainty is inferred",
    variants=(Variant(name="verified", text="0731T is archived. Bill the code that replaced it.", severity=ERROR),),
    applies=(ANALYSIS, DAYS),
)
def after_the_code_may_have_expired(facts: Facts) -> Iterator[Finding]:
    """0731T on a day on which it may be archived, or, if somebody has read that it is, is."""
    known = facts.circumstances
    for line in facts.analysis:
        day = line.sent.dos_start
        if day is not None and day >= known.sunset:
            yield Finding(line.at("dos_start"), variant="verified" if known.sunset_verified else None)


@rule(
    "DOS-03",
    title="Date of service",
    severity=ERROR,
    code=IssueType.REQUIRED,
    text="The line has no date of service. Send the day on which the service was done or began.",
    source="X12 837P DTP*472; http://hl7.org/fhir/R4/claim-definitions.html#Claim.item.serviced_x_",
    verified=True,
    variants=(
        Variant(name="reversed", text="The last day of service is before the first. Correct one of them.", code=IssueType.VALUE),
    ),
    applies=(LINES,),
    asked_if=(Sign(line_outline, lambda there: there.no_day or there.last_days),),
)
def day_missing_or_reversed(facts: Facts) -> Iterator[Finding]:
    """A line without a first day, or with a last day before it."""
    for line in facts.lines:
        if line.sent.dos_start is None:
            yield Finding(line.at("dos_start"))
        elif line.sent.dos_end is not None and line.sent.dos_end < line.sent.dos_start:
            yield Finding(line.at("dos_end"), variant="reversed")


@rule(
    "DOS-04",
    title="Service in the future",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text=("A claim is for a service that was rendered. Wait for the day of service, or ask for a preauthorization."),
    source="claims practice",
    applies=(CLAIM, LINES, DAYS, MADE),
)
def not_yet_rendered(facts: Facts) -> Iterator[Finding]:
    """A claim for a day after the one on which it was made (`billing.created` as written), or after that of the judgement."""
    latest = [day for day in (facts.day_of_claim, facts.circumstances.today) if day is not None]
    for line in facts.lines:
        for name, day in (("dos_start", line.sent.dos_start), ("dos_end", line.sent.dos_end)):
            if day is not None and any(day[: len(last)] > last for last in latest):
                yield Finding(line.at(name))
                break


@rule(
    "DOS-05",
    title="Day of service and procedure",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text=(
        "The day of service is not the local day on which the procedure, or if its time is not known the visit, began. Correct "
        "one of the two."
    ),
    source="X12 837P, DTP*472; CMS-1500 box 24A",
    applies=(ANALYSIS, DAYS, BEGUN),
)
def another_day_than_the_procedure(facts: Facts) -> Iterator[Finding]:
    """0731T on another day than the one on which the procedure began."""
    field, began = facts.beginning or ("", "")
    first, last = days(began, facts.case.encounter.start)
    for line in facts.analysis:
        day = line.sent.dos_start
        if day is not None and (day[: len(first)] < first or day[: len(last)] > last):
            yield Finding(
                line.at("dos_start"), suggestion=first if first == last and len(first) == len(day) else None, also=(field,)
            )


@rule(
    "DOS-06",
    title="Service longer than the procedure",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text="The last day of service is after the day on which the procedure ended. Correct one of the two.",
    source="X12 837P, DTP*472; CMS-1500 box 24A",
    applies=(ANALYSIS, DAYS, BEGUN),
    asked_if=(Sign(line_outline, lambda there: there.last_days),),
)
def longer_than_the_procedure(facts: Facts) -> Iterator[Finding]:
    """0731T with a last day after the procedure, or if its end is not known the visit, ended."""
    case = facts.case
    ended = case.procedure.ended_at or case.encounter.end
    field = "procedure.ended_at" if case.procedure.ended_at else "encounter.end"
    last = days(ended, case.encounter.start)[1] if ended is not None else None
    for line in facts.analysis:
        day = line.sent.dos_end
        if last is not None and day is not None and day != line.sent.dos_start and day[: len(last)] > last:
            yield Finding(line.at("dos_end"), also=(field,))


@rule(
    "DOS-07",
    title="Procedure outside the visit",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text=(
        "The procedure began or ended on a day that the visit does not have. Correct the times of the procedure or of the visit."
    ),
    source="FHIR R4 Procedure.encounter",
    applies=(NOT_SENT_AHEAD, BEGUN),
)
def outside_the_visit(facts: Facts) -> Iterator[Finding]:
    """A procedure that began before the first day of the visit, or began or ended after its last."""
    visit, procedure = facts.case.encounter, facts.case.procedure
    local = (visit.start, visit.end, procedure.started_at)
    if visit.start and procedure.started_at and _is_day_before(procedure.started_at, visit.start, local):
        yield Finding("procedure.started_at", also=("encounter.start",))
    for name, moment in (("started_at", procedure.started_at), ("ended_at", procedure.ended_at)):
        if visit.end and moment and _is_day_before(visit.end, moment, local):
            yield Finding(f"procedure.{name}", also=("encounter.end",))
            break


def _is_day_before(one: str, other: str, local: tuple[str | None, ...]) -> bool:
    if one[-1] != "Z" and other[-1] != "Z":
        length = min(len(one), len(other), DAY_LENGTH)
        return one[:length] < other[:length]
    last, first = days(one, *local)[1], days(other, *local)[0]
    length = min(len(last), len(first))
    return last[:length] < first[:length]


@rule(
    "DOS-08",
    title="Not in the future",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text="This date is after today, although it tells of something that happened. Correct the date, or the status.",
    source="FHIR R4: what is recorded has happened",
    applies=(CLOCK,),
)
def in_the_future(facts: Facts) -> Iterator[Finding]:
    """A recorded date after the day of the judgement; what is planned may lie ahead."""
    today = facts.circumstances.today or ""
    planned = facts.case.encounter.status == "planned" or facts.case.procedure.status == "preparation"
    for kind in RECORDED:
        if kind in _PLANNED and planned:
            continue
        for field, moment in facts.moments[kind]:
            first = days(moment)[0]
            if first[: len(today)] > today[: len(first)]:
                yield Finding(field)


_PLANNED = ("visit", "end of the visit", "procedure", "end of the procedure")


@rule(
    "DOS-09",
    title="Filed too late",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text="The claim was made after the payer's limit for filing. Give the reason for the delay, or do not file it.",
    source="payer policy, filing_limit",
    applies=(CLAIM, FILING_LIMIT, DAYS, MADE),
)
def filed_too_late(facts: Facts) -> Iterator[Finding]:
    """A claim for a day that lies further back than the payer allows; measured against `billing.created`, else against today."""
    created = facts.day_of_claim or ""
    for line in facts.lines:
        day = line.sent.dos_start
        if day is not None and created > add_months(day, facts.policy.filing_limit or 0)[: len(created)]:
            yield Finding(
                line.at("dos_start"), also=("billing.created",) if facts.case.billing and facts.case.billing.created else ()
            )


@rule(
    "COV-03",
    title="Insurance of another time",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text="The insurance does not hold on the day of service. Send the insurance of that day.",
    source="X12 837P, loop 2000B; FHIR R4 Coverage.period",
    variants=(
        Variant(
            name="other",
            severity=WARNING,
            text="An insurance that pays after the first one does not hold on the day of service. Correct it, or take it off.",
        ),
    ),
    applies=(DAYS, PERIOD),
)
def insurance_of_another_time(facts: Facts) -> Iterator[Finding]:
    """A day of service before an insurance starts or after it ends."""
    days = [(line, first, line.sent.dos_end or first) for line in facts.lines if (first := line.sent.dos_start)]
    if not days:
        return
    whole = min(first for _, first, _ in days), max(last for _, _, last in days)
    if not any(_outside(coverage.period, *whole) for _, coverage in facts.insurances):
        return
    for variant, insurances in groupby(facts.insurances, lambda insurance: None if insurance[0] == "coverage" else "other"):
        periods = (
            Finding(f"{field}.period.{side}", variant=variant, also=(line.at("dos_start"),))
            for field, coverage in insurances
            if _outside(coverage.period, *whole)
            for line, first, last in days
            if (side := _outside(coverage.period, first, last))
        )
        yield from islice(periods, MOST_ISSUES + 1)


def _outside(period: Period | None, first: str, last: str) -> str | None:
    """The side of a period on which days lie outside it."""
    if period is None:
        return None
    if period.start is not None and is_before(first, period.start):
        return "start"
    return "end" if period.end is not None and is_before(period.end, last) else None
