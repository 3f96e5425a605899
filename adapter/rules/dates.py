"""Rules about dates of service."""

from collections.abc import Iterator

from adapter.issues import IssueType
from adapter.rules.condition import ANALYSIS, CLAIM, DAYS, LINES, MADE
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.rule import ERROR, WARNING, Variant, rule

FIRST_DAY = "2022-07-01"


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
        if day is not None and day < FIRST_DAY:
            yield Finding(line.at("dos_start"))


@rule(
    "DOS-02",
    title="Service after the code may have expired",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text="A Category III code may be archived five years after publication. Confirm that 0731T was extended.",
    source="CPT Category III sunset; the date is configured",
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
    """A claim for a day after the one on which it was made: `billing.created` as written, else the day of the judgement."""
    claimed = facts.day_of_claim
    if claimed is None:
        return
    for line in facts.lines:
        for name, day in (("dos_start", line.sent.dos_start), ("dos_end", line.sent.dos_end)):
            if day is not None and day[: len(claimed)] > claimed:
                yield Finding(line.at(name))
                break
