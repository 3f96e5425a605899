"""What is said of a value that the Case cannot hold: what it must be, and how to write it. No value is repeated.

Codes that everybody shares (an HPO number, a modifier) are the exception: the suggestion shows them as they are to be written.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches
from types import MappingProxyType
from typing import get_args

from pydantic import StringConstraints
from pydantic_core import ErrorDetails

from adapter.annotation import Hint
from adapter.merging.unknown_field import hint_at
from adapter.path import Path
from adapter.plain_value import LOCAL_TIME, Date, DateTime, PartialDate, ServiceSystem, Text, Token, Url

_WORDS = {
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "is_instance_of": "must be a number",
    "decimal_type": "must be a number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "model_type": "must be an object",
    "value_error": "is not a day that exists",
    "finite_number": "must be a finite number",
}
_BOUNDS = {
    "string_too_long": ("is too long", "shorten it to {max_length} characters"),
    "greater_than_equal": ("is too small", "the smallest number that is taken is {ge}"),
    "less_than_equal": ("is too large", "the largest number that is taken is {le}"),
    "less_than": ("is too large", "write a number below {lt}"),
    "decimal_max_digits": ("has too many digits", "write {max_digits} digits at most"),
}
"""What is wrong with a value beyond a bound, and what to do, with the bound."""
_DAY_WORDS = "must be a day, written YYYY-MM-DD"
_DATE_WORDS = "must be a date, written YYYY-MM-DD, or YYYY-MM or YYYY where no more is known"
_TIME_WORDS = "must be a time with its offset from UTC, written YYYY-MM-DDThh:mm:ss-05:00, or a day, written YYYY-MM-DD"


def _pattern(hint: Hint) -> str:
    return str(get_args(hint)[1].pattern)


_FORMS = {
    _pattern(Date): _DAY_WORDS,
    _pattern(PartialDate): _DATE_WORDS,
    _pattern(DateTime): _TIME_WORDS,
    _pattern(Text): "must not be empty",
    _pattern(Token): "must be a code or number of one piece: not empty, no white space around it, single spaces within it",
    _pattern(Url): "must be a URL: not empty, no white space",
    _pattern(ServiceSystem): "must be 'cpt', 'hcpcs', 'loinc', or the URI of another code system",
}
"""What a text of each of the Case's own types must be, by its pattern."""
_FIELD_FORMS = {
    "hpo": "must be an HPO term: HP: and seven digits",
    "sha1": "must be a SHA-1 digest: 40 hexadecimal digits in small letters",
    "currency": "must be a currency code: three capital letters, such as USD",
    "filing_indicator": "must be a claim filing indicator of X12: two capital letters or digits, such as CI",
}
"""The same for types that only one field has."""

