"""Examples of rules about modifiers for service at a distance and for the level of care."""

from adapter.rules.policy import PayerPolicy, Telehealth
from tests.rules.ground import LINE, VISIT, WITHOUT_BILLING, Example, at, sent

IN_PERSON = {"encounter.mode": "in-person"}
VIDEO = {"encounter.mode": "video"}
AUDIO = {"encounter.mode": "audio"}
STORED = {"encounter.mode": "store-and-forward"}
REMOTE = {f"billing.lines[{line}].{name}": value for line in range(4) for name, value in (("pos", "10"),)} | {
    f"billing.lines[{line}].modifiers": ["95"] for line in range(1, 4)
}
REQUIRED = PayerPolicy(telehealth=Telehealth(modifier="required"))
GT_ONLY = PayerPolicy(telehealth=Telehealth(modifier="required", accepts=("GT",)))

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
    Example("MOD-44", VIDEO | REMOTE | sent("52"), (f"{LINE}.modifiers",), ("95",), policy=REQUIRED),
    Example("MOD-44", VIDEO | REMOTE, (f"{LINE}.modifiers",), (None,), policy=GT_ONLY),
    Example("MOD-44", AUDIO | REMOTE, (f"{LINE}.modifiers",), (None,), policy=REQUIRED),
    Example("MOD-44", REMOTE, (f"{LINE}.modifiers",), (None,), policy=REQUIRED),
    *[Example("MOD-44", VIDEO | REMOTE | sent(code), (), policy=REQUIRED) for code in ("95", "93", "GT", "GQ", "FQ", "gt")],
    Example("MOD-44", VIDEO | REMOTE, ()),
    Example("MOD-44", IN_PERSON | REMOTE, (), policy=REQUIRED),
    Example("MOD-44", {}, (), policy=REQUIRED),
    Example("TEL-01", IN_PERSON | {f"{LINE}.pos": "02"}, (f"{LINE}.pos",)),
    Example("TEL-01", IN_PERSON | {f"{VISIT}.pos": "10"}, (f"{VISIT}.pos",)),
    *[Example("TEL-01", IN_PERSON | {f"{LINE}.pos": pos}, ()) for pos in ("11", "22", None)],
    Example("TEL-01", VIDEO | {f"{LINE}.pos": "02"}, ()),
    Example("TEL-01", {f"{LINE}.pos": "02"}, ()),
    *[Example("TEL-02", mode | REMOTE | {f"{LINE}.pos": "11"}, (f"{LINE}.pos",)) for mode in (VIDEO, AUDIO)],
    Example("TEL-02", VIDEO | REMOTE, ()),
    Example("TEL-02", VIDEO | REMOTE | {f"{LINE}.pos": None}, ()),
    Example("TEL-02", STORED, ()),
    Example("TEL-02", IN_PERSON, ()),
    Example("TEL-02", VIDEO, (), policy=PayerPolicy(telehealth=Telehealth(place="not-a-condition"))),
    Example("TEL-03", AUDIO, ("encounter.mode",)),
    Example("TEL-03", AUDIO | {f"{LINE}.code": "36415"}, ()),
    Example("TEL-03", VIDEO, ()),
    *[Example("MOD-45", {"encounter.mode": mode} | sent("52", "95"), (at(1),), (None,)) for mode in ("in-person", "audio")],
    Example("MOD-45", IN_PERSON | sent("GT"), (at(0),)),
    Example("MOD-45", STORED | sent("95", line=2), (at(0, 2),), ("GQ",)),
    Example("MOD-45", VIDEO | sent("95"), ()),
    Example("MOD-45", sent("95"), ()),
    Example("MOD-45", IN_PERSON | sent("93"), ()),
    Example("MOD-46", sent("52", "93"), (at(1),)),
    Example("MOD-46", sent("FQ"), (at(0),)),
    Example("MOD-46", sent("93", line=2), ()),
    Example("MOD-46", sent("95"), ()),
    Example("MOD-47", sent("95", "52", "GT"), (at(2),)),
    Example("MOD-47", sent("93", "FQ", "gq", line=2), (at(2, 2),)),
    Example("MOD-47", sent("FQ", "93"), ()),
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
