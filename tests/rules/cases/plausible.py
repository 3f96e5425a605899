"""Examples of rules about ages, sizes and amounts, about who saw what, and about codes that were deleted."""

from typing import Any

from tests.rules.ground import LINE, WITHOUT_BILLING, Example, line_of

HEIGHT: dict[str, Any] = {"name": "Height", "value": 90, "unit": "cm", "loinc": "8302-2"}
MEASURED = "measurements[0]"
FIRST = "diagnoses[0].icd10cm"
CANDIDATE = "ai.candidates[2]"
VARIANT = "molecular[0].hgvs"
FEATURE = {"hpo": "HP:0000664", "presence": "present"}


def measured(**changes: object) -> dict[str, Any]:
    """Give the change that adds a height, with changes."""
    return {"measurements": [HEIGHT | changes]}


def aged(born: str, code: str) -> dict[str, Any]:
    """Give a birth date and the first diagnosis."""
    return {"patient.birth_date": born, FIRST: code}


def proposed(evidence: str, *, assessed: bool | None) -> dict[str, Any]:
    """Give what a candidate rests on, and whether it was assessed by face."""
    return {f"{CANDIDATE}.evidence": evidence, f"{CANDIDATE}.assessed_by_face": assessed}


EXAMPLES = [
    Example("PAT-01", {"patient.birth_date": "1898-05-01"}, ("patient.birth_date",)),
    Example("PAT-01", {"patient.birth_date": "1898-05-03"}, ()),
    Example("PAT-01", {"patient.birth_date": "1850"}, ()),
    Example("PAT-01", {"patient.birth_date": None}, ()),
    Example("PAT-01", {"patient.birth_date": "1850-01-01", "procedure.started_at": None} | WITHOUT_BILLING, ()),
    Example("PAT-01", {"patient.birth_date": "1850-01-01"} | WITHOUT_BILLING, ("patient.birth_date",)),
    *[
        Example("DX-10", aged(born, code), (FIRST,))
        for born, code in (
            ("2015-05-03", "O09.91"),
            ("2015-05-03", "Z34.01"),
            ("1959-05-02", "Z3A.20"),
            ("2009-05-03", "R62.7"),
            ("2009-05-03", "Z00.00"),
            ("2023-05-02", "Z00.110"),
            ("2006-05-02", "Z00.129"),
        )
    ],
    *[
        Example("DX-10", aged(born, code), ())
        for born, code in (
            ("2015-05-02", "O09.91"),
            ("1959-05-03", "Z3A.20"),
            ("2009-05-02", "R62.7"),
            ("2009-05-02", "Z00.00"),
            ("2023-05-03", "Z00.110"),
            ("2006-05-03", "Z00.129"),
            ("1990", "R62.7"),
            ("2020-03-01", "Z31.5"),
        )
    ],
    Example("DX-10", aged("2020-03-01", "R62.7") | WITHOUT_BILLING, ()),
    Example("CHG-04", {f"{LINE}.charge": 100_000_000}, (f"{LINE}.charge",)),
    Example("CHG-04", {f"{LINE}.charge": 99_999_999}, ()),
    Example("CHG-04", {f"{LINE}.charge": None}, ()),
    Example("MEA-04", measured(percentile=97, sd=-2), (f"{MEASURED}.percentile",)),
    Example("MEA-04", measured(percentile=3, sd=1), (f"{MEASURED}.percentile",)),
    *[
        Example("MEA-04", measured(percentile=percentile, sd=deviations), ())
        for percentile, deviations in ((3, -2), (97, 2), (50, 1), (3, 0), (3, None), (None, 2))
    ],
    *[
        Example("MEA-05", measured(value=value, unit=unit, loinc=loinc), (f"{MEASURED}.value",))
        for value, unit, loinc in (
            (276, "cm", "8302-2"),
            (276, "cm", "8306-3"),
            (101, "cm", "9843-4"),
            (651, "kg", "29463-7"),
            (650_001, "g", "29463-7"),
            (251, "kg/m2", "39156-5"),
        )
    ],
    *[
        Example("MEA-05", measured(value=value, unit=unit, loinc=loinc), ())
        for value, unit, loinc in ((275, "cm", "8302-2"), (650, "kg", "29463-7"), (900, "g", "29463-7"), (900, None, None))
    ],
    Example("AI-12", proposed("face", assessed=False), (f"{CANDIDATE}.evidence",)),
    Example("AI-12", proposed("both", assessed=False), (f"{CANDIDATE}.evidence",)),
    Example("AI-12", proposed("features", assessed=False), ()),
    Example("AI-12", proposed("face", assessed=True), ()),
    Example("AI-12", proposed("face", assessed=None), ()),
    *[
        Example("PHE-03", {"phenotypes": [FEATURE | {"source": source, "run": "r"}]}, ("phenotypes[0].source",))
        for source in ("clinician", "caregiver")
    ],
    *[
        Example("PHE-03", {"phenotypes": [FEATURE | who]}, ())
        for who in ({"source": "ai", "run": "r"}, {"run": "r"}, {"source": "clinician"})
    ],
    *[
        Example("RPT-07", {"review.reviewer": "np", "practitioners[1].role": role}, ("review.reviewer",))
        for role in ("referring", "ordering")
    ],
    Example("RPT-07", {"review.reviewer": "np", "practitioners[1].role": "supervising"}, ()),
    Example("RPT-07", {"practitioners[1].role": "referring"}, ()),
    Example("RPT-07", {"review.reviewer": "np", "practitioners[1].role": "referring", "practitioners[0].role": "other"}, ()),
    Example("REL-09", {"encounter.em_code": "99201"}, ("encounter.em_code",), (None,)),
    Example("REL-09", {"billing.lines": [line_of("99241")]}, ("billing.lines[0].code",)),
    Example("REL-09", {"billing.lines": [line_of("99241", dos_start="2022-12-31")]}, ()),
    Example("REL-09", {"billing.lines": [line_of("99241", dos_start="2023-01-01")]}, ("billing.lines[0].code",)),
    Example("REL-09", {"orders": [{"code": "96040", "ordered_at": "2025-01-01"}]}, ("orders[0].code",), ("96041",)),
    Example("REL-09", {"orders": [{"code": "96040", "ordered_at": "2025"}]}, ()),
    Example("REL-09", {"orders": [{"code": "96040"}]}, ()),
    Example("REL-09", {"encounter.em_code": "99201"} | WITHOUT_BILLING, ("encounter.em_code",)),
    Example("REL-09", {"encounter.em_code": "99201", "procedure.started_at": None} | WITHOUT_BILLING, ()),
    Example("REL-09", {"encounter.em_code": "99202"}, ()),
    *[
        Example("COD-07", {"molecular": [{"hgvs": name}]}, (VARIANT,))
        for name in ("c4321G>T", "4321G>T", "NM_133433.4:4321G>T", "c 76del", "76_78dup")
    ],
    *[
        Example("COD-07", {"molecular": [{"hgvs": name}]}, ())
        for name in (
            "NM_133433.4:c.4321G>T",
            "c.4321G>T",
            "NM_133433.4(NIPBL):c.4321G>T (p.Glu1441Ter)",
            "NP_597677.2:p.(Glu1441Ter)",
            "chr5:g.36877000del",
            "arr[GRCh38] 7q11.23(73330452_74728172)x1",
            "46,XX,del(7)(q11.23q11.23)",
            None,
        )
    ],
]
