"""ICD-10-CM: whether a diagnosis code can be billed on a day (three releases of the CDC, public domain)."""

import gzip
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

Standing = Literal["billable", "header", "unknown", "malformed"]

_SHAPE = re.compile(r"[A-Z][0-9][0-9A-Z](\.?[0-9A-Z]{1,4})?", re.ASCII)
_RECORD = 9
_CODE = 7
_RELEASES = 8
_CATEGORY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseOfCodes:
    """A release that is held: its name, the days of service that it is for, and its bit in the table."""

    name: str
    first_day: str
    last_day: str
    bit: int


HELD: tuple[ReleaseOfCodes, ...] = (
    ReleaseOfCodes(name="January 2021", first_day="2020-10-01", last_day="2021-09-30", bit=1),
    ReleaseOfCodes(name="April 2025", first_day="2024-10-01", last_day="2025-09-30", bit=2),
    ReleaseOfCodes(name="April 2026", first_day="2025-10-01", last_day="2026-09-30", bit=4),
)
"""The releases that are held, the oldest first: those of fiscal years 2021, 2025 and 2026."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosisCode:
    """What is known of a code: `code` as it is written (with its dot), and how it stands on the day that was asked for.

    A `header` has more exact codes below it and cannot be billed. It `is_certain` how a code stands if the release of that day
    is held, or if those around the day agree. A manifestation belongs behind the disease that it comes from; an external cause
    (V00 to Y99) says how something happened; a factor (Z00 to Z99) is no disease.
    """

    code: str
    standing: Standing
    is_certain: bool = True
    is_manifestation: bool = False

    @property
    def is_external_cause(self) -> bool:
        """Whether it says how something happened (chapter 20)."""
        return self.standing != "malformed" and self.code[:1] in "VWXY"

    @property
    def is_factor(self) -> bool:
        """Whether it is a reason for contact other than a disease (chapter 21)."""
        return self.standing != "malformed" and self.code[:1] == "Z"


def diagnosis_code(text: str, day: str | None = None) -> DiagnosisCode:
    """What is known of a code in any case, with or without its dot: on a day (YYYY-MM-DD), or in the newest release."""
    return _known(text, _around(day))


@lru_cache(maxsize=1024)
def _around(day: str | None) -> tuple[ReleaseOfCodes | None, ReleaseOfCodes | None]:
    """The release before a day or on it, and the one after it or on it; nothing where none is held."""
    if day is None:
        return HELD[-1], None
    before = [release for release in HELD if release.first_day <= day]
    after = [release for release in HELD if day <= release.last_day]
    return before[-1] if before else None, after[0] if after else None


@lru_cache(maxsize=1024)
def _known(text: str, around: tuple[ReleaseOfCodes | None, ReleaseOfCodes | None]) -> DiagnosisCode:
    plain = text.strip().upper()
    if not _SHAPE.fullmatch(plain):
        return DiagnosisCode(code=text, standing="malformed")
    key = plain.replace(".", "")
    written = key if len(key) == _CATEGORY else f"{key[:_CATEGORY]}.{key[_CATEGORY:]}"
    records = _records_of(key)
    first, *others = (_standing(key, records, release) for release in reversed(around) if release)
    is_certain = all(other == first for other in others) and (first != "unknown" or None not in around)
    is_manifestation = first != "unknown" and records[0][_CODE] == "m"
    return DiagnosisCode(code=written, standing=first, is_certain=is_certain, is_manifestation=is_manifestation)


def _standing(key: str, records: Sequence[str], release: ReleaseOfCodes) -> Standing:
    """How a code stands in a release, by the records of it and of the codes below it."""
    held = [record[:_CODE].rstrip() for record in records if int(record[_RELEASES]) & release.bit]
    if key not in held:
        return "unknown"
    return "header" if len(held) > 1 else "billable"


def _records_of(key: str) -> list[str]:
    """The record of a code and those of the codes below it, in any release."""
    table, records = _table(), list[str]()
    place = bisect_left(table, key, key=lambda record: record[:_CODE].rstrip())
    while place < len(table) and table[place].startswith(key):
        records.append(table[place])
        place += 1
    return records


class _Records:
    """Records of nine characters, looked at where they stand."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __len__(self) -> int:
        return len(self._text) // _RECORD

    def __getitem__(self, place: int) -> str:
        return self._text[place * _RECORD : (place + 1) * _RECORD]


@cache
def _table() -> _Records:
    return _Records(gzip.decompress(files("adapter.code_tables").joinpath("icd-10-cm.gz").read_bytes()).decode("ascii"))
