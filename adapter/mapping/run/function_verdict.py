"""What is told of a function of a map that could not convert its argument."""

from adapter.issues import Issue, IssueType
from adapter.json_types import JsonObject
from adapter.mapping.emit.compiled import CompiledMap
from adapter.mapping.emit.support import Report
from adapter.path import matching, parse


def verdict_field(made_by: CompiledMap, report: Report, tree: JsonObject) -> str | None:
    """The first of the fields that a function read which the tree has."""
    number, indexes, _ = report
    place = made_by.places[number]
    indexed = dict(zip(place.loops, indexes, strict=True))
    reads = [read.text.format(*(indexed.get(loop, "*") for loop in read.loops)).removeprefix("case.") for read in place.reads]
    return next((read for read in reads if matching(tree, parse(read))), reads[0] if reads else None)


def verdict_rule(made_by: CompiledMap, report: Report) -> str:
    """By what the issue of a function is known."""
    return f"map/{made_by.places[report[0]].function}"


def verdict_issue(made_by: CompiledMap, report: Report, tree: JsonObject) -> Issue:
    """The issue of a function that could not convert its argument; its field is the first of those it read that the tree has."""
    number, _, verdict = report
    place = made_by.places[number]
    return Issue(
        severity=verdict.severity,
        code=IssueType.VALUE,
        rule=verdict_rule(made_by, report),
        text=f"{verdict.message} (mapping {place.mark})",
        field=verdict_field(made_by, report, tree),
    )
