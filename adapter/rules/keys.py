"""Rules about keys with which one part of the case names another."""

from collections.abc import Iterator

from adapter.case import Case
from adapter.issues import IssueType
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.rule import WARNING, rule


@rule(
    "REF-01",
    title="Key that names nobody",
    severity=WARNING,
    code=IssueType.NOT_FOUND,
    text=("No practitioner of the case has this key, so the output leaves the person out. Correct the key, or send the person."),
    source="the Case: keys of practitioners",
    effect="none",
    applies=(),
)
def nobody_of_this_key(facts: Facts) -> Iterator[Finding]:
    """An operator of a photograph or the author of an order who is not one of the practitioners."""
    keys = {person.key for person in facts.case.practitioners}
    yield from (Finding(field) for field, key in _people(facts.case) if key not in keys)


def _people(case: Case) -> Iterator[tuple[str, str]]:
    for at, image in enumerate(case.images):
        if image.operator is not None:
            yield f"images[{at}].operator", image.operator
    for at, order in enumerate(case.orders):
        if order.ordered_by is not None:
            yield f"orders[{at}].ordered_by", order.ordered_by


@rule(
    "REF-02",
    title="Photograph that the case does not have",
    severity=WARNING,
    code=IssueType.NOT_FOUND,
    text="The analysis names a photograph that the case does not have. Correct the id, or send the photograph.",
    source="the Case: ids of photographs",
    effect="none",
    applies=(),
)
def no_such_photograph(facts: Facts) -> Iterator[Finding]:
    """An analysed photograph that is not among the photographs of a case that lists some."""
    known = {image.id for image in facts.case.images}
    for ai, run in facts.case.runs if known else ():
        yield from (Finding(f"{ai}.images[{at}].id") for at, image in enumerate(run.images) if image.id not in known)
