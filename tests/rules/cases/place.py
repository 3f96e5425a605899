"""Examples of rules about the place of service."""

from tests.rules.ground import Example

EXAMPLES = [
    Example("POS-01", {"billing.lines[2].pos": None}, ("billing.lines[2].pos",)),
    Example("POS-01", {"billing.lines[2].pos": "00"}, ()),
    *[
        Example("POS-02", {"billing.lines[2].pos": pos}, ("billing.lines[2].pos",), (None,))
        for pos in ("00", "28", "30", "35", "59", "63", "64", "67", "98", "0", "111", "Office")
    ],
    Example("POS-02", {"billing.lines[2].pos": "2"}, ("billing.lines[2].pos",), ("02",)),
    *[Example("POS-02", {"billing.lines[2].pos": pos}, ()) for pos in ("01", "02", "10", "22", "27", "66", "99", None)],
]
