"""Rules about the shape, the code system and the order of modifiers, whatever they mean."""

import re
from collections.abc import Iterator

from adapter.rules.facts import Facts
from adapter.rules.finding import Finding, rule
from adapter.rules.modifier_codes import KNOWN, is_of, systems_of

LIMIT = 4
_SHAPE = re.compile(r"[A-Z0-9]{2}")
_PRICING = ("22", "52", "53", "26", "TC", "80", "81", "82", "AS")
_RANK = {**dict.fromkeys(_PRICING, 1), "TG": 2, "95": 3}


def field_of(place: tuple[int, int]) -> str:
    """The case field of a modifier by the place of its line and its own."""
    return f"billing.lines[{place[0]}].modifiers[{place[1]}]"


@rule("MOD-01")
def at_most_four(facts: Facts) -> Iterator[Finding]:
    """A fifth modifier on a line."""
    for at, line in enumerate(facts.lines):
        if len(line.modifiers) > LIMIT:
            yield Finding(field_of((at, LIMIT)))


@rule("MOD-02")
def repeated(facts: Facts) -> Iterator[Finding]:
    """A modifier that its line has already; case and white space around it do not count."""
    for at, codes in enumerate(facts.codes):
        seen: set[str] = set()
        for place, code in enumerate(codes):
            if code in seen:
                yield Finding(field_of((at, place)))
            seen.add(code)


@rule("MOD-03")
def malformed(facts: Facts) -> Iterator[Finding]:
    """A modifier that is not two capital letters or digits; suggests them where case or white space is all that is wrong."""
    for at, line in enumerate(facts.lines):
        for place, modifier in enumerate(line.modifiers):
            if _SHAPE.fullmatch(modifier.code) is None:
                code = facts.codes[at][place]
                yield Finding(field_of((at, place)), suggestion=code if _SHAPE.fullmatch(code) else None)


@rule("MOD-04")
def unknown(facts: Facts) -> Iterator[Finding]:
    """A well-formed modifier that the adapter does not know."""
    for code, places in facts.places.items():
        if code not in KNOWN and _SHAPE.fullmatch(code):
            yield from (Finding(field_of(place)) for place in places)


@rule("MOD-05")
def wrong_system(facts: Facts) -> Iterator[Finding]:
    """A well-formed modifier that was sent with another code system than its own; suggests its own, which the output has."""
    for at, line in enumerate(facts.lines):
        for place, modifier in enumerate(line.modifiers):
            code = facts.codes[at][place]
            if modifier.system is not None and _SHAPE.fullmatch(code) and not is_of(code, modifier.system):
                yield Finding(f"{field_of((at, place))}.system", suggestion=systems_of(code)[0])


@rule("MOD-60")
def out_of_order(facts: Facts) -> Iterator[Finding]:
    """A modifier after one that payers read later; suggests the order. Modifiers outside the suggested order do not count."""
    for at, codes in enumerate(facts.codes):
        ranks = [_RANK.get(code, 0) for code in codes]
        last = 0
        for place, rank in enumerate(ranks):
            if 0 < rank < last:
                yield Finding(field_of((at, place)), suggestion=_ordered(codes))
                break
            last = max(last, rank)


def _ordered(codes: tuple[str, ...]) -> str:
    """The modifiers with those that have a rank in order, and the others where they stand."""
    ranked = iter(sorted((code for code in codes if code in _RANK), key=_RANK.__getitem__))
    return ", ".join(next(ranked) if code in _RANK else code for code in codes)
