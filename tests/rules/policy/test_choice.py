"""Which policy holds for a case, and that it is said."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from adapter.assembly import load
from adapter.case import Case
from adapter.issues import InvalidError, IssueType, Severity
from adapter.rules.policy import PayerPolicy, Policies
from adapter.rules.policy_file import load_policies
from adapter.settings import Settings

Make = Callable[[Mapping[str, Any]], Case]
OURS = load(Settings()).policies


@pytest.mark.parametrize(
    ("changes", "key", "field"),
    [
        ({"payer": {"name": "X", "key": "medicare"}}, "medicare", "payer.key"),
        ({"payer": {"name": "X", "key": "Medicare"}}, "medicare", "payer.key"),
        ({"payer": {"name": "Cigna", "key": "aetna", "payer_id": "62308"}}, "aetna", "payer.key"),
        ({"payer": {"name": "X", "payer_id": "87726"}}, "uhc", "payer.payer_id"),
        ({"payer": {"name": "X", "key": "nobody", "payer_id": "87726"}}, "uhc", "payer.payer_id"),
        ({"payer": {"name": "X", "payer_id": "medicare"}}, "default", "payer"),
        ({"payer": {"name": "Aetna"}, "coverage.plan": "Medicare  Part B"}, "medicare", "coverage.plan"),
        ({"payer": {"name": "united healthcare"}}, "uhc", "payer.name"),
        ({"payer": {"name": "Nobody"}}, "default", "payer"),
        ({"payer": None}, "default", "payer"),
        ({"payer": None, "coverage": None}, "default", "payer"),
    ],
)
def test_the_payer_is_known_by_key_id_plan_or_name(make: Make, changes: dict[str, Any], key: str, field: str) -> None:
    choice = OURS.choose(make(changes))

    assert (choice.policy.key, choice.field) == (key, field)


def test_the_choice_is_an_information_that_repeats_what_the_policy_rests_on(make: Make) -> None:
    issue = OURS.choose(make({"payer": {"name": "X", "key": "aetna"}})).to_issue()

    assert (issue.severity, issue.code, issue.rule) == (Severity.INFORMATION, IssueType.INFORMATIONAL, "policy/chosen")
    assert issue.text == (
        "The claim was judged by the payer policy `aetna`: `payer.key` names this payer. "
        "It is: adapter default, not payer-published."
    )
    assert issue.suggestion == OURS.by_key["aetna"][0].coverage_note


def test_another_policy_can_be_asked_for_and_that_is_a_warning(make: Make) -> None:
    case = make({"payer": {"name": "X", "key": "aetna"}})
    own, other, same = OURS.choose(case), OURS.choose(case, "medicare"), OURS.choose(case, "aetna")

    assert (other.policy.key, other.field, other.named) == ("medicare", own.field, own.named)
    assert other.to_issue().severity is Severity.WARNING
    assert other.why == "it was asked for; by the case alone it would be `aetna`, because `payer.key` names this payer"
    assert (same.policy, same.severity) == (own.policy, Severity.INFORMATION)


def test_a_policy_that_is_not_there_cannot_be_asked_for(make: Make) -> None:
    with pytest.raises(InvalidError) as refusal:
        OURS.choose(make({}), "medicar")

    (issue,) = refusal.value.issues
    assert (issue.rule, issue.location, issue.suggestion) == ("options/payer", ("options#/payer",), "did you mean `medicare`?")


def test_a_verified_policy_is_told_with_its_source(make: Make) -> None:
    policies = load_policies({"a.yaml": "policy: a\nsource: Paper 7\nverified: true\n"})

    assert policies.choose(make({"payer": {"name": "A"}})).to_issue().text.endswith(" It is: Paper 7.")


def test_an_unknown_payer_gets_the_default_and_is_told_which_are_known(make: Make) -> None:
    issue = OURS.choose(make({"payer": {"name": "Nobody", "key": "nobody"}})).to_issue()

    assert (
        "`default`: the payer of the case has no policy of its own (known keys: aetna, aetna-better-health, bcbs, " in issue.text
    )
    assert "obody" not in issue.text


def test_without_files_there_is_the_default(make: Make) -> None:
    choice = Policies().choose(make({}))

    assert choice.policy == PayerPolicy()
    assert "(known keys: none)" in choice.why


_BEFORE = "policy: a\neffective: {start: 2023-01-01, end: 2024-05-01}\n"
_AFTER = "policy: a\neffective: {start: 2024-05-03}\nunit_limit: 2\n"
PERIODS = load_policies({"a.yaml": f"{_BEFORE}---\n{_AFTER}"})


@pytest.mark.parametrize(
    ("day", "key", "limit"),
    [
        ("2022-12-31", "default", 1),
        ("2023-01-01", "a", 1),
        ("2024-05-01", "a", 1),
        ("2024-05-02", "default", 1),
        ("2024-05-03", "a", 2),
    ],
)
def test_the_period_is_that_of_the_first_day_of_service(make: Make, day: str, key: str, limit: int) -> None:
    line = {"code": "0731T", "dos_start": day}
    later = {"code": "99213", "dos_start": "2024-05-09"}
    choice = PERIODS.choose(make({"payer": {"name": "A"}, "billing.lines": [later, line, {"code": "1"}]}))

    assert (choice.policy.key, choice.policy.unit_limit) == (key, limit)
    assert choice.field == "payer.name"
    assert ("no policy of it is in force" in choice.why) == (key == "default")

    asked = PERIODS.choose(make({"payer": None, "billing.lines": [line]}), "a")
    assert (asked.policy.key, asked.policy.unit_limit) == (key, limit)
    assert ("`a` was asked for, and no policy of it is in force" in asked.why) == (key == "default")


@pytest.mark.parametrize(
    ("changes", "limit"),
    [
        ({"billing": None}, 1),
        ({"billing": None, "procedure.started_at": None, "encounter.start": "2024-05-03T08:00:00Z"}, 2),
        ({"billing": None, "procedure.started_at": "2024", "encounter.start": "2024-05-03T08:00:00Z"}, 2),
        ({"billing": None, "procedure.started_at": None}, 2),
    ],
)
def test_without_lines_the_day_is_that_of_the_procedure_or_the_visit_and_without_a_day_the_last_policy_holds(
    make: Make, changes: dict[str, Any], limit: int
) -> None:
    changes = {"payer": {"name": "A"}, "procedure.started_at": "2024-05-01T08:00:00Z", **changes}

    assert PERIODS.choose(make(changes)).policy.unit_limit == limit


def test_a_default_of_no_period_of_the_day_still_holds(make: Make) -> None:
    policies = load_policies({"a.yaml": "policy: default\neffective: {start: 2025-01-01}\n"})

    assert policies.choose(make({})).policy.key == "default"


def test_a_policy_can_be_had_by_its_key_and_a_day() -> None:
    later, before = PERIODS.policy("a", "2024-05-03"), PERIODS.policy("a", "2022-01-01")

    assert later is not None
    assert (later.unit_limit, before, PERIODS.policy("b")) == (2, None, None)
