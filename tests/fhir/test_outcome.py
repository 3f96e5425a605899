"""Issues as an OperationOutcome, which is itself valid FHIR."""

from adapter.checks import r4
from adapter.fhir.outcome import operation_outcome
from adapter.issues import Issue, IssueType, Severity

SYSTEM = "https://0731t-adapter.invalid/fhir/CodeSystem/claim-edit"
BARE = Issue(severity=Severity.WARNING, code=IssueType.BUSINESS_RULE, text="this is odd")
FULL = Issue(
    severity=Severity.ERROR,
    code=IssueType.BUSINESS_RULE,
    text="too many modifiers",
    rule="too-many-modifiers",
    location=("encounter.json#/billing/lines/0",),
    expression=("Claim.item[0].modifier[4]",),
    pointer=("/entry/8/resource/item/0/modifier/4",),
    suggestion="keep four",
    source="modelling.md",
)


def test_no_issues_say_that_all_is_ok() -> None:
    actual = operation_outcome([], claim_edit_system=SYSTEM)

    expected = {"severity": "information", "code": "informational", "details": {"text": "All OK"}}
    assert actual == {"resourceType": "OperationOutcome", "issue": [expected]}
    assert list(r4().structure.issues(actual)) == []


def test_an_issue_is_told_with_its_rule_and_its_places() -> None:
    actual = operation_outcome([FULL, BARE], claim_edit_system=SYSTEM)

    full = {
        "severity": "error",
        "code": "business-rule",
        "details": {
            "coding": [{"system": SYSTEM, "code": "too-many-modifiers"}],
            "text": "too many modifiers (keep four)",
        },
        "diagnostics": "too-many-modifiers; modelling.md",
        "location": ["encounter.json#/billing/lines/0", "Bundle#/entry/8/resource/item/0/modifier/4"],
        "expression": ["Claim.item[0].modifier[4]"],
    }
    bare = {"severity": "warning", "code": "business-rule", "details": {"text": "this is odd"}}
    assert actual["issue"] == [full, bare]
    assert list(r4().structure.issues(actual)) == []


def test_a_rule_has_no_coding_where_there_is_no_system_or_it_is_no_claim_edit() -> None:
    check = Issue(severity=Severity.ERROR, code=IssueType.VALUE, text="wrong", rule="structure/value")

    without, other = (operation_outcome([FULL]), operation_outcome([check], claim_edit_system=SYSTEM))

    assert "coding" not in without["issue"][0]["details"]
    assert "coding" not in other["issue"][0]["details"]
