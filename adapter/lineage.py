"""What every element of a conversion was made from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Literal

from adapter.fhir.bundle import expression_roots
from adapter.issues import Issue, IssueType
from adapter.json_types import JsonObject
from adapter.mapping.emit.compiled import CompiledMap
from adapter.mapping.emit.support import Report, Trace
from adapter.mapping.run.library import Library, MappedResource, references_of
from adapter.mapping.run.origin import Origin, origins
from adapter.merging.merge import Merged
from adapter.merging.singular import case_path
from adapter.path import Path, dotted, leaves, matching, parse
from adapter.readers.document import MappedDocument
from adapter.rules.judgement import Judgement
from adapter.rules.state import DERIVED_FROM, SHOWN_BY
from adapter.unread import UnreadField, UnreadFields, coverage_of, unread_paths

_ENVELOPE = "adapter.fhir.bundle.transaction"
_MOST_PLACES = 3
_MOST_ITEMS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class LineageEntry:
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

    entries: tuple[LineageEntry, ...]

    def of(self, element: str) -> tuple[LineageEntry, ...]:
        """The entries of an element and of all below it."""
        return tuple(
            entry
            for entry in self.entries
            if entry.element == element or entry.element.startswith((element + ".", element + "["))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    """Fields of the Case that are there, where documents say them, and how maps of other input forms made them."""

    fields: tuple[str, ...] = ()
    positions: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    through: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Trail:
    """All that is needed to say where a conversion's elements come from."""

    library: Library
    merged: Merged
    judgement: Judgement
    roots: tuple[object, ...]
    made: list[MappedResource]
    bundle: JsonObject
    unread: frozenset[Path]

    @cached_property
    def _traces(self) -> dict[tuple[int, str], Trace]:
        """What each variant noted while it was run, by the resource's number and the variant; filled when first asked for."""
        return {}

    @cached_property
    def _references(self) -> dict[str, object]:
        return references_of(self.library.maps, self.roots)

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
                for origin in self._origins(number, explain=True):
                    names = (f"{top}.{dotted(origin.element)}" for top in (root, target))
                    if any(_touches(name, element) for name in names):
                        entries.append(self._entry(origin, root))
        return Lineage(entries=tuple(entries))

    def _entries(self) -> Iterator[LineageEntry]:
        envelope = {key: value for key, value in self.bundle.items() if key != "entry"}
        yield from (_own("Bundle", leaf) for leaf in leaves(envelope))
        for number, (root, entry) in enumerate(zip(self._names, self.bundle["entry"], strict=True)):
            outer = {key: value for key, value in entry.items() if key != "resource"}
            yield from (_own(f"Bundle.entry[{number}]", leaf) for leaf in leaves(outer))
            yield _own(root, ("resourceType",))
            yield from (self._entry(origin, root) for origin in self._origins(number))

    def _origins(self, number: int, *, explain: bool = False, wanted: frozenset[int] | None = None) -> Iterator[Origin]:
        made = self.made[number]
        mode: Literal["explain", "lineage"] = "explain" if explain else "lineage"
        if (number, mode) not in self._traces:
            self._traces[number, mode] = self.library.retrace(made, self._references, self.roots, explain=explain)
        trace, (_, groups) = self._traces[number, mode], made.map.make(mode)
        return origins(trace, groups, made.resource, made.map.around(made.place), wanted)

    def _entry(self, origin: Origin, root: str) -> LineageEntry:
        known = self._behind(origin.sources)
        return LineageEntry(
            element=f"{root}.{dotted(origin.element)}",
            place=origin.place,
            text=origin.text,
            fields=known.fields,
            positions=known.positions,
            functions=known.functions + origin.functions,
            constant=origin.constant,
            missing=origin.missing,
            through=known.through,
        )

    def _behind(self, sources: tuple[Path, ...]) -> _Field:
        """What is known of all fields behind some source paths, worked out once however many elements were made from them."""
        if sources not in self._fields_by_sources:
            self._fields_by_sources[sources] = self._join(sources)
        return self._fields_by_sources[sources]

    def _join(self, sources: tuple[Path, ...]) -> _Field:
        if len(sources) == 1 and sources[0][0] == "case" and len(sources[0]) > 1:
            return self._known(sources[0][1:])
        paths = dict.fromkeys(chain.from_iterable(map(self._case_paths, sources)))
        options = tuple(f"options#/{dotted(source[1:])}" for source in sources if source[0] == "options" and len(source) > 1)
        known = _together([self._known(path) for path in paths])
        return replace(known, positions=known.positions + options) if options else known

    @cached_property
    def _fields_by_sources(self) -> dict[tuple[Path, ...], _Field]:
        return {}

    def _known(self, path: Path) -> _Field:
        """What is known of a field, looked up once however many elements are made from it."""
        if path not in self._fields_by_path:
            self._fields_by_path[path] = self._look_up(path)
        return self._fields_by_path[path]

    def _look_up(self, path: Path) -> _Field:
        if "*" not in path:
            return self._one(path)
        paths = matching(self.merged.tree, path)
        if len(paths) <= _MOST_ITEMS:
            return _together([self._known(item) for item in paths])
        # Every element that was made from a long list would name all of its items: the list is named instead.
        whole = self._known(path[: path.index("*")])
        return replace(whole, fields=(dotted(self.merged.named(path)),), positions=tuple(_common_places(whole.positions)))

    def _one(self, path: Path) -> _Field:
        places = self.merged.sources(path, null=False)
        if not places:
            return _Field()
        sources = [
            source for document, own in places if isinstance(document, MappedDocument) for source in document.made_from(own)
        ]
        return _Field(
            fields=(dotted(self.merged.named(path)),),
            positions=_joined([document.positions(own) for document, own in places]),
            functions=_joined([source.functions for source in sources]),
            through=_joined([(source.place,) for source in sources]),
        )

    @cached_property
    def _fields_by_path(self) -> dict[Path, _Field]:
        return {}

    def _case_paths(self, path: Path) -> list[Path]:
        if path[:1] == ("case",):
            return [path[1:]] if path[1:] else []
        if path[:1] != ("judgement",):
            return []
        derived = [parse(field) for field in DERIVED_FROM.get(str(path[-1]), ())]
        return derived + (self._blamed_by_errors if path[-1] == "claim" else [])

    @cached_property
    def _blamed_by_errors(self) -> list[Path]:
        return [case_path(parse(issue.field)) for issue in self.judgement.issues if issue.is_error and issue.field]

    def unread_fields(self) -> UnreadFields:
        """Which input fields no mapping read."""
        own = unread_paths(self.merged.tree, self.unread)
        unread = [
            UnreadField(field=dotted(self.merged.named(pattern)), positions=self._all_positions(paths), reason=None)
            for pattern, paths in own.items()
        ]
        for document in self.merged.documents:
            if isinstance(document, MappedDocument):
                unread += coverage_of(document)
        return UnreadFields(fields=tuple(unread))

    def _all_positions(self, paths: list[Path]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(position for path in paths for position in self.merged.positions(path)))

    def with_places(self, issue: Issue) -> Issue:
        """The issue with the places in the documents and in the output that belong to its case field."""
        paths = [case_path(parse(field)) for field in issue.fields]
        return issue.at(
            location=issue.location or self._all_positions(paths),
            expression=issue.expression or tuple(dict.fromkeys(place for path in paths for place in self._expression(path))),
        )

    def _expression(self, path: Path) -> tuple[str, ...]:
        if status := self._status(dotted(path)):
            return status
        while path:
            pattern: Path = tuple("*" if isinstance(step, int) else step for step in path)
            for only_claims in (True, False):
                if elements := self._elements_of(pattern, only_claims=only_claims).get(path):
                    return tuple(elements)
            # What was not made of an item was not made of the other items of its list either.
            path = path[:-2] if isinstance(path[-1], int) else path[:-1]
        return ()

    def _status(self, field: str) -> tuple[str, ...]:
        """The statuses in which a status of the case shows, though other elements hang on it as well."""
        state = SHOWN_BY.get(field)
        if state is None:
            return ()
        readers = ((number, made.map.groups_that_read(state)) for number, made in enumerate(self.made))
        return tuple(
            f"{self._names[number]}.status"
            for number, groups in readers
            for origin in (self._origins(number, wanted=groups) if groups else ())
            if origin.element == ("status",) and any(dotted(source) == state for source in origin.sources)
        )

    def _elements_of(self, pattern: Path, *, only_claims: bool) -> Mapping[Path, dict[str, None]]:
        """The first elements that were made from each field of a pattern, found in one walk, however many issues ask."""
        if (pattern, only_claims) not in self._elements:
            found: dict[Path, dict[str, None]] = {}
            for number, groups in self._readers(pattern).items():
                if not only_claims or self.made[number].map.source.target == "Claim":
                    for path, element in self._made_from(number, groups, depth=len(pattern)):
                        elements = found.setdefault(path, {})
                        if len(elements) < _MOST_PLACES:
                            elements[element] = None
            self._elements[pattern, only_claims] = found
        return self._elements[pattern, only_claims]

    @cached_property
    def _elements(self) -> dict[tuple[Path, bool], Mapping[Path, dict[str, None]]]:
        return {}

    def _made_from(self, number: int, groups: frozenset[int], *, depth: int) -> Iterator[tuple[Path, str]]:
        """The case fields, cut at a depth, that elements of a resource were made from, each with the element.

        Of an item of a list it is what the item was made into.
        """
        for origin in self._origins(number, wanted=groups):
            for place, path in enumerate(origin.sources):
                if path[0] == "case" and len(path) > depth and origin.element[:1] != ("text",):
                    field_path = path[1 : depth + 1]
                    element = _item_of(origin, place, field_path) if isinstance(field_path[-1], int) else origin.element
                    yield field_path, ".".join((self._names[number], dotted(element))).rstrip(".")

    def _readers(self, pattern: Path) -> dict[int, frozenset[int]]:
        """The resources that were made from the field, each with the groups of its elements that may have been."""
        text = "case." + dotted(pattern)
        readers = ((number, made.map.groups_that_read(text)) for number, made in enumerate(self.made))
        return {number: groups for number, groups in readers if groups}


