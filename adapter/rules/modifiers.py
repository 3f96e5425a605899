"""Rules about the shape, the code system and the order of modifiers, whatever they mean."""

import re
from collections.abc import Iterator

from adapter.code_tables.modifier_codes import KNOWN, is_of, real_system_of
from adapter.issues import IssueType
from adapter.rules.case_outline import line_outline
from adapter.rules.condition import SYSTEMS, Sign, has_modifiers
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.rule import ERROR, INFORMATION, WARNING, rule

LIMIT = 4
_SHAPE = re.compile(r"[A-Z0-9]{2}")
_PRICING = ("22", "52", "53", "26", "TC", "80", "81", "82", "AS")
_RANK = {**dict.fromkeys(_PRICING, 1), "TG": 2, "95": 3}


@rule(
    "MOD-01",
    title="More than four modifiers",
    severity=ERROR,
    code=IssueType.TOO_LONG,
    text="A line holds four modifiers. Take off those that do not change the payment.",
    source="NUCC 1500 manual, item 24D; X12 837P SV101",
    applies=(has_modifiers(1),),
    asked_if=(Sign(line_outline, lambda there: there.most_modifiers > LIMIT),),
)
def at_most_four(facts: Facts) -> Iterator[Finding]:
    """A fifth modifier on a line."""
    for line in facts.lines:
        if len(line.sent.modifiers) > LIMIT:
            yield Finding(line.at("modifiers", LIMIT))


@rule(
    "MOD-02",
    title="Modifier repeated",
    severity=ERROR,
    code=IssueType.DUPLICATE,
    text="The line has this modifier already. Take the repeat off.",
    source="NUCC 1500 manual, item 24D",
    applies=(has_modifiers(2),),
)
def repeated(facts: Facts) -> Iterator[Finding]:
    """A modifier that its line has already; case and white space around it do not count."""
    for line in facts.lines:
        seen: set[str] = set()
        for place, code in enumerate(line.codes):
            if code in seen:
                yield Finding(line.at("modifiers", place))
            seen.add(code)


@rule(
    "MOD-03",
    title="Modifier malformed",
    severity=ERROR,
    code=IssueType.VALUE,
    text="A modifier is two letters or digits. Send its code alone.",
    source="X12 837P SV101",
    applies=(has_modifiers(1),),
    asked_if=(Sign(line_outline, lambda there: there.strange_modifiers),),
)
def malformed(facts: Facts) -> Iterator[Finding]:
    """A modifier that is not two capital letters or digits; suggests them where case or white space is all that is wrong."""
    for line in facts.lines:
        for place, modifier in enumerate(line.sent.modifiers):
            if _SHAPE.fullmatch(modifier.code) is None:
                code = line.codes[place]
                yield Finding(line.at("modifiers", place), suggestion=code if _SHAPE.fullmatch(code) else None)


@rule(
    "MOD-04",
    title="Modifier unknown",
    severity=WARNING,
    code=IssueType.CODE_INVALID,
    text="The adapter does not know this modifier, and carries it as sent. Check that the payer takes it.",
    source="adapter terminology",
    applies=(has_modifiers(1),),
    asked_if=(Sign(line_outline, lambda there: there.strange_modifiers),),
)
def unknown(facts: Facts) -> Iterator[Finding]:
    """A well-formed modifier that the adapter does not know."""
    for code, places in facts.places.items():
        if code not in KNOWN and _SHAPE.fullmatch(code):
            yield from (Finding(place.field) for place in places)


@rule(
    "MOD-05",
    title="Modifier in the wrong code system",
    severity=WARNING,
    code=IssueType.CODE_INVALID,
    text=("The modifier does not belong to the code system that was sent; the output names its own. Correct the sender."),
    source="HL7 Terminology: CPT, HCPCS Level II",
    verified=True,
    applies=(has_modifiers(1), SYSTEMS),
)
def wrong_system(facts: Facts) -> Iterator[Finding]:
    """A well-formed modifier that was sent with another code system than its own; suggests its own, which the output has."""
    for line in facts.lines:
        for place, modifier in enumerate(line.sent.modifiers):
            code, sent = line.codes[place], modifier.system
            if sent is not None and (real := real_system_of(code, sent)) != sent and not is_of(code, sent):
                yield Finding(line.at("modifiers", place) + ".system", suggestion=real)


@rule(
    "MOD-60",
    title="Order of modifiers",
    severity=INFORMATION,
    code=IssueType.INFORMATIONAL,
    text=("Payers read modifiers that change the price first. Send 22, 52, 53, 26, TC, 80, 82 and AS before TG, and 95 last."),
    source="payer custom",
    applies=(has_modifiers(2),),
)
def out_of_order(facts: Facts) -> Iterator[Finding]:
    """A modifier after one that payers read later; suggests the order. Modifiers outside the suggested order do not count."""
    for line in facts.lines:
        ranks = [_RANK.get(code, 0) for code in line.codes]
        last = 0
        for place, rank in enumerate(ranks):
            if 0 < rank < last:
                yield Finding(line.at("modifiers", place), suggestion=_ordered(line.codes))
                break
            last = max(last, rank)


def _ordered(codes: tuple[str, ...]) -> str:
    """The modifiers with those that have a rank in order, and the others where they stand."""
    ranked = iter(sorted((code for code in codes if code in _RANK), key=_RANK.__getitem__))
    return ", ".join(next(ranked) if code in _RANK else code for code in codes)