_ZONE = "send the offset (2026-03-02T09:30:00-05:00), or set ADAPTER_ZONE to the sender's time zone"
_DAY_FIRST = re.compile(r"\d{4}-\d\d-\d\d[T ].+", re.DOTALL)
_DATE_HINTS = (
    (re.compile(r"\d{4}-\d\d-\d\d"), "a month is 01 to 12, and a day 01 to 31"),
    (re.compile(r"\d{8}(\d{2,6}(\.\d+)?([+-]\d{4})?)?"), "write hyphens between year, month and day: YYYY-MM-DD"),
    (re.compile(r"\d{4}[/.]\d{1,2}[/.]\d{1,2}.*", re.DOTALL), "write hyphens between year, month and day: YYYY-MM-DD"),
    (re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}.*", re.DOTALL), "write the year first, with four digits: YYYY-MM-DD"),
    (re.compile(r"\d{4}-\d{1,2}-\d{1,2}"), "write month and day with two digits: YYYY-MM-DD"),
    (re.compile(r".*[A-Za-z]{3}.*", re.DOTALL), "write the month as a number: YYYY-MM-DD"),
)
"""How people write dates, and what to do instead; the first that fits."""
_TIME_HINTS = (
    (re.compile(r".{10}[T ]\d\d:\d\d(:\d\d(\.\d+)?)?[+-]\d{3,4}"), "write a colon in the offset: -05:00"),
    (re.compile(r".{10}[T ]\d\d:\d\d(Z|[+-]\d\d:\d\d)?"), "write the seconds too: 2026-03-02T09:30:00-05:00"),
    (re.compile(r".{10}T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"), "an offset is at most 14:00, and a time at most 23:59:59"),
    (re.compile(r".{10}[ t].*", re.DOTALL), "write a capital T between the day and the time"),
    (re.compile(r".{10}T.*", re.DOTALL), "write hours, minutes, seconds and the offset: 2026-03-02T09:30:00-05:00"),
)
_HPO = re.compile(r"(?:hp)?[\s:_-]*(\d{1,7})", re.IGNORECASE)
_FIGURE = re.compile(r"[+-]?\d+(\.\d+)?")
_TWO_DIGITS = 99
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]+")
_LENGTH_OF_SHA1 = 40
_LEAVE_OUT = "leave it out if there is nothing to say"
_EMPTY = "write what is known, or leave it out"
_UNKNOWN_DATE = "write digits and hyphens: YYYY-MM-DD, or YYYY-MM or YYYY if the field takes it"
_CHOICE = re.compile(r"'([^']*)'")
_WORDS_BY_CHOICE = MappingProxyType(
    {
        "male": "m man boy",
        "female": "f w woman girl",
        "unknown": "u unk",
        "mother": "mom",
        "father": "dad",
        "completed": "complete done",
        "finished": "completed complete done discharged",
        "in-progress": "active started ongoing",
        "stopped": "cancelled",
        "video": "telehealth virtual",
        "audio": "phone",
        "in-person": "office inperson",
        "store-and-forward": "async",
        "present": "yes",
        "absent": "no",
        "frontal": "front",
        "orpha": "orphanet",
        "signed": "approved final",
        "amended": "corrected",
        "confirmed": "dx",
        "suspected": "provisional",
        "original": "new",
        "replacement": "replace",
        "void": "cancel",
    }
)
"""Words that people have for codes."""


def wording(detail: ErrorDetails, path: Path) -> tuple[str, str]:
    """What is wrong with the value at a path of the Case, and what to do."""
    kind, value = detail["type"], detail["input"]
    if kind == "literal_error":
        choices = str(detail["ctx"]["expected"])
        return f"must be one of {choices}", _nearest_choice(value, choices)
    field = next((step for step in reversed(path) if isinstance(step, str)), "")
    if kind == "model_type" and field == "modifiers":
        return "must be text, or an object with `code` and `system`", _as_modifier(value)
    form = _form_of(detail, path, field)
    if kind == "string_pattern_mismatch" or (kind == "string_type" and form in _FORMS_OF_CODES):
        is_local = form == _TIME_WORDS and LOCAL_TIME.fullmatch(str(value))
        return "is a time without an offset from UTC" if is_local else form, _HINTS[form](value)
    if kind in _BOUNDS:
        words, hint = _BOUNDS[kind]
        return words, hint.format(**detail["ctx"])
    return _WORDS[kind], _KIND_HINTS[kind](value)


def _form_of(detail: ErrorDetails, path: Path, field: str) -> str:
    """What a text at a path must be, in words; `""` for what is not a text."""
    if field in _FIELD_FORMS:
        return _FIELD_FORMS[field]
    if detail["type"] == "string_pattern_mismatch":
        return _FORMS[str(detail["ctx"]["pattern"])]
    patterns = (metadata.pattern for metadata in _metadata(hint_at(path)) if isinstance(metadata, StringConstraints))
    return next((_FORMS[str(pattern)] for pattern in patterns), "")


def _metadata(hint: Hint) -> Iterator[Hint]:
    for part in get_args(hint):
        yield part
        yield from _metadata(part)


def _nearest_choice(value: object, choices: str) -> str:
    known = _CHOICE.findall(choices)
    if not isinstance(value, str):
        return "write it as text, in double quotes"
    word = value.strip().lower().replace("_", "-").replace(" ", "-")
    meant = [choice for choice in known if choice == word or word in _WORDS_BY_CHOICE.get(choice, "").split()]
    near = meant or get_close_matches(word, known, n=1)
    return f"did you mean `{near[0]}`?" if near else "write the one that fits"


def _as_service_system(value: object) -> str:
    return _nearest_choice(value, _FORMS[_pattern(ServiceSystem)])


def _as_modifier(value: object) -> str:
    is_code = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _TWO_DIGITS
    return f'write it as text, in double quotes: "{value:02}"' if is_code else "write the code as text, in double quotes"


