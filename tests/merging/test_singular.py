"""One AI report and one insurance in a document, several of them in the Case."""

from typing import Any

import pytest

from adapter.merging.merge import Merged, merge
from adapter.merging.singular import case_tree
from adapter.merging.validate import to_case
from adapter.path import parse
from adapter.readers.document import NATIVE, ReadDocument

VISIT: dict[str, Any] = {
    "id": "C",
    "patient": {"mrn": "M"},
    "encounter": {"id": "E", "status": "finished"},
    "procedure": {"status": "completed"},
}
FIRST = {"tool": {"vendor": "V", "product": "P"}, "run_id": "1"}
SECOND = {"tool": {"vendor": "V", "product": "P"}, "run_id": "2"}
PAYER = {"name": "Payer"}
OTHER = {"name": "Other", "payer_id": "O-1"}


def merged(*trees: dict[str, Any]) -> Merged:
    return merge([ReadDocument(name=name, form=NATIVE, tree=tree) for name, tree in zip("abcd", trees, strict=False)])


def test_ai_reports_of_two_runs_are_two_analyses_in_the_order_of_their_runs() -> None:
    case = merged(VISIT, {"ai": SECOND}, {"ai": FIRST})

    assert [run.run_id for run in to_case(case).analyses] == ["1", "2"]
    assert case.positions(parse("analyses[0].run_id")) == ("c#/ai/run_id",)
    assert case.positions(parse("analyses[1].run_id")) == ("b#/ai/run_id",)
    assert case.named(parse("analyses[1].run_id")) == parse("analyses[1].run_id")


def test_two_documents_of_one_run_are_one_analysis() -> None:
    case = merged(VISIT, {"ai": FIRST}, {"ai": {**FIRST, "genes": [{"symbol": "NIPBL"}]}})

    assert [len(run.genes) for run in to_case(case).analyses] == [1]
    assert case.named(parse("analyses[0].genes")) == parse("ai.genes")
    assert case.positions(parse("ai.genes[0].symbol")) == ("c#/ai/genes/0/symbol",)


def test_two_documents_of_one_run_that_disagree_contradict_each_other() -> None:
    (issue,) = merged(VISIT, {"ai": {**FIRST, "outcome": "failed"}}, {"ai": {**FIRST, "outcome": "complete"}}).issues

    assert (issue.rule, issue.field) == ("document/contradiction", "ai.outcome")
    assert issue.location == ("b#/ai/outcome", "c#/ai/outcome")


def test_a_document_may_list_its_analyses() -> None:
    case = merged({**VISIT, "ai": FIRST, "analyses": [SECOND]})

    assert [run.run_id for run in to_case(case).analyses] == ["1", "2"]
    assert case.positions(parse("analyses[0].run_id")) == ("a#/ai/run_id",)
    assert case.positions(parse("analyses[1].run_id")) == ("a#/analyses/0/run_id",)
    assert case.positions(parse("analyses")) == ("a#/ai",)


def test_no_ai_report_is_none() -> None:
    assert to_case(merged({**VISIT, "ai": None})).analyses == ()
    assert case_tree({"ai": FIRST, "analyses": "x"}) == {"analyses": "x"}


def test_features_of_several_runs_say_which_run_saw_them() -> None:
    feature = {"hpo": "HP:0000664", "presence": "present", "source": "ai"}
    by_clinician = {**feature, "source": "clinician"}
    one = {"ai": FIRST, "phenotypes": [feature, by_clinician]}
    two = {"ai": SECOND, "phenotypes": [{**feature, "presence": "absent"}]}

    assert [phenotype.run for phenotype in to_case(merged(VISIT, one)).phenotypes] == [None, None]
    case = to_case(merged(VISIT, one, two))
    assert [(phenotype.run, phenotype.presence) for phenotype in case.phenotypes] == [
        ("1", "present"),
        (None, "present"),
        ("2", "absent"),
    ]


@pytest.mark.parametrize("ai", [{"tool": {}}, "none"])
def test_features_of_a_run_without_a_number_stay_as_they_are(ai: object) -> None:
    feature = {"hpo": "HP:0000664", "presence": "present", "source": "ai"}
    case = merged(VISIT, {"ai": FIRST}, {"ai": ai, "phenotypes": [feature]})

    assert case.tree["phenotypes"] == [feature]


