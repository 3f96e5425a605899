"""Bytes of HL7 v2 become text in the character set that MSH-18 names; what does not fit is refused, never mangled."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from adapter.readers.hl7v2 import reading_problem
from adapter.readers.hl7v2.reading_problem import unreadable

_BOM = b"\xef\xbb\xbf"
_HEADER = re.compile(r"(?:\A|(?<=[\r\n\x0b]))[ \t]*MSH([^\r\n]*)")
_CHARACTER_SET = 18

CODECS: Mapping[str, str] = MappingProxyType(
    {
        "": "utf-8",
        "ASCII": "ascii",
        "ISO IR6": "ascii",
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
        "JIS X 0202": "iso2022_jp_ext",
        "ISO IR87": "iso2022_jp",
        "ISO IR159": "iso2022_jp_1",
        "GB 18030-2000": "gb18030",
        "KS X 1001": "euc_kr",
        "BIG-5": "big5",
    }
)
"""The Python codec of each character set of HL7 table 0211; without one a message is ASCII, and UTF-8 does no harm."""

_ASCII = ("", "ASCII", "ISO IR6")
_WITH_ESCAPES: Mapping[str, str] = MappingProxyType(
    {"ISO IR14": "iso2022_jp_ext", "ISO IR159": "iso2022_jp_1", "ISO IR87": "iso2022_jp"}
)
"""The codec of ASCII with escapes into another set (further repetitions of MSH-18), that of the most sets first."""


def codec_of(declared: str, repetition: str) -> str | None:
    """The codec of what MSH-18 declares, if it is read: the first set, with escapes (ISO 2022) into those of its repetitions."""
    first, *others = (name.strip().upper() for name in (declared.split(repetition) if repetition else [declared]))
    codec = CODECS.get(first)
    if first not in _ASCII:
        return codec
    return next((_WITH_ESCAPES[name] for name in _WITH_ESCAPES if name in others), codec)


def decoded(content: bytes, name: str) -> str:
    """The text of a file; raises UnreadableError with the line of the first byte that is not in the declared set."""
    content = content.removeprefix(_BOM)
    texts = []
    for start, end, declared, codec in _parts(content.decode("latin-1")):
        if codec is None:
            raise unreadable(reading_problem.UNKNOWN_SET, f"{name}#MSH-18", known=", ".join(sorted(filter(None, CODECS))))
        try:
            texts.append(content[start:end].decode(codec))
        except UnicodeDecodeError as error:
            kind = reading_problem.NOT_IN_SET if declared else reading_problem.NOT_UTF_8
            before = content[: start + error.start].decode("latin-1")
            raise unreadable(kind, f"{name}:{_place_after(before)}") from None
    return "".join(texts)


def encoded(text: str, name: str) -> bytes:
    """The bytes of a text in the sets that it declares, so that `decoded` gives it again (UTF-8 for a set that is not read).

    Raises UnreadableError with the line of the first character that is not in the declared set.
    """
    contents = []
    for start, end, _, codec in _parts(text):
        try:
            contents.append(text[start:end].encode(codec or "utf-8"))
        except UnicodeEncodeError as error:
            place = _place_after(text[: start + error.start])
            raise unreadable(reading_problem.CHARACTER_NOT_IN_SET, f"{name}:{place}") from None
    return b"".join(contents)


def _parts(text: str) -> Iterator[tuple[int, int, str, str | None]]:
    """Where each part of a file in one set begins and ends, what declares that (MSH-18), and its codec.

    A message that declares none is in the set of the one before it, and the first ones in that of the first that does.
    """
    begins: list[tuple[int, str, str | None]] = []
    for header in _HEADER.finditer(text):
        separator, rest = header[1][:1], header[1]
        fields = rest.split(separator) if separator else []
        if len(fields) >= _CHARACTER_SET:
            declared = fields[_CHARACTER_SET - 1].strip()
            codec = codec_of(declared, rest[2:3])  # the second of the encoding characters
            if not begins or (declared and codec != begins[-1][2]):
                begins.append((header.start() if begins else 0, declared, codec))
    begins = begins or [(0, "", CODECS[""])]
    for place, (start, declared, codec) in enumerate(begins):
        yield start, begins[place + 1][0] if place + 1 < len(begins) else len(text), declared, codec


def _place_after(before: str) -> str:
    """The line and column of what follows a text, 1 first."""
    before = before.replace("\r\n", "\n").replace("\r", "\n")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return f"{line}:{column}"
