"""Bytes of HL7 v2 become text in the character set that MSH-18 names; what does not fit is refused, never mangled."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from adapter.readers.hl7v2 import reading_problem
from adapter.readers.hl7v2.reading_problem import unreadable

_BOM = b"\xef\xbb\xbf"
_HEADER = re.compile(rb"(?:MSH|BHS|FHS)([^\r\n]*)")
_CHARACTER_SET = 18

CODECS: Mapping[str, str] = MappingProxyType(
    {
        "": "utf-8",
        "ASCII": "ascii",
        "UNICODE": "utf-8",
        "UNICODE UTF-8": "utf-8",
        "UTF-8": "utf-8",
        "UTF8": "utf-8",
        "8859/1": "iso8859-1",
        "8859/2": "iso8859-2",
        "8859/3": "iso8859-3",
        "8859/4": "iso8859-4",
        "8859/5": "iso8859-5",
        "8859/6": "iso8859-6",
        "8859/7": "iso8859-7",
        "8859/8": "iso8859-8",
        "8859/9": "iso8859-9",
        "8859/15": "iso8859-15",
        "ISO IR14": "shift_jis",
        "ISO IR87": "iso2022_jp",
        "ISO IR159": "iso2022_jp_1",
        "GB 18030-2000": "gb18030",
        "KS X 1001": "euc_kr",
        "BIG-5": "big5",
    }
)
"""The Python codec of each character set of HL7 table 0211; without one a message is ASCII, and UTF-8 does no harm."""


def decoded(content: bytes, name: str) -> str:
    """The text of a file; raises UnreadableError with the line of the first byte that is not in the declared set."""
    content = content.removeprefix(_BOM)
    declared = _declared(content)
    codec = CODECS.get(declared.upper())
    if codec is None:
        raise unreadable(reading_problem.UNKNOWN_SET, f"{name}#MSH-18", known=", ".join(sorted(filter(None, CODECS))))
    try:
        return content.decode(codec)
    except UnicodeDecodeError as error:
        kind = reading_problem.NOT_IN_SET if declared else reading_problem.NOT_UTF_8
        raise unreadable(kind, f"{name}:{_place_after(content[: error.start].decode('latin-1'))}") from None


def encoded(text: str, name: str) -> bytes:
    """The bytes of a text in the set that it declares, so that `decoded` gives it again (UTF-8 for a set that is not read).

    Raises UnreadableError with the line of the first character that is not in the declared set.
    """
    codec = CODECS.get(_declared(text.encode()).upper(), "utf-8")
    try:
        return text.encode(codec)
    except UnicodeEncodeError as error:
        raise unreadable(reading_problem.CHARACTER_NOT_IN_SET, f"{name}:{_place_after(text[: error.start])}") from None


def _declared(content: bytes) -> str:
    """The first repetition of MSH-18 of the first header that names a character set."""
    for header in _HEADER.finditer(content):
        separator, rest = header[1][:1], header[1]
        fields = rest.split(separator) if separator else []
        if content[header.start() : header.start() + 3] == b"MSH" and len(fields) >= _CHARACTER_SET:
            repetition = rest[2:3]  # the second of the encoding characters
            return fields[_CHARACTER_SET - 1].split(repetition)[0].decode("latin-1").strip()
    return ""


def _place_after(before: str) -> str:
    """The line and column of what follows a text, 1 first."""
    before = before.replace("\r\n", "\n").replace("\r", "\n")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return f"{line}:{column}"
