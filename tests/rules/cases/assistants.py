"""Examples of rules about modifiers for assistants at surgery."""

from tests.rules.ground import Example, at, sent

PHYSICIAN = "207SG0201X"
NURSE = "363L00000X"


def staff(rendering: str, *assisting: str) -> dict[str, object]:
    """Give the change to practitioners with these taxonomy codes."""
    people = [{"key": "dr", "taxonomy": rendering, "role": "rendering"}]
    people += [{"key": f"a{place}", "taxonomy": code, "role": "assisting"} for place, code in enumerate(assisting)]
    return {"practitioners": people}


EXAMPLES = [
    *[Example("MOD-30", sent("95", code), (at(1),)) for code in ("80", "81", "82", "AS", "as")],
    Example("MOD-30", sent("80", line=2), ()),
    Example("MOD-30", sent("90"), ()),
    Example("MOD-31", sent("80", "95", "AS"), (at(2),)),
    Example("MOD-31", sent("82", "81", "80", line=2), (at(1, 2), at(2, 2))),
    Example("MOD-31", sent("80", "AS"), (at(1),)),
    Example("MOD-31", sent("80", "80"), ()),
    Example("MOD-31", sent("80") | sent("AS", line=1), ()),
    Example("MOD-31", sent("80", "95"), ()),
    Example("MOD-32", staff(PHYSICIAN) | sent("95", "AS"), (at(1),), (None,)),
    Example("MOD-32", staff(PHYSICIAN, NURSE) | sent("80", line=2), (at(0, 2),), ("AS",)),
    *[Example("MOD-32", staff(PHYSICIAN, each) | sent("82"), (at(0),), ("AS",)) for each in ("363A00000X", "364SP0200X")],
    Example("MOD-32", staff(NURSE) | sent("81"), (at(0),), ("AS",)),
    Example("MOD-32", staff(PHYSICIAN, NURSE) | sent("AS"), ()),
    Example("MOD-32", staff(NURSE, PHYSICIAN) | sent("80"), ()),
    Example("MOD-32", staff(PHYSICIAN) | sent("80", "81", "82"), ()),
    Example("MOD-32", staff(NURSE) | sent("AS"), ()),
    Example("MOD-32", staff(PHYSICIAN, "246Z00000X") | sent("80", "AS"), ()),
    Example("MOD-32", staff(PHYSICIAN, NURSE, PHYSICIAN) | sent("80", "AS"), ()),
    Example("MOD-32", staff(PHYSICIAN) | {"practitioners[0].role": "supervising"} | sent("AS"), ()),
    Example("MOD-32", staff(PHYSICIAN) | {"practitioners[0].taxonomy": None} | sent("AS"), ()),
    Example("MOD-32", {"practitioners": []} | sent("AS", "80"), ()),
    Example("MOD-32", staff(PHYSICIAN), ()),
    Example("MOD-33", sent("95", "82"), (at(1),)),
    Example("MOD-33", sent("82", line=2), (at(0, 2),)),
    Example("MOD-33", sent("80", "81"), ()),
]
