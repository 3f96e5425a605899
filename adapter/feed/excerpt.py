"""What a message says in its sender's own way, gathered as the sender's file says: results by their code, and single fields."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import NoneType
from typing import Literal, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from adapter.annotation import Hint
from adapter.case import CaseDocument
from adapter.feed.statement import Statement, text_at
from adapter.json_types import JsonList, JsonObject, JsonValue
from adapter.path import Path, at, pattern
from adapter.plain_value import Date, DateTime, PartialDate
from adapter.readers.document import NATIVE, DocumentTrace, MappedDocument, ReadDocument
from adapter.readers.hl7v2.reader import Hl7Document

Column = Literal[
    "tool",
    "vendor",
    "tool_version",
    "model_version",
    "gallery_version",
    "run_id",
    "failure",
    "rank",
    "syndrome",
    "code",
    "face_distance",
    "face_similarity",
    "feature_similarity",
    "combined_similarity",
    "probability",
    "score",
    "score_direction",
    "evidence",
    "genes",
]
"""The columns of a table of an AI tool without an export (`ai_report_csv`) that a result can be."""

_TABLE = "ai_report_csv"
_OF_THE_RUN = ("tool", "vendor", "tool_version", "model_version", "gallery_version", "run_id", "failure")
_CODED = ("CWE", "CE", "CNE")
_NO_RESULTS = ("D", "W", "X", "I", "N", "O")
"""Results that were deleted, were wrong, cannot be had, are to come, were not asked for, or are none (OBX-11)."""
_READ_BESIDE: tuple[Path, ...] = (("3", "1"), ("4", 0, "1"), ("5", 0, "3"))
"""What else of a result says what it is: its code, its sub-id, and the system of its value."""
_PREFIXES = {"OMIM": "OMIM", "MONDO": "MONDO", "ORPHA": "ORPHA", "ORPHANET": "ORPHA"}
_DTM = re.compile(r"(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(\d{2})(\d{2})?(\.\d+)?)?)?)?(?:([+-]\d{2})(\d{2}))?")
_YES_NO = {"Y": True, "N": False}


_Row = dict[str, tuple[str, Path]]
"""The cells of a row by their column, and where each stands in the message."""


@dataclass(frozen=True, kw_only=True)
class Excerpt(ReadDocument):
    """Values that stand elsewhere than the maps look for them.

    `places` has the position of each; `used` are the paths in the message from which they were read.
    """

    message: Hl7Document
    places: Mapping[Path, str]
    used: frozenset[Path]

    @property
    def codes(self) -> frozenset[str]:
        """The codes (OBX-3.1) of the results that are in it."""
        return frozenset(str(at(self.message.tree, path)) for path in self.used if path[-2:] == _READ_BESIDE[0])

    def positions(self, path: Path) -> tuple[str, ...]:
        """Where a value is said: of every row, the first, which tells of the run; of several values, the message."""
        first = tuple(0 if step == "*" else step for step in path)
        return (self.places.get(first, f"{self.name}#"),)


@dataclass(slots=True, kw_only=True)
class _Gathering:
    """What was found in a message so far."""

    message: Hl7Document
    places: dict[Path, str] = field(default_factory=dict)
    used: set[Path] = field(default_factory=set)

    def note(self, path: Path, source: Path) -> None:
        """Note that a value is one of the message."""
        self.places[path] = self.message.positions(source)[0]
        self.used.add(source)

    def document(self, form: str, tree: JsonObject) -> Excerpt:
        """All that was found, as a document."""
        return Excerpt(
            name=self.message.name,
            form=form,
            tree=tree,
            message=self.message,
            places=self.places,
            used=frozenset(self.used),
        )


def table_of(message: Hl7Document, columns: Mapping[str, Column], run: Mapping[Column, tuple[str, str]]) -> Excerpt | None:
    """The table of an AI report that results (OBX) make, each in the column of its code (OBX-3.1); nothing without such results.

    `run` has what the sender's file says of every run, with its places; the message may say otherwise.
    """
    rows = list(_rows(message, columns))
    if not rows:
        return None
    gathering = _Gathering(message=message)
    for number, row in enumerate(rows):
        for name, (_, source) in row.items():
            gathering.note(("rows", number, name), source)
            gathering.used |= {(*source[:-3], *part) for part in _READ_BESIDE}
    tree: JsonList = [{name: value for name, (value, _) in row.items()} for row in rows]
    for name, (value, place) in run.items():
        if name not in tree[0]:
            tree[0][name] = value
            gathering.places["rows", 0, name] = place
    return gathering.document(_TABLE, {"rows": tree})


def _rows(message: Hl7Document, columns: Mapping[str, Column]) -> Iterable[_Row]:
    """The rows of the table, the first with what is said of the run.

    Results whose sub-ids (OBX-4) are the same before the point are a row; without sub-ids each syndrome begins one.
    """
    run: _Row = {}
    rows: dict[tuple[Path, str, int], _Row] = {}
    begun: Counter[Path] = Counter()
    for path, content in Statement(document=message).segments("OBX"):
        column = columns.get(text_at(content, ("3", "1")))
        if column is None or text_at(content, ("11",)) in _NO_RESULTS:
            continue
        order, group = path[:-3], text_at(_first(content.get("4")), ("1",)).partition(".")[0]
        begun[order] += column == "syndrome" and not group
        row = run if column in _OF_THE_RUN else rows.setdefault((order, group, 0 if group else begun[order]), {})
        for name, component, value in _cells(column, text_at(content, ("2",)), _first(content.get("5"))):
            row.setdefault(name, (value, (*path, "5", 0, component)))
    first, *others = rows.values() if rows else [_Row()]
    return filter(None, [run | first, *others])


def _cells(column: Column, kind: str, value: JsonValue) -> Iterator[tuple[str, str, str]]:
    """The cells that a result fills, with the component in which each stands: a coded syndrome fills two."""
    parts = {number: text_at(value, (number,)) for number in ("1", "2", "3", "9")}
    if kind == "SN":
        cells = [] if parts["1"] else [(column, "2", parts["2"])]
    elif kind in _CODED and column == "syndrome":
        prefix = _PREFIXES.get(parts["3"].upper())
        name = "2" if parts["2"] else "9"
        code = f"{prefix}:{parts['1']}" if prefix and parts["1"] and ":" not in parts["1"] else parts["1"]
        cells = [(column, name, parts[name]), ("code", "1", code)]
    else:
        cells = [(column, "1", parts["1"])]
    yield from (cell for cell in cells if cell[2])


def _first(value: JsonValue) -> JsonValue:
    return value[0] if isinstance(value, list) else value


def fields_of(message: Hl7Document, fields: Mapping[str, str], words: Mapping[str, Mapping[str, str]]) -> Excerpt | None:
    """The fields of the Case that fields of a message are (`ZPI-4.1`), each in the first segment that has it, if any does.

    `words` says for a field of the Case what the sender's words mean there.
    """
    gathering, tree = _Gathering(message=message), dict[str, JsonValue]()
    for name, target in fields.items():
        segment, _, rest = name.partition("-")
        number, _, component = rest.partition(".")
        for path, content in Statement(document=message).segments(segment):
            within = _within(content.get(number), component or "1")
            if text := text_at(content, (number,)) if within == () else text_at(_first(content.get(number)), within[-1:]):
                gathering.note(tuple(target.split(".")), (*path, number, *within))
                _put(tree, target.split("."), as_in_case(words.get(target, {}).get(text, text), target))
                break
    return gathering.document(NATIVE, tree) if tree else None


def _within(value: JsonValue, component: str) -> tuple[str | int, ...]:
    """Where the component stands in a field: a repetition first, where fields repeat; a plain field is its own first one."""
    if isinstance(value, list):
        return (0, component)
    return (component,) if isinstance(value, dict) or component != "1" else ()


def _put(tree: JsonObject, path: list[str], value: JsonValue) -> None:
    *parents, name = path
    for parent in parents:
        tree = tree.setdefault(parent, {})
    tree[name] = value


def as_in_case(text: str, target: str) -> JsonValue:
    """A text of HL7 v2 as the Case writes what is in a field of it: days, times, and yes or no."""
    hint = case_hint(target)
    if hint is bool:
        return _YES_NO.get(text, text)
    match = _DTM.fullmatch(text) if hint in (Date, DateTime, PartialDate) else None
    if match is None:
        return text
    year, month, day, hour, minute, second, fraction, hours, minutes = match.groups()
    date = "-".join(part for part in (year, month, day) if part)
    if hour is None or hint is not DateTime:
        return date
    return f"{date}T{hour}:{minute}:{second or '00'}{fraction or ''}{f'{hours}:{minutes}' if hours else ''}"


def case_hint(target: str) -> Hint | None:
    """What a field of the Case is (`consent.date`), if it is a plain value and in no list."""
    hint: Hint = CaseDocument
    for name in target.split("."):
        if not (isinstance(hint, type) and issubclass(hint, BaseModel)) or name not in hint.model_fields:
            return None
        hint = get_type_hints(hint, include_extras=True)[name]
        hint = next((part for part in get_args(hint) if part is not NoneType), hint) if NoneType in get_args(hint) else hint
    is_part = isinstance(hint, type) and issubclass(hint, BaseModel)
    return None if is_part or _is_list(hint) else hint


def _is_list(hint: Hint) -> bool:
    return any(get_origin(part) is tuple for part in (hint, *get_args(hint)))


def also_used(mapped: MappedDocument, gathered: Sequence[Excerpt]) -> MappedDocument:
    """What a map made of a message, with what was gathered from it counted as read."""
    used = frozenset().union(*(part.used for part in gathered))
    if not used:
        return mapped

    def retrace() -> DocumentTrace:
        return replace(mapped.retrace(), elsewhere=used)

    return replace(mapped, read=mapped.read | frozenset(map(pattern, used)), retrace=retrace)


def codes_of(table: MappedDocument) -> frozenset[str]:
    """The codes (OBX-3.1) of the results of which a table was gathered."""
    return table.original.codes if isinstance(table.original, Excerpt) else frozenset()
