"""What every element of a conversion was made from."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Literal, NamedTuple

from adapter.case_field import CaseFields, KnownFields
from adapter.fhir.bundle import element_pointers, expression_roots
from adapter.issues import MOST_ISSUES, Issue
from adapter.json_types import JsonObject
from adapter.mapping.emit.entry_text import entry_end, entry_line, entry_sources, entry_start
from adapter.mapping.emit.site import Group, Site
from adapter.mapping.emit.support import Trace
from adapter.mapping.run.library import Library, MappedResource, references_of
from adapter.mapping.run.origin import Origin, leaf_names_of, notes, origins
from adapter.merging.merge import Merged
from adapter.merging.singular import case_path
from adapter.path import Path, dotted, leaf_names, parse, pattern
from adapter.readers.document import MappedDocument
from adapter.rules.judgement import Judgement
from adapter.rules.state import SHOWN_BY
from adapter.unread import Unread, UnreadFields, UnreadInDocument, coverage_of, unread_paths

_MOST_PLACES = 3


class LineageEntry(NamedTuple):
    """One element of the Bundle and what it was made from.

    `element` is a FHIRPath within the Bundle; `place` the line of the mapping (`file:line:column`) and `text` what stands there;
    `fields` the fields of the Case and `positions` the places in the documents that it was made from; `functions` the functions
    that it went through; `constant` whether the mapping alone gives it; `missing` why it was not made (explanations only);
    `through` the lines of the map of another input form that its fields came through.

    A tuple, since lineage has tens of thousands, and a frozen dataclass takes five times as long to make.
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


