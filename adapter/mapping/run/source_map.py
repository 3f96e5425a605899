"""Runs the map of an input form: a document becomes one in the form of the Case, and can say what it was made from."""

from collections.abc import Sequence
from functools import partial

from adapter.issues import InvalidError, Issue, PendingIssue, Severity, to_raise
from adapter.json_types import JsonValue
from adapter.mapping.emit.compiled import CompiledMap
from adapter.mapping.emit.support import Report
from adapter.mapping.run.function_verdict import read_in_lists, verdict_issue, verdict_rule
from adapter.mapping.run.origin import Origin, origins
from adapter.mapping.run.watch import looked_at, pinned, watched
from adapter.path import Path, at, dotted, matching, parse
from adapter.readers.document import NATIVE, DocumentTrace, MappedDocument, ReadDocument, Source

_MOST_PLACES = 3


def map_document(
    compiled: CompiledMap, document: ReadDocument, options: object, *, most: int
) -> tuple[MappedDocument, tuple[PendingIssue, ...]]:
    """A document of another form, turned into the form of the Case by its map, and what could not be converted.

    The loops of the map pass `most` items. Raises InvalidError if one of its functions found that nothing can be made of this.
    """
    tree, reports = compiled.document(document.tree, options, most)

    def retrace() -> DocumentTrace:
        seen: dict[Path, JsonValue] = {}
        notes, groups = compiled.document_trace(watched(document.tree, seen), options)
        looked = looked_at(seen)
        made_from = {
            origin.element: _source(document, origin, [pinned(path, value, looked) for path in origin.sources])
            for origin in origins(notes, groups, tree, {})
            for value in (at(tree, origin.element),)
        }
        return DocumentTrace(origins=made_from, seen=seen, walked=compiled.walked)

    mapped = MappedDocument(
        name=document.name,
        form=NATIVE,
        tree=tree,
        original=document,
        retrace=retrace,
        read=compiled.read_paths,
        ignored=compiled.ignored,
    )
    remarks = tuple(
        PendingIssue(report[2].severity, verdict_rule(compiled, report), partial(_remark, compiled, report, document))
        for report in reports
    )
    if any(remark.severity is Severity.FATAL for remark in remarks):
        raise InvalidError(*to_raise(remarks))
    return mapped, remarks


def _remark(compiled: CompiledMap, report: Report, document: ReadDocument) -> Issue:
    issue = verdict_issue(compiled, report, document.tree)
    field = read_in_lists(compiled, report, document.tree)
    return issue.at(location=_places(document, parse(field))) if field else issue


def _places(document: ReadDocument, field: Path) -> tuple[str, ...]:
    """Where a field stands; of one of many items, where each value that they have stands first."""
    first: dict[str, Path] = {}
    for path in matching(document.tree, field) if "*" in field else ():
        first.setdefault(repr(at(document.tree, path)), path)
    paths = tuple(first.values())[:_MOST_PLACES] or (field,)
    return tuple(dict.fromkeys(place for path in paths for place in document.positions(path)))


def _source(document: ReadDocument, origin: Origin, sources: Sequence[Path]) -> Source:
    paths = tuple(path for path in sources if path[0] != "options")
    locate = partial(_positions, document, origin.place, sources)
    return Source(locate=locate, place=origin.place, functions=origin.functions, paths=paths)


def _positions(document: ReadDocument, place: str, sources: Sequence[Path]) -> tuple[str, ...]:
    """Where the sources are; where a map looked for something that is not there only if there is nothing else."""
    there = [path for path in sources if path[0] == "options" or "*" in path or document.nearest(path) == path] or sources
    within = {path[:depth] for path in there for depth in range(len(path))}
    candidates = [position for path in there if path not in within for position in _position(document, path)]
    return tuple(dict.fromkeys(candidates)) or (place,)


def _position(document: ReadDocument, path: Path) -> tuple[str, ...]:
    return (f"options#/{dotted(path[1:])}",) if path[0] == "options" else document.positions(path)
