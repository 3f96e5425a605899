"""Policy files: what they make, and every mistake with its place."""

from pathlib import Path

import pytest

from adapter.assembly import load
from adapter.issues import InvalidError, IssueType, Severity
from adapter.rules.policy import PayerPolicy, Policies
from adapter.rules.policy_file import BadPolicyError, load_policies
from adapter.rules.registry import RULE
from adapter.settings import Settings

PAYERS = Path(__file__).parents[3] / "mappings" / "payers"
OURS = load(Settings()).policies
KEYS = [
    *(
        "default",
        "aetna",
        "aetna-better-health",
        "bcbs",
        "bcbs-arkansas",
        "bcbs-massachusetts",
        "bcbs-north-dakota",
        "cigna",
        "medicaid",
        "medicare",
    ),
    *("tricare", "uhc", "uhc-ma"),
]
VERIFIED = {"bcbs-arkansas", "bcbs-north-dakota"}


def made(*texts: str, own: str = "") -> Policies:
    files = {f"{place}.yaml": text for place, text in enumerate(texts, 1)}
    return load_policies(files, {"own.yaml": own} if own else {})


def one(policies: Policies, key: str) -> PayerPolicy:
    (policy,) = policies.by_key[key]
    return policy


def problems_of(*texts: str, own: str = "") -> list[str]:
    with pytest.raises(BadPolicyError) as caught:
        made(*texts, own=own)
    return str(caught.value).splitlines()


def test_only_policies_whose_own_text_was_read_are_verified() -> None:
    assert sorted(OURS.by_key) == KEYS or sorted(OURS.by_key) == sorted(KEYS)
    assert {policy.key for (policy,) in OURS.by_key.values() if policy.verified} == VERIFIED
    assert all(policy.source and policy.coverage_note for (policy,) in OURS.by_key.values())


def test_each_published_fact_has_its_source_and_certainty() -> None:
    for (policy,) in OURS.by_key.values():
        assert all(fact.says and fact.source and fact.certainty for fact in policy.published)
        assert not policy.verified or any(fact.certainty == "publisher" for fact in policy.published)
        assert policy.coverage == "unknown" or policy.published or policy.parents


def test_a_child_of_a_parent_is_of_it_and_not_of_the_default() -> None:
    arkansas, parent, default = (one(OURS, key) for key in ("bcbs-arkansas", "bcbs", "default"))

    assert arkansas.parents == ("default", "bcbs")
    assert (arkansas.is_of(parent), parent.is_of(arkansas), arkansas.is_of(default)) == (True, False, False)


def test_the_default_policy_is_what_a_policy_is_without_a_file() -> None:
    assert one(OURS, "default") == PayerPolicy()


def test_severities_of_medicare_are_those_of_the_modelling_spec() -> None:
    error, warning = Severity.ERROR, Severity.WARNING

    assert dict(one(OURS, "medicare").severities) == {
        "UNT-01": error,
        "MOD-21": error,
        "MOD-22": error,
        "MOD-32": error,
        "MOD-43": warning,
        "MOD-48": warning,
        "MOD-50": error,
        "MOD-51": warning,
        "MOD-62": error,
        "MOD-66": error,
    }


def test_commercial_payers_differ_in_telehealth_and_those_that_publish_that_they_take_95_only_inform_of_it() -> None:
    modifiers = {key: one(OURS, key).telehealth.modifier for key in ("aetna", "bcbs", "cigna", "uhc")}

    takers = {key: {"MOD-42": Severity.INFORMATION} for key in ("aetna", "cigna", "uhc")}
    assert {key: dict(one(OURS, key).severities) for key in modifiers} == takers | {"bcbs": {}}
    assert modifiers == {"aetna": "required", "bcbs": "optional", "cigna": "required", "uhc": "optional"}


def test_a_policy_inherits_what_it_does_not_say() -> None:
    parent = (
        "policy: a\nname: A\nnames: [Aa]\npayer_ids: ['1']\nunit_limit: 2\nsource: paper\nverified: true\n"
        "severities: {MOD-12: error, MOD-42: error}\ntelehealth: {modifier: required, pos: ['10']}\n"
    )
    child = one(made(parent, "policy: b\nextends: a\nseverities: {MOD-42: information}\ntelehealth: {modifier: optional}\n"), "b")

    assert dict(child.severities) == {"MOD-12": Severity.ERROR, "MOD-42": Severity.INFORMATION}
    assert (child.unit_limit, child.telehealth.modifier, child.telehealth.pos) == (2, "optional", ("10",))


