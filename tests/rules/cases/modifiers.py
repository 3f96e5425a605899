"""Examples of rules about the shape, the system and the order of modifiers."""

from tests.rules.ground import LINE, Example, at, sent

CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"

EXAMPLES = [
    Example("MOD-01", {f"{LINE}.modifiers": ["22", "26", "52", "80", "95"]}, (f"{LINE}.modifiers[4]",)),
    Example("MOD-01", {f"{LINE}.modifiers": ["22", "26", "52", "80", "95", "TG"]}, (f"{LINE}.modifiers[4]",)),
    Example("MOD-01", {f"{LINE}.modifiers": ["22", "26", "52", "80"]}, ()),
    Example("MOD-02", {f"{LINE}.modifiers": ["tc", "95", " TC "]}, (f"{LINE}.modifiers[2]",)),
    Example("MOD-02", {f"{LINE}.modifiers": ["52", "52", "52"]}, (f"{LINE}.modifiers[1]", f"{LINE}.modifiers[2]")),
    Example("MOD-02", {f"{LINE}.modifiers": ["TC", "TG"]}, ()),
    Example("MOD-02", {f"{LINE}.modifiers": ["25"]}, ()),
    Example("MOD-01", sent(*["22"] * 30), (at(4),)),
    Example("MOD-01", sent("22", "23", "24", "26", "27", line=3), (at(4, 3),)),
    Example("MOD-02", sent("25", "25", line=1), (at(1, 1),)),
    Example("MOD-02", sent("95", "tc", " 95"), (at(2),)),
    Example("MOD-02", sent("tc") | sent("tc", line=1), ()),
    Example("MOD-03", sent("22", "tc"), (at(1),), ("TC",)),
    Example("MOD-03", sent(" 53 "), (at(0),), ("53",)),
    Example(
        "MOD-03",
        sent("reduced service", "5", "525", "5-", "\uff15\uff12", line=2),
        tuple(at(n, 2) for n in range(5)),
        (None,) * 5,
    ),
    Example("MOD-03", sent("AS", "1P", "22", "P3"), ()),
    Example("MOD-04", sent("22", "0Q"), (at(1),)),
    Example("MOD-04", sent("QO", "qo"), (at(0), at(1))),
    Example("MOD-04", sent("00", line=2), (at(0, 2),)),
    Example("MOD-04", sent("52", "TG", "8P", "XE"), ()),
    Example("MOD-04", sent("reduced", "?"), ()),
    Example("MOD-05", sent("22", {"code": "AS", "system": CPT}), (f"{at(1)}.system",), (HCPCS,)),
    Example("MOD-05", sent({"code": "52", "system": HCPCS}), (f"{at(0)}.system",), (CPT,)),
    Example("MOD-05", sent({"code": "52", "system": HCPCS.replace("http:", "https:")}), (f"{at(0)}.system",), (CPT,)),
    Example("MOD-05", sent({"code": "1P", "system": HCPCS}), (f"{at(0)}.system",), (CPT,)),
    Example("MOD-05", sent({"code": "tc", "system": CPT}, line=2), (f"{at(0, 2)}.system",), (HCPCS,)),
    Example("MOD-05", sent({"code": "52", "system": "urn:own:procedure-modifier"}), (f"{at(0)}.system",), (CPT,)),
    Example("MOD-05", sent("52", {"code": "TC", "system": HCPCS}, {"code": "22", "system": CPT}), ()),
    Example("MOD-05", sent({"code": "52", "system": "urn:oid:2.16.840.1.113883.6.12"}), ()),
    Example("MOD-05", sent({"code": "TG", "system": "urn:oid:2.16.840.1.113883.6.285"}), ()),
    Example("MOD-05", sent({"code": "extent-reduced", "system": "urn:own:procedure-modifier"}), ()),
    Example("MOD-60", sent("95", "52"), (at(1),), ("52, 95",)),
    Example("MOD-60", sent("TG", "AS"), (at(1),), ("AS, TG",)),
    Example("MOD-60", sent("95", "TG", line=1), (at(1, 1),), ("TG, 95",)),
    Example("MOD-60", sent("95", "59", "TG", "22"), (at(2),), ("22, 59, TG, 95",)),
    Example("MOD-60", sent("tg", "82"), (at(1),), ("82, TG",)),
    Example("MOD-60", sent("80", "22", "TG", "95"), ()),
    Example("MOD-60", sent("95", "59", "GA"), ()),
    Example("MOD-60", sent("52") | sent("TG", line=1) | sent("26", line=2), ()),
    Example("MOD-60", sent("95", "95"), ()),
]
