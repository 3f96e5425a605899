"""Which AI reports tell of one run of AI software, and which features that run saw."""

from itertools import permutations
from typing import Any

import orjson
import pytest

from adapter.conversion import Conversion
from adapter.merging.runs import with_runs
from adapter.readers.document import Document
from tests.examples.ground import EXAMPLES, OPTIONS, pipeline

Tree = dict[str, Any]

ENCOUNTER: Tree = orjson.loads((EXAMPLES / "two-analyses" / "encounter.json").read_bytes())
TOOL = {"vendor": "V", "product": "P"}
FEATURE = {"hpo": "HP:0000280", "presence": "present", "source": "ai"}


def report(**ai: Any) -> Tree:  # noqa: ANN401 - JSON
    return {"id": ENCOUNTER["id"], "ai": {"tool": TOOL, **ai}}


def version(number: str) -> Tree:
    return {"tool": {**TOOL, "model_version": number}}


def photographs(*names: str) -> Tree:
    return {"images": [{"id": name, "status": "analysed"} for name in names]}


def converted(*reports: Tree) -> Conversion:
    documents = [Document(name=f"{at}.json", content=orjson.dumps(tree)) for at, tree in enumerate((ENCOUNTER, *reports))]
    return pipeline().convert(documents, OPTIONS)


def runs(*reports: Tree) -> int:
    conversion = converted(*reports)
    assert conversion.case is not None, conversion.issues
    assert conversion.bundle is not None, conversion.issues
    return len(conversion.case.analyses)


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ({"finished_at": "2026-03-12T09:31:42-04:00"}, {"finished_at": "2026-03-12T10:31:42-04:00"}, 2),
        ({"started_at": "2026-03-12T09:31:42-04:00"}, {"started_at": "2026-03-12T10:31:42-04:00"}, 2),
        (version("1"), version("2"), 2),
        (photographs("frontal"), photographs("profile"), 2),
        (photographs("frontal", "profile"), photographs("profile", "frontal"), 1),
        ({"finished_at": "2026-03-12T09:31:42-04:00"}, {"finished_at": "2026-03-12T09:31:42-04:00"}, 1),
        ({"finished_at": "2026-03-12T09:31:42-04:00"}, version("1"), 2),
        ({"finished_at": "2026-03-12T09:31:42-04:00", **version("1")}, version("1"), 1),
        ({}, {}, 1),
        ({"run_id": "1"}, {"finished_at": "2026-03-12T09:31:42-04:00"}, 2),
    ],
)
def test_runs_without_a_number_are_several_where_something_tells_them_apart(one: Tree, other: Tree, count: int) -> None:
    assert runs(report(**one), report(**other)) == count
    assert runs(report(**other), report(**one)) == count


def test_one_run_that_is_told_in_two_ways_is_a_contradiction() -> None:
    told = {"finished_at": "2026-03-12T09:31:42-04:00"}
    conversion = converted(report(**told, outcome="failed"), report(**told, outcome="complete"))

    assert conversion.bundle is None
    assert [(issue.rule, issue.field) for issue in conversion.issues if issue.is_error] == [
        ("document/contradiction", "ai.outcome")
    ]


def test_a_report_that_fits_two_runs_is_a_run_of_its_own() -> None:
    first, second = (report(finished_at=f"2026-03-12T{hour}:31:42-04:00", **version("1")) for hour in ("09", "10"))

    assert runs(first, second, report()) == 3
    assert runs(first, second, report(**version("1"))) == 3


def test_the_order_of_reports_without_numbers_and_their_names_change_nothing() -> None:
    reports = [report(**version("1"), failure={"message": "x"}), report(**version("2")), report(finished_at="2026-03-12")]

    assert len({converted(*order).content for order in permutations(reports)}) == 1


def test_ids_of_a_run_without_a_number_stay_when_another_one_turns_up() -> None:
    first, second = (report(**version(number), failure={"message": "no face"}) for number in "12")
    alone = {failed["id"] for failed in failures(converted(first))}

    assert alone < {failed["id"] for failed in failures(converted(first, second))}


