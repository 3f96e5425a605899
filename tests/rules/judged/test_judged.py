"""Claims that look right and are not, each with what is expected; and claims that are right by a hair."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.examples.ground import EXAMPLES
from tests.rules.judged.ground import RANK, issues_of

DATA = Path(os.environ.get("ADAPTER_TEST_DATA") or "/nowhere") / "cases"
CASES: list[dict[str, Any]] = yaml.safe_load((DATA / "judged.yaml").read_text()) if DATA.exists() else []
NEAR: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "near_misses.yaml").read_text())
OURS = EXAMPLES / "infant-final-report"


def documents(folder: Path) -> dict[str, Any]:
    return {name: json.loads((folder / f"{name}.json").read_text()) for name in ("encounter", "ai_report")}


@pytest.mark.skipif(not CASES, reason="ADAPTER_TEST_DATA names no folder of judged cases")
@pytest.mark.parametrize("case", CASES or [{}], ids=lambda case: case.get("case", "none"))
def test_what_is_wrong_is_told_where_it_is(case: Mapping[str, Any]) -> None:
    base = documents(DATA / "base")
    known = {(issue.rule, issue.location) for issue in issues_of(base, {})}
    least = RANK.index(case["expect"]["at_least"])

    told = [
        place.partition("#")[2]
        for issue in issues_of(base, case["change"])
        if RANK.index(issue.severity) >= least and (issue.rule, issue.location) not in known
        for place in issue.location
    ]

    assert any(place.startswith(tuple(case["expect"]["where"])) for place in told), told


@pytest.mark.parametrize("near", NEAR, ids=lambda near: near["case"])
def test_what_is_right_by_a_hair_stays_without_warning(near: Mapping[str, Any]) -> None:
    issues = issues_of(documents(OURS), near)

    assert [(issue.rule, issue.field) for issue in issues if RANK.index(issue.severity) > 0] == []


def test_there_are_enough_near_misses() -> None:
    assert len({near["case"] for near in NEAR}) >= 60
