"""Rules about the AI output."""

from collections.abc import Iterator

from adapter.rules.facts import Facts
from adapter.rules.finding import Finding, rule


@rule("AI-02")
def rank_out_of_order(facts: Facts) -> Iterator[Finding]:
    """A candidate whose rank is missing, repeats or leaves a gap after the ranks before it; suggests the rank of its place."""
    last = 0
    for at, candidate in enumerate(facts.case.ai.candidates if facts.case.ai else ()):
        if candidate.rank != last + 1:
            yield Finding(f"ai.candidates[{at}].rank", suggestion=str(at + 1))
        last = last + 1 if candidate.rank is None else max(last, candidate.rank)


@rule("AI-04")
def final_without_signature(facts: Facts) -> Iterator[Finding]:
    """A candidate that calls itself final although nobody signed the report."""
    if facts.case.ai is None or facts.is_signed:
        return
    for at, candidate in enumerate(facts.case.ai.candidates):
        if candidate.status == "final":
            yield Finding(f"ai.candidates[{at}].status")
