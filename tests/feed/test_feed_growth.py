"""Many messages cost no more for each of them than a few."""

from collections.abc import Callable

import pytest

from adapter.conversion import Options
from adapter.readers.document import Document
from tests.examples.ground import pipeline
from tests.feed.ground import FIRST, charged, ordered, registered, resulted, sent
from tests.readers.hl7v2.ground import segment
from tests.steps import steps

FEW, MANY = 10, 100
STEEPEST = 1.5
"""How many times more a message of many may cost than one of a few: with a quadratic cost it would be about ten."""


def clock(number: int) -> str:
    """A time of its own for each message."""
    return f"2026030108{number // 60:02}{number % 60:02}+0000"


def added(number: int, document: str = "A") -> Document:
    """An addendum to the report that none of them names."""
    about = segment("TXA", f1="1", f2="CN", f12=document, f17="AU", f22=f"1234567893^Reed^Rosa^^^^^^^^^^NPI^^{clock(number)}")
    return sent(f"t{number}", "MDM^T06", segment("PV1", f19="V-1"), about, f"OBX|1|TX|R||More {number}||||||F", at=clock(number))


KINDS: dict[str, Callable[[int], Document]] = {
    "updates": lambda n: registered(f"a{n}", "A08", clock(n), person=f"N{n}^Mia"),
    "reports of one order": lambda n: resulted(f"r{n}", "F", clock(n), f"Text {n}"),
    "reports of many orders": lambda n: resulted(f"r{n}", "P", FIRST, filler=f"F-{n}^LAB"),
    "reports of no order": lambda n: resulted(f"r{n}", "P", FIRST, filler="", number=str(n)),
    "orders that share a number with the next": lambda n: ordered(f"o{n}", "NW", placer=f"P-{n}^EHR", filler=f"P-{n + 1}^EHR"),
    "addenda": lambda n: added(n, f"A-{n}"),
    "states of one addendum": added,
    "charges and credits": lambda n: charged(f"c{n}", "CD" if n % 2 else "CG", at=f"2026030208{n // 60:02}{n % 60:02}+0000"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_costs_the_same_among_many(kind: str) -> None:
    first = registered("adt", "A04", "20260301070000+0000", person="Old^Mia")

    def cost(count: int) -> int:
        documents = [first, *map(KINDS[kind], range(count))]
        return steps(lambda: pipeline().convert(documents, Options()))

    cost(1)  # what is worked out once is no part of it
    base = cost(1)
    few, many = ((cost(count) - base) / (count - 1) for count in (FEW, MANY))

    assert many < STEEPEST * few
