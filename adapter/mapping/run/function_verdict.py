"""What is told of a function of a map that could not convert its argument."""

from adapter.issues import Issue, IssueType
from adapter.json_types import JsonObject
from adapter.mapping.emit.compiled import CompiledMap
from adapter.mapping.emit.support import Report
from adapter.path import matching, parse


def verdict_field(made_by: CompiledMap, report: Report, tree: JsonObject) -> str | None:
    """The first of the fields that a function read which the tree has."""
    reads = _reads(made_by, report)
    return next((read for read in reads if matching(tree, parse(read))), reads[0] if reads else None)


def read_in_lists(made_by: CompiledMap, report: Report, tree: JsonObject) -> str | None:
    """The same; instead of a list that the function went through, what it read in the items (`rows[*].mrn`)."""
    reads = _reads(made_by, report)
    inner = [read for read in reads if not any(other.startswith((f"{read}[", f"{read}.")) for other in reads)]
    return next((read for read in inner if matching(tree, parse(read))), verdict_field(made_by, report, tree))


def _reads(made_by: CompiledMap, report: Report) -> list[str]:
    """The fields that a function read, with `*` where it read all items of a list."""
    number, indexes, _ = report
    place = made_by.places[number]
    indexed = dict(zip(place.loops, indexes, strict=True))
    return [read.text.format(*(indexed.get(loop, "*") for loop in read.loops)).removeprefix("case.") for read in place.reads]


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
