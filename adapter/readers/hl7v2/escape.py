"""The escape sequences of HL7 v2 within texts."""

import re
from functools import cache

from adapter.readers.hl7v2.message import Separators

_BREAKS = re.compile(r"\.(?:br|sp\d*|in[+-]?\d*|ti[+-]?\d*|fi|nf|ce)")
_HEX = re.compile(r"X((?:[0-9A-Fa-f]{2})+)")


def unescaped(text: str, separators: Separators) -> str:
    """The text with its escape sequences replaced; a sequence that is not known stays as it was sent."""
    if not separators.escape or separators.escape not in text:
        return text
    return _pattern(separators.escape).sub(lambda match: _replacement(match, separators), text)


@cache
def _pattern(escape: str) -> re.Pattern[str]:
    mark = re.escape(escape)
    return re.compile(rf"{mark}([^{mark}\r\n]{{1,200}}){mark}")


def _replacement(match: re.Match[str], separators: Separators) -> str:
    code = match[1]
    marks = {
        "F": separators.field,
        "S": separators.component,
        "T": separators.subcomponent,
        "R": separators.repetition,
        "E": separators.escape,
        "H": "",
        "N": "",
    }
    if code in marks:
        return marks[code]
    if _BREAKS.fullmatch(code):
        return "\n"
    return _of_hex(code) or match[0]


def _of_hex(code: str) -> str | None:
    """The characters of a hexadecimal sequence: line ends, and what is text in UTF-8."""
    match = _HEX.fullmatch(code)
    if match is None:
        return None
    try:
        text = bytes.fromhex(match[1]).decode()
    except UnicodeDecodeError:
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if all(character.isprintable() or character in "\n\t" for character in text) else None
