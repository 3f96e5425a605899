"""Times of the adapter's own form that were sent without an offset from UTC take the zone that is set."""

from dataclasses import dataclass
from functools import cache, partial
from typing import get_args, get_type_hints

from pydantic import BaseModel

from adapter.annotation import Hint
from adapter.case import CaseDocument
from adapter.issues import Issue, IssueType, PendingIssue
from adapter.json_types import JsonObject, JsonValue
from adapter.mapping.function import NotConvertible
from adapter.mapping.time_functions import local_time
from adapter.path import Path, dotted
from adapter.plain_value import LOCAL_TIME, DateTime
from adapter.readers.document import ReadDocument

_RULE = "document/zone"


@dataclass(frozen=True, kw_only=True)
class ZonedDocument(ReadDocument):
    """A document in which the times at the paths `zoned` took their offset from the option `zone`."""

    zoned: frozenset[Path]

    def positions(self, path: Path) -> tuple[str, ...]:
        """As of any document; where the option took part, it is named too."""
        own = super().positions(path)
        return (*own, "options#/zone") if path in self.zoned else own


def with_zone(document: ReadDocument, zone: str) -> tuple[ReadDocument, tuple[PendingIssue, ...]]:
    """The document with an offset at every time that lacks one, and what stands in the way of that.

    Of a time whose offset is not certain (clocks were changed) the day is left, and that is a warning.
    """
    walk = _Walk(document, zone)
    tree = walk.members(CaseDocument, document.tree, ())
    if not walk.zoned:
        return document, ()
    return ZonedDocument(name=document.name, form=document.form, tree=tree, zoned=frozenset(walk.zoned)), tuple(walk.issues)


class _Walk:
    """One walk through a document along the models of the Case; what does not fit them is left for validation to say."""

    def __init__(self, document: ReadDocument, zone: str) -> None:
        self.document = document
        self.zone = zone
        self.zoned: list[Path] = []
        self.issues: list[PendingIssue] = []

    def members(self, model: type[BaseModel], tree: JsonObject, path: Path) -> JsonObject:
        kinds = _kinds(model)
        return {name: self.value(kinds.get(name), value, (*path, name)) for name, value in tree.items()}

    def value(self, kind: type[BaseModel] | str | None, value: JsonValue, path: Path) -> JsonValue:
        if isinstance(value, str) and kind == "time" and LOCAL_TIME.fullmatch(value):
            return self.time(value, path)
        if isinstance(value, list):
            return [self.value(kind, item, (*path, place)) for place, item in enumerate(value)]
        return self.members(kind, value, path) if isinstance(value, dict) and isinstance(kind, type) else value

    def time(self, value: str, path: Path) -> JsonValue:
        self.zoned.append(path)
        try:
            return local_time(value, self.zone)
        except NotConvertible as verdict:
            self.issues.append(PendingIssue(verdict.severity, _RULE, partial(self.issue, verdict, path)))
            return verdict.value or value

    def issue(self, verdict: NotConvertible, path: Path) -> Issue:
        return Issue(
            severity=verdict.severity,
            code=IssueType.VALUE,
            rule=_RULE,
            text=verdict.message,
            field=dotted(path),
            location=self.document.positions(path),
        )


@cache
def _kinds(model: type[BaseModel]) -> dict[str, type[BaseModel] | str]:
    """The fields of a model that are times, or objects or lists of objects in which there may be some."""
    hints = get_type_hints(model, include_extras=True)
    kinds = {name: _kind(hint) for name, hint in hints.items() if name in model.model_fields}
    return {name: kind for name, kind in kinds.items() if kind is not None}


def _kind(hint: Hint) -> type[BaseModel] | str | None:
    if hint == DateTime:
        return "time"
    if isinstance(hint, type):
        return hint if issubclass(hint, BaseModel) else None
    return next((kind for part in get_args(hint) if (kind := _kind(part)) is not None), None)