def test_a_single_insurance_and_a_list_are_the_same_case() -> None:
    one = to_case(merged({**VISIT, "payer": PAYER, "coverage": {"member_id": "1"}}))
    listed = to_case(merged({**VISIT, "payer": PAYER, "coverages": [{"member_id": "1"}]}))

    assert one == listed


def test_the_first_insurance_is_the_primary_one_and_its_payer_that_of_the_case() -> None:
    merged_case = merged({**VISIT, "coverages": [{"member_id": "1", "payer": PAYER}, {"member_id": "2", "payer": OTHER}]})
    case = to_case(merged_case)

    assert case.payer is not None
    assert case.coverage is not None
    assert (case.payer.name, case.coverage.payer, case.coverage.member_id) == ("Payer", None, "1")
    assert [cover.payer.name for cover in case.other_coverages] == ["Other"]
    assert merged_case.positions(parse("coverage.member_id")) == ("a#/coverages/0/member_id",)
    assert merged_case.positions(parse("payer.name")) == ("a#/coverages/0/payer/name",)
    assert merged_case.positions(parse("other_coverages[0].payer.name")) == ("a#/coverages/1/payer/name",)
    assert merged_case.positions(parse("other_coverages")) == ("a#/coverages",)


def test_a_single_insurance_comes_before_a_list() -> None:
    further = [{"member_id": "2", "payer": OTHER}]
    case = merged({**VISIT, "payer": PAYER, "coverage": {"member_id": "1"}, "coverages": further})

    assert [cover.member_id for cover in to_case(case).other_coverages] == ["2"]
    assert case.positions(parse("coverage.member_id")) == ("a#/coverage/member_id",)
    assert case.positions(parse("payer.name")) == ("a#/payer/name",)
    assert case.positions(parse("other_coverages[0].member_id")) == ("a#/coverages/0/member_id",)


def test_insurances_of_two_documents_are_merged_by_member_number() -> None:
    one = {**VISIT, "payer": PAYER, "coverages": [{"member_id": "1"}, {"member_id": "2", "payer": OTHER}]}
    case = merged(one, {"coverages": [{"member_id": "2", "group": "G"}]})

    assert [cover.group for cover in to_case(case).other_coverages] == ["G"]
    assert case.positions(parse("other_coverages[0].group")) == ("b#/coverages/0/group",)


def test_what_is_not_a_list_of_insurances_is_said_so() -> None:
    assert case_tree({"coverages": "x"}) == {"coverage": None, "other_coverages": "x"}
    assert merged({"coverages": 1}).positions(parse("other_coverages")) == ("a#/coverages",)
    assert case_tree({"coverages": []}) == {"coverage": None, "other_coverages": []}
    assert case_tree({"coverages": None, "id": "C"}) == {"id": "C"}


def test_the_primary_insurance_may_stand_in_the_list_as_well() -> None:
    one = {"member_id": "1", "group": "G"}
    listed = [{"member_id": "1", "plan": "P", "payer": PAYER}, {"member_id": "2", "payer": OTHER}]
    merged_case = merged({**VISIT, "payer": PAYER, "coverage": one, "coverages": listed})
    case = to_case(merged_case)

    assert case.coverage is not None
    assert (case.coverage.group, case.coverage.plan, case.coverage.payer) == ("G", "P", None)
    assert [cover.member_id for cover in case.other_coverages] == ["2"]
    assert merged_case.positions(parse("coverage.group")) == ("a#/coverage/group",)
    assert merged_case.positions(parse("coverage.plan")) == ("a#/coverages/0/plan",)
    assert merged_case.positions(parse("other_coverages[0].member_id")) == ("a#/coverages/1/member_id",)


@pytest.mark.parametrize(
    ("one", "first"),
    [
        ({"member_id": "1", "group": "G"}, {"member_id": "1", "group": "H"}),
        ({"group": "G"}, {"group": "G"}),
        ("x", {}),
        ({}, "x"),
    ],
)
def test_insurances_that_differ_are_two(one: object, first: object) -> None:
    assert case_tree({"coverage": one, "coverages": [first]}) == {"coverage": one, "other_coverages": [first]}
