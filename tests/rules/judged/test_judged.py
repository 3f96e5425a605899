"""Claims that look right and are not, each with what is expected; and claims that are right by a hair."""

import json
import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapter.issues import Severity
from tests.examples.ground import EXAMPLES
from tests.rules.judged.ground import RANK, issues_of

DATA = Path(os.environ.get("ADAPTER_TEST_DATA") or "/nowhere") / "cases"
CASES: list[dict[str, Any]] = yaml.safe_load((DATA / "judged.yaml").read_text()) if DATA.exists() else []
WRONG: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "wrong.yaml").read_text())
NEAR: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "near_misses.yaml").read_text())
OURS = EXAMPLES / "infant-final-report"


@cache
def documents(folder: Path) -> dict[str, Any]:
    return {name: json.loads((folder / f"{name}.json").read_text()) for name in ("encounter", "ai_report")}


@pytest.mark.skipif(not CASES, reason="ADAPTER_TEST_DATA names no folder of judged cases")
@pytest.mark.parametrize("case", CASES or [{}], ids=lambda case: case.get("case", "none"))
def test_what_is_wrong_is_told_where_it_is(case: Mapping[str, Any]) -> None:
    _assert_told(DATA / "base", case["change"], **case["expect"])


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case["case"])
def test_what_a_biller_sees_at_a_glance_is_told(case: Mapping[str, Any]) -> None:
    _assert_told(OURS, case, at_least=case["at_least"], where=case["where"])


@cache
def _known(base: Path) -> frozenset[tuple[str | None, tuple[str, ...], Severity]]:
    """What is said of a base without a change."""
    return frozenset((issue.rule, issue.location, issue.severity) for issue in issues_of(documents(base), {}))


def _assert_told(base: Path, change: Mapping[str, Any], *, at_least: Severity, where: Sequence[str]) -> None:
    """Hold that the changes bring an issue of at least this severity at one of these places."""
    told = [
        place.partition("#")[2]
        for issue in issues_of(documents(base), change)
        if RANK.index(issue.severity) >= RANK.index(at_least) and (issue.rule, issue.location, issue.severity) not in _known(base)
        for place in issue.location
    ]

    assert any(place == start or (start and place.startswith(start)) for place in told for start in where), told


@pytest.mark.parametrize("near", NEAR, ids=lambda near: near["case"])
def test_what_is_right_by_a_hair_stays_without_warning(near: Mapping[str, Any]) -> None:
    issues = issues_of(documents(OURS), near)

    assert [(issue.rule, issue.field) for issue in issues if RANK.index(issue.severity) > 0] == []


def test_there_are_enough_of_both_and_none_twice() -> None:
    assert len({near["case"] for near in NEAR}) == len(NEAR) >= 60
    assert len({case["case"] for case in WRONG}) == len(WRONG) >= 60
