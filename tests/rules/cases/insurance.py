"""Examples of rules about who holds an insurance, about further insurances, and about claims that replace another."""

from typing import Any

from adapter.rules.policy import PayerPolicy
from tests.rules.ground import PREAUTHORIZATION, VOID, WITHOUT_BILLING, Example

INSURED: dict[str, Any] = {"family": "Berg", "given": ["Nils"], "birth_date": "1988-05-06", "sex": "male"}
SPOUSE: dict[str, Any] = {
    "guardian": None,
    "patient.birth_date": "1990-03-01",
    "coverage.relationship": "spouse",
    "coverage.subscriber": "other",
    "coverage.insured": INSURED,
}
SECOND: dict[str, Any] = {
    "member_id": "M-2",
    "relationship": "child",
    "subscriber": "guardian",
    "filing_indicator": "CI",
    "payer": {"name": "Second", "payer_id": "P-2"},
}
AT = "other_coverages[0]"
MEDICARE = {"coverage.filing_indicator": "MB", "coverage.relationship": "self", "coverage.subscriber": "patient"}
REPLACED = {"billing.frequency": "replacement"}
PRIOR = {"claim": "C-1", "relationship": "prior"}
LONG = "C" * 51
AETNA, CIGNA = PayerPolicy(key="aetna", filing_indicators=("CI",)), PayerPolicy(key="cigna")


def second(**changes: object) -> dict[str, Any]:
    """Give the change that puts a further insurance beside the first."""
    return {"other_coverages": [SECOND | changes]}


def insured(**changes: object) -> dict[str, Any]:
    """Give the change that makes somebody else the insured."""
    return SPOUSE | {"coverage.insured": INSURED | changes}


