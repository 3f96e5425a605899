"""Rules about the place of service."""

from collections.abc import Iterator

from adapter.rules.facts import Facts
from adapter.rules.finding import Finding, rule

_BY_FIRST = {
    "0": "123456789",
    "1": "0123456789",
    "2": "01234567",
    "3": "1234",
    "4": "129",
    "5": "012345678",
    "6": "01256",
    "7": "12",
    "8": "1",
    "9": "9",
}

PLACES = frozenset(first + second for first, seconds in _BY_FIRST.items() for second in seconds)
"""The CMS place-of-service codes as of 2024-08-01 (codes alone)."""

_LENGTH = 2


@rule("POS-01")
def place_missing(facts: Facts) -> Iterator[Finding]:
    """A line without a place of service."""
    for at, line in enumerate(facts.lines):
        if line.pos is None:
            yield Finding(f"billing.lines[{at}].pos")


@rule("POS-02")
def place_unknown(facts: Facts) -> Iterator[Finding]:
    """A place of service that CMS does not have; suggests the leading zero if that is what is missing."""
    for at, line in enumerate(facts.lines):
        if line.pos is not None and line.pos not in PLACES:
            padded = line.pos.zfill(_LENGTH)
            yield Finding(f"billing.lines[{at}].pos", suggestion=padded if padded in PLACES else None)
