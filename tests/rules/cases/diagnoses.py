"""Examples of rules about diagnoses."""

from tests.rules.ground import LINE, PREAUTHORIZATION, VISIT, WITHOUT_BILLING, Example


def many(number: int) -> list[dict[str, object]]:
    """Give so many diagnoses."""
    return [{"icd10cm": "Q18.9", "certainty": "confirmed", "order": place + 1} for place in range(number)]


def on(day: str, *, lines: range = range(4)) -> dict[str, object]:
    """Give lines that are of a day."""
    return {f"billing.lines[{line}].dos_start": day for line in lines}


EXAMPLES = [
    Example("DX-01", {"diagnoses": []}, ("diagnoses",)),
    Example("DX-01", {"billing.lines[2].dx_pointers": []}, ("billing.lines[2].dx_pointers",)),
    Example("DX-01", {f"{LINE}.dx_pointers": [2, 3]}, (f"{LINE}.dx_pointers[1]",)),
    Example("DX-01", {f"{LINE}.dx_pointers": [0]}, (f"{LINE}.dx_pointers[0]",)),
    Example("DX-01", PREAUTHORIZATION | {"diagnoses": []}, ("diagnoses",)),
    Example("DX-01", {"diagnoses[0].order": None, "diagnoses[1].order": None}, ()),
    Example("DX-01", {"diagnoses": []} | WITHOUT_BILLING, ()),
    Example("DX-02", {"diagnoses[1].certainty": "suspected"}, ("diagnoses[1].certainty",)),
    Example("DX-02", {"diagnoses[1].certainty": "ruled-out"}, ("diagnoses[1].certainty",)),
    Example("DX-02", {"diagnoses[1].certainty": None}, ("diagnoses[1].certainty",)),
    Example("DX-02", {"diagnoses[0].source": "ai"}, ("diagnoses[0].source",)),
    Example("DX-02", {"diagnoses[0].source": None}, ()),
    Example("DX-02", {"diagnoses[0].certainty": "suspected"} | WITHOUT_BILLING, ()),
    Example("DX-03", {"diagnoses[1].icd10cm": "147920"}, ("diagnoses[1].icd10cm",), (None,)),
    Example("DX-03", {"diagnoses[1].icd10cm": "HP:0000316"}, ("diagnoses[1].icd10cm",), (None,)),
    Example("DX-03", {"diagnoses[1].icd10cm": "Q189"}, ("diagnoses[1].icd10cm",), ("Q18.9",)),
    Example("DX-03", {"diagnoses[1].icd10cm": "q87.19"}, ("diagnoses[1].icd10cm",), ("Q87.19",)),
    Example("DX-03", {"diagnoses[1].icd10cm": "f88"}, ("diagnoses[1].icd10cm",), ("F88",)),
    Example("DX-03", {"diagnoses[1].icd10cm": "Q87."}, ("diagnoses[1].icd10cm",), ("Q87",)),
    Example("DX-03", {"diagnoses[1].icd10cm": "Q87.12345"}, ("diagnoses[1].icd10cm",), (None,)),
    Example("DX-03", {"diagnoses[1].icd10cm": "Q8"}, ("diagnoses[1].icd10cm",), (None,)),
    Example("DX-03", {"diagnoses[1].icd10cm": "QA1"}, ("diagnoses[1].icd10cm",), (None,)),
    Example("DX-03", {"diagnoses[1].icd10cm": "Q18 9"}, ("diagnoses[1].icd10cm",), (None,)),
    Example("DX-03", {"diagnoses[1].icd10cm": "Q189"} | WITHOUT_BILLING, ("diagnoses[1].icd10cm",), ("Q18.9",)),
    Example("DX-03", {"diagnoses[1].icd10cm": "F88"}, ()),
    Example("DX-03", {"diagnoses[1].icd10cm": "C4A.9"}, ()),
    Example("DX-03", {"diagnoses[1].icd10cm": "T88.7XXA"}, ()),
    Example("DX-03", {"diagnoses": []}, ()),
    Example("DX-04", {"diagnoses": many(13)}, ("diagnoses[12]",)),
    Example("DX-04", {"diagnoses": many(30)}, ("diagnoses[12]",)),
    Example("DX-04", {"diagnoses": many(12)}, ()),
    Example("DX-04", {f"{VISIT}.dx_pointers": [1, 2, 1, 2, 1]}, (f"{VISIT}.dx_pointers[4]",)),
    Example("DX-04", {f"{VISIT}.dx_pointers": [1, 2, 1, 2]}, ()),
    Example("DX-04", {"diagnoses": many(13)} | PREAUTHORIZATION, ("diagnoses[12]",)),
    Example("DX-04", {"diagnoses": many(13)} | WITHOUT_BILLING, ()),
    Example("DX-05", {"diagnoses[0].icd10cm": "R62"}, ("diagnoses[0].icd10cm",)),
    Example("DX-05", {"diagnoses[1].icd10cm": "Q87.1"}, ("diagnoses[1].icd10cm",)),
    Example("DX-05", {"diagnoses[0].icd10cm": "R62.99"}, ("diagnoses[0].icd10cm",)),
    Example("DX-05", {"diagnoses[0].icd10cm": "Q93.52"}, ("diagnoses[0].icd10cm",)),
    Example("DX-05", {"diagnoses[0].icd10cm": "Q99.8"} | on("2025-10-01"), ("diagnoses[0].icd10cm",)),
    Example("DX-05", {"diagnoses[0].icd10cm": "Q99.8"} | on("2025-10-01", lines=range(1, 4)), ()),
    Example("DX-05", {"diagnoses[0].icd10cm": "Q99.8"} | on("2025-09-30"), ()),
    Example("DX-05", {"diagnoses[0].icd10cm": "R62.99"} | WITHOUT_BILLING, ("diagnoses[0].icd10cm",)),
    Example("DX-05", {"diagnoses[0].icd10cm": "S72.001"}, ("diagnoses[0].icd10cm",)),
    Example("DX-05", {"diagnoses[0].icd10cm": "S72.001Z"}, ("diagnoses[0].icd10cm",)),
    *[Example("DX-05", {"diagnoses[0].icd10cm": code}, ()) for code in ("R62.51", "F79", "S72.001A", "r62", "Q8719")],
    Example("DX-07", {"diagnoses[0].icd10cm": "W54.0XXA"}, ("diagnoses[0].icd10cm",)),
    *[Example("DX-07", {"diagnoses[0].icd10cm": code}, ("diagnoses[0].icd10cm",)) for code in ("G94", "G13.2", "M36.2")],
    *[Example("DX-07", {"diagnoses[0].icd10cm": code}, ()) for code in ("G12.0", "M35.9")],
    Example("DX-07", {"diagnoses[0].icd10cm": "Z13.79"}, ("diagnoses[0].icd10cm",)),
    Example(
        "DX-07", {"diagnoses[1].icd10cm": "Z13.79", "diagnoses[1].order": 1, "diagnoses[0].order": 2}, ("diagnoses[1].icd10cm",)
    ),
    Example("DX-07", {"diagnoses[1].icd10cm": "W54.0XXA"}, ()),
    Example("DX-07", {"diagnoses[0].icd10cm": "W54.0XXA"} | WITHOUT_BILLING, ()),
    Example("DX-09", {f"{LINE}.dx_pointers": [2, 1, 2, 1]}, (f"{LINE}.dx_pointers[2]",)),
    Example("DX-09", {f"{LINE}.dx_pointers": [2, 1]}, ()),
]
