"""How codes of lists that are not open are written, and the usual misspellings of them."""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

_SHAPES: Mapping[str, tuple[re.Pattern[str], str]] = MappingProxyType(
    {
        "omim": (re.compile(r"(?:O?MIM[:\s]?\s?|[#*+%^])?([1-9][0-9]{5})", re.ASCII), "{}"),
        "omimps": (re.compile(r"(?:O?MIMPS[:\s]?|O?MIM:PS|PS)([1-9][0-9]{5})", re.ASCII), "PS{}"),
        "orpha": (re.compile(r"(?:ORPHA(?:NET|CODE)?[:_\s]?|ORDO[:/]ORPHANET_)?([1-9][0-9]{0,6})", re.ASCII), "{}"),
        "mondo": (re.compile(r"(?:HTTP://PURL\.OBOLIBRARY\.ORG/OBO/)?MONDO[:_]([0-9]{7})", re.ASCII), "MONDO:{}"),
        "hgnc": (re.compile(r"(?:HGNC[:_])?([1-9][0-9]{0,5})", re.ASCII), "HGNC:{}"),
        "entrez": (re.compile(r"(?:(?:NCBIGENE|ENTREZ|GENE)[:_\s]?)?([1-9][0-9]{0,9})", re.ASCII), "{}"),
        "loinc": (re.compile(r"(?:LOINC[:\s]?|LN:)?([1-9][0-9]{0,6}-[0-9])", re.ASCII), "{}"),
        "nucc": (re.compile(r"([0-9A-Z]{9}X)", re.ASCII), "{}"),
    }
)
"""For each system the shape of a code with its usual prefixes, and how it is written right."""

SYSTEMS: tuple[str, ...] = tuple(_SHAPES)
"""The systems whose shapes are known, by the names that the Case has for them."""


@lru_cache(maxsize=4_096)  # codes of public lists, which name nobody
def written_right(system: str, text: str) -> str | None:
    """A code as its system writes it, or nothing for what is not one of its codes: `written_right("mondo", "MONDO_0007387")`.

    Raises KeyError for a system that is not in SYSTEMS.
    """
    pattern, form = _SHAPES[system]
    match = pattern.fullmatch(text.strip().upper())
    if match is None or (system == "loinc" and not _has_check_digit(match[1])):
        return None
    return form.format(match[1])


def _has_check_digit(code: str) -> bool:
    """Whether the digit behind the dash of a LOINC code is the one that its number has (mod 10, LOINC Users' Guide)."""
    number, _, digit = code.partition("-")
    doubled = "".join(str(int(figure) * 2) if place % 2 == 0 else figure for place, figure in enumerate(reversed(number)))
    return (10 - sum(map(int, doubled)) % 10) % 10 == int(digit)