EXAMPLES = [
    Example("CMP-09", SPOUSE, ()),
    Example("CMP-09", SPOUSE | {"coverage.insured": None}, ("coverage.insured",)),
    Example("CMP-09", insured(family=None), ("coverage.insured",)),
    Example("CMP-09", insured(given=[]), ("coverage.insured",)),
    Example("CMP-15", insured(address={"state": "ZZ"}), ("coverage.insured.address.state",)),
    Example("CMP-15", insured(address={"state": "VT"}), ()),
    Example("CON-16", SPOUSE | {"coverage.relationship": "self"}, ("coverage.relationship",)),
    Example("CON-21", SPOUSE | {"coverage.subscriber": "patient"}, ("coverage.insured",)),
    Example("CON-21", SPOUSE | {"coverage.subscriber": "guardian"}, ("coverage.insured",)),
    Example("CON-21", SPOUSE, ()),
    Example("COV-07", SPOUSE | {"patient.birth_date": "2020-03-01"}, ("coverage.relationship",)),
    Example(
        "COV-07", SPOUSE | {"patient.birth_date": "2020-03-01", "coverage.relationship": "common"}, ("coverage.relationship",)
    ),
    Example("COV-07", SPOUSE, ()),
    Example("COV-10", second(relationship="self", subscriber="other"), (f"{AT}.relationship",)),
    Example("COV-10", second(relationship="other", subscriber="other"), ()),
    Example("COV-19", insured(birth_date="2024-05-03"), ("coverage.insured.birth_date",)),
    Example("COV-19", insured(birth_date="2024-05"), ()),
    Example("COV-19", insured(birth_date="1990-03-02") | {"coverage.relationship": "child"}, ("coverage.insured.birth_date",)),
    Example("COV-19", insured(birth_date="1990-03-01") | {"coverage.relationship": "child"}, ()),
    Example("COV-19", insured(birth_date="1990-03-02"), ()),
    Example("COV-19", insured(birth_date=None), ()),
    Example("COV-19", insured(birth_date="1995-03-02") | {"coverage.relationship": "child", "patient.birth_date": None}, ()),
    Example("COV-19", insured(birth_date="2030-03-02") | {"procedure.started_at": None}, ()),
    Example("COV-19", second(insured=INSURED | {"birth_date": "2025"}), (f"{AT}.insured.birth_date",)),
    Example("COV-12", second(payer={"name": "Second"}), (f"{AT}.payer.payer_id",)),
    Example("COV-12", second(filing_indicator=None), (f"{AT}.filing_indicator",)),
    Example("COV-12", second() | {"guardian": None}, (f"{AT}.subscriber",)),
    Example("COV-12", second(subscriber="other"), (f"{AT}.subscriber",)),
    Example("COV-12", second(subscriber="other", insured=INSURED), ()),
    Example("COV-12", second(relationship="self", subscriber="patient") | {"guardian": None}, ()),
    Example("COV-12", second(payer={"name": "Second"}) | WITHOUT_BILLING, ()),
    Example("COV-13", second(filing_indicator="X9"), (f"{AT}.filing_indicator",)),
    Example("COV-13", second(filing_indicator="MC"), ()),
    Example("COV-13", second(filing_indicator="MC"), (f"{AT}.filing_indicator",), further=(((f"{AT}.payer.key", AETNA),),)),
    Example("COV-13", second(), (), further=(((f"{AT}.payer.key", AETNA),),)),
    Example(
        "COV-13",
        second(),
        (f"{AT}.payer.name",),
        further=(((f"{AT}.payer.key", AETNA), (f"{AT}.payer.name", CIGNA)),),
    ),
    Example("COV-14", second(filing_indicator="MB"), (f"{AT}.relationship",)),
    Example("COV-14", second(filing_indicator="MB", relationship="self"), ()),
    Example("COV-14", second(filing_indicator="MB", relationship=None), ()),
    Example(
        "COV-14",
        second(),
        (f"{AT}.relationship",),
        further=(((f"{AT}.payer.key", PayerPolicy(key="x", dependants=False)),),),
    ),
    Example("COV-15", second() | {"coverage.filing_indicator": "MC"}, ("coverage.filing_indicator",)),
    Example("COV-15", second() | {"coverage.filing_indicator": "CH"}, ("coverage.filing_indicator",)),
    *[
        Example("COV-15", second(filing_indicator=later) | {"coverage.filing_indicator": first}, ())
        for first, later in (("CI", "MC"), ("CH", "MC"), ("MC", None), ("MC", "TV"), ("MC", "MC"), ("CH", "CH"), ("CI", "CH"))
    ],
    Example("COV-06", VOID | {"billing.related": []}, ("billing.related",)),
    Example("COV-08", {"billing.related": [PRIOR]}, ("billing.frequency",)),
    Example("COV-08", {"billing.related": [PRIOR], "billing.frequency": "original"}, ("billing.frequency",)),
    Example("COV-08", {"billing.related": [PRIOR | {"relationship": "associated"}]}, ()),
    Example("COV-08", {"billing.related": [PRIOR]} | PREAUTHORIZATION, ()),
    Example("COV-16", REPLACED | {"billing.related": [PRIOR, PRIOR | {"claim": "C-2"}]}, ("billing.related[1].claim",)),
    Example("COV-16", REPLACED | {"billing.related": [PRIOR, {"claim": "C-2", "relationship": "associated"}]}, ()),
    Example("COV-16", REPLACED | {"billing.related": [PRIOR, PRIOR]}, ("billing.related[1].claim",)),
    Example("COV-16", REPLACED | {"billing.related": [PRIOR | {"claim": "CASE-1"}]}, ("billing.related[0].claim",)),
    Example("COV-16", REPLACED | {"billing.related": [PRIOR | {"claim": LONG}]}, ("billing.related[0].claim",)),
    Example("COV-16", REPLACED | {"billing.related": [PRIOR | {"claim": LONG[1:]}]}, ()),
    Example("COV-16", {"billing.authorization": LONG}, ("billing.authorization",)),
    Example("COV-16", {"billing.referral": LONG}, ("billing.referral",)),
    Example("COV-16", WITHOUT_BILLING, ()),
    Example("COV-17", VOID | MEDICARE, ("billing.frequency",)),
    Example("COV-17", REPLACED | MEDICARE, ("billing.frequency",)),
    Example("COV-17", MEDICARE | {"billing.frequency": "original"}, ()),
    Example("COV-17", VOID | {"coverage.filing_indicator": "16"}, ()),
    *[
        Example("COV-18", MEDICARE | {"coverage.member_id": number}, ("coverage.member_id",))
        for number in (
            "123456789A",
            "1SG4TE5MK73",
            "1EG4TE5MK7",
            "0EG4TE5MK73",
            "1EG4TE5MK7\N{CYRILLIC CAPITAL LETTER ZE}",
            "INV0001001",
        )
    ],
    *[Example("COV-18", MEDICARE | {"coverage.member_id": number}, ()) for number in ("1EG4TE5MK73", "1EG4-TE5-MK73")],
    Example("COV-18", {"coverage.member_id": "123456789A"}, ()),
    Example("COV-18", second(filing_indicator="MB") | MEDICARE | {"coverage.member_id": "1EG4TE5MK73"}, (f"{AT}.member_id",)),
]
