"""A worksheet as text and as CSV; the same sheet gives the same bytes."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import groupby
from unicodedata import category, normalize

from adapter.export.claim_sheet import NOT_SENT, ClaimSheet, SheetEntry

_COLUMNS = ("line", "box", "label", "value", "segment", "field")
_FORMULA = frozenset("=+-@\N{MINUS SIGN}")
_CELLS = re.compile(r"(?<=[;\t])")
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
"""Kinds of characters that a spreadsheet may pass over before a formula: controls, zero-width marks and white space."""


def as_text(sheet: ClaimSheet) -> str:
    """The sheet as lines of text: box, what it is, value, segment; each service line below its number."""
    return "\n".join([*sheet.head, "", *text_lines(sheet)]) + "\n"


def text_lines(sheet: ClaimSheet) -> Iterator[str]:
    """The lines of the boxes, in columns."""
    widths = [max(len(row[at]) for row in map(_row, sheet.entries)) for at in range(3)]
    for line, entries in groupby(sheet.entries, key=lambda entry: entry.line):
        if line is not None:
            yield f"service line {line}"
        for row in map(_row, entries):
            yield "  ".join([*(text.ljust(width) for text, width in zip(row, widths, strict=False)), row[3]])


def _row(entry: SheetEntry) -> tuple[str, str, str, str]:
    return entry.box, entry.label, _in_one_line(entry.value or NOT_SENT), entry.segment


def _in_one_line(text: str) -> str:
    """The text without line breaks, and without what would steer a terminal or a printer."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def as_csv(sheet: ClaimSheet) -> str:
    """The sheet as CSV (RFC 4180): one row for each value, and a last row with what the sheet is and how it stands.

    A text that a spreadsheet would take for a formula is given an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for entry in sheet.entries:
        line = "" if entry.line is None else entry.line
        writer.writerow((line, entry.box, entry.label, _harmless(entry.value or ""), entry.segment, entry.field))
    writer.writerow(("", "", "remark", " ".join(sheet.head), "", ""))
    return out.getvalue()


def _harmless(text: str) -> str:
    """The text with an apostrophe before what could be run, also behind what separates cells in other countries."""
    return "".join(map(_marked, _CELLS.split(text)))


def _marked(text: str) -> str:
    seen = next((character for character in text if category(character) not in _UNSEEN), "")
    return "'" + text if normalize("NFKC", seen)[:1] in _FORMULA or text.startswith(("\t", "\r")) else text