def _item_of(origin: Origin, place: int, path: Path) -> tuple[str | int, ...]:
    """What an item of a list was made into, as far as the loop over that list is the map's; else the element itself."""
    depth = sum(isinstance(step, int) for step in path) - 1
    items = origin.items(place)
    return items[depth] if depth < len(items) else origin.element


def verdict_issue(made_by: CompiledMap, report: Report, tree: JsonObject) -> Issue:
    """The issue of a function that could not convert its argument; its field is the first of those it read that the tree has."""
    number, indexes, verdict = report
    place = made_by.places[number]
    indexed = dict(zip(place.loops, indexes, strict=True))
    reads = [read.text.format(*(indexed.get(loop, "*") for loop in read.loops)).removeprefix("case.") for read in place.reads]
    field_name = next((read for read in reads if matching(tree, parse(read))), reads[0] if reads else None)
    return Issue(
        severity=verdict.severity,
        code=IssueType.VALUE,
        rule=f"map/{place.function}",
        text=f"{verdict.message} (mapping {place.mark})",
        field=field_name,
    )


def _together(fields: Sequence[_Field]) -> _Field:
    """Several fields as one, without repeats."""
    if len(fields) == 1:
        return fields[0]
    return _Field(
        fields=tuple(chain.from_iterable([field.fields for field in fields])),
        positions=_joined([field.positions for field in fields]),
        functions=_joined([field.functions for field in fields]),
        through=_joined([field.through for field in fields]),
    )


def _joined(parts: list[tuple[str, ...]]) -> tuple[str, ...]:
    """All parts one after the other without repeats."""
    return tuple(dict.fromkeys(chain.from_iterable(parts))) if parts else ()


def _common_places(positions: Iterable[str]) -> Iterator[str]:
    """For each document the innermost place (`name#/pointer`) that holds all of these places in it."""
    common: dict[str, list[str]] = {}
    for position in positions:
        name, _, pointer = position.partition("#")
        steps_here = pointer.split("/")
        before = common.setdefault(name, steps_here)
        same = next((at for at, (one, other) in enumerate(zip(before, steps_here, strict=False)) if one != other), None)
        common[name] = before[: min(len(before), len(steps_here)) if same is None else same]
    return (f"{name}#{'/'.join(shared)}" for name, shared in common.items())


def _own(root: str, leaf: Path) -> LineageEntry:
    text = "made by the adapter"
    return LineageEntry(
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


__all__ = ["Lineage", "LineageEntry", "Trail", "verdict_issue"]
