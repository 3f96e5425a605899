"""What is known of the fields of a Case: which documents say them, where, and how they came to be there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain
from typing import NamedTuple

from adapter.json_types import JsonValue
from adapter.mapping.emit.entry_text import entry_end, entry_sources
from adapter.mapping.emit.site import Site
from adapter.merging.merge import Merged
from adapter.merging.runs import NUMBERED_BY
from adapter.merging.singular import case_path
from adapter.path import Path, dotted, matching, parse, pointer
from adapter.readers.document import MappedDocument, ReadDocument
from adapter.rules.judgement import Judgement
from adapter.rules.state import DERIVED_FROM

_MOST_ITEMS = 10
_INSURANCES = frozenset({"coverage", "other_coverages", "payer"})
"""Documents may list these fields of the Case elsewhere (adapter.merging.singular)."""


class KnownFields(NamedTuple):
    """Fields of the Case that are there, where documents say them, and how maps of other input forms made them.

    A tuple, since there is one for each field that lineage asks of.
    """

    fields: tuple[str, ...] = ()
    positions: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    through: tuple[str, ...] = ()


_NOTHING = KnownFields()
_NUMBERING = "adapter.merging.runs.with_runs"
"""What makes the number of a run that has none."""


class Sources(NamedTuple):
    """The fields behind an element, and what the lineage's JSON says of them."""

    known: KnownFields
    text: str

    def end_for(self, site: Site) -> str:
        """The end of the JSON of what a line of a map made from them."""
        known = self.known
        if not (known.functions or known.through):
            return site.end
        return entry_end(known.functions + site.functions, is_constant=site.is_constant, through=known.through)


class _Index(NamedTuple):
    """The positions of all that a document says, and which of it are texts, by the path in the Case."""

    positions: dict[Path, str]
    texts: set[Path]


