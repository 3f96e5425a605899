"""What every element of a conversion was made from, and what of the input no mapping read."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from adapter.fhir.bundle import expression_roots
from adapter.issues import Issue, IssueType, Severity
from adapter.mapping.compiled import CompiledMap, Report, Trace
from adapter.mapping.library import Library, Made
from adapter.mapping.origin import Origin, origins
from adapter.merging.merge import Merged
from adapter.path import Path, at, dotted, leaves, matching, parse
from adapter.readers.document import MappedDocument, Source
from adapter.rules.judgement import Judgement
from adapter.rules.state import DERIVED_FROM

_STEP_END = re.compile(r"(?<=[^#])/")
_ENVELOPE = "adapter.fhir.bundle.transaction"
_MOST_PLACES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One element of the Bundle and what it was made from.

    `element` is a FHIRPath within the Bundle; `place` the line of the mapping (`file:line:column`) and `text` what stands there;
    `fields` the fields of the Case and `positions` the places in the documents that it was made from; `functions` the functions
    that it went through; `constant` whether the mapping alone gives it; `missing` why it was not made (explanations only);
    `through` the lines of the map of another input form that its fields came through.
    """

    element: str
    place: str
    text: str
    fields: tuple[str, ...]
    positions: tuple[str, ...]
    functions: tuple[str, ...]
    constant: bool
    missing: str | None = None
    through: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """The entries of all elements, in the order of the Bundle."""

    entries: tuple[Entry, ...]

    def of(self, element: str) -> tuple[Entry, ...]:
        """The entries of an element and of all below it."""
        return tuple(
            each for each in self.entries if each.element == element or each.element.startswith((element + ".", element + "["))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadField:
    """An input field that no mapping read: its pattern (`*` for every item), where it stands, and the reason if there is one.

    `dropped` says that it is an item that a mapping did read, and made nothing of.
    """

    field: str
    positions: tuple[str, ...]
    reason: str | None
    dropped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadFields:
    """All input fields that no mapping read."""

    fields: tuple[UnreadField, ...]

    def issues(self) -> Iterator[Issue]:
        """One issue per field pattern."""
        for each in self.fields:
            more = f" ({len(each.positions)} places)" if len(each.positions) > 1 else ""
            rule, severity, said = _words(each)
            yield Issue(
                severity=severity,
                code=IssueType.INFORMATIONAL,
                rule=rule,
                text=f"`{each.field}`{more}: {said}",
                location=each.positions[:_MOST_PLACES],
            )


def _words(unread: UnreadField) -> tuple[str, Severity, str]:
    if unread.dropped:
        said = "its mapping made nothing of it, since a part is missing that it needs; send that, or change the `when`"
        return "coverage/dropped", Severity.WARNING, said
    if unread.reason:
        return "coverage/ignored", Severity.INFORMATION, f"left out on purpose: {unread.reason}"
    return "coverage/unread", Severity.INFORMATION, "no mapping reads it, so it is not in the output"


@dataclass(frozen=True, kw_only=True)
class Trail:
    """All that is needed to say where a conversion's elements come from."""

    library: Library
    merged: Merged
    judgement: Judgement
    roots: tuple[object, ...]
    made: list[Made]
    bundle: dict[str, Any]
    unread: frozenset[Path]

    @cached_property
    def _traces(self) -> dict[tuple[int, str], Trace]:
        """What variants noted so far, by the resource's number and the variant."""
        return {}

    @cached_property
    def _names(self) -> list[str]:
        """What expressions into each resource begin with."""
        return expression_roots(self.bundle)

    def lineage(self) -> Lineage:
        """What every element of the bundle was made from."""
        return Lineage(entries=tuple(self._entries()))

    def explain(self, element: str) -> Lineage:
        """Why an element is as it is, or is not there: `Claim.item[0].modifier`; `Media.note` asks for that of every Media."""
        wanted = element.split("[", maxsplit=1)[0].split(".", maxsplit=1)[0]
        entries = []
        for number, (made, root) in enumerate(zip(self.made, self._names, strict=True)):
            target = made.map.source.target
            if wanted in (target, "Bundle"):
                for each in self._origins(number, explain=True):
                    names = (f"{top}.{dotted(each.element)}" for top in (root, target))
                    if any(_touches(name, element) for name in names):
                        entries.append(self._entry(each, root))
        return Lineage(entries=tuple(entries))

    def _entries(self) -> Iterator[Entry]:
        envelope = {key: value for key, value in self.bundle.items() if key != "entry"}
        yield from (_own("Bundle", leaf) for leaf in leaves(envelope))
        for number, (root, entry) in enumerate(zip(self._names, self.bundle["entry"], strict=True)):
            outer = {key: value for key, value in entry.items() if key != "resource"}
            yield from (_own(f"Bundle.entry[{number}]", leaf) for leaf in leaves(outer))
            yield _own(root, ("resourceType",))
            yield from (self._entry(each, root) for each in self._origins(number))

    def _origins(self, number: int, *, explain: bool = False, wanted: frozenset[int] | None = None) -> Iterator[Origin]:
        made = self.made[number]
        mode: Literal["explain", "lineage"] = "explain" if explain else "lineage"
        if (number, mode) not in self._traces:
            self._traces[number, mode] = self.library.retrace(made, self.made, self.roots, explain=explain)
        trace, (_, groups) = self._traces[number, mode], made.map.make(mode)
        return origins(trace, groups, made.resource, made.map.around(made.place), wanted)

    def _entry(self, origin: Origin, root: str) -> Entry:
        fields = self._fields(origin.reads)
        positions = dict.fromkeys(each for path in fields for each in self._positions(path))
        sources = [source for path in fields for source in self._sources(path)]
        functions = dict.fromkeys(each for source in sources for each in source.functions)
        options = [f"options#/{read.removeprefix('options.')}" for read in origin.reads if read.startswith("options.")]
        return Entry(
            element=f"{root}.{dotted(origin.element)}",
            place=origin.place,
            text=origin.text,
            fields=tuple(dotted(path) for path in fields),
            positions=(*positions, *options),
            functions=(*functions, *origin.functions),
            constant=origin.constant,
            missing=origin.missing,
            through=tuple(dict.fromkeys(source.place for source in sources)),
        )

    def _fields(self, reads: tuple[str, ...]) -> list[Path]:
        found: dict[Path, None] = {}
        for read in reads:
            for path in self._case_paths(parse(read)):
                found.update(dict.fromkeys(matching(self.merged.tree, path)))
        return list(found)

    def _case_paths(self, path: Path) -> list[Path]:
        if path[:1] == ("case",):
            return [path[1:]] if path[1:] else []
        if path[:1] != ("judgement",):
            return []
        derived = [parse(each) for each in DERIVED_FROM.get(str(path[-1]), ())]
        blamed = [parse(issue.field) for issue in self.judgement.issues if issue.is_error and issue.field and path[-1] == "claim"]
        return derived + blamed

    def _positions(self, path: Path) -> tuple[str, ...]:
        return tuple(each for document, own in self.merged.sources(path) for each in document.positions(own))

    def _sources(self, path: Path) -> list[Source]:
        """What maps of other input forms made the value from."""
        found = ((document, own) for document, own in self.merged.sources(path) if isinstance(document, MappedDocument))
        return [source for document, own in found for source in document.made_from(own)]

    def unread_fields(self) -> UnreadFields:
        """Which input fields no mapping read."""
        own = unread_paths(self.merged.tree, self.unread)
        unread = [
            UnreadField(field=dotted(pattern), positions=self._all_positions(paths), reason=None)
            for pattern, paths in own.items()
        ]
        for document in self.merged.documents:
            if isinstance(document, MappedDocument):
                unread += coverage_of(document)
        return UnreadFields(fields=tuple(unread))

    def _all_positions(self, paths: list[Path]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each for path in paths for each in self.merged.positions(path)))

    def with_places(self, issue: Issue) -> Issue:
        """The issue with the places in the documents and in the output that belong to its case field."""
        if issue.field is None:
            return issue
        path = parse(issue.field)
        return issue.at(
            location=issue.location or self.merged.positions(path), expression=issue.expression or self._expression(path)
        )

    def _expression(self, path: Path) -> tuple[str, ...]:
        while path:
            readers = self._readers(path)
            claims = {number: groups for number, groups in readers.items() if self.made[number].map.source.target == "Claim"}
            if found := self._blamed(claims, path) or self._blamed(readers, path):
                return found
            # What was not made of an item was not made of the other items of its list either.
            path = path[:-2] if isinstance(path[-1], int) else path[:-1]
        return ()

    def _readers(self, path: Path) -> dict[int, frozenset[int]]:
        """The resources that were made from the field, each with the groups of its elements that may have been."""
        pattern = "case." + dotted(tuple("*" if isinstance(step, int) else step for step in path))
        readers = ((number, made.map.groups_that_read(pattern)) for number, made in enumerate(self.made))
        return {number: groups for number, groups in readers if groups}

    def _blamed(self, readers: Mapping[int, frozenset[int]], path: Path) -> tuple[str, ...]:
        """The first elements of these resources that were made from the field; of an item of a list, what it was made into."""
        found: dict[str, None] = {}
        for number, groups in readers.items():
            for origin in self._origins(number, wanted=groups):
                for place, read in enumerate(origin.reads):
                    if origin.element[:1] != ("text",) and _blames(parse(read), path):
                        element = _item_of(origin, place, path) if isinstance(path[-1], int) else origin.element
                        found[".".join((self._names[number], dotted(element))).rstrip(".")] = None
            if len(found) >= _MOST_PLACES:
                break
        return tuple(found)[:_MOST_PLACES]


