"""How many items a list of a document may have, and how many resources and lines a document."""

from collections.abc import Iterator

from adapter.issues import Issue, IssueType, Severity, TooLargeError
from adapter.json_types import JsonList, JsonObject
from adapter.path import Path, dotted, pointer, sayable

_LEAST_BYTES_OF_AN_ITEM = 2
"""`1,` in JSON: a document with fewer bytes than twice the limit cannot have a list beyond it."""

_JSON = (b"{", b"[")
_BEFORE_JSON = b"\xef\xbb\xbf \t\r\n"
_RESOURCE = b'"resourceType"'
_BESIDE = 10
"""Beside a list of as many resources as it may have, a tenth of them may be others (the patient, the encounter)."""
_LINES_PER_ITEM = 10
"""A line costs a tenth of a resource: reading 50,000 of them, or 5,000 resources, takes about a second."""


def check_items(tree: JsonObject, *, name: str, content: bytes, most: int) -> None:
    """Raise TooLargeError for the first list of a document with this `content` that has more than `most` items."""
    if not _may_pass(content, most):
        return
    for path, count in _long_lists(tree, most):
        named = sayable(path)
        what = f"`{dotted(path) or 'the document'}`" if named == path else "a list"
        raise TooLargeError(_too_many(f"{what} has {count} items, and a list may have {most}", f"{name}#{pointer(named)}"))


def check_counts(content: bytes, *, name: str, most: int) -> None:
    """Raise TooLargeError for a document of more than `most` resources and a tenth, or ten times as many lines.

    Nothing is read for it. Segments of HL7 v2 and rows of tables are lines; JSON may have as many as it likes.
    """
    is_json = content.lstrip(_BEFORE_JSON).startswith(_JSON)
    count = content.count(_RESOURCE) if is_json else max(content.count(b"\n"), content.count(b"\r"))
    limit, what = (most + most // _BESIDE, "resources") if is_json else (most * _LINES_PER_ITEM, "lines")
    if count > limit:
        raise TooLargeError(_too_many(f"the document has {count} {what}, and one may have {limit}", name))


def _too_many(text: str, place: str) -> Issue:
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.TOO_LONG,
        rule="document/items",
        text=text,
        suggestion="send fewer, or raise the setting ADAPTER_MAX_ITEMS",
        location=(place,),
    )


def _may_pass(content: bytes, most: int) -> bool:
    """Whether these bytes may hold a list of more items; in JSON, commas part them (and in a list of lines, their ends)."""
    if len(content) < most * _LEAST_BYTES_OF_AN_ITEM:
        return False
    return not content.lstrip().startswith(_JSON) or content.count(b",") + content.count(b"\n") >= most


_NESTED = (dict, list)


def _long_lists(tree: JsonObject, most: int) -> Iterator[tuple[Path, int]]:
    stack: list[tuple[Path, JsonObject | JsonList]] = [((), tree)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, list) and len(value) > most:
            yield path, len(value)
        steps = value.items() if isinstance(value, dict) else enumerate(value)
        stack += [((*path, step), child) for step, child in steps if isinstance(child, _NESTED)]
