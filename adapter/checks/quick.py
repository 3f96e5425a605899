"""What the bytes of a resource say at once about its periods, of which there may be one in nearly everything."""

import re
from collections.abc import Iterator

_END = b'"end":"'
_OF_CONTAINED = b'"reference":"#'
_START = re.compile(rb'\{(?:"start":"([^"]*)",)?')
_DAY, _SECONDS = len("2026-01-31"), len("2026-01-31T00:00:00")


def has_ordered_periods(content: bytes) -> bool:
    """Whether no period in a resource, as canonical bytes, ends before it starts (per-1); no where only a closer look can tell.

    A quotation mark within a text is escaped, so only keys look like keys.
    """
    return all(_is_in_order(content, place) for place in _ends(content))


def is_decided(content: bytes) -> bool:
    """Whether a resource, as canonical bytes, keeps those invariants that the quick check leaves to others: per-1 and ref-1."""
    return _OF_CONTAINED not in content and has_ordered_periods(content)


def _ends(content: bytes) -> Iterator[int]:
    place = content.find(_END)
    while place >= 0:
        yield place
        place = content.find(_END, place + 1)


def _is_in_order(content: bytes, place: int) -> bool:
    """Whether the period whose end stands at a place surely ends after it starts, as far as both are known."""
    opening = _START.fullmatch(content, content.rfind(b"{", 0, place), place)
    first = place + len(_END)
    last = content.index(b'"', first)
    if opening is None or content[last + 1 : last + 2] != b"}":
        return False
    start, end = opening[1] or b"", content[first:last]
    known = min(len(start), len(end))
    if known <= _DAY:
        return start[:known] <= end[:known]
    return len(start) == len(end) and start[_SECONDS:] == end[_SECONDS:] and start <= end
