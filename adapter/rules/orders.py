"""Rules about confirmatory tests: an AI proposes, a clinician orders."""

from collections.abc import Iterator

from adapter.issues import IssueType
from adapter.rules.condition import Condition
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.rule import ERROR, WARNING, Variant, rule

_ORDERS = Condition(lambda facts: bool(facts.case.orders), "the case has no orders")


@rule(
    "ORD-01",
    title="Order that nobody gave",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text=(
        "An order that the AI proposed is in force, and no clinician of the case gave it. Say who did in "
        "`ordered_by`, or propose it."
    ),
    source="HL7 AI Transparency on FHIR; an AI proposes, a clinician orders",
    effect="none",
    variants=(
        Variant(
            name="unsaid",
            severity=WARNING,
            text="An order is in force, and no clinician of the case gave it. Say who did in `ordered_by`, or say `proposed`.",
        ),
    ),
    applies=(_ORDERS,),
)
def ordered_by_nobody(facts: Facts) -> Iterator[Finding]:
    """An active or completed order without a practitioner of the case who gave it."""
    keys = {person.key for person in facts.case.practitioners}
    for at, order in enumerate(facts.case.orders):
        if order.status in ("active", "completed") and order.ordered_by not in keys:
            if order.proposed_by == "ai":
                yield Finding(f"orders[{at}].status", also=(f"orders[{at}].proposed_by",))
            elif order.ordered_by is None:
                yield Finding(f"orders[{at}].status", variant="unsaid")
