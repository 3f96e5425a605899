"""The lineage of a resource as a drawing (SVG): input fields on the left, each element with the line of its map on the right.

It holds names of fields, files and elements, never a value. A screen reader finds a list: a sentence for each element.
"""

import re
from collections.abc import Mapping, Sequence
from statistics import fmean
from xml.etree.ElementTree import Element, SubElement, tostring

from adapter.lineage import LineageEntry

_ROW, _TOP, _WIDTH = 20, 40, 1190
_FIELD, _END, _ELEMENT, _MAP = 10, 380, 460, 850
_MOST = 52
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def lineage_drawing(entries: Sequence[LineageEntry], title: str) -> bytes:
    """The drawing as UTF-8: a row for each of these elements, and each field once, near the elements that are made of it."""
    heights = _heights(entries)
    bottom = max([_TOP + _ROW * len(entries), *heights.values()])
    root = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {_WIDTH} {bottom}", "role": "list"})
    root.set("aria-label", _clean(f"{title}: what each element was made from"))
    for left, heading in ((_FIELD, "input"), (_ELEMENT, "FHIR"), (_MAP, "map")):
        _write(root, heading, left=left, height=_TOP - _ROW, kind="heading")
    for position, height in heights.items():
        _write(root, position, left=_FIELD, height=height)
    for row, entry in enumerate(entries):
        _element(root, entry, height=_TOP + _ROW * row, heights=heights)
    return tostring(root)


def _heights(entries: Sequence[LineageEntry]) -> dict[str, int]:
    """Where each field stands: in the order of the middle of the elements that are made of it, without overlap."""
    rows: dict[str, list[int]] = {}
    for row, entry in enumerate(entries):
        for position in entry.positions:
            rows.setdefault(position, []).append(row)
    spare = max(0, len(entries) - len(rows))
    heights: dict[str, int] = {}
    last = -1
    for number, (middle, position) in enumerate(sorted((fmean(places), position) for position, places in rows.items())):
        last = max(last + 1, min(round(middle), number + spare))
        heights[position] = _TOP + _ROW * last
    return heights


def _element(root: Element, entry: LineageEntry, *, height: int, heights: Mapping[str, int]) -> None:
    group = SubElement(root, "g", {"role": "listitem", "aria-label": _clean(_sentence(entry)), "class": "made"})
    for position in entry.positions:
        _curve(group, heights[position] - 4, height - 4)
    _write(group, entry.element, left=_ELEMENT, height=height)
    _write(group, entry.place, left=_MAP, height=height)


def _curve(group: Element, start: int, end: int) -> None:
    half = (_END + _ELEMENT) // 2
    path = f"M{_END} {start} C{half} {start} {half} {end} {_ELEMENT - 8} {end}"
    SubElement(group, "path", {"d": path, "fill": "none", "stroke": "currentColor"})


def _write(parent: Element, text: str, *, left: int, height: int, kind: str = "name") -> None:
    """A text; what is too long loses its beginning, and is told whole when it is pointed at."""
    place = {"x": str(left), "y": str(height), "class": kind, "aria-hidden": "true"}
    title = SubElement(SubElement(parent, "text", place), "title")
    title.text = _clean(text)
    title.tail = _clean(text if len(text) <= _MOST else f"…{text[1 - _MOST :]}")


def _sentence(entry: LineageEntry) -> str:
    sources = ", ".join(entry.positions) or ("the map alone" if entry.constant else "the adapter")
    through = f" through {', '.join(entry.functions)}" if entry.functions else ""
    return f"{entry.element} was made from {sources}{through} by {entry.place}"


def _clean(text: str) -> str:
    """The text without the characters that XML cannot hold."""
    return _NOT_XML.sub("�", text)
