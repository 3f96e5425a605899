"""National Provider Identifiers: ten digits, the last of which checks the others (45 CFR 162.406; ISO/IEC 7812, Luhn)."""

import re
from functools import lru_cache

_TEN_DIGITS = re.compile(r"[0-9]{10}")
_PREFIX_SUM = 24  # what the prefix 80840 adds to the Luhn sum; ten ASCII digits add 480 to the sum of their values
_DOUBLED = str.maketrans("0123456789", "0246813579")  # a doubled digit with its own digits added


def has_npi_form(text: str) -> bool:
    """Whether a text has ten digits, as an NPI has."""
    return _TEN_DIGITS.fullmatch(text) is not None


@lru_cache(maxsize=1024)
def is_npi(text: str) -> bool:
    """Whether a text is an NPI: ten digits that pass the Luhn check with 80840 before them."""
    if not has_npi_form(text):
        return False
    digits = text[::2].translate(_DOUBLED) + text[1::2]
    return (sum(digits.encode()) + _PREFIX_SUM) % 10 == 0
