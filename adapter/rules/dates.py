"""Rules about dates of service."""

from collections.abc import Iterator

from adapter.rules.facts import Facts
from adapter.rules.finding import Finding, rule

FIRST_DAY = "2022-07-01"


@rule("DOS-01")
def before_the_code_existed(facts: Facts) -> Iterator[Finding]:
    """0731T on a day before it could be billed."""
    for at in facts.analysis:
        day = facts.lines[at].dos_start
        if day is not None and day < FIRST_DAY:
            yield Finding(f"billing.lines[{at}].dos_start")


@rule("DOS-03")
def day_missing_or_reversed(facts: Facts) -> Iterator[Finding]:
    """A line without a first day, or with a last day before it."""
    for at, line in enumerate(facts.lines):
        if line.dos_start is None:
            yield Finding(f"billing.lines[{at}].dos_start")
        elif line.dos_end is not None and line.dos_end < line.dos_start:
            yield Finding(f"billing.lines[{at}].dos_end", variant="reversed")
