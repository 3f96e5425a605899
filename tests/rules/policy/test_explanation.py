"""What became of every rule."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.case import Case
from adapter.issues import Issue, Severity
from adapter.rules.explanation import Explanation, explain
from adapter.rules.facts import Facts, facts_of
from adapter.rules.judgement import judge, judgement_of
from adapter.rules.policy import PayerPolicy
from adapter.rules.registry import RULE, RULES
from adapter.rules.state import state_of
from adapter.rules.suggestion import TEN
from tests.examples.ground import conversion_of, example_names
from tests.rules.ground import ALWAYS, LINE, VISIT, Make


def facts(case: Case) -> Facts:
    return facts_of(case, state_of(case), PayerPolicy())


def explained(case: Case) -> Explanation:
    return explain(facts(case), judge(case).issues)


def outcomes(case: Case) -> dict[str, tuple[str, str]]:
    return {rule.rule.id: (rule.outcome, rule.why) for rule in explained(case).rules}


def test_every_rule_is_told_in_the_order_of_the_table(make: Make) -> None:
    explanation = explained(make({}))

    assert [rule.rule for rule in explanation.rules] == list(RULES)
    assert all(rule.why for rule in explanation.rules)
    assert tuple(suggestion.modifier for suggestion in explanation.suggestions) == TEN
    assert explanation.policy == PayerPolicy()


def test_a_rule_that_fired_has_its_issues(make: Make) -> None:
    fired = [rule for rule in explained(make({f"{LINE}.units": 0})).rules if rule.outcome == "fired"]

    (found,) = (each for each in fired if each.rule.id != ALWAYS)

    assert (found.rule.id, found.why) == ("UNT-02", RULE["UNT-02"].text)
    assert [issue.field for issue in found.issues] == [f"{LINE}.units"]


def test_the_words_of_one_rule_are_said_once(make: Make) -> None:
    case = make({f"{LINE}.units": 0, "billing.lines[1].units": 0})

    (found,) = (rule for rule in explained(case).rules if rule.rule.id == "UNT-02")
    assert (found.why, len(found.issues)) == (RULE["UNT-02"].text, 2)


def test_a_rule_that_was_kept_says_so(make: Make) -> None:
    assert outcomes(make({}))["DOS-01"] == ("passed", "the case keeps this rule; nothing to do")


def test_a_rule_with_nothing_to_look_at_says_what_is_not_there(make: Make) -> None:
    said = outcomes(make({}))

    assert said["MOD-14"] == ("not-applicable", "no line has modifier 53")
    assert outcomes(make({"billing": None}))["MOD-18"] == ("not-applicable", "no claim for payment is made")


def test_a_rule_that_misses_a_fact_is_skipped_and_says_which(make: Make) -> None:
    case = make({"practitioners[0].npi": None, "practitioners[1].npi": None, "organization.npi": None})

    assert outcomes(case)["PRV-NPI"] == ("skipped", "no NPI was sent")


WITH_95 = {f"{LINE}.modifiers": ["95"]}
WITH_TWO = {f"{LINE}.modifiers": ["52", "95"]}
NO_MODIFIER: dict[str, Any] = {f"{VISIT}.modifiers": []}
NO_UNITS = {f"billing.lines[{at}].units": None for at in range(4)}
OTHER_DAYS = {f"billing.lines[{at}].dos_start": f"2024-05-0{at + 3}" for at in range(4)}


@pytest.mark.parametrize(
    ("rule", "changes", "outcome"),
    [
        ("MOD-45", WITH_95, "skipped"),
        ("MOD-45", WITH_95 | {"encounter.mode": "video"}, "passed"),
        ("UNT-01", NO_UNITS, "skipped"),
        ("UNT-01", {}, "passed"),
        ("MOD-18", {}, "not-applicable"),
        ("MOD-18", {"procedure.status": "stopped", "review": None, f"{LINE}.modifiers": ["53"]}, "passed"),
        ("REL-01", {}, "passed"),
        ("REL-01", OTHER_DAYS, "not-applicable"),
        ("REL-02", {}, "passed"),
        ("REL-02", OTHER_DAYS, "not-applicable"),
        ("REL-02", {f"{VISIT}.code": "96041"}, "not-applicable"),
        ("REL-02", {f"{LINE}.code": "96041"}, "not-applicable"),
        ("MOD-48", {}, "not-applicable"),
        ("MOD-48", {"encounter.mode": "store-and-forward"}, "fired"),
        *[(rule, NO_MODIFIER, "not-applicable") for rule in ("MOD-01", "MOD-03", "MOD-04", "MOD-05")],
        *[(rule, {}, "passed") for rule in ("MOD-01", "MOD-03", "MOD-04")],
        ("MOD-05", {}, "skipped"),
        *[(rule, WITH_95, "not-applicable") for rule in ("MOD-02", "MOD-47", "MOD-60")],
        *[(rule, WITH_TWO, "passed") for rule in ("MOD-02", "MOD-47", "MOD-60")],
        ("MOD-31", {f"{LINE}.modifiers": ["80"]}, "not-applicable"),
        ("MOD-31", {f"{LINE}.modifiers": ["80", "52"]}, "passed"),
        ("REL-04", {}, "not-applicable"),
        ("REL-04", {"orders": [{"code": "81406", "gene": "KMT2D"}]}, "passed"),
    ],
)
def test_a_rule_is_looked_for_exactly_where_there_is_something_to_look_at(
    make: Make, rule: str, changes: dict[str, Any], outcome: str
) -> None:
    assert outcomes(make(changes))[rule][0] == outcome


def test_what_is_not_there_is_counted(make: Make) -> None:
    assert outcomes(make(NO_MODIFIER))["MOD-01"][1] == "no line has a modifier"
    assert outcomes(make({}))["MOD-02"][1] == "no line has 2 modifiers"


def test_rules_of_other_places_are_skipped_and_say_where_they_are_judged(make: Make) -> None:
    said = outcomes(make({}))

    assert said["PRI-03"][0] == "skipped"
    assert "adapter send" in said["PRI-03"][1]


def test_a_rule_that_fired_is_not_said_to_be_kept_where_its_issues_are_not_told(make: Make) -> None:
    (told,) = [outcome for outcome in explain(facts(make({})), [], ["DOS-01"]).rules if outcome.rule.id == "DOS-01"]

    assert (told.outcome, told.issues) == ("fired", ())
    assert told.why.startswith(RULE["DOS-01"].text)


def test_issues_that_no_rule_found_change_nothing(make: Make) -> None:
    case = make({})
    other = Issue(severity=Severity.ERROR, code=RULE["DOS-01"].code, text="Words.")

    assert explain(facts(case), [other]) == explain(facts(case), [])


@pytest.mark.parametrize("name", example_names())
def test_every_example_can_be_explained(name: str) -> None:
    explanation = conversion_of(name).explanation

    assert explanation is not None
    fired = {rule.rule.id for rule in explanation.rules if rule.outcome == "fired"}
    assert fired == {issue.rule for issue in conversion_of(name).issues} & set(RULE)
    for rule in explanation.rules:
        if rule.outcome in ("not-applicable", "skipped"):
            assert not rule.issues


TECHNICIAN = {"key": "dr", "taxonomy": "246Z00000X", "taxonomy_label": "Geneticist", "role": "rendering"}

codes = st.sampled_from(["0731T", "99213", "99203", "G0452", "81406", "88271"])
modifiers = st.lists(
    st.sampled_from(["22", "26", "52", "53", "80", "95", "TC", "tc", "TG", "AS", "25", "59", "GQ", "93", "x"]), max_size=5
)
lines = st.lists(
    st.fixed_dictionaries(
        {"code": codes, "modifiers": modifiers},
        optional={
            "pos": st.sampled_from(["11", "02", "10", "00"]),
            "dos_start": st.sampled_from(["2022-01-01", "2024-05-02", "2030-01-01"]),
            "units": st.sampled_from([0, 1, 2]),
            "charge": st.just(1),
            "dx_pointers": st.just([1]),
        },
    ),
    max_size=3,
)
changes = st.fixed_dictionaries(
    {},
    optional={
        "billing": st.none()
        | st.fixed_dictionaries({"use": st.sampled_from(["claim", "preauthorization", "predetermination"]), "lines": lines}),
        "procedure": st.fixed_dictionaries(
            {"status": st.sampled_from(["preparation", "not-done", "in-progress", "stopped", "completed"])},
            optional={"started_at": st.just("2024-05-02T09:00:00-05:00"), "stop_reason": st.sampled_from(["consent", "x"])},
        ),
        "review": st.none() | st.fixed_dictionaries({"status": st.sampled_from(["none", "signed", "amended", "withdrawn"])}),
        "ai": st.none() | st.just({"tool": {}, "candidates": [{"scores": [{"kind": "probability", "value": 2}]}]}),
        "encounter": st.fixed_dictionaries(
            {"id": st.just("E-1"), "status": st.just("finished")},
            optional={"mode": st.sampled_from(["in-person", "video", "audio", "store-and-forward"])},
        ),
        "practitioners": st.sampled_from([[], [TECHNICIAN]]),
        "diagnoses": st.just([]) | st.just([{"icd10cm": "x"}]),
        "images": st.just([]),
        "payer": st.none(),
        "coverage": st.none(),
        "organization": st.none(),
    },
)


@given(changes=changes)
def test_a_rule_that_fired_applies(make: Make, changes: dict[str, Any]) -> None:
    seen = facts(make(changes))

    for issue in judgement_of(seen).issues:
        assert all(condition.holds(seen) for condition in RULE[issue.rule or ""].applies), issue.rule


@given(changes=changes)
def test_a_policy_changes_how_bad_a_breach_is_never_what_is_broken(make: Make, changes: dict[str, Any]) -> None:
    case = make(changes)
    strict = PayerPolicy(severities={rule.id: Severity.ERROR for rule in RULES})

    assert _places(judge(case)) == _places(judge(case, policy=strict))
    assert judgement_of(facts(case)) == judge(case)


def _places(judgement: Any) -> list[tuple[str | None, str | None]]:  # noqa: ANN401 - a Judgement
    return [(issue.rule, issue.field) for issue in judgement.issues]
