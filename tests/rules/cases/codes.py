"""Examples of rules about the shape and system of codes, and about modifiers that belong elsewhere or exclude one another."""

from adapter.rules.policy import PayerPolicy, Telehealth
from tests.rules.ground import LINE, VISIT, VOID, WITHOUT_BILLING, Example, at, sent

AETNA, CIGNA = PayerPolicy(key="aetna"), PayerPolicy(key="cigna")
AETNA_MA = PayerPolicy(key="aetna-ma", parents=("default", "aetna"))
MEDICARE = PayerPolicy(notice="abn")
CANDIDATE = "ai.candidates[0].codes"
MISSPELLED = ("0731t", "0731", "0731T-25", "CPT:0731T", "cpt 0731T", "O731T", "0731\u0422", "0731T ", "073IT", "T0731", "731T")


def coded(system: str, code: str) -> dict[str, object]:
    """A candidate with a code."""
    return {CANDIDATE: [{"system": system, "code": code}]}


def both(*codes: tuple[str, str]) -> dict[str, object]:
    """A candidate with several codes."""
    return {CANDIDATE: [{"system": system, "code": code} for system, code in codes]}


def held(*codes: tuple[str, str], **more: object) -> dict[str, object]:
    """A syndrome of the clinician with codes."""
    listed = [{"system": system, "code": code} for system, code in codes]
    return {"clinician_diagnoses": [{"name": "A", "certainty": "clinical", "codes": listed, **more}]}


def insured_again(relationship: str | None, subscriber: str) -> dict[str, object]:
    """A second insurance, whose it is and through whom."""
    more = {"relationship": relationship, "subscriber": subscriber}
    return {"other_coverages": [{"member_id": "M-2", "payer": {"name": "Second"}, **more}]}


def measured(loinc: str | None, **more: object) -> dict[str, object]:
    """A measurement."""
    return {"measurements": [{"name": "Height", "value": 1, "loinc": loinc} | more]}


EARLIER = {"claim": "C-0", "relationship": "associated"}
PRIOR = {"claim": "C-1", "relationship": "prior"}


