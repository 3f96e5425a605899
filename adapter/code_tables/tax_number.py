"""Tax numbers of the United States: of an employer (EIN, NN-NNNNNNN) or of a person (SSN, NNN-NN-NNNN)."""

import re

_EMPLOYER = re.compile(r"[0-9]{2}-?[0-9]{7}")
_PERSON = re.compile(r"[0-9]{3}-[0-9]{2}-[0-9]{4}")
_NINE = re.compile(r"[0-9]{9}")


def is_ssn(text: str) -> bool:
    """Whether a tax number is written as that of a person: nine digits without hyphens are an employer's."""
    return _PERSON.fullmatch(text) is not None


def is_tax_number(text: str) -> bool:
    """Whether a text is written as a tax number, and is not one digit nine times."""
    written = is_ssn(text) or _EMPLOYER.fullmatch(text) is not None
    return written and len(set(text) - {"-"}) > 1


def nine_digits(text: str) -> str | None:
    """The digits of what was meant as a tax number, if there are nine."""
    digits = re.sub(r"[^0-9]", "", text)
    return digits if _NINE.fullmatch(digits) and is_tax_number(digits) else None
