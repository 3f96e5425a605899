"""Examples of rules about modifiers for service at a distance and for the level of care."""

from adapter.rules.policy import PayerPolicy, Telehealth
from tests.rules.ground import LINE, WITHOUT_BILLING, Example, at, sent

IN_PERSON = {"encounter.mode": "in-person"}
VIDEO = {"encounter.mode": "video"}
AUDIO = {"encounter.mode": "audio"}
STORED = {"encounter.mode": "store-and-forward"}

EXAMPLES = [
    Example("MOD-40", VIDEO | sent("52", "TG"), (at(1),), ("95",)),
    Example("MOD-40", AUDIO | sent("TG"), (at(0),), (None,)),
    *[Example("MOD-40", {f"{LINE}.pos": pos} | sent("TG"), (at(0),), ("95",)) for pos in ("02", "10")],
    Example("MOD-40", STORED | {f"{LINE}.pos": "10"} | sent("TG"), (at(0),), (None,)),
    Example("MOD-40", VIDEO | sent("tg", line=2), (at(0, 2),), ("95",)),
    *[Example("MOD-40", VIDEO | sent("TG", code), ()) for code in ("95", "93", "GT", "GQ", "FQ")],
    Example("MOD-40", VIDEO | sent("TG", "52") | sent("95", line=1), (at(0),), ("95",)),
    Example("MOD-40", IN_PERSON | sent("TG"), ()),
    Example("MOD-40", STORED | sent("TG"), ()),
    Example("MOD-40", VIDEO | sent("95"), ()),
    Example("MOD-40", {f"{LINE}.pos": "10"} | sent("TG"), (), policy=PayerPolicy(telehealth=Telehealth(pos=("02",)))),
    Example("MOD-41", IN_PERSON | sent("52", "TG"), (at(1),)),
    Example("MOD-41", STORED | sent("TG", line=2), (at(0, 2),)),
    Example("MOD-41", VIDEO | sent("TG", "95"), (at(0),)),
    Example("MOD-41", VIDEO | sent("TG"), ()),
    Example("MOD-41", {f"{LINE}.pos": "02"} | sent("TG"), ()),
    Example("MOD-41", sent("52"), ()),
    Example("MOD-42", VIDEO | sent("52", "95"), (at(1),)),
    Example("MOD-42", VIDEO | sent("95", line=2), ()),
    Example("MOD-42", VIDEO | sent("GT"), ()),
    Example("MOD-43", sent("52", "95"), (at(1),)),
    Example("MOD-43", sent("95", line=2), (at(0, 2),)),
    *[Example("MOD-43", {f"{LINE}.pos": pos} | sent("95"), ()) for pos in ("02", "10", None)],
    Example("MOD-43", sent("93"), ()),
    Example("MOD-43", {f"{LINE}.pos": "11"} | sent("95"), (), policy=PayerPolicy(telehealth=Telehealth(pos=("11",)))),
    *[Example("MOD-44", VIDEO | {f"{LINE}.pos": pos} | sent("52"), (f"{LINE}.pos",), ("95",)) for pos in ("02", "10")],
    Example("MOD-44", AUDIO | {"billing.lines[2].pos": "02"}, ("billing.lines[2].pos",), (None,)),
    Example("MOD-44", {f"{LINE}.pos": "10"}, (f"{LINE}.pos",), (None,)),
    *[Example("MOD-44", {f"{LINE}.pos": "10"} | sent(code), ()) for code in ("95", "93", "GT", "GQ", "FQ", "gt")],
    Example("MOD-44", VIDEO, ()),
    Example("MOD-44", {f"{LINE}.pos": None}, ()),
    *[Example("MOD-45", {"encounter.mode": mode} | sent("52", "95"), (at(1),), (None,)) for mode in ("in-person", "audio")],
    Example("MOD-45", STORED | sent("95", line=2), (at(0, 2),), ("GQ",)),
    Example("MOD-45", VIDEO | sent("95"), ()),
    Example("MOD-45", sent("95"), ()),
    Example("MOD-45", IN_PERSON | sent("93"), ()),
    Example("MOD-46", sent("52", "93"), (at(1),)),
    Example("MOD-46", sent("93", line=2), ()),
    Example("MOD-46", sent("95"), ()),
    Example("MOD-47", sent("95", "52", "GT"), (at(2),)),
    Example("MOD-47", sent("93", "FQ", "gq", line=2), (at(1, 2), at(2, 2))),
    Example("MOD-47", sent("95", "95"), ()),
    Example("MOD-47", sent("95") | sent("GT", line=1), ()),
    Example("MOD-47", sent("GQ", "TG"), ()),
    Example("MOD-48", STORED, ("encounter.mode",)),
    Example("MOD-48", STORED | sent("GQ"), ("encounter.mode",)),
    Example("MOD-48", sent("52", "GQ"), (at(1),)),
    Example("MOD-48", VIDEO | sent("GQ", line=2), (at(0, 2),)),
    Example("MOD-48", STORED | {"billing.lines": []}, ()),
    Example("MOD-48", STORED | WITHOUT_BILLING, ()),
    Example("MOD-48", VIDEO | sent("95"), ()),
]
