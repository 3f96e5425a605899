"""Examples of rules that hold AI, molecular finding, clinician and diagnosis side by side; of orders, keys and scores."""

from decimal import Decimal
from typing import Any

from tests.rules.ground import Example

CORNELIA = {"system": "omim", "code": "122470"}
SOTOS = {"system": "omim", "code": "117550"}
ORPHANET = {"system": "orpha", "code": "821"}
MONDO = {"system": "mondo", "code": "MONDO:0007387"}


def finding(condition: dict[str, str] | None = SOTOS, classification: str | None = "pathogenic", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A molecular finding."""
    return {"condition": condition, "classification": classification, **more}


def supported(*codes: dict[str, str], disposition: str = "supported") -> dict[str, Any]:
    """A candidate that the clinician supports."""
    return {"ai.candidates[0].codes": list(codes), "ai.candidates[0].disposition": disposition}


def concluded(*codes: dict[str, str], certainty: str = "clinical", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A diagnosis of the clinician."""
    return {"clinician_diagnoses": [{"name": "A", "codes": list(codes), "certainty": certainty} | more]}


def scores(*values: float, kind: str = "face_similarity", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """One score for each candidate."""
    return {
        "ai.candidates": [
            {"rank": at + 1, "scores": [{"kind": kind, "value": Decimal(str(value)), **more}]} for at, value in enumerate(values)
        ]
    }


def genes(of_supported: list[str], of_other: list[str]) -> dict[str, Any]:
    """A candidate that the clinician supports and another one, with their genes."""
    return {
        "ai.candidates[0].disposition": "supported",
        "ai.candidates[0].genes": [{"symbol": symbol} for symbol in of_supported],
        "ai.candidates[1].genes": [{"symbol": symbol} for symbol in of_other],
    }


def beside(*codes: dict[str, str], **more: bool) -> dict[str, Any]:
    """A second candidate with these codes."""
    return {"ai.candidates[1]": {"rank": 2, "name": "Another", "codes": list(codes), **more}}


OF_KABUKI = [{"system": "omim", "code": "147920"}]
TWICE = ("ai.candidates[1].name",)


def twice(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Two candidates."""
    return {"ai.candidates": [{"rank": 1, **first}, {"rank": 2, **second}]}


def rejected(name: str) -> dict[str, Any]:
    """A candidate of this name that the clinician rejected."""
    return supported(disposition="rejected") | {"ai.candidates[0].name": name}


def of_gene(symbol: str, classification: str = "pathogenic") -> dict[str, Any]:
    """A finding of a gene, without a condition."""
    return {"molecular": [finding(None, classification, gene={"symbol": symbol})]}


def billed(display: str, certainty: str = "confirmed") -> dict[str, Any]:
    """The name and the certainty of the first diagnosis of the claim."""
    return {"diagnoses[0].display": display, "diagnoses[0].certainty": certainty}


def disclosure_withdrawn(when: str) -> dict[str, Any]:
    """A consent to disclosure that was withdrawn, and a tool that the vendor runs."""
    return {
        "consent.withdrawn_at": when,
        "consent.withdrawn": ["vendor_disclosure"],
        "ai.tool.hosted_by": "vendor",
    }


CERTAINTY = "clinician_diagnoses[0].certainty"
FIELD = "ai.candidates[0]"
OBSOLETE = ("HP:0000038", "HP:0000054")
TECHNICIAN = {"practitioners[1].taxonomy": "246Z00000X"}
ORDER = {"code": "81406", "gene": "A", "status": "active"}
FEATURE = {"hpo": "HP:0000280", "presence": "present", "source": "ai"}
NAMED = {"ai.candidates[0].name": "Cornelia de Lange syndrome 1", "diagnoses[0].source": None}

EXAMPLES = [
    Example("MOL-01", {"molecular": [finding()]} | supported(CORNELIA), ("molecular[0].condition",)),
    Example("MOL-01", {"molecular": [finding()]} | supported(CORNELIA, SOTOS), ()),
    Example("MOL-01", {"molecular": [finding({"system": "omim", "code": "OMIM:117550"})]} | supported(SOTOS), ()),
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
    *[
        Example("MOL-01", {"molecular": [finding(ORPHANET)]} | supported(CORNELIA) | second, (*fields,))
        for second, fields in (
            (beside(SOTOS, ORPHANET), ("molecular[0].condition",)),
            (beside(SOTOS, ORPHANET, is_group=True), ()),
            (beside(CORNELIA, ORPHANET), ()),
            (beside(SOTOS), ()),
        )
    ],
    Example("MOL-01", of_gene("NSD1") | genes(["NIPBL"], ["nsd1"]), ("molecular[0].gene.symbol",)),
    Example("MOL-01", of_gene("NSD1") | genes(["NIPBL", "NSD1"], ["NSD1"]), ()),
    Example("MOL-01", of_gene("NSD1") | genes([], ["NSD1"]), ()),
    Example("MOL-01", of_gene("NSD1") | genes(["NIPBL"], ["KMT2D"]), ()),
    Example("MOL-01", of_gene("NSD1", "benign") | genes(["NIPBL"], ["NSD1"]), ()),
    Example("MOL-01", {"molecular": [finding(None)]} | genes(["NIPBL"], ["NSD1"]), ()),
    Example("MOL-03", {"molecular": [finding(result="NO_VARIANTS_DETECTED")]}, ("molecular[0].result",)),
    Example("MOL-03", {"molecular": [finding(classification="benign", result="positive")]}, ("molecular[0].result",)),
    Example("MOL-03", {"molecular": [finding(result="positive")]}, ()),
    Example("MOL-03", {"molecular": [finding(classification="uncertain significance", result="negative")]}, ()),
    Example("MOL-04", concluded(MONDO, SOTOS) | supported(SOTOS, disposition="rejected"), (CERTAINTY,)),
    Example("MOL-04", concluded(SOTOS, certainty="dismissed") | supported(SOTOS), (CERTAINTY,)),
    Example("MOL-04", concluded(SOTOS) | supported(SOTOS), ()),
    Example("MOL-04", concluded(SOTOS, certainty="dismissed") | supported(SOTOS, disposition="rejected"), ()),
    Example("MOL-04", concluded(SOTOS, certainty="differential") | supported(SOTOS, disposition="rejected"), ()),
    Example(
        "MOL-04",
        {
            "clinician_diagnoses": [
                {"name": "A", "codes": [SOTOS], "certainty": "dismissed"},
                {"name": "B", "codes": [SOTOS], "certainty": "molecular"},
            ]
        },
        ("clinician_diagnoses[1].certainty",),
    ),
    *[
        Example("DX-08", concluded(certainty=certainty) | billed("a"), ("diagnoses[0].certainty",))
        for certainty in ("dismissed", "differential")
    ],
    *[Example("DX-08", concluded(certainty=certainty) | billed("A"), ()) for certainty in ("clinical", "molecular")],
    Example("DX-08", supported(disposition="rejected") | billed("Syndrome  0"), ("diagnoses[0].certainty",)),
    Example("DX-08", supported(disposition="considered") | billed("Syndrome 0"), ()),
    Example("DX-08", supported(disposition="rejected") | billed("Syndrome"), ()),
    Example("DX-08", supported(disposition="rejected") | billed("Syndrome 0", "suspected"), ()),
    Example("DX-08", concluded(name="Syndrome 0") | supported(disposition="rejected") | billed("Syndrome 0"), ()),
    Example("DX-08", concluded(certainty="dismissed"), ()),
    *[
        Example("DX-08", concluded(name=name, certainty="dismissed") | {"diagnoses[0].icd10cm": code}, (*fields,))
        for name, code, fields in (
            ("Down syndrome", "Q90.9", ("diagnoses[0].certainty",)),
            ("Down syndrome", "Q93.82", ()),
            ("Noonan syndrome 1", "Q87.19", ()),
        )
    ],
    Example("DX-08", concluded(name="Trisomy 21") | rejected("Down syndrome") | {"diagnoses[0].icd10cm": "Q90.9"}, ()),
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
    Example("AI-06", scores(0.9, kind="unspecified"), (f"{FIELD}.scores[0]",)),
    Example("AI-06", {"ai.candidates": [{"rank": 1, "scores": [{"kind": "unspecified", "level": "high"}]}]}, ()),
    Example("AI-07", scores(0.6, 0.6, kind="probability"), (f"{FIELD}.scores[0].value",)),
    Example("AI-07", scores(1, 0.2, kind="probability"), (f"{FIELD}.scores[0].value",)),
    Example("AI-07", scores(0.5, 0.5, kind="probability"), ()),
    Example("AI-07", scores(0.6, 0.5, kind="probability"), ()),
    Example("AI-07", scores(0.34, 0.33, 0.34, kind="probability"), ()),
    Example("AI-07", scores(0.34, 0.34, 0.35, kind="probability"), (f"{FIELD}.scores[0].value",)),
    Example("AI-07", scores(0.21, 0.21, 0.21, 0.21, 0.19, kind="probability"), (f"{FIELD}.scores[0].value",)),
    Example("AI-07", scores(1, kind="probability"), ()),
    Example("AI-07", scores(0.6, 0.5), ()),
    Example("AI-07", scores(0.6, 0.5, kind="probability") | {"ai.candidates[0].is_group": True}, ()),
    Example("AI-09", {"ai.images": [{"id": "i0", "status": "failed"}]}, ("ai.images[0].status",)),
    Example("AI-09", {"ai.images": [{"id": "i0", "status": "failed"}, {"id": "i1", "status": "analysed"}]}, ()),
    Example(
        "AI-09",
        {"ai.images": [{"id": "i0", "status": "failed"}], "ai.candidates": [{"rank": 1, "evidence": "features"}]},
        (),
    ),
    Example("AI-10", {"ai.candidates[1].name": None}, ("ai.candidates[1].name",)),
    Example("AI-10", {"ai.candidates[1].name": None, "ai.candidates[1].codes": [{"system": "orpha", "code": "199"}]}, ()),
    Example("AI-10", {"ai.candidates[1].name": None, "ai.candidates[1].genes": [{"symbol": "KMT2D"}]}, ()),
    Example("AI-10", {"ai.candidates": []}, ()),
    Example("AI-11", twice({"name": "Kabuki  Syndrome"}, {"name": "kabuki syndrome"}), TWICE),
    Example(
        "AI-11", twice({"name": "Kabuki syndrome", "codes": OF_KABUKI}, {"name": "Niikawa-Kuroki", "codes": OF_KABUKI}), TWICE
    ),
    Example("AI-11", twice({"name": "Kabuki syndrome", "codes": OF_KABUKI}, {"name": "Kabuki syndrome"}), TWICE),
    Example("AI-11", twice({"name": "Kabuki syndrome"}, {"name": "Kabuki syndrome", "codes": OF_KABUKI}), TWICE),
    Example("AI-11", twice({"name": "Kabuki syndrome"}, {"name": "Noonan syndrome"}), ()),
    Example("AI-11", twice({"codes": OF_KABUKI}, {"codes": [{"system": "omim", "code": "300867"}]}), ()),
    Example(
        "AI-11",
        twice({"name": "Kabuki", "codes": OF_KABUKI}, {"name": "Kabuki", "codes": [{"system": "omim", "code": "300867"}]}),
        (),
    ),
    Example("AI-11", twice({"genes": [{"symbol": "KMT2D"}]}, {"genes": [{"symbol": "KMT2D"}]}), ()),
    *[Example("AI-08", {"images": [{"id": "i0", "view": view}]}, ("images[0].view",)) for view in ("profile-left", "other")],
    Example("AI-08", {"images": [{"id": "i0", "view": "profile-left"}, {"id": "i1", "view": "frontal"}]}, ()),
    Example("AI-08", {"images": [{"id": "i0", "view": "profile-left"}, {"id": "i1"}]}, ()),
    Example(
        "AI-08",
        {
            "images": [{"id": "i0", "view": "profile-left"}, {"id": "i1", "view": "frontal"}],
            "ai.images": [{"id": "i0", "status": "analysed"}],
        },
        ("images[0].view",),
    ),
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
    *[Example("RPT-05", {"practitioners[0].taxonomy": code}, ("review.reviewer",)) for code in ("231H00000X", "104100000X")],
    *[
        Example("RPT-05", {"practitioners[0].taxonomy": code}, ())
        for code in ("363LP0200X", "2084N0402X", "364SP0200X", "170100000X", "122300000X", "2080P2900X", "doctor")
    ],
    Example("RPT-05", {"practitioners[1].taxonomy": "246Z00000X"}, ()),
    Example("ORD-01", {"orders": [ORDER | {"proposed_by": "ai"}]}, ("orders[0].status",)),
    Example("ORD-01", {"orders": [ORDER | {"proposed_by": "ai", "ordered_by": "ghost"}]}, ("orders[0].status",)),
    Example("ORD-01", {"orders": [ORDER]}, ("orders[0].status",)),
    Example("ORD-01", {"orders": [ORDER | {"proposed_by": "ai", "ordered_by": "dr"}]}, ()),
    Example("ORD-01", {"orders": [ORDER | {"proposed_by": "ai", "status": "proposed"}]}, ()),
    Example("ORD-01", {"orders": [ORDER | {"proposed_by": "clinician", "status": "completed"}]}, ("orders[0].status",)),
    Example("ORD-01", {"orders": [ORDER | {"ordered_by": "ghost"}]}, ("orders[0].status",)),
    Example("ORD-01", {"orders": [ORDER | {"status": "revoked"}]}, ()),
    Example("ORD-02", {"orders": [ORDER | {"ordered_by": "np"}]} | TECHNICIAN, ("orders[0].ordered_by",)),
    Example("ORD-02", {"orders": [ORDER | {"ordered_by": "dr"}]} | TECHNICIAN, ()),
    Example("ORD-02", {"orders": [ORDER | {"ordered_by": "np", "status": "proposed"}]} | TECHNICIAN, ()),
    Example("ORD-02", {"orders": [ORDER | {"ordered_by": "np"}]}, ()),
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
    Example("PRI-06", disclosure_withdrawn("2024-05-02T09:59:00-05:00"), ("consent.withdrawn_at",)),
    Example("PRI-06", disclosure_withdrawn("2024-05-02T10:00:00-05:00"), ()),
    Example("PRI-06", disclosure_withdrawn("2024-05-01") | {"ai.started_at": None}, ("consent.withdrawn_at",)),
    Example("PRI-06", disclosure_withdrawn("2024-05-01") | {"ai.started_at": None, "ai.finished_at": None}, ()),
    Example("PRI-06", disclosure_withdrawn("2024-05-01") | {"consent.withdrawn": ["training_use"]}, ()),
    Example("PRI-06", {"consent": None}, ()),
    Example("PRI-09", {"images[1].withdrawn": True}, ("images[1].withdrawn",)),
    Example("PRI-09", {"images[1].withdrawn": True, "consent": None}, ("images[1].withdrawn",)),
    Example("PRI-09", {"images[1].withdrawn": True, "consent.withdrawn_at": "2024-06-01"}, ()),
    Example("PRI-09", {"images[1].withdrawn": True, "ai.images": [{"id": "i1", "status": "not-used"}]}, ()),
    Example("PRI-07", {"consent.given_by": "patient"}, ("consent.given_by",)),
    Example("PRI-07", {"consent.given_by": "patient", "patient.birth_date": "2006-05-01"}, ()),
    Example("PRI-07", {"consent.given_by": "patient", "patient.birth_date": "2006-05-02"}, ("consent.given_by",)),
    Example("PRI-07", {"consent.given_by": "patient", "patient.birth_date": "2006-05"}, ()),
    Example("PRI-07", {"consent.given_by": "patient", "patient.birth_date": None}, ()),
    Example("PRI-07", {"consent.given_by": "patient", "consent.date": None, "procedure.started_at": None}, ()),
    Example("PRI-07", {"consent.given_by": "guardian"}, ()),
    Example("PRI-08", {"consent.given_by": "guardian", "guardian": None}, ("consent.given_by",)),
    Example("PRI-08", {"consent.given_by": "guardian", "guardian": {"relationship": "mother"}}, ("consent.given_by",)),
    Example("PRI-08", {"consent.given_by": "guardian", "guardian": {"given": ["Al"]}}, ()),
    Example("PRI-08", {"consent.given_by": "guardian"}, ()),
    Example("PRI-08", {"consent.given_by": "patient", "guardian": None}, ()),
    Example("PHE-02", {"phenotypes": [{"hpo": "HP:9999999", "presence": "present"}]}, ("phenotypes[0].hpo",), (None,)),
    Example("PHE-02", {"phenotypes": [{"hpo": OBSOLETE[0], "presence": "present"}]}, ("phenotypes[0].hpo",), (OBSOLETE[1],)),
    Example("PHE-02", {"phenotypes": [{"hpo": "HP:0000280", "presence": "present"}]}, ()),
]
