"""Examples of rules about services beside 0731T."""

from adapter.rules.circumstances import Circumstances
from tests.rules.ground import LINE, VISIT, WITHOUT_BILLING, Example, case_of, line_of, sent

ANOTHER_DAY = {f"{LINE}.dos_start": "2024-05-03", f"{VISIT}.dos_start": "2024-05-03"}
BOTH = {f"{LINE}.code": "36415"}


def visits(one: str, other: str) -> dict[str, object]:
    """Give the change that bills two visits."""
    return {f"{LINE}.code": one, f"{VISIT}.code": other}


def order(code: str, **changes: str) -> dict[str, str]:
    """Give an order."""
    return {"code": code, **changes}


EXAMPLES = [
    Example("REL-01", visits("99203", "99213"), (f"{VISIT}.code",)),
    *[Example("REL-01", visits("99202", code), (f"{VISIT}.code",)) for code in ("99211", "99215")],
    *[Example("REL-01", visits("99214", code), (f"{VISIT}.code",)) for code in ("99202", "99205")],
    *[Example("REL-01", visits("99211", code), (f"{VISIT}.code",)) for code in ("98000", "98003", "98008", "98011")],
    *[Example("REL-01", visits("99202", code), (f"{VISIT}.code",)) for code in ("98004", "98007", "98012", "98015")],
    *[Example("REL-01", visits(code, code), ()) for code in ("98003", "98004", "98011", "98012")],
    Example("REL-07", visits("99203", "99213") | {"encounter.em_code": "99214"}, ("encounter.em_code",)),
    *[Example("REL-07", visits("99203", "99213") | {"encounter.em_code": code}, ()) for code in ("99213", "99203-25", None)],
    Example("REL-01", visits("99203", "99204"), ()),
    Example("REL-01", visits("99212", "99213"), ()),
    Example("REL-01", visits("99203", "99201"), ()),
    Example("REL-01", visits("99203", "99242"), ()),
    Example("REL-01", visits("99203", "99213") | {f"{VISIT}.dos_start": "2024-05-03"}, ()),
    Example("REL-01", {}, (f"{VISIT}.code",), circumstances=Circumstances(prior=(case_of(visits("99203", "36415")),))),
    Example("REL-01", {}, (), circumstances=Circumstances(prior=(case_of(visits("99203", "99213") | ANOTHER_DAY),))),
    Example("REL-01", WITHOUT_BILLING, (), circumstances=Circumstances(prior=(case_of(visits("99203", "99213")),))),
    Example("REL-02", sent(line=1), (f"{VISIT}.modifiers",), ("25",)),
    Example("REL-02", sent("24", line=1), (f"{VISIT}.modifiers",), ("25",)),
    *[
        Example("REL-02", sent(line=1) | {f"{VISIT}.code": code}, (f"{VISIT}.modifiers",), ("25",))
        for code in ("99211", "99291", "98004", "98016", "92014")
    ],
    *[
        Example("REL-02", sent(line=1) | {f"{VISIT}.code": code}, ())
        for code in ("99202", "99205", "98000", "98011", "99381", "9920", "992135")
    ],
    Example("REL-02", sent("24", "25", line=1), ()),
    Example("REL-02", sent(line=1) | {f"{VISIT}.dos_start": "2024-05-03"}, ()),
    Example("REL-02", sent(line=1) | {f"{LINE}.code": "36415"}, ()),
    Example(
        "REL-02",
        BOTH | sent(line=1),
        (f"{VISIT}.modifiers",),
        ("25",),
        Circumstances(prior=(case_of({f"{VISIT}.code": "36415"}),)),
    ),
    Example("REL-02", {f"{VISIT}.code": "36415"}, (f"{LINE}.code",), (None,), Circumstances(prior=(case_of(sent(line=1)),))),
    Example("REL-02", {f"{VISIT}.code": "36415"}, (), circumstances=Circumstances(prior=(case_of({}),))),
    Example("REL-02", BOTH, (), circumstances=Circumstances(prior=(case_of(sent(line=1)),))),
    Example("REL-03", {"billing.lines[2].code": "G0452"}, ("billing.lines[2].code",)),
    Example("REL-03", {"billing.lines[2].code": "G0453"}, ()),
    Example("REL-04", {"billing.lines[2].code": "81406"}, ("billing.lines[2].code",)),
    Example(
        "REL-04", {"billing.lines[2].code": "81406", "orders": [order("81406")]}, ("orders[0].gene", "billing.lines[2].code")
    ),
    Example("REL-04", {"orders": [order("81406", gene="KMT2D"), order("81406")]}, ("orders[1].gene",)),
    *[
        Example("REL-04", {"orders": [order("81406", gene="KMT2D", text=text)]}, ("orders[0].text",))
        for text in (
            "Sequencing panel",
            "PANELS",
            "An exome",
            "Genomic sequence",
            "5 to 50 genes",
            "Multi-gene test",
            "multigene",
        )
    ],
    Example("REL-04", {"orders": [order("81406", gene="KMT2D", text="Sequencing of one gene")]}, ()),
    Example("REL-08", {f"{LINE}.code": "0732T"}, (f"{LINE}.code",), ("0731T",)),
    Example("REL-08", {"billing.lines": [line_of("99203"), line_of("0731U")]}, (f"{VISIT}.code",), ("0731T",)),
    Example("REL-08", {"billing.lines": [line_of("99203")]}, (f"{LINE}.code",), ("0731T",)),
    Example("REL-08", {f"{LINE}.code": "0731t"}, ()),
    Example("REL-08", {f"{LINE}.code": "0732T", "review.status": "in-progress"}, ()),
    Example("REL-08", {f"{LINE}.code": "0732T", "billing.use": "predetermination"}, ()),
    Example("REL-08", {"billing.lines": []}, ()),
    Example("REL-04", {"orders": [order("81406", gene="KMT2D", text="Impaneled")]}, ()),
    Example("REL-04", {"orders": [order("81406", gene="KMT2D")], "billing.lines[2].code": "81406"}, ()),
    Example("REL-04", {"orders": [order("88271"), order("81407", text="A panel")]}, ()),
    Example("REL-04", {"orders": [order("88271"), order("81406", gene="KMT2D")]}, ()),
    *[Example("REL-05", {"billing.lines[2].code": code}, ("billing.lines[2].code",)) for code in ("81406", "88271")],
    *[Example("REL-05", {"billing.lines[2].code": code}, ()) for code in ("81405", "88272", "99203")],
    *[
        Example("REL-06", {"billing.lines[2].code": code}, ("billing.lines[2].code",))
        for code in ("69990", "93000", "12001", "64450", "96372")
    ],
    Example("REL-06", {"billing.lines[2].code": "93000"} | sent("59", line=2), ()),
    *[
        Example("REL-06", {"billing.lines[2].code": code} | sent("59", line=2), ("billing.lines[2].code",))
        for code in ("69990", "62320", "64530")
    ],
    *[Example("REL-06", {"billing.lines[2].code": code}, ()) for code in ("36415", "93015", "13160", "11999", "64531", "96379")],
    Example("REL-06", {"billing.lines[2].code": "69990", "billing.lines[2].dos_start": "2024-05-03"}, ()),
]
