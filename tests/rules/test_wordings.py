"""Rules that can be broken in several ways say which it was, as severely as it is."""

from collections.abc import Mapping
from typing import Any

import pytest

from adapter.rules.circumstances import Circumstances
from adapter.rules.policy import PayerPolicy
from adapter.rules.registry import RULE, RULES
from tests.rules.cases.insurance import AETNA, AT, CIGNA, LONG, MEDICARE, PRIOR, insured, second
from tests.rules.ground import LINE, PREAUTHORIZATION, VISIT, VOID, Example, sent

PREDETERMINATION = PREAUTHORIZATION | {"billing.use": "predetermination"}
SECOND = {"member_id": "M-2", "payer": {"name": "Second"}}
HELD = {"clinician_diagnoses": [{"name": "A", "codes": [{"system": "omim", "code": "117550"}], "certainty": "molecular"}]}
TAXONOMY = {"practitioners[1].taxonomy": "2080P2900X"}
SCORE = "ai.candidates[3].scores"
HELD_TILL_2027 = Circumstances(sunset_verified=True)
MISSING: Mapping[str, Mapping[str, Any]] = {
    "CMP-01": {"organization.npi": None},
    "CMP-02": {"organization.address": None},
    "CMP-03": {"practitioners": []},
    "CMP-04": {"practitioners[0].npi": None},
    "CMP-05": {"practitioners[1].role": "referring", "practitioners[1].npi": None},
    "CMP-06": {"patient.family": None},
    "CMP-07": {"patient.birth_date": None},
    "CMP-08": {"patient.sex": None},
    "CMP-09": {"coverage.relationship": None},
    "CMP-10": {"payer.payer_id": None},
    "CMP-11": {"coverage.filing_indicator": None},
    "CMP-12": {"billing.lines": []},
    "CMP-13": {"practitioners[0].family": None},
    "CMP-16": {"organization.tin": None},
    "CMP-17": {"patient.address": None},
    "CMP-18": {"practitioners[1].role": "referring"},
    "PRV-TIN": {"organization.tin": "1"},
}
"""What a claim needs: an error, and before the service a warning."""

