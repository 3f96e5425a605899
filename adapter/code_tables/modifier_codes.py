"""Claim modifiers that the adapter knows, and the code system of each: codes alone, without a word of what they mean.

CPT: the two-digit modifiers, physical status, performance measures, as payers' public guidance names them. HCPCS Level II: the
modifiers of the CMS HCPCS file as of 2024, from knowledge and not read there; one that is missing is warned of, never refused.
"""

import re

from adapter.code_tables.service_code import CPT_URLS, HCPCS_URLS

_SHAPE = re.compile(r"[A-Z0-9]{2}")

_CPT_BY_FIRST = {
    "1": "P",
    "2": "234567P",
    "3": "23P",
    "4": "7",
    "5": "0123456789",
    "6": "236",
    "7": "346789",
    "8": "012P",
    "9": "01235679",
    "P": "123456",
}
_HCPCS_BY_FIRST = {
    "A": "123456789ADEFGHIJKMOPQRSTUVWXYZ",
    "B": "ALOPRU",
    "C": "ABCDEFGHIJKLMNOQRST",
    "D": "A",
    "E": "1234ABCDEJMPRTXY",
    "F": "123456789ABCPQRSTXY",
    "G": "0123456789ABCDEFGHJKLMNOPQRSTUVWXYZ",
    "H": "9ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "J": "12345ABCDEFGKLWZ",
    "K": "01234ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "L": "CDLMRSTU",
    "M": "2ABCDEFGHS",
    "N": "123BRU",
    "P": "ABCDILMNOST",
    "Q": "0123456789ABCDEFGHJKLMNPQRSTVWXYZ",
    "R": "ABCDEIRT",
    "S": "ABCDEFGHIJKLMNQSTUVWYZ",
    "T": "123456789ABCDEFGHIJKLMNPQRSTUVW",
    "U": "123456789ABCDEFGHJKNPQRS",
    "V": "123456789MP",
    "X": "12345EPSU",
    "Z": "ABC",
}
_CPT = frozenset(first + second for first, seconds in _CPT_BY_FIRST.items() for second in seconds)
_HCPCS = frozenset(first + second for first, seconds in _HCPCS_BY_FIRST.items() for second in seconds)

KNOWN: frozenset[str] = _CPT | _HCPCS
"""Every modifier that the adapter knows."""


def systems_of(code: str) -> tuple[str, ...]:
    """The URLs of the code system that a well-formed modifier belongs to: two digits and what CPT has with a letter are CPT."""
    return CPT_URLS if code.isdigit() or code in _CPT else HCPCS_URLS


def is_of(code: str, url: str) -> bool:
    """Whether a URL is one of the code system that a well-formed modifier belongs to."""
    return url in systems_of(code)


def real_system_of(code: str, url: str | None) -> str | None:
    """The URL that the output names for a modifier, given in capitals, that was sent with this one.

    What is no modifier, or none that is known, stays in a system of the sender's own if it was sent with one.
    """
    is_own = url is not None and url not in CPT_URLS and url not in HCPCS_URLS
    if _SHAPE.fullmatch(code) is None or (is_own and code not in KNOWN):
        return url
    return systems_of(code)[0]
