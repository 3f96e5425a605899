"""JSON as FHIR needs it: read strictly with positions, written canonically; decimals keep their digits."""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

import jiter
import orjson

from adapter.fhir.json_syntax import syntax_issue
from adapter.issues import MOST_ISSUES, Issue, IssueType, Severity, UnreadableError
from adapter.json_types import JsonValue
from adapter.path import Path, pointer, sayable

_BOM = b"\xef\xbb\xbf"
_OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML, and so FHIR, cannot hold (https://www.w3.org/TR/xml/#charsets)."""
WHAT_IS_NOT_IN_XML = "a character that FHIR cannot carry (a control character, U+FFFE or U+FFFF)"
_ESCAPE_NOT_IN_XML = re.compile(rb"\\(u00|u[fF]{3}[eEfF]|[bf])")
_BEYOND_XML = ("\ufffe".encode(), "\uffff".encode())
_BEGINS_BEYOND_XML = b"\xef"
_NINES = bytes.maketrans(b"012345678.", b"9999999999")
_LONG = b"9" * 19
_BEFORE_NUMBER = re.compile(rb"(?:^|[-\s\[,]|[\"\s]:)\Z")
_DIGITS_AND_SPACE = b"0123456789.- \t\r\n"
_ALIKE = bytes.maketrans(b"E[", b"e,")
_EXPONENT_NUMBER = re.compile(rb"(?:\"\s*:|[\[,]|^)\s*-?[0-9.]+[eE]")
_LARGEST = 2**63 - 1
_DIGITS = 28
_EXPONENT = 30


def read_json(content: bytes, name: str) -> JsonValue:
    """The value of a JSON document (RFC 8259, in UTF-8); numbers with a point or an exponent become Decimal.

    Raises UnreadableError whose issue says where: `name:line:column`, or `name#/json/pointer`. Refused are: keys twice, NaN and
    Infinity, more than 200 levels, control characters in texts, whole numbers beyond 64 bit, decimals beyond 28 digits.
    """
    value = read_any_json(content, name)
    issues = tuple(islice(_unfit(value, name, ()), MOST_ISSUES + 1)) if _is_suspicious(content) else ()
    if issues:
        raise UnreadableError(*issues)
    return value


def read_any_json(content: bytes, name: str) -> JsonValue:
    """The value of a JSON document that is not FHIR: as `read_json`, but texts hold any character, and numbers any digits."""
    content = content.removeprefix(_BOM)
    if not content.strip():
        raise UnreadableError(
            _issue(
                "empty", "the document is empty; `adapter schema encounter --template` writes one to begin with", f"{name}:1:1"
            )
        )
    if content.startswith(_OTHER_ENCODINGS) or b"\x00" in content[:4]:
        raise UnreadableError(_issue("encoding", "the document is not UTF-8; save it as UTF-8 and send it again", f"{name}:1:1"))
    try:
        return jiter.from_json(content, allow_inf_nan=False, catch_duplicate_keys=True, float_mode="decimal")
    except ValueError as error:
        raise UnreadableError(syntax_issue(str(error), content, name)) from None


def _is_suspicious(content: bytes) -> bool:
    """Whether there may be something that cannot be carried; cheap, since it is asked of every document."""
    has_escape = b"\\" in content and _ESCAPE_NOT_IN_XML.search(content) is not None
    is_beyond_xml = _BEGINS_BEYOND_XML in content and any(character in content for character in _BEYOND_XML)
    return has_escape or is_beyond_xml or _has_long_number(content) or _has_exponent(content)


def _has_long_number(content: bytes) -> bool:
    """Whether there may be a number of many digits; an OID in a text is not one."""
    nines, place = content.translate(_NINES), -len(_LONG)
    while (place := nines.find(_LONG, place + len(_LONG))) >= 0:
        if _BEFORE_NUMBER.search(content[max(0, place - 2) : place]):
            return True
    return False


def _has_exponent(content: bytes) -> bool:
    """Whether there may be a number with an exponent: without digits it begins with e. The pattern alone is far slower."""
    bare = b"," + content.translate(_ALIKE, _DIGITS_AND_SPACE)
    return (b'":e' in bare or b",e" in bare) and _EXPONENT_NUMBER.search(content) is not None


def _unfit(value: JsonValue, name: str, path: Path) -> Iterator[Issue]:
    """What is JSON, but cannot be carried."""
    if isinstance(value, dict):
        for key, child in value.items():
            if NOT_IN_XML.search(key):
                # What stands below it has no place that could be written down.
                yield _issue("control-character", f"a key has {WHAT_IS_NOT_IN_XML}; take it out", _place(name, path))
                continue
            yield from _unfit(child, name, (*path, key))
    elif isinstance(value, list):
        for place, child in enumerate(value):
            yield from _unfit(child, name, (*path, place))
    else:
        unfit = unfit_leaf(value)
        if unfit:
            yield _issue(*unfit, _place(name, path))


def _place(name: str, path: Path) -> str:
    return f"{name}#{pointer(sayable(path))}"


def unfit_leaf(value: object) -> tuple[str, str] | None:
    """What kind of value FHIR cannot carry, and in words why; nothing for one that it can."""
    if isinstance(value, str) and NOT_IN_XML.search(value):
        return "control-character", f"a text has {WHAT_IS_NOT_IN_XML}; take it out"
    if isinstance(value, int) and abs(value) > _LARGEST:
        return "number", "a whole number is beyond 64 bit; send an identifier as text, in double quotes"
    if isinstance(value, Decimal) and _is_absurd(value):
        return "number", f"a number has more than {_DIGITS} digits or an exponent beyond {_EXPONENT}; round it"
    return None


def _is_absurd(value: Decimal) -> bool:
    _, digits, exponent = value.as_tuple()
    return len(digits) > _DIGITS or not isinstance(exponent, int) or abs(exponent) > _EXPONENT


def _issue(what: str, text: str, location: str) -> Issue:
    return Issue(severity=Severity.FATAL, code=IssueType.STRUCTURE, rule=f"json/{what}", text=text, location=(location,))


def canonical_bytes(value: JsonValue) -> bytes:
    """The value as compact JSON in UTF-8: the same value gives the same bytes, and decimals keep their digits."""
    return orjson.dumps(value, default=_decimal)


def pretty_bytes(value: JsonValue) -> bytes:
    """As canonical_bytes, for people: two spaces of indentation and a line end."""
    return orjson.dumps(value, default=_decimal, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _decimal(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal) and value.is_finite():
        return orjson.Fragment(str(value))
    raise TypeError(type(value).__name__)
