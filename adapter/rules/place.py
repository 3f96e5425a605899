"""Rules about the place of service."""

from collections.abc import Iterator

from adapter.issues import IssueType
from adapter.rules.case_outline import line_outline
from adapter.rules.condition import LINES, PLACES, Sign
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.place_codes import PLACES_OF_SERVICE
from adapter.rules.rule import ERROR, rule

_LENGTH = 2


@rule(
    "POS-01",
    title="Place of service missing",
    severity=ERROR,
    code=IssueType.REQUIRED,
    text="The line has no place of service. Send the CMS place-of-service code.",
    source="X12 837P CLM05-1, SV105",
    applies=(LINES,),
    asked_if=(Sign(line_outline, lambda there: there.no_place),),
)
def place_missing(facts: Facts) -> Iterator[Finding]:
    """A line without a place of service."""
    for line in facts.lines:
        if line.sent.pos is None:
            yield Finding(line.at("pos"))


@rule(
    "POS-02",
    title="Place of service unknown",
    severity=ERROR,
    code=IssueType.CODE_INVALID,
    text="This is not a CMS place-of-service code. Send one of the published codes.",
    source="https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set",
    verified=True,
    applies=(LINES, PLACES),
    asked_if=(Sign(line_outline, lambda there: there.unknown_place),),
)
def place_unknown(facts: Facts) -> Iterator[Finding]:
    """A place of service that CMS does not have; suggests the leading zero if that is what is missing."""
    for line in facts.lines:
        if line.sent.pos is not None and line.sent.pos not in PLACES_OF_SERVICE:
            padded = line.sent.pos.zfill(_LENGTH)
            yield Finding(line.at("pos"), suggestion=padded if padded in PLACES_OF_SERVICE else None)
