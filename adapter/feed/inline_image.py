"""Photographs within a message (OBX of type ED): they are refused, since photographs travel by reference."""

from collections.abc import Iterator

from adapter.feed.statement import Statement, text_at
from adapter.issues import InvalidError, Issue, IssueType, Severity
from adapter.readers.hl7v2.reader import Hl7Document
from adapter.readers.inline_photograph import BEGINNINGS

_KINDS = ("IM", "IMAGE", "JPEG", "JPG", "PNG", "TIFF", "GIF", "BMP", "PICT", "DICOM", "WEBP", "HEIC")


def refuse_inline_images(message: Hl7Document) -> None:
    """Raise InvalidError with the places of all photographs within a message."""
    if issues := [_issue(place) for place in _images(message)]:
        raise InvalidError(*issues)


def _images(message: Hl7Document) -> Iterator[str]:
    """The positions of photographs, by the type of their data (HL7 tables 0191 and 0291), or by how the data begins."""
    for path, content in Statement(document=message).segments("OBX"):
        values = content.get("5") if text_at(content, ("2",)) == "ED" else None
        for place, value in enumerate(values if isinstance(values, list) else ()):
            kinds = {text_at(value, (part,)).upper().removeprefix("IMAGE/") for part in ("2", "3")}
            if not kinds.isdisjoint(_KINDS) or text_at(value, ("5",)).startswith(BEGINNINGS):
                yield from message.positions((*path, "5", place))


def _issue(place: str) -> Issue:
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.SECURITY,
        rule="feed/inline-image",
        text="there is a photograph in this message, and photographs travel by reference only",
        suggestion="store it, and send its address (OBX of type RP)",
        location=(place,),
    )
