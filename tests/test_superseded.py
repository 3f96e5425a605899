"""Failed runs of AI software that were redone."""

from typing import Any

import pytest

from adapter.case import Case
from adapter.superseded import superseded_issues, with_superseded

TOOL = {"vendor": "V", "product": "P"}
FAILED: dict[str, Any] = {
    "tool": TOOL,
    "run_id": "1",
    "outcome": "failed",
    "finished_at": "2026-03-12T13:20:04Z",
    "images": [{"id": "a", "status": "failed"}],
}
REDONE: dict[str, Any] = {
    "tool": {**TOOL, "model_version": "2"},
    "run_id": "2",
    "started_at": "2026-03-12T09:30:00-04:00",
    "images": [{"id": "a", "status": "analysed"}],
}


def superseded(*runs: dict[str, Any]) -> list[bool | None]:
    tree = {
        "id": "C",
        "patient": {"mrn": "M"},
        "encounter": {"id": "E", "status": "finished"},
        "procedure": {"status": "completed"},
        "images": [{"id": "a"}],
        "analyses": list(runs),
    }
    case = with_superseded(Case.model_validate(tree))
    assert [issue.rule for issue in superseded_issues(case)] == ["document/superseded"] * sum(
        bool(run.superseded) for run in case.analyses
    )
    return [run.superseded for run in case.analyses]


def test_a_later_complete_run_takes_the_place_of_a_failed_one() -> None:
    assert superseded(FAILED, REDONE) == [True, None]
    assert superseded({**FAILED, "images": []}, REDONE) == [True, None]


@pytest.mark.parametrize(
    ("failed", "redone"),
    [
        ({"outcome": "partial"}, {}),
        ({}, {"outcome": "failed"}),
        ({}, {"tool": {"vendor": "V", "product": "Q"}}),
        ({}, {"images": [{"id": "b", "status": "analysed"}]}),
        ({}, {"started_at": "2026-03-12T13:20:00Z"}),
        ({}, {"started_at": None}),
        ({"finished_at": None}, {}),
    ],
)
def test_another_outcome_tool_photograph_or_time_takes_no_place(failed: dict[str, Any], redone: dict[str, Any]) -> None:
    assert superseded({**FAILED, **failed}, {**REDONE, **redone}) == [None, None]


def test_a_single_run_stands() -> None:
    assert superseded(FAILED) == [None]


def test_a_sender_may_say_so() -> None:
    assert superseded({**FAILED, "superseded": True}, {**REDONE, "outcome": "partial"}) == [True, None]
