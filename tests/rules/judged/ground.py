"""Encounters with changes (RFC 6902), and the issues that the whole way from documents to a conversion finds in them."""

import copy
import json
from collections.abc import Iterable, Mapping
from typing import Any

from adapter.conversion import Conversion, Options
from adapter.issues import Issue, Severity
from adapter.readers.document import Document
from tests.examples.ground import pipeline

RANK = (Severity.INFORMATION, Severity.WARNING, Severity.ERROR, Severity.FATAL)
OPTIONS = Options(version="0.1.0", today="2026-11-28")


def changed(document: Any, operations: Iterable[Mapping[str, Any]]) -> Any:  # noqa: ANN401 - JSON
    """The document after some operations of RFC 6902: add, remove, replace."""
    document = copy.deepcopy(document)
    for operation in operations:
        *way, last = [step.replace("~1", "/").replace("~0", "~") for step in operation["path"].split("/")[1:]]
        target = document
        for step in way:
            target = target[int(step)] if isinstance(target, list) else target[step]
        _apply(operation, target, last)
    return document


def _apply(operation: Mapping[str, Any], target: Any, last: str) -> None:  # noqa: ANN401 - JSON
    at: Any = last
    if isinstance(target, list):
        at = len(target) if last == "-" else int(last)
    if operation["op"] == "remove":
        del target[at]
    elif operation["op"] == "add" and isinstance(target, list):
        target.insert(at, operation["value"])
    else:
        target[at] = operation["value"]


def conversion_with(documents: Mapping[str, Any], change: Mapping[str, Any]) -> Conversion:
    """The conversion of some documents (name to JSON) with changes (name to operations)."""
    made = [
        Document(name=f"{name}.json", content=json.dumps(changed(document, change.get(name, ()))).encode())
        for name, document in documents.items()
    ]
    return pipeline().convert(made, OPTIONS)


def issues_of(documents: Mapping[str, Any], change: Mapping[str, Any]) -> tuple[Issue, ...]:
    """The issues of some documents with changes."""
    return conversion_with(documents, change).issues
