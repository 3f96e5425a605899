"""How many items a list of a document may have."""

from collections.abc import Iterator

from adapter.issues import Issue, IssueType, Severity, TooLargeError
from adapter.json_types import JsonList, JsonObject
from adapter.path import Path, dotted, pointer, sayable

_LEAST_BYTES_OF_AN_ITEM = 2
"""`1,` in JSON: a document with fewer bytes than twice the limit cannot have a list beyond it."""

_JSON = (b"{", b"[")


def check_items(tree: JsonObject, *, name: str, content: bytes, most: int) -> None:
    """Raise TooLargeError for the first list of a document with this `content` that has more than `most` items."""
    if not _may_pass(content, most):
        return
    for path, count in _long_lists(tree, most):
        named = sayable(path)
        what = f"`{dotted(path) or 'the document'}`" if named == path else "a list"
        issue = Issue(
            severity=Severity.ERROR,
            code=IssueType.TOO_LONG,
            rule="document/items",
            text=f"{what} has {count} items, and a list may have {most}",
            suggestion="send fewer, or raise the setting ADAPTER_MAX_ITEMS",
            location=(f"{name}#{pointer(named)}",),
        )
        raise TooLargeError(issue)


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
