"""Rules about dates of service."""

from collections.abc import Iterator

from adapter.rules.facts import Facts
from adapter.rules.finding import Finding, rule

FIRST_DAY = "2022-07-01"
_DAY_LENGTH = 10


@rule("DOS-01")
def before_the_code_existed(facts: Facts) -> Iterator[Finding]:
    """0731T on a day before it could be billed."""
    for at in facts.analysis:
        day = facts.lines[at].dos_start
        if day is not None and day < FIRST_DAY:
            yield Finding(f"billing.lines[{at}].dos_start")


@rule("DOS-02")
def after_the_code_may_have_expired(facts: Facts) -> Iterator[Finding]:
    """0731T on a day on which it may be archived, or, if somebody has read that it is, is."""
    known = facts.circumstances
    for at in facts.analysis:
        day = facts.lines[at].dos_start
        if day is not None and day >= known.sunset:
            yield Finding(f"billing.lines[{at}].dos_start", variant="verified" if known.sunset_verified else None)


@rule("DOS-03")
def day_missing_or_reversed(facts: Facts) -> Iterator[Finding]:
    """A line without a first day, or with a last day before it."""
    for at, line in enumerate(facts.lines):
        if line.dos_start is None:
            yield Finding(f"billing.lines[{at}].dos_start")
        elif line.dos_end is not None and line.dos_end < line.dos_start:
            yield Finding(f"billing.lines[{at}].dos_end", variant="reversed")


@rule("DOS-04")
def not_yet_rendered(facts: Facts) -> Iterator[Finding]:
    """A claim for a day after the one on which it was made: `billing.created` as written there, else the day of the judgement."""
    made = day_of_claim(facts)
    if made is None or not facts.is_claim:
        return
    for at, line in enumerate(facts.lines):
        for name, day in (("dos_start", line.dos_start), ("dos_end", line.dos_end)):
            if day is not None and day[: len(made)] > made:
                yield Finding(f"billing.lines[{at}].{name}")
                break


def day_of_claim(facts: Facts) -> str | None:
    """The day, month or year on which the claim was made, else the day of the judgement, else nothing."""
    created = facts.case.billing.created if facts.case.billing else None
    return created[:_DAY_LENGTH] if created is not None else facts.circumstances.today
