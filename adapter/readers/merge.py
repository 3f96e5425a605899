"""Merges what several documents say of one case, field by field, and remembers which document said what."""

from dataclasses import dataclass
from functools import cache
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel

from adapter.case import Case
from adapter.issues import Issue, IssueType, Severity
from adapter.readers.document import Path, ReadDocument, dotted


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The tree of the whole case, the documents (in Case form) that it came from, and what contradicts.

    `items` says for a list item of the merged tree at which place it stands in each document (by the document's number).
    """

    tree: dict[str, Any]
    documents: tuple[ReadDocument, ...]
    items: dict[Path, dict[int, int]]
    issues: tuple[Issue, ...]

    def sources(self, path: Path) -> list[tuple[ReadDocument, Path]]:
        """The documents that say something at this path of the merged tree, each with its own path to it."""
        found = ((document, self._path_in(number, path)) for number, document in enumerate(self.documents))
        return [(document, own) for document, own in found if own is not None and document.has(own)]

    def positions(self, path: Path) -> tuple[str, ...]:
        """Where the documents say something at this path or, failing that, at the nearest place above it."""
        while path and not self.sources(path):
            path = path[:-1]
        return tuple(dict.fromkeys(each for document, own in self.sources(path) for each in document.positions(own)))

    def _path_in(self, number: int, path: Path) -> Path | None:
        own: list[str | int] = []
        for depth, step in enumerate(path):
            places = self.items.get(path[: depth + 1]) if isinstance(step, int) else None
            if places is not None and number not in places:
                return None
            own.append(places[number] if places is not None else step)
        return tuple(own)


def merge(documents: list[ReadDocument]) -> Merged:
    """The case that the documents, each in the form of the Case, make together."""
    if len(documents) == 1:
        return Merged(tree=documents[0].tree, documents=tuple(documents), items={}, issues=())
    merger = _Merger(documents)
    tree: dict[str, Any] = {}
    for number, document in enumerate(documents):
        tree = merger.objects(tree, document.tree, (), number=number)
    return Merged(tree=tree, documents=tuple(documents), items=merger.items, issues=tuple(merger.issues))


class _Merger:
    """Merges one more document into what is already known."""

    def __init__(self, documents: list[ReadDocument]) -> None:
        self.documents = documents
        self.items: dict[Path, dict[int, int]] = {}
        self.issues: list[Issue] = []

    def objects(self, known: dict[str, Any], new: dict[str, Any], path: Path, *, number: int) -> dict[str, Any]:
        merged = dict(known)
        for name, value in new.items():
            here = (*path, name)
            if isinstance(value, list):
                merged[name] = self._lists(known.get(name), value, here, number=number)
            elif name not in known or known[name] is None:
                merged[name] = value
            elif isinstance(known[name], dict) and isinstance(value, dict):
                merged[name] = self.objects(known[name], value, here, number=number)
            elif value is not None and not _same(known[name], value):
                self._contradiction(here, number)
        return merged

    def _lists(self, known: Any, new: list[Any], path: Path, *, number: int) -> Any:  # noqa: ANN401 - JSON values
        if known is not None and not isinstance(known, list):
            self._contradiction(path, number)
            return known
        if known is None or (len(path) > 1 and not _merge_key(_pattern(path))):
            if known is not None and not _same(known, new):
                self._contradiction(path, number)
                return known
            for place in range(len(new)):
                self.items.setdefault((*path, place), {})[number] = place
            return new
        return self._items(list(known), new, path, number=number)

    def _items(self, merged: list[Any], new: list[Any], path: Path, *, number: int) -> list[Any]:
        key = _merge_key(_pattern(path))
        for place, item in enumerate(new):
            at = next((index for index, other in enumerate(merged) if _same_item(other, item, key)), None)
            if at is None:
                at = len(merged)
                merged.append(item)
            elif isinstance(item, dict) and isinstance(merged[at], dict):
                self.items.setdefault((*path, at), {})[number] = place
                merged[at] = self.objects(merged[at], item, (*path, at), number=number)
            self.items.setdefault((*path, at), {})[number] = place
        return merged

    def _contradiction(self, path: Path, number: int) -> None:
        so_far = Merged(tree={}, documents=tuple(self.documents[:number]), items=self.items, issues=())
        places = [each for document, there in so_far.sources(path) for each in document.positions(there)]
        current = Merged(tree={}, documents=tuple(self.documents), items=self.items, issues=())
        mine = [
            each
            for document, there in current.sources(path)
            if document is self.documents[number]
            for each in document.positions(there)
        ]
        field = dotted(path)
        text = (
            f"two documents say different things about `{field}`; mend one of them, or send the documents of one encounter only"
        )
        issue = Issue(
            severity=Severity.ERROR,
            code=IssueType.CONFLICT,
            rule="document/contradiction",
            text=text,
            field=field,
            location=tuple(dict.fromkeys([*places, *mine])),
        )
        self.issues.append(issue)


def _same(one: Any, other: Any) -> bool:  # noqa: ANN401 - JSON values
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _same_item(one: Any, other: Any, key: tuple[str, ...]) -> bool:  # noqa: ANN401 - JSON values
    if not key or not isinstance(one, dict) or not isinstance(other, dict) or one.get(key[0]) is None:
        return _same(one, other)
    return all(_same(one.get(name), other.get(name)) for name in key)


def _pattern(path: Path) -> tuple[str, ...]:
    return tuple(step for step in path if isinstance(step, str))


@cache
def _merge_keys() -> dict[tuple[str, ...], tuple[str, ...]]:
    """By which fields the items of each list of the Case are the same."""
    keys: dict[tuple[str, ...], tuple[str, ...]] = {}

    def walk(model: type[BaseModel], path: tuple[str, ...]) -> None:
        for name, hint in get_type_hints(model).items():
            for part in _models(hint):
                keys[(*path, name)] = getattr(part, "merge_key", ())
                walk(part, (*path, name))

    walk(Case, ())
    return keys


def _models(hint: Any) -> list[type[BaseModel]]:  # noqa: ANN401 - annotations have no common type
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return [hint]
    return [model for part in get_args(hint) for model in _models(part)]


def _merge_key(pattern: tuple[str, ...]) -> tuple[str, ...]:
    return _merge_keys().get(pattern, ())