def _item_of(origin: Origin, place: int, path: Path) -> tuple[str | int, ...]:
    """What an item of a list was made into, as far as the loop over that list is the map's; else the element itself."""
    depth = sum(isinstance(step, int) for step in path) - 1
    items = origin.items[place]
    return items[depth] if depth < len(items) else origin.element


def _blames(read: Path, path: Path) -> bool:
    return read[:1] == ("case",) and read[1 : len(path) + 1] == path


def verdict_issue(made_by: CompiledMap, report: Report) -> Issue:
    """The issue of a function that could not convert its argument; its field is the first that the function read."""
    number, indexes, verdict = report
    place = made_by.places[number]
    indexed = dict(zip(place.loops, indexes, strict=True))
    reads = [read.text.format(*(indexed.get(loop, "*") for loop in read.loops)) for read in place.reads]
    field_name = reads[0] if reads else None
    return Issue(
        severity=verdict.severity,
        code=IssueType.VALUE,
        rule=f"map/{place.function}",
        text=f"{verdict.message} (mapping {place.mark})",
        field=field_name.removeprefix("case.") if field_name else None,
    )


def unread_paths(tree: object, patterns: frozenset[Path]) -> dict[Path, list[Path]]:
    """The patterns (with `*`) that lead to something in the tree, with the paths that they lead to."""
    found = {pattern: matching(tree, pattern) for pattern in sorted(patterns, key=str)}
    return {pattern: paths for pattern, paths in found.items() if paths}


