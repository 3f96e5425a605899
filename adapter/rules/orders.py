"""Rules about confirmatory tests: an AI proposes, a clinician orders."""

from collections.abc import Iterator

from adapter.issues import IssueType
from adapter.rules.condition import ORDERS, Sign
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.party import party_outline
from adapter.rules.rule import ERROR, WARNING, rule
from adapter.rules.taxonomy_codes import is_technician

_IN_FORCE = ("active", "completed")


@rule(
    "ORD-01",
    title="Order without an ordering clinician",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text="An order is in force, and no clinician of the case gave it. Say who did in `ordered_by`, or send it as `proposed`.",
    source="HL7 AI Transparency on FHIR; an AI proposes, a clinician orders",
    effect="none",
    applies=(ORDERS,),
)
def ordered_by_nobody(facts: Facts) -> Iterator[Finding]:
    """An active or completed order without a practitioner of the case who gave it."""
    keys = {person.key for person in facts.case.practitioners}
    for at, order in enumerate(facts.case.orders):
        if order.status in _IN_FORCE and order.ordered_by not in keys:
            yield Finding(f"orders[{at}].status", also=(f"orders[{at}].ordered_by",))


@rule(
    "ORD-02",
    title="Order of a technician",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text="The taxonomy code of who ordered the test is one of technicians. Name the clinician who ordered it.",
    source="42 CFR 410.32: tests are ordered by the treating clinician; NUCC taxonomy",
    effect="none",
    applies=(ORDERS,),
    asked_if=(Sign(party_outline, lambda there: there.technician),),
)
def ordered_by_a_technician(facts: Facts) -> Iterator[Finding]:
    """An active or completed order that a technician gave."""
    technicians = {
        someone.key: at for at, someone in enumerate(facts.case.practitioners) if is_technician(someone.taxonomy or "")
    }
    for at, order in enumerate(facts.case.orders if technicians else ()):
        if order.status in _IN_FORCE and order.ordered_by in technicians:
            yield Finding(f"orders[{at}].ordered_by", also=(f"practitioners[{technicians[order.ordered_by]}].taxonomy",))
