"""Examples of rules about modifiers that split, multiply or share the service."""

from adapter.rules.circumstances import Circumstances
from adapter.rules.policy import PayerPolicy
from tests.rules.ground import LINE, VISIT, Example, at, case_of, line_of, sent


def two(one: list[str], other: list[str]) -> dict[str, object]:
    """Give the change to two lines of 0731T on one day, with these modifiers."""
    return {"billing.lines": [line_of("0731T", *one), line_of("0731T", *other)]}


EXAMPLES = [
    Example("MOD-20", sent("26", "TC"), (at(1),)),
    Example("MOD-20", sent("tc", "95", "26", line=2), (at(2, 2),)),
    Example("MOD-20", sent("26") | sent("TC", line=2), ()),
    Example("MOD-20", sent("26", "95"), ()),
    Example("MOD-21", sent("95", "26"), (at(1),)),
    Example("MOD-21", sent("TC"), (at(0),)),
    Example("MOD-21", sent("TC", "26"), (at(1), at(0))),
    Example("MOD-21", sent("26", line=2), ()),
    Example("MOD-21", sent("27"), ()),
    Example("MOD-21", sent("26"), (), policy=PayerPolicy(components="split")),
    Example("MOD-22", two(["26"], ["TC"]), (at(0, 1),)),
    Example("MOD-22", two(["95"], ["95", "TC"]), (at(1, 1),)),
    Example("MOD-22", two(["26"], ["52"]), (f"{VISIT}.modifiers",)),
    Example("MOD-22", two(["26"], ["26", "TC"]), (f"{VISIT}.modifiers",)),
    Example("MOD-22", two(["26"], ["TC"]) | {f"{VISIT}.dos_start": "2024-05-03"}, ()),
    Example("MOD-22", two(["26"], ["TC"]) | {f"{LINE}.dos_start": None, f"{VISIT}.dos_start": None}, ()),
    Example("MOD-22", two(["26"], ["26"]), ()),
    Example("MOD-22", two(["52"], []), ()),
    Example("MOD-22", two(["26", "TC"], []), ()),
    Example("MOD-22", two(["26"], ["TC"]) | {f"{VISIT}.code": "88271"}, ()),
    Example("MOD-22", sent("26"), (at(0),), circumstances=Circumstances(prior=(case_of({}),))),
    Example("MOD-22", {}, (f"{LINE}.modifiers",), circumstances=Circumstances(prior=(case_of(sent("tc")),))),
    Example("MOD-22", sent("26"), (), circumstances=Circumstances(prior=(case_of(sent("26")),))),
    Example("MOD-22", sent("26"), (), circumstances=Circumstances(prior=(case_of({f"{LINE}.dos_start": "2024-05-01"}),))),
    *[Example(f"MOD-{code}", sent("95", code), (at(1),)) for code in ("50", "51", "62", "66")],
    *[Example(f"MOD-{code}", sent(code, line=2), ()) for code in ("50", "51", "62", "66")],
    *[Example(f"MOD-{code}", sent(str(int(code) + 1)), ()) for code in ("50", "51", "62", "66")],
]