@dataclass(frozen=True, kw_only=True)
class Trail:
    """All that is needed to say where a conversion's elements come from."""

    library: Library
    merged: Merged
    judgement: Judgement
    roots: tuple[object, ...]
    made: list[MappedResource]
    bundle: JsonObject
    unread_patterns: frozenset[Path]

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

    @cached_property
    def _pointer_of(self) -> Callable[[str], str]:
        return element_pointers(self.bundle)

    @cached_property
    def _fields(self) -> CaseFields:
        return CaseFields(merged=self.merged, judgement=self.judgement)

    def lineage(self) -> Lineage:
        """What every element of the bundle was made from."""
        entries = [_own_entry("Bundle", name) for name in _own_elements(self.bundle, "entry")]
        for number, root in enumerate(self._names):
            entries += [_own_entry(*names) for names in self._own_elements_of(number)]
            for names, site, known in self._elements_made(number):
                entries += [_entry(f"{root}.{name}", site, known) for name in names]
        return Lineage(entries=tuple(entries))

    def lineage_json(self) -> Iterator[bytes]:
        """The entries of the lineage as a JSON list, written without making them; in pieces, since it can be long."""
        own = [f"{entry_start('Bundle')}{name}{_OWN_JSON}" for name in _own_elements(self.bundle, "entry")]
        yield f"[{''.join(own).removeprefix(',')}".encode()
        for number, root in enumerate(self._names):
            parts = [f"{entry_start(place)}{name}{_OWN_JSON}" for place, name in self._own_elements_of(number)]
            self._write_made(number, entry_start(root), parts)
            yield "".join(parts).encode()
        yield b"]"

    def _write_made(self, number: int, start: str, parts: list[str]) -> None:
        """Add the JSON of the elements that a map made in a resource; many come from the map alone."""
        resource, fields = self.made[number].resource, self._fields
        for group, outs, indexes in notes(*self._noted(number, "lineage")):
            for site in group.sites:
                line = self._line(site, fields.read_at(site.reading, indexes)) if site.reads else site.whole_line
                if site.leaves is not None:
                    name = site.name(outs)
                    for leaf in site.leaves:
                        parts += start, name + leaf, line
                    continue
                for names, place in leaf_names_of(site, outs, resource):
                    if place is not None:
                        line = self._line(site, fields.item_at(site.reading, indexes, place))
                    for name in names:
                        parts += start, name, line

    def _line(self, site: Site, known: KnownFields) -> str:
        """The JSON of what a line of a map made from these fields, behind the element's name."""
        text = site.line + self._fields.text_of(known)
        if not (known.functions or known.through):
            return text + site.end
        return text + entry_end(known.functions + site.functions, is_constant=site.is_constant, through=known.through)

    def _own_elements_of(self, number: int) -> list[tuple[str, str]]:
        """The roots and names of the elements of an entry that no map makes."""
        place = f"Bundle.entry[{number}]"
        own = [(place, name) for name in _own_elements(self.bundle["entry"][number], "resource")]
        return [*own, (self._names[number], "resourceType")]

    def _elements_made(self, number: int) -> Iterator[tuple[list[str], Site, KnownFields]]:
        """The names of the elements that a map made in a resource, by the line of the map, and what is behind them."""
        resource, fields = self.made[number].resource, self._fields
        for group, outs, indexes in notes(*self._noted(number, "lineage")):
            for site in group.sites:
                known = fields.read_at(site.reading, indexes)
                for names, place in leaf_names_of(site, outs, resource):
                    yield names, site, known if place is None else fields.item_at(site.reading, indexes, place)

    def explain(self, element: str) -> Lineage:
        """Why an element is as it is, or is not there: `Claim.item[0].modifier`; `Media.note` asks for that of every Media."""
        kind = element.split("[", maxsplit=1)[0].split(".", maxsplit=1)[0]
        entries = []
        for number, (resource, root) in enumerate(zip(self.made, self._names, strict=True)):
            target = resource.map.source.target
            if kind in (target, "Bundle"):
                for origin in self._origins(number, explain=True):
                    name = dotted(origin.element)
                    if any(_touches(f"{top}.{name}", element) for top in (root, target)):
                        known = self._fields.behind(origin.sources)
                        entries.append(_entry(f"{root}.{name}", origin.site, known, missing=origin.missing))
        return Lineage(entries=tuple(entries))

    def _noted(self, number: int, mode: Literal["explain", "lineage"]) -> tuple[Trace, list[Group], dict[str, int]]:
        """What a variant noted of a resource, the groups that it counts, and the indexes of the loops around the resource."""
        resource = self.made[number]
        if mode == "lineage" and resource.trace is not None:
            trace = resource.trace
        elif (number, mode) in self._traces:
            trace = self._traces[number, mode]
        else:
            trace = self.library.retrace(resource, self._references, self.roots, explain=mode == "explain")
            self._traces[number, mode] = trace
        return trace, resource.map.make(mode)[1], resource.map.around(resource.place)

    def _origins(self, number: int, *, explain: bool = False, chosen: frozenset[int] | None = None) -> Iterator[Origin]:
        trace, groups, around = self._noted(number, "explain" if explain else "lineage")
        return origins(trace, groups, self.made[number].resource, around, chosen)

    @cached_property
    def _unread_of_case(self) -> list[Unread]:
        """The fields of the Case that no map reads."""
        return [
            Unread(pattern=self.merged.named(pattern), paths=paths, source=self.merged, number=len(self._all_positions(paths)))
            for pattern, paths in unread_paths(self.merged.tree, self.unread_patterns).items()
        ]

    @cached_property
    def _coverages(self) -> list[UnreadInDocument]:
        """What no map reads in each document of another form."""
        return [coverage_of(document) for document in self.merged.documents if isinstance(document, MappedDocument)]

    def unread_issues(self) -> tuple[list[Unread], int]:
        """What no mapping read, as far as it may be reported, and how many more fields that are for information."""
        first = [*self._unread_of_case, *chain.from_iterable(coverage.first(MOST_ISSUES + 1) for coverage in self._coverages)]
        return first, len(self._unread_of_case) + sum(map(len, self._coverages)) - len(first)

    def unread_fields(self) -> UnreadFields:
        """Which input fields no mapping read."""
        unread = chain(self._unread_of_case, *self._coverages)
        return UnreadFields(fields=tuple(field.in_full() for field in unread))

    def _all_positions(self, paths: list[Path]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(position for path in paths for position in self.merged.positions(path)))

    def with_places(self, issue: Issue) -> Issue:
        """The issue with the places in the documents and in the output that belong to its case field."""
        paths = [case_path(parse(field)) for field in issue.fields]
        expression = issue.expression or tuple(dict.fromkeys(place for path in paths for place in self._expression(path)))
        return replace(
            issue,
            location=issue.location or self._all_positions(paths),
            expression=expression,
            pointer=tuple(map(self._pointer_of, expression)),
        )

    def _expression(self, path: Path) -> tuple[str, ...]:
        if status := self._status(dotted(path)):
            return status
        while path:
            for only_claims in (True, False):
                if elements := self._elements_of(path, only_claims=only_claims):
                    return tuple(elements)
            # What was not made of an item was not made of the other items of its list either.
            path = path[:-2] if isinstance(path[-1], int) else path[:-1]
        return ()

    def _status(self, field: str) -> tuple[str, ...]:
        """The statuses in which a status of the case shows, though other elements hang on it as well."""
        state = SHOWN_BY.get(field)
        if state is None:
            return ()
        readers = ((number, resource.map.groups_that_read(state)) for number, resource in enumerate(self.made))
        return tuple(
            f"{self._names[number]}.status"
            for number, groups in readers
            for origin in (self._origins(number, chosen=groups) if groups else ())
            if origin.element == ("status",) and any(dotted(source) == state for source in origin.sources)
        )

    def _elements_of(self, path: Path, *, only_claims: bool) -> dict[str, None]:
        """The first elements that were made from a field; fields of one pattern share a walk, which goes as far as it must."""
        key = pattern(path), only_claims
        if key not in self._walks:
            readers = self._readers(key[0], only_claims=only_claims)
            walk: Iterator[tuple[Path, str]] = (made for reader in readers for made in self._made_from(*reader, depth=len(path)))
            self._walks[key] = {}, walk
        by_path, walk = self._walks[key]
        while len(by_path.get(path, ())) < _MOST_PLACES and (made := next(walk, None)):
            field_path, element = made
            elements = by_path.setdefault(field_path, {})
            if len(elements) < _MOST_PLACES:
                elements[element] = None
        return by_path.get(path, {})

    @cached_property
    def _walks(self) -> dict[tuple[Path, bool], tuple[dict[Path, dict[str, None]], Iterator[tuple[Path, str]]]]:
        return {}

    def _made_from(self, number: int, groups: frozenset[int], *, depth: int) -> Iterator[tuple[Path, str]]:
        """The case fields, cut at a depth, that elements of a resource were made from, each with the element.

        Of an item of a list it is what the item was made into.
        """
        for origin in self._origins(number, chosen=groups):
            for place, path in enumerate(origin.sources):
                if path[0] == "case" and len(path) > depth and origin.element[:1] != ("text",):
                    field_path = path[1 : depth + 1]
                    element = _item_of(origin, place, field_path) if isinstance(field_path[-1], int) else origin.element
                    yield field_path, ".".join((self._names[number], dotted(element))).rstrip(".")

    def _readers(self, fields: Path, *, only_claims: bool) -> Iterator[tuple[int, frozenset[int]]]:
        """The resources that were made from the fields, each with the groups of its elements that may have been."""
        text = "case." + dotted(fields)
        resources = [number for number, part in enumerate(self.made) if not only_claims or part.map.source.target == "Claim"]
        readers = ((number, self.made[number].map.groups_that_read(text)) for number in resources)
        return ((number, groups) for number, groups in readers if groups)


