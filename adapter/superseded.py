"""Runs of AI software that failed, and that a later complete run of the same tool over the same photographs took the place of."""

from collections.abc import Iterator

from adapter.case import AiReport, Case
from adapter.issues import Issue, IssueType, Severity
from adapter.rules.moment import is_before

_TEXT = (
    "this run failed, and a later complete run of the same tool over the same photographs took its place; it is kept as "
    "cancelled, and the report holds the later result"
)


def with_superseded(case: Case) -> Case:
    """The case in which those runs are marked, as far as it is known which came later."""
    if len(case.analyses) == 1:
        return case
    runs = tuple(run.model_copy(update={"superseded": True}) if _is_redone(run, case) else run for run in case.analyses)
    return case.model_copy(update={"analyses": runs})


def superseded_issues(case: Case) -> Iterator[Issue]:
    """An information for each of these runs."""
    for name, run in case.runs:
        if run.superseded:
            yield Issue(
                severity=Severity.INFORMATION,
                code=IssueType.INFORMATIONAL,
                rule="document/superseded",
                text=_TEXT,
                field=f"{name}.outcome",
            )


def _is_redone(run: AiReport, case: Case) -> bool:
    return run.outcome == "failed" and any(_takes_the_place(other, run, case) for other in case.analyses)


def _takes_the_place(later: AiReport, run: AiReport, case: Case) -> bool:
    ended, began = run.finished_at or run.started_at, later.started_at or later.finished_at
    return (
        (later.outcome or "complete") == "complete"
        and (later.tool.vendor, later.tool.product) == (run.tool.vendor, run.tool.product)
        and _photographs(later, case) == _photographs(run, case)
        and ended is not None
        and began is not None
        and is_before(ended, began)
    )


def _photographs(run: AiReport, case: Case) -> frozenset[str]:
    """The photographs that a run was given: those that it lists, else all of the case."""
    return frozenset(image.id for image in run.images or case.images)
