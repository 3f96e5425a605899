"""Examples of rules about who takes part and who pays."""

from decimal import Decimal

from adapter.rules.circumstances import Circumstances
from tests.rules.ground import LINE, PREAUTHORIZATION, VISIT, WITHOUT_BILLING, Example, at, line_of, sent

TAXONOMY = "practitioners[1].taxonomy"
CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"


def who(taxonomy: str | None, *, label: str | None = None, role: str = "rendering") -> dict[str, str | None]:
    """Give the change to a practitioner."""
    someone = "practitioners[1]"
    return {f"{someone}.taxonomy": taxonomy, f"{someone}.taxonomy_label": label, f"{someone}.role": role}


EXAMPLES = [
    Example("PRV-NPI", {"practitioners[1].npi": "1234567894"}, ("practitioners[1].npi",)),
    Example("PRV-NPI", {"practitioners[1].npi": "1234567839"}, ("practitioners[1].npi",)),
    Example("PRV-NPI", {"practitioners[1].npi": "123456789"}, ("practitioners[1].npi",)),
    Example("PRV-NPI", {"practitioners[1].npi": "12345678931"}, ("practitioners[1].npi",)),
    Example("PRV-NPI", {"practitioners[1].npi": "١٢٣٤٥٦٧٨٩٣"}, ("practitioners[1].npi",)),
    Example("PRV-NPI", {"practitioners[1].npi": "NPI 1234567893"}, ("practitioners[1].npi",), ("1234567893",)),
    Example("PRV-NPI", {"organization.npi": "1245319598"}, ("organization.npi",), (None,)),
    Example("PRV-NPI", {"organization.npi": "12453-19599"}, ("organization.npi",), ("1245319599",)),
    Example("PRV-NPI", {"practitioners[1].npi": None, "organization.npi": None}, ()),
    Example("PRV-NPI", {"organization": None}, ()),
    Example("PRV-NPI", {"organization.npi": "1245319599"}, ()),
    Example("PRV-ORG", {"organization": None}, ("organization",)),
    Example("PRV-ORG", {"organization": None} | WITHOUT_BILLING, ()),
    Example("PRV-ORG", PREAUTHORIZATION, ()),
    Example("COV-01", {"coverage": None, "payer": None}, ("coverage", "payer")),
    Example("COV-01", {"payer": None}, ("payer",)),
    Example("COV-01", {"coverage": None, "payer": None} | WITHOUT_BILLING, ()),
    Example("COV-01", PREAUTHORIZATION, ()),
    Example("TAX-01", who("2080P2900X"), (TAXONOMY,), ("207SG0201X",)),
    Example("TAX-01", who("2080P2900X", role="supervising"), (TAXONOMY,), ("207SG0201X",)),
    Example("TAX-01", who("Pediatrics", label="Pediatrician"), (TAXONOMY,), ("208000000X",)),
    *[
        Example("TAX-01", who(code), (TAXONOMY,), (None,))
        for code in (
            "207SG0201",
            "207SG0201Y",
            "007SG0201X",
            "507SG0201X",
            "207SG0201XX",
            "2S7SG0201X",
            "20SSG0201X",
        )
    ],
    Example("TAX-01", who("207sg0201x"), (TAXONOMY,), ("207SG0201X",)),
    Example("TAX-01", who("507sg0201x"), (TAXONOMY,), (None,)),
    Example("TAX-01", who("207SG0201X"), ()),
    Example("TAX-01", who("4053000000"), (TAXONOMY,), (None,)),
    Example("TAX-01", who("405300000X"), ()),
    Example("TAX-01", who("207RC0000X", label="Pediatrician"), ()),
    Example("TAX-01", who(None), ()),
    Example("TAX-02", who("207RC0000X", label="Pediatrician"), (TAXONOMY,), ("208000000X",)),
    Example("TAX-02", who("363L00000X", label="Telemedicine"), (TAXONOMY,), (None,)),
    Example("TAX-02", who("207X00000X", label="Nurse Practitioner"), (TAXONOMY,), ("363L00000X",)),
    Example("TAX-02", who("246Z00000X", label="Clinical Laboratory Geneticist"), (TAXONOMY,), ("207SG0203X",)),
    Example("TAX-02", who("208000000X", label="Pediatric nurse"), ()),
    Example("TAX-02", who("207SG0201X", label="Pediatric NURSE"), (TAXONOMY,), ("363LP0200X",)),
    Example("TAX-02", who("208000000X", label="Genetic counselor"), (TAXONOMY,), ("170300000X",)),
    Example("TAX-02", who("208000000X", label="Heart surgery"), (TAXONOMY,), ("207RC0000X",)),
    Example("TAX-02", who("208000000X", label="Orthopaedics"), (TAXONOMY,), ("207X00000X",)),
    Example("TAX-02", who("208000000X", label="Medical Genetics"), (TAXONOMY,), ("207SG0201X",)),
    Example("TAX-02", who("363L00000X", label="Nurse Practitioner"), ()),
    Example("TAX-02", who("207SG0201X", label="Clinical Genetics (M.D.)"), ()),
    Example("TAX-02", who("170100000X", label="Clinical Laboratory Geneticist"), ()),
    Example("TAX-02", who("207RC0000X", label="Doctor"), ()),
    Example("TAX-02", who("207RX0202X", label="Pediatrician"), ()),
    Example("TAX-02", who("2080P2900X", label="Nurse"), ()),
    Example("TAX-02", who("207RC0000X"), ()),
    Example("TAX-02", who(None, label="Nurse"), ()),
    Example("TAX-03", who("246Z00000X"), (TAXONOMY,)),
    Example("TAX-03", who("246Z00000X", role="assisting"), ()),
    Example("TAX-03", who("247100000X"), (TAXONOMY,)),
    Example("TAX-03", who("251300000X"), ()),
    Example("TAX-03", who(None), ()),
    Example("COV-02", {}, (f"{LINE}.code",)),
    Example("COV-02", {f"{VISIT}.code": "0731T"}, (f"{LINE}.code",)),
    Example("COV-02", {LINE: line_of("99203"), f"{VISIT}.code": "0731T"}, (f"{VISIT}.code",)),
    Example("COV-02", {f"{LINE}.code": "0732T"}, ()),
    Example("COV-02", WITHOUT_BILLING, ()),
    Example("CHG-01", {f"{LINE}.charge": None}, (f"{LINE}.charge",)),
    Example("CHG-01", {f"{LINE}.charge": 0}, (f"{LINE}.charge",)),
    Example("CHG-01", {f"{VISIT}.charge": None}, (f"{VISIT}.charge",)),
    Example("CHG-01", {f"{LINE}.charge": -250}, (f"{LINE}.charge",)),
    Example("CHG-01", {f"{LINE}.charge": Decimal("0.01")}, ()),
    Example("CHG-02", {f"{VISIT}.charge": Decimal("90.005")}, (f"{VISIT}.charge",)),
    *[Example("CHG-02", {f"{VISIT}.charge": Decimal(charge)}, ()) for charge in ("90.05", "90.050", "90")],
    Example("CHG-02", {f"{VISIT}.charge": None}, ()),
    Example("CHG-03", {"billing.currency": "EUR"}, ("billing.currency",)),
    Example("CHG-03", {"billing.currency": "USD"}, ()),
    Example("CHG-03", {}, ()),
    Example("CHG-01", {f"{LINE}.charge": None} | PREAUTHORIZATION, ()),
    Example("PRE-01", PREAUTHORIZATION | sent("95", "53"), (at(1),)),
    Example("PRE-01", PREAUTHORIZATION | {"billing.created": "2024-05-03"}, (f"{LINE}.dos_start",)),
    Example("PRE-01", PREAUTHORIZATION | {"billing.created": "2024-06"}, (f"{LINE}.dos_start",)),
    Example(
        "PRE-01", PREAUTHORIZATION | {"billing.use": "predetermination", "billing.created": "2024-05-03"}, (f"{LINE}.dos_start",)
    ),
    Example("PRE-01", PREAUTHORIZATION, (f"{LINE}.dos_start",), circumstances=Circumstances(today="2024-05-03")),
    Example("PRE-01", PREAUTHORIZATION | {"billing.created": "2024-05-02T23:59:59Z"}, ()),
    Example("PRE-01", PREAUTHORIZATION | {"billing.created": "2024-05"}, ()),
    Example("PRE-01", PREAUTHORIZATION | {"billing.created": "2024-05-03", f"{LINE}.dos_start": None}, ()),
    Example("PRE-01", PREAUTHORIZATION | {"billing.created": "2024-05-03", f"{LINE}.code": "99203"}, ()),
    Example("PRE-01", PREAUTHORIZATION | sent("52"), ()),
    Example("PRE-01", {"billing.created": "2024-05-03"} | sent("53"), ()),
    Example("MAP-01", sent("22", {"code": "52", "system": "urn:oid:2.16.840.1.113883.6.12"}), (f"{at(1)}.system",), (CPT,)),
    Example(
        "MAP-01", sent({"code": "AS", "system": HCPCS.replace("http:", "https:")}, line=2), (f"{at(0, 2)}.system",), (HCPCS,)
    ),
    Example(
        "MAP-01",
        {"diagnoses[0].source": "ai"},
        ("diagnoses[0].icd10cm", *(f"billing.lines[{n}].dx_pointers[0]" for n in range(4))),
    ),
    Example(
        "MAP-01",
        {"diagnoses[1].source": "ai", "diagnoses[1].order": None, "billing.lines": [line_of("0731T")]},
        ("diagnoses[1].icd10cm", f"{LINE}.dx_pointers[1]"),
    ),
    Example("MAP-01", {f"{VISIT}.charge": 0}, ()),
    Example("MAP-01", {"diagnoses[0].source": "ai"} | WITHOUT_BILLING, ()),
    Example("MAP-01", sent({"code": "52", "system": CPT}, {"code": "AS", "system": HCPCS}, {"code": "TC", "system": CPT}), ()),
]