def test_a_policy_of_another_key_inherits_neither_who_the_payer_is_nor_that_it_is_verified() -> None:
    parent = "policy: a\nname: A\nnames: [Aa]\npayer_ids: ['1']\nsource: paper\nverified: true\neffective: {start: 2024-01-01}\n"
    child = one(made(parent, "policy: b\nextends: a\n"), "b")

    assert (child.name, child.names, child.payer_ids, child.effective.start, child.verified) == ("b", (), (), None, False)
    assert (child.source, child.standing) == ("adapter default", "adapter default, not payer-published")


def test_the_users_policy_replaces_ours_of_the_same_key_and_may_extend_it() -> None:
    ours = "policy: a\nname: A\npayer_ids: ['1']\nunit_limit: 2\n"

    replaced = one(made(ours, own="policy: a\nassistants: not-paid\n"), "a")
    extended = one(made(ours, own="policy: a\nextends: a\nassistants: not-paid\n"), "a")

    assert (replaced.name, replaced.payer_ids, replaced.unit_limit, replaced.assistants) == ("a", (), 1, "not-paid")
    assert (extended.name, extended.payer_ids, extended.unit_limit, extended.assistants) == ("A", ("1",), 2, "not-paid")


def test_a_users_default_is_inherited_by_our_policies() -> None:
    policies = made(
        "policy: default\n", "policy: a\nextends: default\n", own="policy: default\nextends: default\nunit_limit: 3\n"
    )

    assert (one(policies, "a").unit_limit, one(policies, "default").unit_limit) == (3, 3)


def test_a_user_can_add_a_payer(tmp_path: Path) -> None:
    (tmp_path / "payers").mkdir()
    (tmp_path / "payers" / "mine.yaml").write_text("policy: mine\nextends: medicare\nname: Mine\n")

    policies = load(Settings(mappings=str(tmp_path))).policies

    assert one(policies, "mine").severities == one(OURS, "medicare").severities
    assert set(policies.by_key) == {*KEYS, "mine"}


def test_a_mistake_in_the_users_folder_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "payers").mkdir()
    file = tmp_path / "payers" / "mine.yaml"
    file.write_text("policy: mine\nseverities:\n  MOD-421: error\n")

    with pytest.raises(InvalidError) as caught:
        load(Settings(mappings=str(tmp_path))).policies  # noqa: B018 - reading it is what is tested

    (issue,) = caught.value.issues
    assert (issue.severity, issue.code, issue.rule) == (Severity.ERROR, IssueType.INVALID, "policy/unknown-rule")
    assert issue.location == (f"{file}:3:3",)
    assert issue.suggestion == "did you mean `MOD-42`?"


def test_periods_of_one_key_stand_in_the_order_of_time() -> None:
    text = "policy: a\neffective: {start: 2025-01-01}\nunit_limit: 2\n---\npolicy: a\neffective: {end: 2024-12-31}\n"

    assert [policy.unit_limit for policy in made(text).by_key["a"]] == [1, 2]


@pytest.mark.parametrize("rule_id", sorted(RULE))
def test_no_policy_softens_what_is_an_error_for_everybody(rule_id: str) -> None:
    text = f"policy: a\nseverities:\n  {rule_id}: information\n"

    if RULE[rule_id].severity is Severity.ERROR:
        (problem,) = problems_of(text)
        assert problem.startswith(f"1.yaml:3:{5 + len(rule_id)}: silenced: {rule_id} is a fact that no payer changes")
    else:
        assert one(made(text), "a").severities == {rule_id: Severity.INFORMATION}


