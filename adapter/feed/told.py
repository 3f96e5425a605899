"""What documents that count for more say of some parts of the Case, by path."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from adapter.json_types import JsonValue
from adapter.path import Path
from adapter.readers.document import NULL, MappedDocument, ReadDocument

_IDENTITY = (("patient", "mrn"), ("patient", "mrn_system"), ("encounter", "id"), ("encounter", "system"))
"""What nothing overrules: another number is another patient, or another visit."""

_SEGMENT = re.compile("[A-Z][A-Z0-9]{2}")

Overruled = tuple[Path, tuple[str, ...]]
"""What does not stand, and the places of what stands instead."""


@dataclass(slots=True, kw_only=True)
class Told:
    """What was said of these parts, with the first that said it, and which fields were deleted (`""`)."""

    parts: Sequence[str]
    _values: dict[Path, tuple[JsonValue, ReadDocument]] = field(default_factory=dict)
    _deleted: dict[Path, ReadDocument] = field(default_factory=dict)

    def take(self, document: ReadDocument) -> None:
        """Note what a document says and what it deletes, where none before it did."""
        for path, value in self._said(document):
            self._values.setdefault(path, (value, document))
        if isinstance(document, MappedDocument):
            for path in _deletions(document.original.tree, ()):
                self._deleted.setdefault(_in_segment(path), document)

    def overruled(self, document: MappedDocument) -> Iterator[Overruled]:
        """What a document says differently, and what it read from fields that were deleted."""
        values = dict(self._said(document))
        for path, value in values.items():
            standing_value, teller = self._values.get(path, (value, document))
            if standing_value != value:
                yield path, teller.positions(path)
        if self._deleted:
            for path, fields in _fields_of(document).items():
                tellers = [self._deleter(field) for field in fields]
                if path in values and tellers[0] is not None and None not in tellers:
                    yield path, (f"{tellers[0].name}#",)

    def _said(self, document: ReadDocument) -> Iterator[tuple[Path, JsonValue]]:
        """What the document says of the parts, but who and which visit it is about; a list counts as a whole."""
        for name in self.parts:
            for path, value in _values_of(document.tree.get(name), (name,)):
                if path not in _IDENTITY:
                    yield path, value

    def _deleter(self, field: Path) -> ReadDocument | None:
        """Who deleted a field, or all that it is in."""
        field = _in_segment(field)
        return next((self._deleted[field[:end]] for end in range(1, len(field) + 1) if field[:end] in self._deleted), None)


def _in_segment(path: Path) -> Path:
    """A path from its segment on, since groups differ from one type of message to another; `*` counts as the first."""
    start = next((depth for depth, step in enumerate(path) if isinstance(step, str) and _SEGMENT.fullmatch(step)), 0)
    return tuple(0 if step == "*" else step for step in path[start:])


def _values_of(value: JsonValue, path: Path) -> Iterator[tuple[Path, JsonValue]]:
    if isinstance(value, dict):
        for name, child in value.items():
            yield from _values_of(child, (*path, name))
    elif value is not None:
        yield path, value


def _fields_of(document: MappedDocument) -> dict[Path, tuple[Path, ...]]:
    """The fields from which each value was read, and each list."""
    fields: dict[Path, tuple[Path, ...]] = {}
    for path, source in document.origins.items():
        named = path[: next((place for place, step in enumerate(path) if isinstance(step, int)), len(path))]
        if source.paths:
            fields[named] = (*fields.get(named, ()), *source.paths)
    return fields


def _deletions(value: JsonValue, path: Path) -> Iterator[Path]:
    """The places of what was deleted; of repetitions only the first can be."""
    if isinstance(value, dict):
        for name, child in value.items():
            if _holds_only_null(child):
                yield (*path, name)
            else:
                yield from _deletions(child, (*path, name))
    elif isinstance(value, list) and value:
        yield from _deletions(value[0], (*path, "*"))


def _holds_only_null(value: JsonValue) -> bool:
    """Whether a field holds nothing but a deletion, which stands in its first component."""
    first = value[0] if isinstance(value, list) and len(value) == 1 else value
    return first is NULL or (isinstance(first, dict) and bool(first) and all(map(_holds_only_null, first.values())))