EXAMPLES = [
    *[
        Example("COD-01", {f"{LINE}.code": code.strip()}, (f"{LINE}.code",), ("0731T",))
        for code in MISSPELLED
        if code == code.strip()
    ],
    Example("COD-01", {f"{VISIT}.code": "g0452"}, (f"{VISIT}.code",), ("G0452",)),
    Example("COD-01", {f"{VISIT}.code": "12"}, (f"{VISIT}.code",), (None,)),
    Example("COD-01", {f"{VISIT}.code": "8302-2"}, (f"{VISIT}.code",), (None,)),
    Example("COD-01", {f"{VISIT}.code": "G0452"}, ()),
    Example("COD-02", {f"{LINE}.system": "hcpcs"}, (f"{LINE}.system",), ("cpt",)),
    Example("COD-02", {f"{VISIT}.code": "G0452", f"{VISIT}.system": "cpt"}, (f"{VISIT}.system",), ("hcpcs",)),
    Example("COD-01", {f"{VISIT}.system": "urn:oid:1.2.3"}, (f"{VISIT}.system",), (None,)),
    Example("COD-01", {f"{VISIT}.system": "urn:oid:2.16.840.1.113883.6.12"}, ()),
    Example("COD-02", {f"{LINE}.system": "cpt"}, ()),
    Example("COD-02", {f"{LINE}.system": "urn:oid:1.2.3"}, (f"{LINE}.system",), ("cpt",)),
    Example("COD-02", {f"{LINE}.system": "http://loinc.org"}, (f"{LINE}.system",), ("cpt",)),
    Example("COD-02", {f"{LINE}.system": "http://www.ama-assn.org/go/cpt"}, ()),
    Example("COD-02", {f"{VISIT}.system": "urn:oid:1.2.3"}, ()),
    Example("COD-03", {"orders": [{"code": "81406", "system": "urn:oid:1.2.3"}, {"code": "x", "system": "urn:oid:1.2.3"}]}, ()),
    Example("COD-03", {"orders": [{"code": "81406", "system": "http://loinc.org"}]}, ("orders[0].code",)),
    Example("COD-03", {"orders": [{"code": "81406", "system": "loinc"}]}, ("orders[0].code",)),
    Example("COD-03", {"orders": [{"code": "cpt:81406"}]}, ("orders[0].code",), ("81406",)),
    Example("COD-03", {"orders": [{"code": "81247-9", "system": "loinc"}, {"code": "LOCAL-7"}]}, ()),
    Example("COD-03", {"encounter.em_code": "99213-25"}, ("encounter.em_code",), ("99213",)),
    Example("COD-03", {"encounter.em_code": "visit"}, ("encounter.em_code",), (None,)),
    Example("COD-03", {"encounter.em_code": "99213"}, ()),
    *[Example("COD-03", {"encounter.em_code": code}, ("encounter.em_code",), (None,)) for code in ("0731T", "1126F")],
    Example("COD-03", {"encounter.em_code": "G0463"}, ()),
    Example("COD-06", both(("omim", "147920"), ("mondo", "MONDO:0007387")), (f"{CANDIDATE}[1].code",)),
    Example("COD-06", both(("mondo", "MONDO_0007387"), ("omim", "OMIM:147920")), (f"{CANDIDATE}[0].code",)),
    Example("COD-06", held(("omim", "147920"), ("mondo", "MONDO:0007387")), ("clinician_diagnoses[0].codes[1].code",)),
    Example("COD-06", both(("omim", "147920"), ("omim", "122470"), ("mondo", "MONDO:0007387")), ()),
    Example("COD-06", both(("omim", "122470"), ("mondo", "MONDO:0016033")), ()),
    Example("COD-06", both(("omimps", "PS147920"), ("mondo", "MONDO:0007387")), ()),
    Example("COD-06", both(("omim", "999999"), ("mondo", "MONDO:0007387")), ()),
    Example("COD-06", both(("omim", "147920"), ("mondo", "Kabuki")), ()),
    Example("COD-06", both(("omim", "Kabuki"), ("mondo", "MONDO:0007387")), ()),
    Example("COD-06", both(("omim", "147920"), ("mondo", "MONDO:0007387")) | {"ai.candidates[0].is_group": True}, ()),
    Example("COD-06", held(("omim", "147920"), ("mondo", "MONDO:0007387"), is_group=True), ()),
    Example("COD-06", held(("mondo", "MONDO:0007387")), ()),
    Example("COD-04", coded("orpha", "ORPHA:199"), (f"{CANDIDATE}[0].code",), ("199",)),
    Example("COD-04", coded("mondo", "MONDO_0007387"), (f"{CANDIDATE}[0].code",), ("MONDO:0007387",)),
    Example("COD-04", coded("omim", "OMIM:122470"), (f"{CANDIDATE}[0].code",), ("122470",)),
    Example("COD-04", coded("omimps", "OMIM:PS147920"), (f"{CANDIDATE}[0].code",), ("PS147920",)),
    Example("COD-04", coded("omim", "12247"), (f"{CANDIDATE}[0].code",), (None,)),
    Example("COD-04", coded("omim", "Cornelia"), (f"{CANDIDATE}[0].code",), (None,)),
    *[
        Example("COD-04", coded(system, code), ())
        for system, code in (("orpha", "199"), ("mondo", "MONDO:0007387"), ("omim", "122470"), ("omimps", "PS147920"))
    ],
    Example("COD-04", {"molecular": [{"gene": {"symbol": "A", "hgnc": "14234"}}]}, ("molecular[0].gene.hgnc",), ("HGNC:14234",)),
    Example(
        "COD-04",
        {"molecular": [{"condition": {"system": "omim", "code": "MIM 117550"}}]},
        ("molecular[0].condition.code",),
        ("117550",),
    ),
    Example(
        "COD-04",
        {"ai.genes": [{"symbol": "A", "hgnc": "1", "entrez": "x", "omim": "y"}]},
        ("ai.genes[0].hgnc", "ai.genes[0].entrez", "ai.genes[0].omim"),
        ("HGNC:1", None, None),
    ),
    Example("COD-04", {"ai.genes": [{"symbol": "A", "entrez": "x"}]}, ("ai.genes[0].entrez",), (None,)),
    Example("COD-04", {"ai.candidates[0].genes": [{"symbol": "A", "omim": "602113"}], "ai.genes": []}, ()),
    Example(
        "COD-04",
        {
            "clinician_diagnoses": [
                {"name": "A", "certainty": "clinical", "codes": [{"system": "orpha", "code": "Orphanet_199"}]}
            ],
            "ai": None,
        },
        ("clinician_diagnoses[0].codes[0].code",),
        ("199",),
    ),
    Example("COD-05", measured("8302-3"), ("measurements[0].loinc",)),
    Example("COD-05", measured("height"), ("measurements[0].loinc",), (None,)),
    Example("COD-05", measured("LOINC:8302-2"), ("measurements[0].loinc",), ("8302-2",)),
    Example("COD-05", measured("8302-2"), ()),
    *[Example("MEA-01", measured(None, percentile=number), ("measurements[0].percentile",)) for number in (-1, 101)],
    *[Example("MEA-01", measured(None, percentile=number), ()) for number in (0, 100, None)],
    *[Example("MEA-03", measured("29463-7", value=value), ("measurements[0].value",)) for value in (0, -6)],
    Example("MEA-03", measured("29463-7", value=1), ()),
    Example("MEA-03", measured("20405-7", value=-1), ()),
    Example("MEA-03", measured(None, value=-1), ()),
    *[
        Example("MEA-02", measured(code, unit=unit), (*fields,))
        for code, unit, fields in (
            ("8302-2", "kg", ("measurements[0].unit",)),
            ("LOINC:29463-7", "pounds", ("measurements[0].unit",)),
            ("39156-5", None, ("measurements[0].unit",)),
            ("8302-2", "[in_i]", ()),
            ("29463-7", "g", ()),
            ("39156-5", "kg/m2", ()),
            ("3137-7", "m", ()),
            ("8302", "m", ()),
            (None, "m", ()),
        )
    ],
    *[
        example
        for rule, code in (
            ("MOD-70", "24"),
            ("MOD-71", "AA"),
            ("MOD-72", "33"),
            ("MOD-73", "54"),
            ("MOD-74", "LT"),
            ("MOD-75", "91"),
            ("MOD-76", "59"),
            ("MOD-77", "NU"),
            ("MOD-78", "73"),
            ("MOD-79", "GP"),
            ("MOD-92", "G0"),
            ("MOD-92", "SL"),
        )
        for example in (
            Example(rule, sent("52", code), (at(1),)),
            Example(rule, sent(code, line=2), ()),
        )
    ],
    Example("MOD-76", {VISIT + ".code": "0731T"} | sent("76", line=1), ()),
    Example("MOD-70", {VISIT + ".code": "0731T"} | sent("24", line=1), (f"{VISIT}.modifiers[0]",)),
    *[
        example
        for rule, one, other, near in (
            ("MOD-80", "GA", "GZ", "TG"),
            ("MOD-81", "GZ", "GY", "TG"),
            ("MOD-82", "59", "XU", "76"),
            ("MOD-83", "76", "77", "59"),
            ("MOD-84", "50", "LT", "51"),
            ("MOD-85", "62", "80", "22"),
            ("MOD-86", "GC", "GE", "GR"),
            ("MOD-87", "KX", "GA", "GX"),
            ("MOD-87", "KX", "GY", "GX"),
            ("MOD-87", "KX", "GZ", "GX"),
        )
        for example in (
            Example(rule, sent(one, other), (at(1),)),
            Example(rule, sent(other, "52", one), (at(2),)),
            Example(rule, sent(one, near), ()),
            Example(rule, sent(one) | sent(other, line=1), ()),
        )
    ],
    Example("MOD-80", sent("GX", "GY"), ()),
    Example("MOD-81", sent("GX", "GY"), ()),
    Example("MOD-90", sent("GA"), (at(0),)),
    Example("MOD-90", sent("GA"), (), policy=MEDICARE),
    Example("MOD-90", sent("GC"), ()),
    Example("MOD-91", sent("GX", "GY"), (at(0),), policy=MEDICARE),
    Example("MOD-91", sent("GY"), (), policy=MEDICARE),
    Example("MOD-91", sent("GA"), ()),
    Example("MOD-06", sent("26", "52"), (at(1),), policy=PayerPolicy(modifiers=("26",))),
    Example("MOD-06", sent("95"), (at(0),), policy=PayerPolicy(modifiers=(), telehealth=Telehealth(accepts=("GT",)))),
    Example("MOD-06", sent("95"), (), policy=PayerPolicy(modifiers=(), telehealth=Telehealth(accepts=("95",)))),
    Example("MOD-06", sent("GT"), (at(0),), policy=PayerPolicy(telehealth=Telehealth(accepts=()))),
    Example("MOD-06", sent("GQ"), ()),
    Example("MOD-06", sent("52"), ()),
    Example("MOD-06", sent("52", line=2), (), policy=PayerPolicy(modifiers=())),
    Example("COV-04", {}, ("coverage.relationship",), policy=PayerPolicy(dependants=False)),
    Example("COV-04", {"coverage.relationship": None}, ("coverage.subscriber",), policy=PayerPolicy(dependants=False)),
    Example("COV-04", {"coverage.relationship": "self"}, (), policy=PayerPolicy(dependants=False)),
    Example("COV-04", {"coverage.relationship": None, "coverage.subscriber": None}, (), policy=PayerPolicy(dependants=False)),
    Example("COV-04", {"coverage": None}, (), policy=PayerPolicy(dependants=False)),
    Example("COV-04", {}, ()),
    *[Example("COV-04", {"coverage.filing_indicator": kind}, ("coverage.relationship",)) for kind in ("MA", "MB")],
    Example("COV-04", {"coverage.filing_indicator": "MC"}, ()),
    Example("COV-05", {}, ("payer.name",), named=(("payer.key", AETNA), ("payer.name", CIGNA))),
    Example("COV-05", {}, ("payer.payer_id",), named=(("payer.key", AETNA), ("payer.payer_id", CIGNA), ("payer.name", CIGNA))),
    Example("COV-05", {}, (), named=(("payer.key", AETNA), ("payer.name", AETNA))),
    Example("COV-05", {}, (), named=(("payer.key", AETNA), ("payer.name", AETNA_MA))),
    Example("COV-05", {}, (), named=(("payer.key", AETNA_MA), ("payer.name", AETNA))),
    Example("COV-05", {}, (), named=(("payer.key", AETNA),)),
    *[Example("COV-06", {"billing.frequency": word}, ("billing.related",)) for word in ("replacement", "void")],
    Example("COV-06", {"billing.frequency": "void", "billing.related": [{"claim": "C", "relationship": "prior"}]}, ()),
    Example("COV-06", {"billing.frequency": "original"}, ()),
    Example("COV-06", {"billing.frequency": "replacement", "billing.use": "predetermination"}, ("billing.related",)),
    Example("COV-06", VOID | {"billing.use": "predetermination"}, ()),
    Example("COV-06", WITHOUT_BILLING, ()),
    *[
        Example("COV-07", {"coverage.relationship": word, "patient.birth_date": "2009-05-03"}, ("coverage.relationship",))
        for word in ("spouse", "parent")
    ],
    Example("COV-07", {"coverage.relationship": "spouse", "patient.birth_date": "2009-05-02"}, ()),
    Example("COV-07", {"coverage.relationship": "spouse", "patient.birth_date": "2020"}, ()),
    Example("COV-07", {"coverage.relationship": "spouse", "patient.birth_date": None}, ()),
    Example("COV-07", {"coverage.relationship": "spouse", "procedure.started_at": None}, ()),
    Example("COV-07", {"coverage": None}, ()),
    Example("COV-11", {"coverage.filing_indicator": "MC"}, ("coverage.relationship",)),
    Example("COV-11", {"coverage.filing_indicator": "MC", "coverage.relationship": "self"}, ()),
    Example("COV-11", {"coverage.filing_indicator": "MC", "coverage.relationship": None}, ()),
    Example("COV-11", {"coverage.filing_indicator": "CI"}, ()),
    Example("COV-11", {"coverage": None}, ()),
    *[
        Example("COV-10", insured_again(relationship, subscriber), (*fields,))
        for relationship, subscriber, fields in (
            ("self", "guardian", ("other_coverages[0].relationship",)),
            ("child", "patient", ("other_coverages[0].relationship",)),
            ("self", "patient", ()),
            ("child", "guardian", ()),
            ("other", "patient", ()),
            (None, "patient", ()),
        )
    ],
    Example("COV-08", {"billing.frequency": "original", "billing.related": [EARLIER, PRIOR]}, ("billing.frequency",)),
    Example("COV-08", {"billing.frequency": "original", "billing.related": [EARLIER]}, ()),
    Example("COV-08", {"billing.frequency": "replacement", "billing.related": [PRIOR]}, ()),
    Example("COV-08", {"billing.related": [PRIOR]}, ("billing.frequency",)),
    Example("COV-09", {"coverage.filing_indicator": "09"}, ("coverage.filing_indicator",)),
    Example("COV-09", {}, ("coverage.filing_indicator",), policy=PayerPolicy(filing_indicators=("MA", "MB"))),
    Example("COV-09", {}, (), policy=PayerPolicy(filing_indicators=("HM", "CI"))),
    Example("COV-09", {"coverage.filing_indicator": "ZZ"}, ()),
    Example("COV-09", {"coverage.filing_indicator": None}, ()),
    Example("COV-09", {"coverage": None}, ()),
]
