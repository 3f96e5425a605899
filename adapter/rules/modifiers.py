"""Rules about modifiers."""

from collections.abc import Iterator

from adapter.case import Line
from adapter.rules.facts import DISCONTINUED, Facts
from adapter.rules.finding import Finding, rule

LIMIT = 4
REDUCED = "52"


def _field(line: int, modifier: int) -> str:
    return f"billing.lines[{line}].modifiers[{modifier}]"


@rule("MOD-01")
def at_most_four(facts: Facts) -> Iterator[Finding]:
    """A fifth modifier on a line."""
    for at, line in enumerate(facts.lines):
        if len(line.modifiers) > LIMIT:
            yield Finding(_field(at, LIMIT))


@rule("MOD-02")
def repeated(facts: Facts) -> Iterator[Finding]:
    """A modifier that its line has already; case and white space around it do not count."""
    for at, line in enumerate(facts.lines):
        if len(line.modifiers) > 1:
            for place in _repeats(line):
                yield Finding(_field(at, place))


def _repeats(line: Line) -> Iterator[int]:
    seen: set[str] = set()
    for place, modifier in enumerate(line.modifiers):
        code = modifier.code.strip().upper()
        if code in seen:
            yield place
        seen.add(code)


@rule("MOD-10")
def reduced_and_discontinued(facts: Facts) -> Iterator[Finding]:
    """52 and 53 on one line; the later of the two is named."""
    for at, line in enumerate(facts.lines):
        if len(line.modifiers) > 1:
            codes = [modifier.code for modifier in line.modifiers]
            if REDUCED in codes and DISCONTINUED in codes:
                yield Finding(_field(at, max(codes.index(REDUCED), codes.index(DISCONTINUED))))


@rule("MOD-14")
def discontinued_but_reported(facts: Facts) -> Iterator[Finding]:
    """53 on 0731T although the report is signed, whatever became of the procedure."""
    if facts.is_signed:
        for at, place in facts.discontinued:
            yield Finding(_field(at, place))


@rule("MOD-15")
def discontinued_but_not_begun(facts: Facts) -> Iterator[Finding]:
    """53 on 0731T although nothing was done, or no start is given."""
    if facts.state.procedure == "not-done" or facts.case.procedure.started_at is None:
        for at, place in facts.discontinued:
            yield Finding(_field(at, place))


@rule("MOD-18")
def stopped_but_not_discontinued(facts: Facts) -> Iterator[Finding]:
    """A claim of a stopped procedure with a 0731T line that does not say 53."""
    if facts.is_claim and facts.state.procedure == "stopped":
        for at in facts.undiscontinued:
            yield Finding(f"billing.lines[{at}].modifiers")