def coverage_of(document: MappedDocument) -> list[UnreadField]:
    """The fields of a document of another form that its map does not read."""
    found: dict[Path, list[Path]] = {}
    for leaf in leaves(document.original.tree):
        if at(document.original.tree, leaf) in (None, ""):
            continue
        pattern: Path = tuple("*" if isinstance(step, int) else step for step in leaf)
        found.setdefault(pattern, []).append(leaf)
    unread = []
    for pattern, paths in found.items():
        # A list of plain values is read as a whole; that a list or an object is there says nothing of what is in it.
        if (pattern[:-1] if pattern[-1] == "*" else pattern) not in document.read:
            names: Path = tuple(step for step in pattern if step != "*")
            reason = next((why for path, why in document.ignored.items() if names[: len(path)] == path), None)
            positions = tuple(each for path in paths for each in document.original.positions(path))
            unread.append(UnreadField(field=dotted(pattern), positions=positions, reason=reason))
    return unread + _dropped_items(document)


def _dropped_items(document: MappedDocument) -> list[UnreadField]:
    """The items of lists that the map reads and of which nothing was made."""
    used = {position for source in document.origins.values() for position in source.positions}
    alive = {position[: end.start()] for position in used for end in _STEP_END.finditer(position)} | used
    return [
        UnreadField(field=dotted(item), positions=positions, reason=None, dropped=True)
        for item in _read_items(document.original.tree, (), document.read)
        if (positions := document.original.positions(item)) and positions[0] not in alive
    ]


def _read_items(value: object, path: Path, read: frozenset[Path]) -> Iterator[Path]:
    """The objects in the lists of a tree of which a map reads some field."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in children:
        here = (*path, step)
        pattern = tuple("*" if isinstance(each, int) else each for each in here)
        if isinstance(step, int) and isinstance(child, dict) and any(each[: len(pattern)] == pattern for each in read):
            yield here
        yield from _read_items(child, here, read)


def _own(root: str, leaf: Path) -> Entry:
    text = "made by the adapter"
    return Entry(
        element=f"{root}.{dotted(leaf)}",
        place=_ENVELOPE,
        text=text,
        fields=(),
        positions=(),
        functions=(_ENVELOPE,),
        constant=False,
    )


def _touches(element: str, wanted: str) -> bool:
    return (
        element == wanted or element.startswith((wanted + ".", wanted + "[")) or wanted.startswith((element + ".", element + "["))
    )


__all__ = ["Entry", "Lineage", "Trail", "UnreadField", "UnreadFields", "coverage_of", "verdict_issue"]