def failures(conversion: Conversion) -> list[Tree]:
    assert conversion.bundle is not None, conversion.issues
    resources = [entry["resource"] for entry in conversion.bundle["entry"]]
    return [each for each in resources if each.get("code", {}).get("coding", [{}])[0].get("code") == "failed-analysis"]


@pytest.mark.parametrize("one", [{"run_id": "7"}, {"finished_at": "2026-03-12T09:31:42-04:00"}])
@pytest.mark.parametrize("other", [{"run_id": "7", "tool": {"vendor": "W", "product": "Q"}}, {"run_id": "8"}])
def test_each_feature_has_the_device_of_the_run_that_saw_it(one: Tree, other: Tree) -> None:
    conversion = converted(
        {**report(**one), "phenotypes": [FEATURE]}, {**report(**other), "phenotypes": [{**FEATURE, "presence": "absent"}]}
    )
    assert conversion.bundle is not None, conversion.issues
    resources = [entry["resource"] for entry in conversion.bundle["entry"]]
    seen = [
        each for each in resources if each["resourceType"] == "Observation" and "device" in each and "HP:0000280" in str(each)
    ]

    assert len(seen) == 2
    assert "tool" not in other or len({each["device"]["reference"] for each in seen}) == 2
    assert not [issue.rule for issue in conversion.issues if issue.rule == "REF-03"]


def test_a_candidate_is_derived_from_the_photographs_that_its_run_analysed() -> None:
    encounter = {**ENCOUNTER, "images": [{"id": name} for name in ("a", "b", "c")]}
    read = {"images": [{"id": "a", "status": "analysed"}, {"id": "b", "status": "failed"}, {"id": "c", "status": "not-used"}]}
    said = report(run_id="1", candidates=[{"name": "One"}], finished_at="2026-03-12T09:31:42-04:00", **read)
    unsaid = report(run_id="2", candidates=[{"name": "Two"}], finished_at="2026-03-12T09:41:42-04:00")
    documents = [Document(name=f"{at}.json", content=orjson.dumps(tree)) for at, tree in enumerate((encounter, said, unsaid))]
    conversion = pipeline().convert(documents, OPTIONS)
    assert conversion.bundle is not None, conversion.issues
    resources = [entry["resource"] for entry in conversion.bundle["entry"]]
    photographs = {f"urn:uuid:{each['id']}" for each in resources if each["resourceType"] == "Media"}
    derived = {
        each["valueCodeableConcept"]["text"]: len([each for each in each["derivedFrom"] if each["reference"] in photographs])
        for each in resources
        if each.get("code", {}).get("coding", [{}])[0].get("code") == "candidate-syndrome"
    }
    used = {
        each["occurredPeriod"]["end"]: len([entity for entity in each["entity"] if entity["what"]["reference"] in photographs])
        for each in resources
        if each["resourceType"] == "Provenance" and "occurredPeriod" in each
    }

    assert derived == {"One": 1, "Two": 3}
    assert list(used.values()) == [2, 3]
    assert [issue.field for issue in conversion.issues if issue.rule == "document/photographs-unsaid"] == ["analyses[1].images"]


@pytest.mark.parametrize(
    "analyses", [None, "x", [], [None], [{"tool": None}], [{"tool": {"vendor": 5}, "images": "x"}], [{"run_id": 5, "tool": TOOL}]]
)
def test_what_is_not_a_report_stays_as_it_is(analyses: Any) -> None:  # noqa: ANN401 - JSON
    tree = {"analyses": analyses, "phenotypes": [FEATURE]}

    assert with_runs([tree, tree]) == [tree, tree]
    assert with_runs([{"ai": analyses, "phenotypes": 1}, {"ai": {"tool": TOOL}}])[1] == {"analyses": [{"tool": TOOL}]}