@dataclass(frozen=True, kw_only=True)
class CaseFields:
    """Looks up the fields of a Case, each once however many elements were made from it."""

    merged: Merged
    judgement: Judgement

    def behind(self, paths: tuple[Path, ...]) -> Sources:
        """What is known of all fields behind some source paths."""
        if paths not in self._by_paths:
            known = self._join(paths)
            self._by_paths[paths] = Sources(known, entry_sources(known.fields, known.positions))
        return self._by_paths[paths]

    @cached_property
    def _by_paths(self) -> dict[tuple[Path, ...], Sources]:
        return {}

    def _join(self, paths: tuple[Path, ...]) -> KnownFields:
        if len(paths) == 1 and paths[0][0] == "case" and len(paths[0]) > 1:
            return self._known(paths[0][1:])
        fields = dict.fromkeys(chain.from_iterable(map(self._case_paths, paths)))
        known = _together([self._known(path) for path in fields])
        options = [f"options#/{dotted(path[1:])}" for path in paths if path[0] == "options" and len(path) > 1]
        return known._replace(positions=(*known.positions, *options)) if options else known

    def _known(self, path: Path) -> KnownFields:
        if path not in self._by_path:
            self._by_path[path] = self._look_up(path)
        return self._by_path[path]

    @cached_property
    def _by_path(self) -> dict[Path, KnownFields]:
        return {}

    def _look_up(self, path: Path) -> KnownFields:
        if "*" not in path:
            return self._one(path)
        paths = matching(self.merged.tree, path)
        if len(paths) <= _MOST_ITEMS:
            return _together([self._known(item) for item in paths])
        # Every element that was made from a long list would name all of its items: the list is named instead.
        whole = self._known(path[: path.index("*")])
        return whole._replace(fields=(self._name(path),), positions=tuple(_common_places(whole.positions)))

    def _one(self, path: Path) -> KnownFields:
        positions = self._at_its_place(path)
        if positions is not None:
            return KnownFields((self._name(path),), positions) if positions else self._unsaid(path)
        places = self.merged.sources(path, null=False)
        if not places:
            return self._unsaid(path)
        sources = [
            source for document, own in places if isinstance(document, MappedDocument) for source in document.made_from(own)
        ]
        return KnownFields(
            (self._name(path),),
            _joined(document.positions(own) for document, own in places),
            _joined(source.functions for source in sources),
            _joined((source.place,) for source in sources),
        )

    def _unsaid(self, path: Path) -> KnownFields:
        """What is known of a field that no document says: nothing, unless it is the number that was made for a run."""
        if path[-1] != "run_id" or not matching(self.merged.tree, path):
            return _NOTHING
        known = _together([self._known((*path[:-1], *number)) for number in NUMBERED_BY])
        return known._replace(functions=(*known.functions, _NUMBERING))

    def _at_its_place(self, path: Path) -> tuple[str, ...] | None:
        """Where documents say a field, if all of them say it where the Case has it, or in an item of their own list.

        None if that is not sure, and has to be looked up step by step.
        """
        if path[0] in self._elsewhere:
            return None
        places, fields = self.merged.items.get(path[:2]), []
        for number, index in enumerate(self._indexes):
            if places is None or number in places:
                own = (path[0], places[number], *path[2:]) if places else path
                if own in index.positions:
                    fields.append(index.positions[own])
                elif own[:-1] in index.texts:
                    return None  # a bare text may stand for its own parts
        return tuple(fields)

    @cached_property
    def _elsewhere(self) -> frozenset[str | int]:
        """The fields of the Case in which something may stand elsewhere in a document, or was made by a map or with an option."""
        documents, items = self.merged.documents, self.merged.items
        if any(type(document) is not ReadDocument for document in documents):
            return frozenset(self.merged.tree)
        lists_within = {path[0] for path in items if len(path) > len(("phenotypes", 0))}
        several = any({"ai", "analyses"} <= document.tree.keys() for document in documents) or ("analyses", 0) in items
        return _INSURANCES.union(lists_within, {"analyses"} if several else ())

    @cached_property
    def _indexes(self) -> list[_Index]:
        """What each document says, by the path in the Case."""
        return [_index_of(document) for document in self.merged.documents]

    def _name(self, path: Path) -> str:
        return dotted(self.merged.named(path))

    def _case_paths(self, path: Path) -> list[Path]:
        """The fields of the Case that a source path leads to, or by which what it leads to was judged."""
        if path[:1] == ("case",):
            return [path[1:]] if path[1:] else []
        if path[:1] != ("judgement",):
            return []
        derived = [parse(field) for field in DERIVED_FROM.get(str(path[-1]), ())]
        return derived + (self._blamed_by_errors if path[-1] == "claim" else [])

    @cached_property
    def _blamed_by_errors(self) -> list[Path]:
        return [case_path(parse(issue.field)) for issue in self.judgement.issues if issue.is_error and issue.field]


def _together(fields: list[KnownFields]) -> KnownFields:
    """Several fields as one, without repeats."""
    if len(fields) == 1:
        return fields[0]
    names = tuple([name for known in fields for name in known.fields])
    positions = _joined([known.positions for known in fields])
    if not any(known.through for known in fields):
        return KnownFields(names, positions)
    return KnownFields(
        names, positions, _joined([known.functions for known in fields]), _joined([known.through for known in fields])
    )


def _joined(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """All parts one after the other without repeats."""
    return tuple(dict.fromkeys(chain.from_iterable(parts)))


def _index_of(document: ReadDocument) -> _Index:
    """What a document says, by the path in the Case."""
    index = _Index({}, set())
    for name, value in document.tree.items():
        _gather(index, value, path=case_path((name,)), position=document.name + "#" + _step(name))
    if ("analyses", 0) in index.positions:
        index.positions.setdefault(("analyses",), index.positions["analyses", 0])
    return index


def _gather(index: _Index, value: JsonValue, *, path: Path, position: str) -> None:
    """Add the positions of a value and of all in it."""
    if value is None:
        return
    index.positions[path] = position
    if isinstance(value, dict):
        for name, child in value.items():
            _gather(index, child, path=(*path, name), position=position + _step(name))
    elif isinstance(value, list):
        for place, child in enumerate(value):
            _gather(index, child, path=(*path, place), position=f"{position}/{place}")
    elif isinstance(value, str):
        index.texts.add(path)


@lru_cache(maxsize=16_384)
def _step(name: str) -> str:
    return pointer((name,))


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
