"""Rules about keys with which one part of the case names another."""

from collections.abc import Iterator

from adapter.case import AiReport
from adapter.issues import IssueType
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.rule import ERROR, WARNING, Variant, rule


@rule(
    "REF-01",
    title="Key that names nobody",
    severity=ERROR,
    code=IssueType.NOT_FOUND,
    text="No practitioner of the case has this key, so the output leaves the person out. Correct the key, or send the person.",
    source="the Case: keys of practitioners",
    applies=(),
)
def nobody_of_this_key(facts: Facts) -> Iterator[Finding]:
    """A reviewer, an operator of a photograph or the author of an order who is not one of the practitioners."""
    case = facts.case
    keys = {None, *(person.key for person in case.practitioners)}
    if case.review is not None and not facts.is_final and case.review.reviewer not in keys:  # of a final one RPT-03 speaks
        yield Finding("review.reviewer")
    for at, image in enumerate(case.images):
        if image.operator not in keys:
            yield Finding(f"images[{at}].operator")
    for at, order in enumerate(case.orders):
        if order.ordered_by not in keys:
            yield Finding(f"orders[{at}].ordered_by")


@rule(
    "REF-02",
    title="Photograph that the case does not have",
    severity=ERROR,
    code=IssueType.NOT_FOUND,
    text="The analysis names a photograph that the case does not have. Correct the id, or send the photograph.",
    source="the Case: ids of photographs",
    variants=(
        Variant(
            name="none-sent",
            severity=WARNING,
            text="The analysis names a photograph, and the case has none. Send its record, with a reference to the photograph.",
        ),
    ),
    applies=(),
)
def no_such_photograph(facts: Facts) -> Iterator[Finding]:
    """An analysed photograph that is not among the photographs of the case."""
    known = {image.id for image in facts.case.images}
    variant = None if known else "none-sent"
    for ai, run in facts.case.runs:
        for at, image in enumerate(run.images):
            if image.id not in known:
                yield Finding(f"{ai}.images[{at}].id", variant=variant)


@rule(
    "REF-03",
    title="Run that the case does not have",
    severity=ERROR,
    code=IssueType.NOT_FOUND,
    text="No analysis of the case has this `run_id`. Correct it, or send the report of that run.",
    source="the Case: runs of the AI software",
    applies=(),
)
def no_such_run(facts: Facts) -> Iterator[Finding]:
    """A feature that names a run which is not among those of the case."""
    if not any(feature.run for feature in facts.case.phenotypes):
        return
    known = {name for run in facts.case.analyses for name in _names(run)}
    for at, feature in enumerate(facts.case.phenotypes):
        if feature.run is not None and feature.run not in known:
            yield Finding(f"phenotypes[{at}].run")


def _names(run: AiReport) -> tuple[str | None, str]:
    """What a feature may call a run: its number, or that with the tool, where runs of two tools have one number."""
    return run.run_id, "|".join(part for part in (run.tool.vendor, run.tool.product, run.run_id) if part)
