"""Merges what several documents say of one case, field by field, and remembers which document said what."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import NamedTuple, get_type_hints

from pydantic import BaseModel

from adapter.annotation import models_in
from adapter.case import CaseDocument
from adapter.issues import Issue, IssueType, Severity
from adapter.json_types import JsonList, JsonObject, JsonValue
from adapter.merging.runs import runs_in, with_runs
from adapter.merging.singular import analysis_in, case_path, coverage_in, named, with_primary
from adapter.path import Path, at, dotted
from adapter.readers.document import ReadDocument

_PART = object()
"""Stands for a part of a bare text."""

_FEATURES = ("phenotypes",)

_LABEL = "display"
"""What a code is called: people and releases of a terminology call one code in different ways, and mean the same."""

_INTO_A_LIST = 2
"""The length of a path to an item of a list of the case."""


class _Spot(NamedTuple):
    """A value of a document: the document's number, and the value's path in it."""

    number: int
    path: Path
    value: object

    def below(self, step: str | int) -> "tuple[_Spot, ...]":
        """One step further, if there is something; a bare text stands for its own parts, and ends there."""
        value = self.value
        if isinstance(value, dict):
            return (_Spot(self.number, (*self.path, step), value[step]),) if step in value else ()
        if isinstance(value, list):
            is_item = isinstance(step, int) and step < len(value)
            return (_Spot(self.number, (*self.path, step), at(value, (step,))),) if is_item else ()
        return (_Spot(self.number, (*self.path, step), _PART),) if isinstance(value, str) and isinstance(step, str) else ()


@dataclass(frozen=True, kw_only=True)
class Merged:
    """The tree of the whole case, the documents (in Case form) that it came from, and what contradicts.

    `items` says for a list item of the merged tree at which place it stands in each document (by the document's number), `again`
    at which further places of documents that tell of it more than once;
    `together` is what the documents say with the insurances as they have them.
    """

    tree: JsonObject
    together: JsonObject
    documents: tuple[ReadDocument, ...]
    items: dict[Path, dict[int, int]]
    again: dict[Path, list[tuple[int, int]]] = field(default_factory=dict)
    issues: tuple[Issue, ...]

    def sources(self, path: Path, *, null: bool = True) -> list[tuple[ReadDocument, Path]]:
        """The documents that say something at this path of the merged tree, each with its own path to it."""
        return [(self.documents[spot.number], spot.path) for spot in self._telling(path, null=null)]

    def numbers(self, path: Path, *, null: bool = True) -> dict[int, Path]:
        """The numbers of the documents that say something at this path, each with its own path to it; else those with `null`."""
        numbers: dict[int, Path] = {}
        for spot in self._telling(path, null=null):
            numbers.setdefault(spot.number, spot.path)
        return numbers

    def _telling(self, path: Path, *, null: bool) -> list[_Spot]:
        spots = self._spots(coverage_in(self.together, case_path(path)))
        return [spot for spot in spots if spot.value is not None] or (spots if null else [])

    def named(self, path: Path) -> Path:
        """A path by the names that people know it by: one AI report is `ai`."""
        return named(coverage_in(self.together, path), self.tree)

    def positions(self, path: Path) -> tuple[str, ...]:
        """Where the documents say something at this path or, failing that, at the nearest place above it."""
        while path and not self.sources(path):
            path = path[:-1]
        return tuple(dict.fromkeys(place for document, own in self.sources(path) for place in document.positions(own)))

    def _spots(self, path: Path) -> list[_Spot]:
        """Where the path leads to in each document that has it: a step from where the path above it leads to, taken once."""
        if path not in self._known_spots:
            self._known_spots[path] = self._step(self._spots(path[:-1]), path)
        return self._known_spots[path]

    @cached_property
    def _known_spots(self) -> dict[Path, list[_Spot]]:
        return {(): [_Spot(number, (), document.tree) for number, document in enumerate(self.documents)]}

    def _lists(self, spots: list[_Spot], path: Path) -> dict[int, list[_Spot]]:
        """Where a list that was merged stands in the documents, by their numbers."""
        if path not in self._known_lists:
            lists = self._known_lists[path] = {}
            for spot in spots:
                lists.setdefault(spot.number, []).append(spot)
        return self._known_lists[path]

    @cached_property
    def _known_lists(self) -> dict[Path, dict[int, list[_Spot]]]:
        return {}

    def _step(self, above: list[_Spot], path: Path) -> list[_Spot]:
        if path[0] == "analyses" and len(path) <= _INTO_A_LIST:
            return list(self._analyses(path))
        places = self.items.get(path) if isinstance(path[-1], int) else None
        if places is None:
            return [below for spot in above for below in spot.below(path[-1])]
        lists = self._lists(above, path[:-1])
        pairs = (*places.items(), *self.again.get(path, ()))
        return [below for number, place in pairs for spot in lists.get(number, ()) for below in spot.below(place)]

    def _analyses(self, path: Path) -> Iterator[_Spot]:
        """Where the analyses, or one of them, stand in the documents."""
        places = self.items.get(path)
        for root in self._spots(()):
            if places is None or root.number in places:
                own = analysis_in(self.documents[root.number].tree, path if places is None else ("analyses", places[root.number]))
                spots: tuple[_Spot, ...] = (root,)
                for step in own:
                    spots = tuple(below for spot in spots for below in spot.below(step))
                yield from spots


def merge(documents: list[ReadDocument]) -> Merged:
    """The case that the documents, each in the form of the Case, make together.

    Documents are taken in an order of their own, the encounter first, then AI reports in the order of their runs, messages in
    that of what they tell of, and then by name, so that the order in which they were sent changes nothing. Items of one list come
    in that order too.
    """
    trees = with_runs([document.tree for document in documents])
    if len(documents) == 1 and not _repeats(trees[0].get(_FEATURES[0])):
        return Merged(tree=with_primary(trees[0]), together=trees[0], documents=tuple(documents), items={}, issues=())
    several = sum(bool(runs_in(tree)) for tree in trees) > 1
    ranks = [
        (*_rank(tree, several_runs=several), document.turn, document.name)
        for tree, document in zip(trees, documents, strict=True)
    ]
    order = sorted(range(len(trees)), key=ranks.__getitem__)
    merger = _Merger([documents[place] for place in order])
    together: JsonObject = {}
    for number, place in enumerate(order):
        together = merger.objects(together, trees[place], (), number=number)
    sources = tuple(merger.documents)
    merged = Merged(
        tree=with_primary(together), together=together, documents=sources, items=merger.items, again=merger.again, issues=()
    )
    contradictions = (_contradiction(merged, path) for path in merger.contradictions)
    return replace(merged, issues=(*contradictions, *(_other_label(merged, path) for path in merger.labels)))


def _rank(tree: JsonObject, *, several_runs: bool) -> tuple[bool, list[str]]:
    """By what a document is put among the others of its case, before its name."""
    runs = runs_in(tree)[:1] if several_runs else []
    return "encounter" not in tree, [str(run.get(name) or "") for run in runs for name in ("finished_at", "started_at", "run_id")]


_OwnList = tuple[JsonList, dict[Hashable, list[int]]]
"""The items of a list so far, and the places of those that are known by the same."""

_UNKNOWN = "unknown"
"""What a document says of a code that it does not know; another document that does contradicts it as little as silence."""


class _Merger:
    """Merges one more document into what is already known."""

    def __init__(self, documents: list[ReadDocument]) -> None:
        self.documents = documents
        self.items: dict[Path, dict[int, int]] = {}
        self.again: dict[Path, list[tuple[int, int]]] = {}
        self.contradictions: dict[Path, None] = {}
        self.labels: dict[Path, None] = {}
        self._lists_by_path: dict[Path, _OwnList] = {}
        self._growing = _growing(documents)

    def objects(self, known: JsonObject, new: JsonObject, path: Path, *, number: int) -> JsonObject:
        merged = dict(known)
        for name, value in new.items():
            here = (*path, name)
            if isinstance(value, list):
                merged[name] = self._lists(known.get(name), value, here, number=number)
            elif name not in known or known[name] is None or (known[name] == _UNKNOWN and value is not None):
                merged[name] = value
            elif isinstance(known[name], dict) and isinstance(value, dict):
                merged[name] = self.objects(known[name], value, here, number=number)
            elif value not in (None, _UNKNOWN) and not _same(known[name], value):
                (self.labels if name == _LABEL else self.contradictions)[here] = None
        return merged

    def _lists(self, known: JsonValue, new: JsonList, path: Path, *, number: int) -> JsonValue:
        if known is None or (isinstance(known, list) and not known):
            return self._items([], new, path, number=number) if path == _FEATURES and _repeats(new) else new
        if not new:
            return known
        key = _merge_key(_pattern(path))
        mergeable = isinstance(known, list) and (bool(key) or len(path) == 1 or path in self._growing)
        if not mergeable and not _same(known, new):
            self.contradictions[path] = None
            return known
        return self._items(known, new, path, number=number)

    def _settle(self, known: JsonList, path: Path, number: int) -> None:
        """Note where the items of a list come from, which so far came from one document as a whole."""
        so_far = Merged(tree={}, together={}, documents=tuple(self.documents[:number]), items=self.items, issues=())
        for place in range(len(known)):
            self.items[*path, place] = dict.fromkeys(so_far.numbers((*path, place)), place)

    def _items(self, known: JsonList, new: JsonList, path: Path, *, number: int) -> JsonList:
        key = _merge_key(_pattern(path))
        merged, places = self._own(known, key, path, number=number)
        taken: dict[Hashable, int] = {}
        before: dict[Hashable, int] = {}
        for place, item in enumerate(new):
            feature = _feature(item) if path == _FEATURES else None
            if feature in before:
                where = before[feature]
                self.again.setdefault((*path, where), []).append((number, place))
            else:
                identity = _identity(item, key)
                same = places.setdefault(identity, [])
                free = taken.get(identity, 0)
                taken[identity] = free + 1
                if free == len(same):
                    same.append(len(merged))
                where = same[free]
                self.items.setdefault((*path, where), {})[number] = place
            if feature is not None:
                before[feature] = where
            if where == len(merged):
                merged.append(item)
            elif isinstance(item, dict):
                merged[where] = self.objects(merged[where], item, (*path, where), number=number)
        return merged

    def _own(self, known: JsonList, key: tuple[str, ...], path: Path, *, number: int) -> _OwnList:
        """The list that grows from document to document, and where its items are by what they are known by."""
        own = self._lists_by_path.get(path)
        if own is None or own[0] is not known:
            self._settle(known, path, number)
            places: dict[Hashable, list[int]] = {}
            for where, item in enumerate(known):
                places.setdefault(_identity(item, key), []).append(where)
            own = self._lists_by_path[path] = list(known), places
        return own


def _growing(documents: list[ReadDocument]) -> frozenset[Path]:
    """The lists to which all documents that tell of them add."""
    added = frozenset[Path]().union(*(document.adds for document in documents))
    return added.difference(path for document in documents for path in added - document.adds if document.nearest(path) == path)


def _feature(item: JsonValue) -> Hashable | None:
    """By what one document tells its features apart: one source and one run tell of a feature once, unless it has an `id`."""
    return _identity(item, (*_merge_key(_FEATURES), "id")) if _feature_code(item) is not None else None


def _feature_code(item: JsonValue) -> str | None:
    code = item.get("hpo") if isinstance(item, dict) else None
    return code if isinstance(code, str) else None


def _repeats(features: JsonValue) -> bool:
    """Whether a document tells of one feature more than once."""
    coded = [item for item in features if _feature_code(item) is not None] if isinstance(features, list) else []
    codes = {item["hpo"] for item in coded}  # the first part of what tells features apart
    return len(codes) < len(coded) and len({_feature(item) for item in coded}) < len(coded)


def _other_label(merged: Merged, path: Path) -> Issue:
    field = dotted(merged.named(path))
    return Issue(
        severity=Severity.INFORMATION,
        code=IssueType.INFORMATIONAL,
        rule="document/label",
        text=f"one code is called in two ways, of which the first is kept in `{field}`; the code counts",
        field=field,
        location=merged.positions(path),
    )


def _contradiction(merged: Merged, path: Path) -> Issue:
    field = dotted(merged.named(path))
    text = f"two documents say different things about `{field}`; fix one of them, or send the documents of one encounter only"
    if len(merged.numbers(path)) == 1:
        text = f"this document says two different things about `{field}`; take out the one that is wrong"
    values = [at(document.tree, own) for document, own in merged.sources(path)]
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.CONFLICT,
        rule="document/contradiction",
        text=text,
        suggestion=_one_form(values),
        field=field,
        location=merged.positions(path),
    )


def _same(one: JsonValue, other: JsonValue) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(value, other[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _identity(item: JsonValue, key: tuple[str, ...]) -> Hashable:
    """By what an item of a list is known in another document: its key, or all of it where it has none."""
    if key and isinstance(item, dict):
        return "key", *(_hashable(_part(item, name)) for name in key)
    return "whole", _hashable(item)


def _part(item: JsonValue, name: str) -> JsonValue:
    """What an item says under a name, which may lead into it (`tool.vendor`)."""
    for step in name.split("."):
        item = item.get(step) if isinstance(item, dict) else None
    return item


def _hashable(value: JsonValue) -> Hashable:
    """A JSON value as something that is equal, and hashes equally, exactly where `_same` says so."""
    if isinstance(value, dict):
        return frozenset((name, _hashable(child)) for name, child in value.items())
    if isinstance(value, list):
        return tuple(map(_hashable, value))
    return (value,) if isinstance(value, bool) else value


def _pattern(path: Path) -> tuple[str, ...]:
    return tuple(step for step in path if isinstance(step, str))


@cache
def _merge_keys() -> dict[tuple[str, ...], tuple[str, ...]]:
    """By which fields the items of each list of the Case are the same."""
    keys: dict[tuple[str, ...], tuple[str, ...]] = {}

    def walk(model: type[BaseModel], path: tuple[str, ...]) -> None:
        for name, hint in get_type_hints(model).items():
            for part in models_in(hint):
                keys[(*path, name)] = getattr(part, "merge_key", ())
                walk(part, (*path, name))

    walk(CaseDocument, ())
    return keys


def _merge_key(pattern: tuple[str, ...]) -> tuple[str, ...]:
    return _merge_keys().get(pattern, ())


def _one_form(values: Sequence[JsonValue]) -> str | None:
    """What to do with values that two documents write in different forms."""
    if len(set(map(str, values))) == 1:
        return "one is a number and the other is text: put both in double quotes"
    forms = [next((words for kind, words in _FORMS if isinstance(value, kind)), "a plain value") for value in values]
    other = next((form for form in forms if form != forms[0]), None)
    return (
        f"one is {forms[0]} and the other is {other}: write both in the form of the JSON Schema (`adapter schema`)"
        if other
        else None
    )


_FORMS = ((dict, "an object"), (list, "a list"), (str, "text"))