TOLD: list[tuple[str, str | None, Mapping[str, Any], Mapping[str, Any]]] = [
    ("RPT-05", None, {"practitioners[0].taxonomy": "246Z00000X"}, {}),
    ("RPT-05", "unknown", {"review.reviewer": "np", "practitioners[1].role": "other"}, {}),
    ("AI-03", None, {SCORE: [{"kind": "feature_similarity", "value": -1}]}, {}),
    ("AI-03", "two-kinds", {SCORE: [{"kind": "face_similarity", "value": 1}, {"kind": "probability", "value": 1}]}, {}),
    ("AI-06", "unsaid", {SCORE: [{"kind": "unspecified", "value": 1}]}, {}),
    ("PHE-02", None, {"phenotypes": [{"hpo": "HP:9999999", "presence": "present"}]}, {}),
    ("PHE-02", "obsolete", {"phenotypes": [{"hpo": "HP:0000038", "presence": "present"}]}, {}),
    ("MOL-02", None, HELD, {}),
    ("MOL-02", "negative", HELD | {"molecular": [{"result": "NO_VARIANTS_DETECTED"}]}, {}),
    ("PRI-06", None, {"consent.vendor_disclosure": False}, {}),
    ("PRI-06", "vendor", {"consent.vendor_disclosure": False, "ai.tool.hosted_by": "vendor"}, {}),
    ("DOS-02", None, {f"{LINE}.dos_start": "2028-01-01"}, {}),
    ("DOS-02", "verified", {f"{LINE}.dos_start": "2028-01-01"}, {"circumstances": HELD_TILL_2027}),
    ("DOS-03", None, {f"{LINE}.dos_start": None}, {}),
    ("DOS-03", "reversed", {f"{LINE}.dos_end": "2024-05-01"}, {}),
    ("COV-03", None, {"coverage.period": {"start": "2024-05-03"}}, {}),
    ("COV-03", "other", {"other_coverages": [{**SECOND, "period": {"start": "2024-05-03"}}]}, {}),
    ("DX-01", None, {"diagnoses": []}, {}),
    ("DX-01", None, PREAUTHORIZATION | {"diagnoses": []}, {}),
    ("DX-01", "predetermination", PREDETERMINATION | {"diagnoses": []}, {}),
    ("DX-02", None, {"diagnoses[1].certainty": "suspected"}, {}),
    ("DX-02", None, {"diagnoses[1].source": "ai"}, {}),
    ("DX-02", "unsaid", {"diagnoses[1].certainty": None}, {}),
    ("DX-02", "ruled-out", {"diagnoses[1].certainty": "ruled-out"}, {}),
    ("DX-05", None, {"diagnoses[0].icd10cm": "R62"}, {}),
    ("DX-05", "unknown", {"diagnoses[0].icd10cm": "R62.99"}, {}),
    ("DX-05", "other release", {"diagnoses[0].icd10cm": "Q93.52"}, {}),
    ("DX-07", None, {"diagnoses[0].icd10cm": "W54.0XXA"}, {}),
    ("DX-07", "manifestation", {"diagnoses[0].icd10cm": "G94"}, {}),
    ("DX-07", "factor", {"diagnoses[0].icd10cm": "Z13.79"}, {}),
    ("COD-01", None, {f"{LINE}.code": "1"}, {}),
    ("COD-01", "own", {f"{VISIT}.system": "urn:oid:1.2.3"}, {}),
    ("COD-03", None, {"orders": [{"code": "81406", "system": "loinc"}]}, {}),
    ("COD-03", None, {"encounter.em_code": "visit"}, {}),
    ("COD-03", "no-visit", {"encounter.em_code": "0731T"}, {}),
    ("COD-04", None, {"ai.genes": [{"symbol": "A", "hgnc": "x"}]}, {}),
    ("COD-04", "spelled", {"ai.genes": [{"symbol": "A", "hgnc": "14234"}]}, {}),
    ("COD-05", None, {"measurements": [{"name": "Height", "value": 1, "loinc": "8302-3"}]}, {}),
    ("COD-05", "spelled", {"measurements": [{"name": "Height", "value": 1, "loinc": "LOINC:8302-2"}]}, {}),
    ("REL-02", None, {f"{VISIT}.modifiers": []}, {}),
    ("REL-06", None, {"billing.lines[2].code": "93000"}, {}),
    ("REL-06", "never", {"billing.lines[2].code": "69990"}, {}),
    ("MOD-45", None, {"encounter.mode": "in-person"} | sent("95"), {}),
    ("MOD-45", "store-and-forward", {"encounter.mode": "in-person"} | sent("GQ"), {}),
    ("MOD-45", "audio", {"encounter.mode": "video"} | sent("93", line=1), {}),
    ("TAX-01", None, TAXONOMY | {"practitioners[1].role": "rendering"}, {}),
    ("TAX-01", "other-role", TAXONOMY | {"practitioners[1].role": "supervising"}, {}),
    *[(rule, None, changes, {}) for rule, changes in MISSING.items()],
    *[(rule, "before the service", {**changes, **PREAUTHORIZATION}, {}) for rule, changes in MISSING.items()],
    ("CMP-15", None, {"organization.address.postal_code": "5000"}, {}),
    ("CMP-15", "state", {"organization.address.state": "Vermont"}, {}),
    ("COV-01", "coverage", {"coverage": None}, {}),
    ("COV-01", "payer", {"payer": None}, {}),
    ("COV-02", None, {}, {}),
    ("COV-02", "not-covered-by-default", {}, {"policy": PayerPolicy(coverage="not-covered-by-default")}),
    ("COV-02", "contractor-decides", {}, {"policy": PayerPolicy(coverage="contractor-decides")}),
    ("COV-06", None, {"billing.frequency": "void"}, {}),
    ("COV-06", "before", VOID | {"billing.related": [], "billing.use": "predetermination"}, {}),
    ("COV-09", "unknown", {"coverage.filing_indicator": "09"}, {}),
    ("COV-09", None, {}, {"policy": PayerPolicy(filing_indicators=("MB",))}),
    ("COV-10", None, {"other_coverages": [{**SECOND, "relationship": "self", "subscriber": "guardian"}]}, {}),
    ("COV-10", "dependant", {"other_coverages": [{**SECOND, "relationship": "child", "subscriber": "patient"}]}, {}),
    ("COV-12", None, second(payer={"name": "Second"}), {}),
    ("COV-12", "kind", second(filing_indicator=None), {}),
    ("COV-12", "subscriber", second(subscriber="other"), {}),
    ("COV-13", None, second(filing_indicator="MC"), {"further": (((f"{AT}.payer.key", AETNA),),)}),
    ("COV-13", "unknown", second(filing_indicator="X9"), {}),
    ("COV-13", "payers", second(), {"further": (((f"{AT}.payer.key", AETNA), (f"{AT}.payer.name", CIGNA)),)}),
    ("COV-15", None, second() | {"coverage.filing_indicator": "MC"}, {}),
    ("COV-15", "tricare", second() | {"coverage.filing_indicator": "CH"}, {}),
    ("COV-16", None, {"billing.related": [PRIOR, PRIOR | {"claim": "C-2"}]}, {}),
    ("COV-16", "twice", {"billing.related": [PRIOR, PRIOR]}, {}),
    ("COV-16", "itself", {"billing.related": [PRIOR | {"claim": "CASE-1"}]}, {}),
    ("COV-16", "long", {"billing.referral": LONG}, {}),
    ("COV-18", None, MEDICARE | {"coverage.member_id": "123456789A"}, {}),
    ("COV-18", None, MEDICARE | {"coverage.member_id": "1EG4TE5MK7"}, {}),
    ("COV-18", "other", MEDICARE, {}),
    ("COV-18", "other", MEDICARE | {"coverage.member_id": "M1"}, {}),
    ("COV-19", None, insured(birth_date="2024-05-03"), {}),
    ("COV-19", "child", insured(birth_date="1990-03-02") | {"coverage.relationship": "child"}, {}),
    ("REF-02", None, {"ai.images": [{"id": "x", "status": "not-used"}]}, {}),
    ("REF-02", "none-sent", {"ai.images": [{"id": "x", "status": "not-used"}], "images": []}, {}),
    ("MAP-01", "spelling", sent({"code": "52", "system": "urn:oid:2.16.840.1.113883.6.12"}), {}),
    ("MAP-01", "left-out", {"diagnoses[0].source": "ai"}, {}),
]
"""Rule, the variant of it that is meant (nothing for its own words), the change of the case, and what else the example has."""

_OF_EARLIER_CLAIMS = {("UNT-01", "earlier-claim"), ("REL-02", "earlier-claim")}
"""They need earlier claims, which the tests of these have."""


@pytest.mark.parametrize(
    ("rule", "variant", "changes", "more"), TOLD, ids=[f"{each[0]}:{number}" for number, each in enumerate(TOLD)]
)
def test_a_rule_says_in_which_way_it_was_broken(
    rule: str, variant: str | None, changes: Mapping[str, Any], more: Mapping[str, Any]
) -> None:
    found = Example(rule, changes, (), **more).found
    meant = RULE[rule].variant(variant)

    assert {(issue.text, issue.severity) for issue in found} == {
        (meant.text or RULE[rule].text, meant.severity or RULE[rule].severity)
    }


def test_every_way_to_break_a_rule_is_told() -> None:
    ways = {(rule.id, variant.name) for rule in RULES for variant in rule.variants}

    assert ways == {(rule, variant) for rule, variant, *_ in TOLD if variant is not None} | _OF_EARLIER_CLAIMS
