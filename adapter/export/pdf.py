"""A worksheet as PDF: text on pages, no artwork of the form; the same sheet gives the same bytes."""

import io
from collections.abc import Iterator

from reportlab.lib.pagesizes import LETTER, landscape
from reportlab.pdfgen.canvas import Canvas

from adapter.export.claim_sheet import ClaimSheet
from adapter.export.text import text_lines

_FONT, _SIZE, _LEADING, _MARGIN = "Courier", 7, 9, 36
_CHARACTER = 0.6 * _SIZE
"""Width of every character of Courier."""


def as_pdf(sheet: ClaimSheet) -> bytes:
    """The sheet as PDF; characters that the PDF's own fonts do not have (beyond Latin-1) become question marks."""
    width, height = landscape(LETTER)
    columns = int((width - 2 * _MARGIN) / _CHARACTER)
    lines = [part for line in (*sheet.head, "", *text_lines(sheet)) for part in _folded(_latin(line), columns)]
    rows = int((height - 2 * _MARGIN) / _LEADING)
    out = io.BytesIO()
    # invariant: no time and no random id in the bytes; uncompressed, they can be searched, and no version of zlib changes them.
    canvas = Canvas(out, pagesize=(width, height), invariant=1, pageCompression=0)
    canvas.setTitle("Claim worksheet")
    for first in range(0, len(lines), rows):
        text = canvas.beginText(_MARGIN, height - _MARGIN)
        text.setFont(_FONT, _SIZE, _LEADING)
        text.textLines(lines[first : first + rows], trim=0)
        canvas.drawText(text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _latin(text: str) -> str:
    plain = text.replace("—", "-")
    return plain.encode("latin-1", "replace").decode("latin-1")


def _folded(line: str, columns: int) -> Iterator[str]:
    """The line in parts that fit on a page."""
    for first in range(0, max(len(line), 1), columns):
        yield line[first : first + columns]
