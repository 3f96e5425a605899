"""What bytes are, by how they begin, so that what is not read is refused by its name and never as broken JSON."""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_LE
from collections.abc import Callable
from dataclasses import dataclass

_BOM = b"\xef\xbb\xbf"
_START = 4096
"""So many bytes are looked at."""
_BINARY = {
    b"%PDF-": "a PDF file",
    b"PK\x03\x04": "a ZIP archive or an Office document",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ\x00": "an xz archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"\x89PNG\r\n": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"II*\x00": "a TIFF image",
    b"MM\x00*": "a TIFF image",
    b"RIFF": "a RIFF file (WebP image, sound or film)",
    b"SQLite format 3\x00": "an SQLite database",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"PAR1": "a Parquet file",
}
_ASCII = bytes(range(128))
_FEW = 0.3
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1b\x7f]")
_HEADER = re.compile(rb"(MSH|FHS|BHS)[^\w\s]")
_SEGMENT = re.compile(rb"[A-Z][A-Z0-9]{2}\|")
_XML = re.compile(rb"<[?!A-Za-z]")
_YAML = re.compile(rb"(---\s*$|%YAML|[\w-]+:( |\s*$))", re.MULTILINE)
_QUOTED = re.compile(rb'"[^"]*"')
_OPENING = (b"{", b"[")
_DELIMITERS = {b",": "a CSV table", b";": "a CSV table", b"\t": "a table with tabs (TSV)"}
_OTHER_ENCODING = " in UTF-16 without a byte order mark"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentKind:
    """A kind of bytes: what people call it, and whether it carries patients' records, so that it must not be passed over.

    `remedy` says how to write it, if it would be read then.
    """

    name: str
    is_record: bool = False
    remedy: str | None = None


_DIVIDED_OTHERWISE = DocumentKind(
    name="a table with `|` between its cells", is_record=True, remedy="write commas, semicolons or tabs between the cells"
)


def is_utf_16(content: bytes) -> bool:
    """Whether a byte order mark says UTF-16, as spreadsheets write "Unicode text"."""
    return content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) and not content.startswith(BOM_UTF32_LE)


def in_utf8(content: bytes) -> bytes:
    """UTF-16 with a byte order mark in UTF-8, with U+FFFD for what is no character in it; anything else as it is."""
    return content.decode("utf-16", errors="replace").encode() if is_utf_16(content) else content


def is_table(content: bytes) -> bool:
    """Whether these bytes look like a table with commas, semicolons or tabs; of JSON one look is enough."""
    return not content.lstrip().startswith(_OPENING) and kind_of(content).name in _DELIMITERS.values()


def kind_of(content: bytes) -> DocumentKind:
    """What these bytes are."""
    start = in_utf8(content[:_START])
    magic = next((name for beginning, name in _BINARY.items() if start.startswith(beginning)), None)
    if magic:
        return DocumentKind(name=magic)
    if start[128:132] == b"DICM":
        return DocumentKind(name="a DICOM file", is_record=True)
    if encoding := _unmarked_utf_16(start):
        kind = kind_of(start[: len(start) // 2 * 2].decode(encoding, errors="replace").encode())
        return DocumentKind(name=kind.name + _OTHER_ENCODING, is_record=kind.is_record, remedy="write it in UTF-8")
    if _is_binary(start):
        return DocumentKind(name="binary data of an unknown kind")
    text = start.removeprefix(_BOM).lstrip()
    return next((kind for looks_like, kind in _TEXTS if looks_like(text)), None) or _table_or_text(text)


def _unmarked_utf_16(start: bytes) -> str | None:
    """The byte order of UTF-16 without a mark: every other byte of text in Latin letters is nought, and no byte between them."""
    first, second = start[::2], start[1::2]
    if not start or (0 in first and 0 in second):
        return None
    if first.count(0) > len(first) / 2:
        return "utf-16-be"
    return "utf-16-le" if second.count(0) > len(second) / 2 else None


def _is_binary(start: bytes) -> bool:
    try:
        start.decode()
    except UnicodeDecodeError as error:
        # A character may be cut off at the end, and text in an older encoding has few bytes beyond ASCII.
        beyond = len(start.translate(None, _ASCII))
        if error.start < len(start) - 4 and beyond > _FEW * len(start):
            return True
    return _CONTROL.search(start) is not None


def _is_fhir_xml(text: bytes) -> bool:
    return _XML.match(text) is not None and b"http://hl7.org/fhir" in text


_TEXTS: tuple[tuple[Callable[[bytes], object], DocumentKind], ...] = (
    (re.compile(rb"[{\[]").match, DocumentKind(name="JSON", is_record=True)),
    (
        lambda text: text.startswith((b"FHS", b"BHS")) and _HEADER.match(text),
        DocumentKind(name="an HL7 v2 batch", is_record=True),
    ),
    (_HEADER.match, DocumentKind(name="an HL7 v2 message", is_record=True)),
    (re.compile(rb"ISA[^\w\s]").match, DocumentKind(name="an X12 interchange", is_record=True)),
    (re.compile(rb"(UNA.{6}\s*)?UNB\+", re.DOTALL).match, DocumentKind(name="an EDIFACT interchange", is_record=True)),
    (_SEGMENT.match, DocumentKind(name="a part of an HL7 v2 message without its MSH segment", is_record=True)),
    (lambda text: _XML.match(text) and b"ClinicalDocument" in text, DocumentKind(name="a C-CDA document", is_record=True)),
    (_is_fhir_xml, DocumentKind(name="a FHIR resource in XML", is_record=True)),
    (re.compile(rb"<!doctype html|<html", re.IGNORECASE).match, DocumentKind(name="a web page")),
    (_XML.match, DocumentKind(name="an XML document")),
    (_YAML.match, DocumentKind(name="YAML")),
)
"""Kinds of text by how they begin; the first that fits."""


def _table_or_text(text: bytes) -> DocumentKind:
    lines = [line for line in text.splitlines()[:3] if line.strip()]
    kinds = {delimiter: DocumentKind(name=name, is_record=True) for delimiter, name in _DELIMITERS.items()}
    for delimiter, kind in {**kinds, b"|": _DIVIDED_OTHERWISE}.items():
        counts = {_QUOTED.sub(b"", line).count(delimiter) for line in lines[:2]}
        if len(lines) > 1 and 0 not in counts and len(counts) == 1:
            return kind
    return DocumentKind(name="plain text")