MISTAKES = [
    ("[1]\n", "1:1: not-a-policy: this is not a policy"),
    ("name: A\n", "1:1: not-a-policy: this is not a policy"),
    ("policy: [a]\n", "1:1: not-a-policy: this is not a policy"),
    ("policy: ''\n", "1:1: not-a-policy: this is not a policy"),
    ("policy: a\nseverites: {}\n", "2:1: unknown-key: there is no key `severites` here (did you mean `severities`?)"),
    ("policy: a\nextends: medicar\n", "2:10: unknown-policy: there is no policy `medicar` (known are: a)"),
    ("policy: a\nextends: a\n", "2:10: cycle: the policy extends itself: a → a"),
    ("policy: a\nseverities: {DOS-99: error}\n", "2:14: unknown-rule: there is no rule `DOS-99` (did you mean `DOS-09`?)"),
    ("policy: a\nseverities: {MOD-12: of}\n", "2:22: value: `of` is not allowed here"),
    ("policy: a\nseverities: {MOD-12: 'off'}\n", "2:22: value: `off` is not allowed here"),
    ("policy: a\nseverities: {MOD-12: fatal}\n", "2:22: value: `fatal` is not allowed here"),
    ("policy: a\nseverities: error\n", "2:13: value: keys with values are needed here"),
    ("policy: a\nname:\n", "2:6: value: a text is needed here"),
    ("policy: a\nnames: A\n", "2:8: value: a list is needed here"),
    ("policy: a\nextends: [b]\n", "2:10: value: the key of another policy is needed here"),
    ("policy: a\nverified: yes\n", "2:11: value: this is neither true nor false"),
    ("policy: a\nverified: true\n", "1:1: source: a verified policy needs its source"),
    ("policy: a\nunit_limit: 0\n", "2:13: value: this is not a number of units"),
    ("policy: a\nunit_limit: 1000\n", "2:13: value: this is not a number of units"),
    ("policy: a\nunit_limit: 1.5\n", "2:13: value: a whole number is needed here"),
    ("policy: a\nunit_limit: []\n", "2:13: value: a whole number is needed here"),
    ("policy: a\ncomponents: spilt\n", "2:13: value: `spilt` is not allowed here (did you mean `split`?)"),
    (
        "policy: a\nmodifiers: [tc]\n",
        "2:13: value: this is not a modifier (write two capital letters or digits, as the payer prints it)",
    ),
    ("policy: a\ntelehealth: {where: x}\n", "2:14: unknown-key: there is no key `where` here"),
    ("policy: a\ntelehealth: {place: x}\n", "2:21: value: `x` is not allowed here (known are: condition, not-a-condition)"),
    ("policy: a\nname: true\n", "2:7: value: a text is needed here"),
    ("policy: a\nfiling_limit: 121\n", "2:15: value: this is not a number of months (write a whole number from 1 to 120)"),
    ("policy: a\nmai: 4\n", "2:6: value: this is not an adjudication indicator"),
    ("policy: a\nfiling_limit: never\n", "2:15: value: a whole number is needed here"),
    ("policy: a\npublished: x\n", "2:12: value: a list is needed here"),
    ("policy: a\npublished: [{says: x, source: y}]\n", "2:13: value: `certainty` is missing here"),
    (
        "policy: a\npublished: [{says: x, source: y, certainty: copy, when: z}]\n",
        "2:51: unknown-key: there is no key `when` here",
    ),
    ("policy: a\ntelehealth: {pos: ['1']}\n", "2:20: value: this is not a place of service (write two digits, in quotes)"),
    ("policy: a\neffective: {start: 2024-02-30}\n", "2:20: value: this is not a day"),
    ("policy: a\neffective: {start: 20240201}\n", "2:20: value: this is not a day"),
    ("policy: a\neffective: {start: []}\n", "2:20: value: a text is needed here"),
    ("policy: a\neffective: {start: 2025-01-01, end: 2024-01-01}\n", "1:1: effective: the policy ends before it starts"),
    ("policy: a\npolicy: b\n", "2:1: duplicate-key: the key `policy` appears here twice"),
    ("policy: a\n---\npolicy: a\n", "3:1: periods: two policies `a` hold on one day"),
    (
        "policy: a\neffective: {end: 2024-12-31}\n---\npolicy: a\neffective: {start: 2024-12-31}\n",
        "4:1: periods: two policies `a` hold on one day",
    ),
]


@pytest.mark.parametrize(("text", "expected"), MISTAKES)
def test_a_mistake_has_its_place_and_says_what_to_do(text: str, expected: str) -> None:
    (problem,) = problems_of(text)

    assert problem.startswith(f"1.yaml:{expected}")
    assert problem.endswith(")")


def test_all_mistakes_of_all_files_are_told_at_once() -> None:
    assert [problem.split(": ")[0] for problem in problems_of("policy: a\nx: 1\ny: 2\n", "nothing: 1\n")] == [
        "1.yaml:2:1",
        "1.yaml:3:1",
        "2.yaml:1:1",
    ]


def test_a_ring_of_policies_is_told_once() -> None:
    problems = problems_of("policy: a\nextends: b\n", "policy: b\nextends: c\n", "policy: c\nextends: b\n")

    assert problems
    assert all(": cycle: the policy extends itself: " in problem for problem in problems)
    assert len({problem.split(": ")[0] for problem in problems}) == len(problems)


def test_a_key_with_several_periods_can_not_be_extended() -> None:
    periods = "policy: a\neffective: {end: 2024-12-31}\n---\npolicy: a\neffective: {start: 2025-01-01}\n"

    assert problems_of(periods, "policy: b\nextends: a\n") == [
        "2.yaml:2:10: periods: `a` has several periods (extend a policy that has one)"
    ]