def _item_of(origin: Origin, place: int, path: Path) -> tuple[str | int, ...]:
    """What an item of a list was made into, as far as the loop over that list is the map's; else the element itself."""
    depth = sum(isinstance(step, int) for step in path) - 1
    items = origin.items(place)
    return items[depth] if depth < len(items) else origin.element


_ENVELOPE = "adapter.fhir.bundle.transaction"
_ENVELOPE_LINE = "made by the adapter"
_OWN_JSON = entry_line(_ENVELOPE, _ENVELOPE_LINE) + entry_sources((), ()) + entry_end((_ENVELOPE,), is_constant=False)


def _entry(element: str, site: Site, known: KnownFields, *, missing: str | None = None) -> LineageEntry:
    """What lineage says of an element that a map made; `missing` says why it was not made after all."""
    fields, positions, functions, through = known
    return LineageEntry(
        element, site.place, site.text, fields, positions, functions + site.functions, site.is_constant, missing, through
    )


def _own_elements(part: JsonObject, inner: str) -> list[str]:
    """The names of all leaves of a part of the Bundle, but for those within its `inner` element."""
    return [leaf for name, value in part.items() if name != inner for leaf in leaf_names(value, name)]


def _own_entry(root: str, name: str) -> LineageEntry:
    return LineageEntry(
        element=f"{root}.{name}",
        place=_ENVELOPE,
        text=_ENVELOPE_LINE,
        fields=(),
        positions=(),
        functions=(_ENVELOPE,),
        constant=False,
    )


def _touches(element: str, other: str) -> bool:
    return element == other or element.startswith((other + ".", other + "[")) or other.startswith((element + ".", element + "["))