def _as_hpo(value: object) -> str:
    match = _HPO.fullmatch(str(value).strip())
    number = match[1] if match else ""
    return f"write HP:{number:0>7}" if number else "write HP: and seven digits, such as HP:0000316"


def _as_date(value: object) -> str:
    text = str(value).strip()
    if _DAY_FIRST.fullmatch(text):
        return "write the day alone, without a time: YYYY-MM-DD"
    return next((hint for pattern, hint in _DATE_HINTS if pattern.fullmatch(text)), _UNKNOWN_DATE)


def _as_time(value: object) -> str:
    text = str(value).strip()
    if LOCAL_TIME.fullmatch(text):
        return _ZONE
    if _DAY_FIRST.fullmatch(text):
        return next(hint for pattern, hint in _TIME_HINTS if pattern.fullmatch(text))
    return _as_date(value)


def _always(hint: str) -> Callable[[object], str]:
    return lambda _: hint


def _as_token(value: object) -> str:
    return "leave out the white space around it, and all but single spaces within it" if str(value).strip() else _EMPTY


def _as_url(value: object) -> str:
    return "write the whole address; a space within it is %20" if str(value).strip() else _EMPTY


def _as_sha1(value: object) -> str:
    digits = _HEXADECIMAL.fullmatch(str(value).strip())
    if digits is None:
        return "write the digest with the digits 0 to 9 and the letters a to f; it is not sent in base64"
    if len(digits[0]) == _LENGTH_OF_SHA1:
        return "write the letters small, and nothing around the digits"
    return "send the SHA-1 digest of the whole file; a digest of another length is of another kind"


def _in_quotes(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return _LEAVE_OUT if value is None else "write one text in double quotes"
    return "put it in double quotes, with leading zeros if it has any"


def _as_number(value: object) -> str:
    if not isinstance(value, str):
        return _LEAVE_OUT if value is None else "write one number"
    if _FIGURE.fullmatch(value.strip()):
        return "write the number without quotes"
    return "write digits without quotes: no words, currency signs, units or thousands separators"


def _as_whole_number(value: object) -> str:
    return "leave the fraction out" if isinstance(value, Decimal) else _as_number(value)


def _as_truth(value: object) -> str:
    return _LEAVE_OUT if value is None else "write true or false without quotes"


def _as_list(value: object) -> str:
    return _LEAVE_OUT if value is None else "put it in square brackets: […]"


def _as_object(value: object) -> str:
    if value is None:
        return _LEAVE_OUT
    return "write one object, without the square brackets" if isinstance(value, list) else "write an object with its fields: {…}"


_HINTS: Mapping[str, Callable[[object], str]] = {
    _DAY_WORDS: _as_date,
    _DATE_WORDS: _as_date,
    _TIME_WORDS: _as_time,
    _FORMS[_pattern(Text)]: _always(_EMPTY),
    _FORMS[_pattern(Token)]: _as_token,
    _FORMS[_pattern(Url)]: _as_url,
    _FORMS[_pattern(ServiceSystem)]: _as_service_system,
    _FIELD_FORMS["hpo"]: _as_hpo,
    _FIELD_FORMS["sha1"]: _as_sha1,
    _FIELD_FORMS["currency"]: _always("write the code of ISO 4217 in capital letters, not its sign or name"),
    _FIELD_FORMS["filing_indicator"]: _always("write the code of X12 in capital letters, not its name"),
}
"""What to do about a text that is not of its form."""
_FORMS_OF_CODES = frozenset({_DAY_WORDS, _DATE_WORDS, _TIME_WORDS, _FIELD_FORMS["hpo"]})
"""The forms that a number is told of too."""
_KIND_HINTS: Mapping[str, Callable[[object], str]] = {
    "string_type": _in_quotes,
    "int_type": _as_whole_number,
    "int_from_float": _as_whole_number,
    "is_instance_of": _as_number,
    "decimal_type": _as_number,
    "finite_number": _as_number,
    "bool_type": _as_truth,
    "tuple_type": _as_list,
    "model_type": _as_object,
    "value_error": _always("write a day of the calendar: some months have 30 days, and February has 28 or 29"),
}
"""What to do about a value of another type."""
