"""Examples of rules that hold AI, molecular finding, clinician and diagnosis side by side; of orders, keys and scores."""

from decimal import Decimal
from typing import Any

from tests.rules.ground import Example

CORNELIA = {"system": "omim", "code": "122470"}
SOTOS = {"system": "omim", "code": "117550"}
MONDO = {"system": "mondo", "code": "MONDO:0007387"}


def finding(condition: dict[str, str] | None = SOTOS, classification: str | None = "pathogenic", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A molecular finding."""
    return {"condition": condition, "classification": classification, **more}


def supported(*codes: dict[str, str], disposition: str = "supported") -> dict[str, Any]:
    """A candidate that the clinician supports."""
    return {"ai.candidates[0].codes": list(codes), "ai.candidates[0].disposition": disposition}


def concluded(*codes: dict[str, str], certainty: str = "clinical", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A diagnosis of the clinician."""
    return {"clinician_diagnoses": [{"name": "A", "codes": list(codes), "certainty": certainty, **more}]}


def scores(*values: float, kind: str = "face_similarity", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """One score for each candidate."""
    return {
        "ai.candidates": [
            {"rank": at + 1, "scores": [{"kind": kind, "value": Decimal(str(value)), **more}]} for at, value in enumerate(values)
        ]
    }


FIELD = "ai.candidates[0]"
OBSOLETE = ("HP:0000038", "HP:0000054")
ORDER = {"code": "81406", "gene": "A", "status": "active"}
FEATURE = {"hpo": "HP:0000280", "presence": "present", "source": "ai"}
NAMED = {"ai.candidates[0].name": "Cornelia de Lange syndrome 1", "diagnoses[0].source": None}

EXAMPLES = [
    Example("MOL-01", {"molecular": [finding()]} | supported(CORNELIA), ("molecular[0].condition",)),
    Example("MOL-01", {"molecular": [finding()]} | supported(CORNELIA, SOTOS), ()),
    Example("MOL-01", {"molecular": [finding()]} | supported(MONDO), ()),
    Example("MOL-01", {"molecular": [finding()]} | supported(CORNELIA, disposition="considered"), ()),
    Example("MOL-01", {"molecular": [finding()]} | supported(SOTOS, disposition="rejected"), ("molecular[0].condition",)),
    Example("MOL-01", {"molecular": [finding(classification="benign")]} | supported(CORNELIA), ()),
    Example("MOL-01", {"molecular": [finding(classification="uncertain significance")]} | supported(CORNELIA), ()),
    Example(
        "MOL-01", {"molecular": [finding(classification="likely pathogenic")]} | concluded(CORNELIA), ("molecular[0].condition",)
    ),
    Example("MOL-01", {"molecular": [finding()]} | concluded(CORNELIA, certainty="differential"), ()),
    Example("MOL-01", {"molecular": [finding()]} | concluded(SOTOS, certainty="dismissed"), ("molecular[0].condition",)),
    Example("MOL-01", {"molecular": [finding()], "ai": None} | concluded(CORNELIA, is_group=True), ()),
    Example("MOL-02", concluded(SOTOS, certainty="molecular"), ("clinician_diagnoses[0].certainty",)),
    Example("MOL-02", {"molecular": [finding()]} | concluded(SOTOS, certainty="molecular"), ()),
    Example("MOL-02", {"molecular": [finding(None)]} | concluded(SOTOS, certainty="molecular"), ()),
    Example("MOL-02", {"molecular": [finding(MONDO)]} | concluded(SOTOS, certainty="molecular"), ()),
    Example(
        "MOL-02",
        {"molecular": [finding(None, None, result="NO_VARIANTS_DETECTED")]} | concluded(SOTOS, certainty="molecular"),
        ("clinician_diagnoses[0].certainty",),
    ),
    Example(
        "MOL-02",
        {"molecular": [finding(CORNELIA)]} | concluded(SOTOS, certainty="molecular"),
        ("clinician_diagnoses[0].certainty",),
    ),
    Example("MOL-02", concluded(SOTOS), ()),
    Example("DX-06", NAMED | {"diagnoses[0].display": "Cornelia de Lange syndrome"}, ("diagnoses[0].icd10cm",)),
    Example("DX-06", NAMED | {"diagnoses[0].icd10cm": "Q87.19"}, ("diagnoses[0].icd10cm",)),
    Example("DX-06", NAMED | {"diagnoses[0].icd10cm": "Q87.19", "diagnoses[0].source": "clinician"}, ()),
    Example("DX-06", NAMED | {"diagnoses[0].icd10cm": "Q87.11"}, ()),
    Example("DX-06", NAMED, ()),
    Example("AI-05", scores(0.4, 0.5), ("ai.candidates[1].rank",)),
    Example("AI-05", scores(0.4, 0.3, direction="lower"), ("ai.candidates[1].rank",)),
    Example("AI-05", scores(0.5, 0.6, kind="face_distance"), ()),
    Example("AI-05", scores(0.6, 0.5, kind="face_distance"), ("ai.candidates[1].rank",)),
    Example("AI-05", scores(0.5, 0.5, 0.4), ()),
    Example("AI-05", scores(0.4, 0.5, kind="unspecified"), ()),
    Example("AI-05", scores(0.4, 0.5) | {"ai.candidates[0].scores": [{"kind": "pedia", "value": 1}]}, ()),
    Example("AI-06", scores(0.9, direction="lower"), (f"{FIELD}.scores[0].direction",), ("higher",)),
    Example("AI-06", scores(0.9, kind="face_distance", direction="higher"), (f"{FIELD}.scores[0].direction",), ("lower",)),
    Example("AI-06", scores(0.9, kind="unspecified", direction="lower"), ()),
    Example("AI-06", scores(0.9), ()),
    Example("AI-07", scores(0.6, 0.6, kind="probability"), (f"{FIELD}.scores[0].value",)),
    Example("AI-07", scores(0.5, 0.5, kind="probability"), ()),
    Example("AI-07", scores(0.6, 0.5, kind="probability"), ()),
    Example("AI-07", scores(0.34, 0.33, 0.34, kind="probability"), ()),
    Example("AI-07", scores(0.34, 0.34, 0.35, kind="probability"), (f"{FIELD}.scores[0].value",)),
    Example("AI-07", scores(1, kind="probability"), ()),
    Example("AI-07", scores(0.6, 0.5), ()),
    Example("AI-07", scores(0.6, 0.5, kind="probability") | {"ai.candidates[0].is_group": True}, ()),
    Example("AI-08", {"images": [{"id": "i0", "view": "profile-left"}]}, ("images[0].view",)),
    Example("AI-08", {"images": [{"id": "i0", "view": "profile-left"}, {"id": "i1", "view": "frontal"}]}, ()),
    Example("AI-08", {"images": [{"id": "i0", "view": "profile-left"}, {"id": "i1"}]}, ()),
    Example(
        "AI-08",
        {
            "images": [{"id": "i0", "view": "profile-left"}, {"id": "i1", "view": "frontal"}],
            "ai.images": [{"id": "i1", "status": "failed"}],
        },
        ("images[0].view",),
    ),
    Example(
        "PHE-01",
        {"phenotypes": [{"hpo": "HP:0000280", "presence": presence, "source": "ai"} for presence in ("present", "absent")]},
        ("phenotypes[1].presence",),
    ),
    Example(
        "PHE-01",
        {
            "phenotypes": [
                {"hpo": "HP:0000280", "presence": p, "source": s} for p, s in (("present", "ai"), ("absent", "clinician"))
            ]
        },
        (),
    ),
    Example("PHE-01", {"phenotypes": [{"hpo": "HP:0000280", "presence": p} for p in ("unknown", "absent", "absent")]}, ()),
    Example("RPT-05", {"practitioners[0].taxonomy": "246Z00000X"}, ("review.reviewer",)),
    Example("RPT-05", {"practitioners[0].taxonomy": "170300000X"}, ("review.reviewer",)),
    Example("RPT-05", {"practitioners[0].taxonomy": "363LP0200X"}, ()),
    Example("RPT-05", {"practitioners[1].taxonomy": "246Z00000X"}, ()),
    Example("ORD-01", {"orders": [ORDER | {"proposed_by": "ai"}]}, ("orders[0].status",)),
    Example("ORD-01", {"orders": [ORDER | {"proposed_by": "ai", "ordered_by": "ghost"}]}, ("orders[0].status",)),
    Example("ORD-01", {"orders": [ORDER]}, ("orders[0].status",)),
    Example("ORD-01", {"orders": [ORDER | {"proposed_by": "ai", "ordered_by": "dr"}]}, ()),
    Example("ORD-01", {"orders": [ORDER | {"proposed_by": "ai", "status": "proposed"}]}, ()),
    Example("ORD-01", {"orders": [ORDER | {"ordered_by": "ghost"}]}, ()),
    Example("REF-01", {"images[0].operator": "ghost"}, ("images[0].operator",)),
    Example("REF-01", {"orders": [ORDER | {"ordered_by": "ghost"}]}, ("orders[0].ordered_by",)),
    Example("REF-01", {"images[0].operator": "np"}, ()),
    Example("REF-01", {"review.status": "in-progress", "review.reviewer": "ghost"}, ("review.reviewer",)),
    Example("REF-01", {"review.reviewer": "ghost"}, ()),
    Example("REF-01", {"review": None}, ()),
    Example(
        "REF-02", {"ai.images": [{"id": "i0", "status": "analysed"}, {"id": "x", "status": "analysed"}]}, ("ai.images[1].id",)
    ),
    Example("REF-02", {"ai.images": [{"id": "x", "status": "analysed"}], "images": []}, ("ai.images[0].id",)),
    Example("REF-02", {"ai.images": [{"id": "i0", "status": "analysed"}]}, ()),
    Example("REF-03", {"phenotypes": [FEATURE | {"run": "x"}]}, ("phenotypes[0].run",)),
    Example("REF-03", {"phenotypes": [FEATURE | {"run": "r"}], "ai.run_id": "r"}, ()),
    Example(
        "REF-03", {"phenotypes": [FEATURE | {"run": "V|P|r"}], "ai.run_id": "r", "ai.tool": {"vendor": "V", "product": "P"}}, ()
    ),
    Example("REF-03", {"phenotypes": [FEATURE]}, ()),
    Example("PRI-05", {"consent.analysis": None}, ("consent.analysis",)),
    Example("PRI-05", {"consent.analysis": None, "images": [], "ai": None}, ()),
    Example("PRI-06", {"consent.vendor_disclosure": False}, ("consent.vendor_disclosure",)),
    Example("PRI-06", {"consent.vendor_disclosure": False, "ai.tool.hosted_by": "vendor"}, ("consent.vendor_disclosure",)),
    Example("PRI-06", {"consent.vendor_disclosure": False, "ai.tool.hosted_by": "clinic"}, ()),
    Example("PRI-06", {"consent.vendor_disclosure": None}, ()),
    Example("PRI-07", {"consent.given_by": "patient"}, ("consent.given_by",)),
    Example("PRI-07", {"consent.given_by": "patient", "patient.birth_date": "2006-05-01"}, ()),
    Example("PRI-07", {"consent.given_by": "patient", "patient.birth_date": "2006-05-02"}, ("consent.given_by",)),
    Example("PRI-07", {"consent.given_by": "patient", "patient.birth_date": "2006-05"}, ()),
    Example("PRI-07", {"consent.given_by": "guardian"}, ()),
    Example("PRI-08", {"consent.given_by": "guardian", "guardian": None}, ("consent.given_by",)),
    Example("PRI-08", {"consent.given_by": "guardian"}, ()),
    Example("PRI-08", {"consent.given_by": "patient", "guardian": None}, ()),
    Example("PHE-02", {"phenotypes": [{"hpo": "HP:9999999", "presence": "present"}]}, ("phenotypes[0].hpo",), (None,)),
    Example("PHE-02", {"phenotypes": [{"hpo": OBSOLETE[0], "presence": "present"}]}, ("phenotypes[0].hpo",), (OBSOLETE[1],)),
    Example("PHE-02", {"phenotypes": [{"hpo": "HP:0000280", "presence": "present"}]}, ()),
]
