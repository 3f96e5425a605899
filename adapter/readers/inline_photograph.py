"""Photographs within documents of JSON, FHIR or tables: they are refused, since photographs travel by reference."""

from collections.abc import Iterable, Iterator
from itertools import islice

from adapter.issues import MOST_ISSUES, InvalidError, Issue, IssueType, Severity
from adapter.json_types import JsonValue
from adapter.path import Path
from adapter.readers.document import NATIVE, ReadDocument

BEGINNINGS = ("/9j/", "iVBORw0KGgo", "R0lGOD", "SUkqA", "TU0AK", "UklGR")
"""How JPEG, PNG, GIF, TIFF and WebP begin in base64."""
_MARKS = (b"image/", b"image\\/", b"\\/9j\\/", *(beginning.encode() for beginning in BEGINNINGS))
_SHORTEST = 64
"""No photograph is as short as this, and a name may begin like one."""


def may_hold_photographs(parts: Iterable[ReadDocument], content: bytes) -> bool:
    """Whether to look for photographs in the parts of a file: its bytes are searched once, however many messages it has.

    Those in documents of our own the rule PRI-02 refuses.
    """
    return any(part.form != NATIVE for part in parts) and any(mark in content for mark in _MARKS)


def check_no_photograph(document: ReadDocument) -> None:
    """Raise InvalidError with the places of all photographs within a document."""
    found = islice(_photographs(document.tree, ()), MOST_ISSUES + 1)
    if issues := [_issue(document.positions(path)) for path in found]:
        raise InvalidError(*issues)


def _photographs(value: JsonValue, path: Path) -> Iterator[Path]:
    if isinstance(value, str):
        if value[:11].lower() == "data:image/" or (len(value) >= _SHORTEST and value.startswith(BEGINNINGS)):
            yield path
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _photographs(item, (*path, place))
    elif isinstance(value, dict):
        if str(value.get("contentType")).lower().startswith("image/") and isinstance(value.get("data"), str):
            yield (*path, "data")
        else:
            for name, child in value.items():
                yield from _photographs(child, (*path, name))


def _issue(location: tuple[str, ...]) -> Issue:
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.SECURITY,
        rule="document/inline-image",
        text="there is a photograph in this document, and photographs travel by reference only",
        suggestion="take it out; store it, and send its address",
        location=location,
    )
