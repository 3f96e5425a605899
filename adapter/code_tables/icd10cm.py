"""ICD-10-CM: whether a diagnosis code can be billed (CDC's release of April 2026, public domain)."""

import gzip
import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

RELEASE = "April 2026"
FIRST_DAY, LAST_DAY = "2025-10-01", "2026-09-30"
"""The days of service that the release is for: fiscal year 2026, with the update of April."""

Standing = Literal["billable", "header", "unknown", "malformed"]

_SHAPE = re.compile(r"[A-Z][0-9][0-9A-Z](\.?[0-9A-Z]{1,4})?", re.ASCII)
_RECORD = 8
_CODE = 7
_CATEGORY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosisCode:
    """What is known of a code: `code` as it is written (with its dot), and how it stands in the release.

    A `header` has more exact codes below it and cannot be billed. A manifestation belongs behind the disease that it comes from;
    an external cause (V00 to Y99) says how something happened; a factor (Z00 to Z99) is no disease.
    """

    code: str
    standing: Standing
    is_manifestation: bool = False

    @property
    def is_external_cause(self) -> bool:
        """Whether it says how something happened (chapter 20)."""
        return self.standing != "malformed" and self.code[:1] in "VWXY"

    @property
    def is_factor(self) -> bool:
        """Whether it is a reason for contact other than a disease (chapter 21)."""
        return self.standing != "malformed" and self.code[:1] == "Z"


def diagnosis_code(text: str) -> DiagnosisCode:
    """What is known of a code in any case, with or without its dot."""
    plain = text.strip().upper()
    if not _SHAPE.fullmatch(plain):
        return DiagnosisCode(code=text, standing="malformed")
    key = plain.replace(".", "")
    written = key if len(key) == _CATEGORY else f"{key[:_CATEGORY]}.{key[_CATEGORY:]}"
    known, flag, following = _look_up(key)
    if not known:
        return DiagnosisCode(code=written, standing="unknown")
    standing: Standing = "header" if following.startswith(key) else "billable"
    return DiagnosisCode(code=written, standing=standing, is_manifestation=flag == "m")


def is_in_force(day: str | None) -> bool:
    """Whether the release is the one for a day of service (YYYY-MM-DD); of a day that is not known, it is not."""
    return day is not None and FIRST_DAY <= day <= LAST_DAY


def _look_up(key: str) -> tuple[bool, str, str]:
    """Whether a code is listed, its flag, and the code that follows it."""
    table = _table()
    place = bisect_left(table, key, key=_code_of)
    if place == len(table) or _code_of(table[place]) != key:
        return False, " ", ""
    following = _code_of(table[place + 1]) if place + 1 < len(table) else ""
    return True, table[place][_CODE], following


def _code_of(record: str) -> str:
    return record[:_CODE].rstrip()


class _Records:
    """Records of eight characters, looked at where they stand."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __len__(self) -> int:
        return len(self._text) // _RECORD

    def __getitem__(self, place: int) -> str:
        return self._text[place * _RECORD : (place + 1) * _RECORD]


@cache
def _table() -> _Records:
    return _Records(gzip.decompress(files("adapter.code_tables").joinpath("icd-10-cm.gz").read_bytes()).decode("ascii"))
