"""Procedure codes: what was probably meant by one that is misspelled, and which stand with 0731T in the table of pairs."""

import re
import unicodedata
from functools import lru_cache

from adapter.code_tables.service_code import ANALYSIS, system_of

_PREFIX = re.compile(r"^(CPT-?4?|HCPCS|HCPC)[:\s/|-]*")
_WITH_MODIFIERS = re.compile(r"^(\S{5})([-:,\s^]+[0-9A-Z]{2})+$")
_LOOKS_LIKE = str.maketrans("ОоТтІ", "00TTI")
_LENGTH = 5
_TURNED = frozenset({"0731", "T0731", "T731", "731T"})
"""0731T without its letter or its nought, or with the letter in front: HCPCS has no T0731."""


@lru_cache(maxsize=1024)
def meant_by(code: str) -> str:
    """The code that was probably meant, without prefix, modifiers, lower case and look-alike letters; else the code itself."""
    if system_of(code) is not None:
        return code
    plain = unicodedata.normalize("NFKC", code).translate(_LOOKS_LIKE).upper().strip()
    plain = _PREFIX.sub("", plain)
    plain = re.sub(r"[\s.]", "", plain) if _WITH_MODIFIERS.match(plain) is None else plain
    match = _WITH_MODIFIERS.match(plain)
    plain = match[1] if match else plain
    plain = ANALYSIS if plain in _TURNED else plain
    if len(plain) == _LENGTH:
        plain = plain[:4].replace("O", "0").replace("I", "1").replace("L", "1") + plain[4] if plain[0] in "0O123456789" else plain
    return plain if system_of(plain) is not None else code


_PAIRED = (
    ("98004", "98007"),
    ("98012", "98016"),
    ("99211", "99215"),
    ("99221", "99223"),
    ("99231", "99236"),
    ("99238", "99239"),
    ("99242", "99245"),
    ("99252", "99255"),
    ("99291", "99292"),
    ("99315", "99316"),
    ("99347", "99350"),
    ("99374", "99375"),
    ("99377", "99378"),
    ("92012", "92012"),
    ("92014", "92014"),
)
"""Visits that stand with 0731T in the PTP table (payers.md §1), and those for established patients of the 98000 series."""

_NEVER = frozenset({"0213T", "0216T", "36591", "36592", "69990", "96523", "99155", "99156", "99157"})
_UNLESS_DISTINCT = frozenset(
    {"0903T", "0904T", "0905T", "36000", "36400", "36405", "36406", "36410", "36420", "36425", "36430", "36440", "36600", "36640"}
    | {"93000", "93005", "93010", "93040", "93041", "93042", "95812", "95813", "95816", "95819", "95822", "95829"}
)
_RANGES = (("62320", "62327", 0), ("64400", "64530", 0), ("12001", "13153", 1), ("96360", "96377", 1))
"""Other services that stand with 0731T in the PTP table (payers.md §1): of indicator 0, of indicator 1, and whole ranges.

payers.md gives ranges; the codes within them are those that NCCI lists as misuse of any procedure, from knowledge. Of infusions
(96360 to 96377) most stand in the table.
"""


@lru_cache(maxsize=1024)
def pair_indicator(code: str) -> int | None:
    """The indicator of a service other than a visit in the table of pairs with 0731T; nothing if it does not stand there."""
    if code in _NEVER:
        return 0
    if code in _UNLESS_DISTINCT:
        return 1
    return next((indicator for first, last, indicator in _RANGES if first <= code <= last and len(code) == _LENGTH), None)


@lru_cache(maxsize=1024)
def pairs_with_analysis(code: str) -> bool:
    """Whether a visit stands with 0731T in the table of pairs: of established patients, consultations, inpatients."""
    return len(code) == _LENGTH and any(first <= code <= last for first, last in _PAIRED)
