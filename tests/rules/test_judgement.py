"""The judgement as a whole."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from adapter.case import Case
from adapter.issues import MOST_ISSUES, Issue, IssueType, PendingIssue, Severity
from adapter.rules.circumstances import Circumstances
from adapter.rules.completeness import checklist
from adapter.rules.facts import facts_of
from adapter.rules.judgement import findings_of, judge
from adapter.rules.policy import PayerPolicy
from adapter.rules.registry import RULE, RULES
from adapter.rules.state import state_of
from adapter.rules.suggestion import TEN
from tests.rules.ground import ALWAYS, LINE, VOID, Make, issues_of, line_of, sent


def test_a_clean_case_has_no_issue_and_an_active_claim(make: Make) -> None:
    judgement = judge(make({}))

    assert issues_of(judgement) == ()
    assert [(issue.rule, issue.severity) for issue in judgement.issues] == [(ALWAYS, Severity.INFORMATION)]
    assert (judgement.has_errors, judgement.refused, judgement.claim) == (False, False, "active")
    assert judgement.state.report == "final"


def test_an_issue_is_complete(make: Make) -> None:
    (issue,) = issues_of(judge(make({f"{LINE}.dos_start": "2022-06-30"} | {"procedure.started_at": None})))

    row = RULE["DOS-01"]
    assert issue == Issue(
        rule="DOS-01",
        field="billing.lines[0].dos_start",
        severity=Severity.ERROR,
        code=IssueType.BUSINESS_RULE,
        text=row.text,
        source=row.source,
    )


def test_an_error_keeps_the_claim_a_draft(make: Make) -> None:
    assert judge(make({f"{LINE}.units": 0})).claim == "draft"


def test_a_warning_does_not(make: Make) -> None:
    judgement = judge(make({"images[0].url": "https://images.invalid/1?sig=a"}))

    assert [issue.severity for issue in issues_of(judgement)] == [Severity.WARNING]
    assert (judgement.has_errors, judgement.claim) == (False, "active")


@pytest.mark.parametrize(
    ("wrong", "claim"),
    [
        (sent("25"), "active"),
        ({"consent.status": "rejected"}, "active"),
        ({"procedure.status": "stopped"}, "active"),
        ({"coverage.period": {"end": "2024-05-01"}}, "active"),
        ({"organization.npi": None}, "draft"),
        ({"practitioners[0].npi": "1"}, "draft"),
        ({"billing.related": []}, "draft"),
        ({"payer": None}, None),
        ({"billing.use": "predetermination", "diagnoses": []}, "active"),
        ({"billing.use": "predetermination", "consent.status": "rejected"}, "draft"),
    ],
)
def test_what_may_be_the_reason_of_a_void_does_not_hold_it_back(make: Make, wrong: dict[str, Any], claim: str | None) -> None:
    judgement = judge(make(VOID | wrong))

    assert judgement.claim == claim


def test_the_same_holds_back_a_claim_that_replaces_another(make: Make) -> None:
    judgement = judge(make(VOID | {"billing.frequency": "replacement"} | sent("25")))

    assert (judgement.errors, judgement.claim) == (("MOD-25",), "draft")


def test_without_insurance_no_claim_is_made(make: Make) -> None:
    judgement = judge(make({"coverage": None}))

    assert (judgement.has_errors, judgement.claim, judgement.refused) == (True, None, False)


def test_a_photograph_inside_the_input_refuses_all_of_it(make: Make) -> None:
    judgement = judge(make({"images[0].data": "AAAA"}))

    assert (judgement.has_errors, judgement.claim, judgement.refused) == (True, None, True)


def test_a_cancelled_claim_stays_cancelled_whatever_else_is_wrong(make: Make) -> None:
    assert judge(make({"procedure.status": "entered-in-error", f"{LINE}.units": 0})).claim == "cancelled"


def test_a_variant_has_its_own_wording_and_type(make: Make) -> None:
    (issue,) = issues_of(judge(make({f"{LINE}.dos_end": "2024-05-01"})))

    assert (issue.code, issue.text == RULE["DOS-03"].text) == (IssueType.VALUE, False)


def test_a_predetermination_is_only_warned_of_a_missing_diagnosis(make: Make) -> None:
    (issue,) = issues_of(judge(make({"billing.use": "predetermination", "diagnoses": []})))

    assert (issue.severity, issue.text) == (Severity.WARNING, RULE["DX-01"].text)


def test_a_policy_replaces_the_severity_of_a_rule(make: Make) -> None:
    case = make({"images[0].url": "https://images.invalid/1?sig=a"})

    judgement = judge(case, policy=PayerPolicy(key="strict", severities={"PRI-04": Severity.ERROR}))

    (issue,) = issues_of(judgement)
    assert (issue.rule, issue.severity, judgement.claim) == ("PRI-04", Severity.ERROR, "draft")
    assert str(issue.source).endswith("severity by payer policy `strict`: adapter default, not payer-published")


def test_a_policy_leaves_a_variant_that_has_a_severity_of_its_own(make: Make) -> None:
    case = make({"billing.use": "predetermination", "diagnoses": []})

    judgement = judge(case, policy=PayerPolicy(severities={"DX-01": Severity.ERROR}))

    assert [issue.severity for issue in issues_of(judgement)] == [Severity.WARNING]


def test_issues_come_in_the_order_of_the_table(make: Make) -> None:
    judgement = judge(make({"review": None, "coverage": None, "consent": None, "diagnoses": []}))
    found = [issue.rule for issue in issues_of(judgement)]

    assert found == sorted(found, key=lambda rule_id: [*RULE].index(str(rule_id)))
    assert len(found) == 4


def test_a_judgement_is_frozen(make: Make) -> None:
    judgement = judge(make({}))

    with pytest.raises(ValidationError):
        judgement.claim = None  # type: ignore[misc]  # what is tested


def test_a_sunset_that_somebody_has_read_is_an_error(make: Make) -> None:
    case = make({f"{LINE}.dos_start": "2028-01-01", "procedure.started_at": None})

    found = [issues_of(judge(case, circumstances=Circumstances(sunset_verified=verified))) for verified in (False, True)]

    assert [issue.severity for issues in found for issue in issues] == [Severity.WARNING, Severity.ERROR]


def test_a_taxonomy_code_that_is_none_is_an_error_only_of_who_renders(make: Make) -> None:
    def severity(role: str) -> Severity:
        case = make({"practitioners[0].taxonomy": "2080P2900X", "practitioners[0].role": role})
        (issue,) = (issue for issue in judge(case).issues if issue.rule == "TAX-01")
        return issue.severity

    assert (severity("rendering"), severity("assisting")) == (Severity.ERROR, Severity.WARNING)


def test_a_probability_beside_a_similarity_is_a_warning_and_a_score_out_of_range_an_error(make: Make) -> None:
    scores = [{"kind": "probability", "value": 2}, {"kind": "face_similarity"}]

    found = issues_of(judge(make({"ai.candidates[0].scores": scores})))

    assert [issue.severity for issue in found] == [Severity.ERROR, Severity.WARNING]


def test_what_is_changed_on_the_way_says_how(make: Make) -> None:
    case = make({f"{LINE}.modifiers": [{"code": "22", "system": "urn:oid:2.16.840.1.113883.6.12"}], "diagnoses[1].source": "ai"})

    said = [issue.text for issue in judge(case).issues if issue.rule == "MAP-01"]

    assert [text.split(" ")[1] for text in said] == ["output", "claim", *["claim"] * 4]


def test_an_earlier_claim_is_spoken_of_where_it_matters(make: Make) -> None:
    earlier = make({"billing.lines[1].modifiers": []})
    case = make({"billing.lines[1].code": "36415"})

    texts = [issue.text for issue in issues_of(judge(case, circumstances=Circumstances(prior=(earlier,))))]

    assert [("earlier claim" in text) for text in texts] == [True, True]
    assert not any("earlier" in issue.text for issue in judge(make({f"{LINE}.units": 2})).issues)


codes = st.sampled_from([*TEN, "25", "59", "76", "93", "GQ", "GT", "50", "tc", " TC", "as", "0Q", "free text"])
modifiers = st.lists(codes, max_size=7)
statuses = st.sampled_from(["completed", "stopped", "not-done", "in-progress"])
reviews = st.sampled_from([None, {"status": "signed"}, {"status": "in-progress"}])
modes = st.sampled_from(["in-person", "video", "audio", "store-and-forward", None])


@given(data=st.data(), sent=modifiers, status=statuses, review=reviews, mode=modes)
def test_the_order_of_modifiers_never_changes_which_rules_are_broken(
    make: Make, data: st.DataObject, sent: list[str], status: str, review: dict[str, str] | None, mode: str | None
) -> None:
    changes = {f"{LINE}.modifiers": sent, "procedure.status": status, "review": review, "encounter.mode": mode}
    other = changes | {f"{LINE}.modifiers": data.draw(st.permutations(sent))}

    assert _rules(make(changes)) == _rules(make(other))


def _rules(case: Case) -> set[str | None]:
    return {issue.rule for issue in judge(case).issues} - {"MOD-60"}


days = st.sampled_from([None, "2022-06-30", "2022-07-01", "2024-05-02"])
lines = st.builds(
    lambda code, modifiers, start, end, units, pointers: {
        "code": code,
        "modifiers": modifiers,
        "dos_start": start,
        "dos_end": end,
        "units": units,
        "dx_pointers": pointers,
    },
    st.sampled_from(["0731T", "0731T", "99213", "99203", "81406", "G0452"]),
    modifiers,
    days,
    days,
    st.sampled_from([None, 0, -1, 1, 2]),
    st.lists(st.integers(0, 3), max_size=6),
)


@given(sent=st.lists(lines, max_size=3), added=lines, status=statuses, review=reviews)
def test_adding_a_line_never_removes_an_error_of_another(
    make: Make, sent: list[Any], added: dict[str, Any], status: str, review: dict[str, str] | None
) -> None:
    changes = {"procedure.status": status, "review": review}
    before, after = (_all_found(make(changes | {"billing.lines": lines})) for lines in (sent, [*sent, added]))

    removed = {issue for issue in before if issue.is_error} - after
    if any(line["code"] == "0731T" for line in sent):
        assert removed == set()
    assert all(not str(issue.field).startswith("billing.lines[") for issue in removed)


def _all_found(case: Case, *earlier: Case) -> set[Issue]:
    """What the rules find, however much of it a judgement would report."""
    facts = facts_of(case, state_of(case), PayerPolicy(), circumstances=Circumstances(prior=earlier))
    return {issue.written() for issue in findings_of(facts).issues}


@given(sent=st.lists(lines, min_size=1, max_size=3), earlier=st.lists(lines, max_size=2))
def test_an_earlier_claim_never_removes_an_error(make: Make, sent: list[Any], earlier: list[Any]) -> None:
    case, prior = make({"billing.lines": sent}), make({"billing.lines": earlier})

    alone, beside = (_errors(_all_found(case, *claims)) for claims in ((), (prior,)))

    assert alone <= beside


def _errors(issues: set[Issue]) -> set[tuple[str | None, str | None]]:
    return {(issue.rule, issue.field) for issue in issues if issue.is_error}


@given(
    sent=st.lists(lines, max_size=3),
    severities=st.dictionaries(
        st.sampled_from([rule.id for rule in RULES]),
        st.sampled_from([severity for severity in Severity if severity is not Severity.FATAL]),
    ),
)
def test_a_severity_of_a_policy_never_changes_which_rules_are_broken(
    make: Make, sent: list[Any], severities: dict[str, Any]
) -> None:
    case = make({"billing.lines": sent})

    def found(policy: PayerPolicy) -> list[tuple[str | None, str | None]]:
        issues = findings_of(facts_of(case, state_of(case), policy)).issues
        return [(issue.rule, issue.field) for issue in (pending.written() for pending in issues)]

    assert found(PayerPolicy()) == found(PayerPolicy(severities=severities))


def test_the_checklist_counts_what_is_there_and_names_what_is_missing(make: Make) -> None:
    def told(changes: dict[str, Any]) -> str:
        return checklist(judge(make(changes)).fired).text

    assert told({}) == "Of what an 837P needs, 20 of 20 are there."
    assert told({"payer.payer_id": None}) == "Of what an 837P needs, 19 of 20 are there; missing: payer id."


def found_by(name: str, case: Case) -> list[PendingIssue]:
    found = findings_of(facts_of(case, state_of(case), PayerPolicy()))
    return [issue for issue in found.issues if issue.rule == name]


def test_of_one_rule_fifty_issues_and_one_more_are_found(make: Make) -> None:
    images = [{"id": f"i{at}", "captured_at": "2024-05-02", "uploaded_at": "2024-05-01"} for at in range(60)]

    findings = found_by("TIM-06", make({"images": images}))

    assert len(findings) == MOST_ISSUES + 1
    assert findings[7].written().fields == ("images[7].uploaded_at", "images[7].captured_at")


def test_an_error_after_many_warnings_of_one_rule_still_counts(make: Make) -> None:
    other = {"role": "other", "taxonomy": "2080P2900X"}
    practitioners = [{"key": f"p{at}", **other} for at in range(60)]
    rendering = {"key": "dr", "npi": "1234567893", "role": "rendering", "taxonomy": "2080P2900X"}

    findings = found_by("TAX-01", make({"practitioners": [*practitioners, rendering]}))

    assert len(findings) == MOST_ISSUES + 2
    assert findings[-1].severity is Severity.ERROR


def test_other_insurances_of_another_time_are_told_for_fifty_lines(make: Make) -> None:
    late = {"payer": {"name": "P"}, "period": {"start": "2025-01-01"}}
    lines = [line_of("0731T") for _ in range(10)]

    case = make({"other_coverages": [{"member_id": f"o{at}", **late} for at in range(10)], "billing.lines": lines})

    assert len(found_by("COV-03", case)) == MOST_ISSUES + 1


def test_the_judgement_writes_the_most_severe_and_knows_of_the_others(make: Make) -> None:
    lines = [line_of("0731T", units=0, dx_pointers=[9]) for _ in range(60)]
    case = make({"billing.lines": lines, "images[0].url": "https://images.invalid/1?sig=a"})

    judgement = judge(case)

    assert len(judgement.issues) == MOST_ISSUES
    assert all(issue.is_error for issue in judgement.issues)
    assert judgement.omitted == len(findings_of(facts_of(case, state_of(case), PayerPolicy())).issues) - MOST_ISSUES
    assert {issue.rule for issue in judgement.issues} <= set(judgement.errors) < set(judgement.fired)


def test_an_issue_about_several_photographs_stands_at_each_of_them(make: Make) -> None:
    views = {"images": [{"id": f"i{at}", "view": "oblique"} for at in range(3)]}

    (issue,) = [issue for issue in judge(make(views)).issues if issue.rule == "AI-08"]

    assert issue.fields == ("images[0].view", "images[1].view", "images[2].view")
