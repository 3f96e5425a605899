"""Examples of rules about units of service."""

from decimal import Decimal

from adapter.rules.circumstances import Circumstances
from adapter.rules.policy import PayerPolicy
from tests.rules.ground import LINE, VISIT, Example, at, case_of, line_of, sent


def again(*modifiers: str) -> dict[str, object]:
    """Give the change that bills 0731T again on the second line, with these modifiers."""
    return {VISIT: line_of("0731T", *modifiers)}


EXAMPLES = [
    Example("UNT-02", {"billing.lines[1].units": None}, ("billing.lines[1].units",)),
    Example("UNT-02", {f"{LINE}.units": 0}, (f"{LINE}.units",)),
    Example("UNT-02", {f"{LINE}.units": -1}, (f"{LINE}.units",)),
    Example("UNT-02", {f"{LINE}.units": Decimal("1.5")}, (f"{LINE}.units",)),
    Example("UNT-02", {f"{LINE}.units": Decimal("0.999999999999999999999999999")}, (f"{LINE}.units",)),
    Example("UNT-02", {f"{LINE}.units": Decimal("1.0")}, ()),
    Example("UNT-02", {f"{LINE}.units": Decimal("1E+18")}, ()),
    Example("UNT-02", {f"{LINE}.units": 10**12}, ()),
    Example("UNT-01", {f"{LINE}.units": 2}, (f"{LINE}.units",)),
    Example("UNT-01", {f"{LINE}.units": 10**12}, (f"{LINE}.units",)),
    Example("UNT-01", {f"{LINE}.units": Decimal("1.5")}, (f"{LINE}.units",)),
    Example("UNT-01", {f"{LINE}.units": Decimal("1E+18")}, (f"{LINE}.units",)),
    Example("UNT-01", {f"{LINE}.units": 2, f"{LINE}.dos_start": None}, (f"{LINE}.units",)),
    Example("UNT-01", again(), (f"{VISIT}.units",)),
    Example("UNT-01", again() | {f"{LINE}.units": 0}, ()),
    Example("UNT-01", again() | {f"{LINE}.units": -1, f"{VISIT}.units": 2}, (f"{VISIT}.units",)),
    Example("UNT-01", again() | {f"{LINE}.units": None}, ()),
    Example("UNT-01", again() | {f"{VISIT}.dos_start": "2024-05-03"}, ()),
    Example("UNT-01", again() | {f"{LINE}.dos_start": None, f"{VISIT}.dos_start": None}, ()),
    Example("UNT-01", {f"{VISIT}.units": 2}, ()),
    Example("UNT-01", {f"{LINE}.units": Decimal("1.0")}, ()),
    Example("UNT-01", {f"{LINE}.units": 2}, (), policy=PayerPolicy(unit_limit=2)),
    Example("UNT-01", {f"{LINE}.units": 3}, (f"{LINE}.units",), policy=PayerPolicy(unit_limit=2)),
    Example("UNT-01", {}, (f"{LINE}.units",), circumstances=Circumstances(prior=(case_of({}),))),
    Example("UNT-01", {}, (), circumstances=Circumstances(prior=(case_of({f"{LINE}.dos_start": "2024-05-01"}),))),
    Example("UNT-01", {}, (), circumstances=Circumstances(prior=(case_of({f"{LINE}.dos_start": None}),))),
    Example("UNT-01", {}, (), circumstances=Circumstances(prior=(case_of({f"{LINE}.code": "99203"}),))),
    Example("UNT-03", again("76"), (at(0, 1),)),
    *[Example("UNT-03", again("52", code), (at(1, 1),)) for code in ("59", "XE", "XP", "XS", "XU", "77", "91", "xe")],
    Example("UNT-03", sent("95", "76"), (at(1),), circumstances=Circumstances(prior=(case_of({}),))),
    Example("UNT-03", {}, (), circumstances=Circumstances(prior=(case_of({}), case_of(sent("76"))))),
    Example("UNT-03", again() | sent("76"), ()),
    Example("UNT-03", again("76") | {f"{VISIT}.dos_start": "2024-05-03"}, ()),
    Example("UNT-03", again("52"), ()),
    Example("UNT-03", sent("76", line=2), ()),
]
