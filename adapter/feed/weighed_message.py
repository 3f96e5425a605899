"""A message beside others: what its map made of it, less what does not stand, and how far the report is that it tells of."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from adapter.feed.later import is_later
from adapter.feed.statement import Statement, text_at
from adapter.json_types import JsonObject, JsonValue
from adapter.path import Path
from adapter.readers.document import MappedDocument

_PARTS = ("review", "procedure")
_RANKS = {"none": 0, "in-progress": 1, "signed": 2, "amended": 3, "withdrawn": 2}
_TEXTS = ("TX", "FT")
_DOCUMENTS = {"ED": "2", "RP": "3"}
"""Types of results that are a document, or where one is, with the component that has the type of its data."""
_PICTURES = ("IM", "IMAGE")
_TAKEN_BACK = ("D", "W")
_NOT_TO_BE_HAD = "X"
_FINAL_ALREADY_SENT = "U"
_BESIDE_THE_CODE = re.compile(r"#(OBX(\[[0-9]+\])?-[25]\b.*|[A-Z][A-Z0-9]{2}(\[[0-9]+\])?)$")
"""The place of a text or of its type, and of a segment in which a code was looked for."""


@dataclass(kw_only=True, eq=False)
class WeighedMessage:
    """A message with what its map made of it, less what does not stand; `said_at` is when the state it tells of was reached.

    `tables` are what a map made of the results (OBX) of an AI tool in it.
    """

    statement: Statement
    mapped: MappedDocument
    tables: list[MappedDocument] = field(default_factory=list)
    said_at: str = ""

    def __post_init__(self) -> None:
        """Read when the state was reached, as far as the message says so: OBR-22, else when it happened."""
        self.said_at = self._reported or self.statement.moment

    def less(self, paths: Iterable[Path]) -> None:
        """Take out what does not stand."""
        tree = self.mapped.tree
        for path in paths:
            tree = _less(tree, path)
        self.mapped = replace(self.mapped, tree=tree)

    def told_otherwise(self, winner: "WeighedMessage") -> list[str]:
        """What it says that does not stand beside the winner; one that withdraws a document says nothing of the procedure."""
        return [name for name in _PARTS if name in self.mapped.tree and (name == "review" or name in winner.mapped.tree)]

    def less_all(self, names: Iterable[str], *, but: Collection[str]) -> None:
        """Take out whole parts, but for some fields of the review."""
        for name in names:
            fields = [(name, field) for field in self.mapped.tree[name] if field not in but]
            self.less(fields if name == "review" and but else [(name,)])

    def put(self, path: tuple[str, ...], text: str) -> None:
        """Say something else at a path."""
        self.mapped = replace(self.mapped, tree=_with_text(self.mapped.tree, path, text))

    def places(self, path: Path) -> tuple[str, ...]:
        """Where the message says it."""
        return self._own(self.mapped.positions(path))

    def places_of(self, table: MappedDocument) -> tuple[str, ...]:
        """Where the message says what an AI tool found."""
        return self._own(table.positions(("ai",)))

    def _own(self, places: Iterable[str]) -> tuple[str, ...]:
        return tuple(place for place in places if place.startswith(f"{self.mapped.name}#"))

    def text(self, *path: str) -> str:
        """The text at a path of what its map made; "" where none stands there."""
        return text_at(self.mapped.tree, path)

    @property
    def statement_of_report(self) -> str:
        """What it says of the report, and of which orders: the same in a message that is sent again."""
        numbers = sorted(given.key for given in self.statement.order_numbers)
        return f"{numbers} {self.statement.kind} {self.mapped.tree.get('review')}"

    @property
    def tells(self) -> bool:
        """Whether it says anything of the report or of the procedure."""
        return any(name in self.mapped.tree for name in _PARTS)

    @property
    def is_report(self) -> bool:
        """Whether it is of a type that reports: an order is before all reports."""
        return self.statement.kind in ("ORU", "MDM")

    @property
    def state(self) -> Path:
        """Where the Case has the state of the report, or of the procedure if it says no more."""
        return ("review", "status") if "review" in self.mapped.tree else ("procedure", "status")

    @property
    def state_places(self) -> tuple[str, ...]:
        """Where the message says the state: its codes, not the texts that have them."""
        return tuple(place for place in self.places(self.state) if not _BESIDE_THE_CODE.search(place))

    @property
    def rank(self) -> int:
        """How far the report is; an order is before all reports."""
        return _RANKS.get(self.text("review", "status"), 0) if self.is_report else -1

    @property
    def is_final(self) -> bool:
        """Whether it says that the report is finished, and not that it is taken back."""
        return self.rank >= _RANKS["signed"] and not self.is_withdrawn

    @property
    def is_withdrawn(self) -> bool:
        """Whether it takes the report back."""
        return self.text("review", "status") == "withdrawn"

    @property
    def is_called_off(self) -> bool:
        """Whether it says that there will be no report, or no longer one."""
        return self.is_withdrawn or self.text("procedure", "status") == "not-done" or self._cannot_be_had

    @property
    def is_corrective(self) -> bool:
        """Whether it takes texts back and says what takes their place."""
        return any(code in _TAKEN_BACK for code, _ in self._texts) and "conclusion" in self.mapped.tree.get("review", {})

    @property
    def _cannot_be_had(self) -> bool:
        """Whether no text of the report can be had."""
        return bool(self._texts) and all(code == _NOT_TO_BE_HAD for code, _ in self._texts)

    @property
    def lacks_status(self) -> bool:
        """Whether it has a text and does not say how far the report is (OBR-25)."""
        if "review" in self.mapped.tree or self.statement.kind != "ORU":
            return False
        orders = [text_at(content, ("25",)) for path, content in self.statement.segments("OBR") if path[:-1] == self._order]
        return orders == [""] and any(text for _, text in self._texts)

    @property
    def lacks_text(self) -> bool:
        """Whether a text became final without being sent again (OBX-11 U)."""
        return not self.is_called_off and any(code == _FINAL_ALREADY_SENT and not text for code, text in self._texts)

    @property
    def leaves(self) -> Iterator[str]:
        """The fields of the review that it leaves as they were: a text that it does not send, and when it was first signed."""
        if self.rank > 0 and not self.text("review", "conclusion"):
            yield "conclusion"
        if self.text("review", "status") == "amended" and not self.text("review", "signed_at"):
            yield "signed_at"

    @property
    def is_dated(self) -> bool:
        """Whether its time is that of what it says (OBR-22): without it, a report may be one that is sent again."""
        return bool(self._reported) or self.is_called_off or "review" not in self.mapped.tree

    @cached_property
    def results(self) -> dict[str, Path]:
        """Where the first result of each code (OBX-3.1) is, whatever its status."""
        paths: dict[str, Path] = {}
        for path, content in self.statement.segments("OBX"):
            paths.setdefault(text_at(content, ("3", "1")), path)
        return paths

    @cached_property
    def _reported(self) -> str:
        """The latest OBR-22 of the order that the report is about."""
        latest = ""
        for path, content in self.statement.segments("OBR"):
            moment = text_at(content, ("22",)) if path[:-1] == self._order else ""
            latest = moment if not latest or is_later(moment, latest) else latest
        return latest

    @cached_property
    def _order(self) -> Path:
        """Where the order is that the report is about: the only one, else the one whose state its map read."""
        orders = [path[:-1] for path, _ in self.statement.segments("OBR")]
        if len(orders) < 2:  # noqa: PLR2004 - one or none
            return orders[0] if orders else ()
        return next((order for order in orders if order in self._read_orders()), orders[0])

    def _read_orders(self) -> Iterator[Path]:
        for source in self.mapped.made_from(self.state):
            yield from (path[: path.index("OBR")] for path in source.paths if "OBR" in path)

    @cached_property
    def _texts(self) -> list[tuple[str, str]]:
        """The status (OBX-11) and the first text of each result that is text, or has lost its type."""
        within = self._order if self.statement.kind == "ORU" else ()
        results = [content for path, content in self.statement.segments("OBX") if path[: len(within)] == within]
        return [(text_at(result, ("11",)), _text_of(result)) for result in results if _is_text(result)]


def _is_text(result: JsonObject) -> bool:
    kind = text_at(result, ("2",))
    if kind in _DOCUMENTS:
        return text_at(_first_value(result), (_DOCUMENTS[kind],)).upper() not in _PICTURES
    return kind in _TEXTS or (not kind and text_at(result, ("11",)) in (*_TAKEN_BACK, _NOT_TO_BE_HAD))


def _text_of(result: JsonObject) -> str:
    """The text, the place of the document (RP-1), or what is in it (ED-5)."""
    value = _first_value(result)
    return text_at(value, ("5",)) if text_at(result, ("2",)) == "ED" else text_at(value, ("1",))


def _first_value(result: JsonObject) -> JsonValue:
    values = result.get("5")
    return values[0] if isinstance(values, list) and values else None


def _less(tree: JsonObject, path: Path) -> JsonObject:
    """A tree without what stands at a path."""
    step, *rest = path
    inner = _less(tree[str(step)], tuple(rest)) if rest else None
    return {name: inner if name == step else value for name, value in tree.items() if name != step or inner}


def _with_text(tree: JsonObject, path: tuple[str, ...], text: str) -> JsonObject:
    step, *rest = path
    return {**tree, step: _with_text(tree[step], tuple(rest), text) if rest else text}
