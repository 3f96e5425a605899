"""Provider taxonomy codes: how they are built, and what a few of them mean in words of our own.

The NUCC code set is copyrighted by the AMA, and no openly licensed list of it was found, so that it does not travel with the
adapter: known are the codes that are expected of the rendering provider (modelling.md §7.2) and those of the source documents
(§9.2); of all others only the shape is checked.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

_SHAPE = re.compile(r"[1-4][0-9]{2}[0-9A-Z]{6}X")

MEANING: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "207SG0201X": frozenset({"genetics"}),
        "207SC0300X": frozenset({"genetics", "laboratory"}),
        "207SG0202X": frozenset({"genetics", "laboratory"}),
        "207SG0203X": frozenset({"genetics", "laboratory"}),
        "208000000X": frozenset({"pediatrics"}),
        "2080P0006X": frozenset({"pediatrics", "development"}),
        "2080P0008X": frozenset({"pediatrics", "development"}),
        "363L00000X": frozenset({"nurse"}),
        "363LP0200X": frozenset({"nurse", "pediatrics"}),
        "170300000X": frozenset({"genetics", "counseling"}),
        "170100000X": frozenset({"genetics", "laboratory"}),
        "207RC0000X": frozenset({"cardiology"}),
        "207X00000X": frozenset({"orthopedics"}),
        "246Z00000X": frozenset({"technician"}),
    }
)
"""What the known codes are about, in subjects."""

ABSENT: Mapping[str, str] = MappingProxyType({"2080P2900X": "207SG0201X"})
"""Codes that NUCC does not have although they are shaped like one, and what was meant (modelling.md §9.2)."""

_SUBJECT = {
    "genet": "genetics",
    "genom": "genetics",
    "dysmorph": "genetics",
    "laborator": "laboratory",
    "cytogen": "laboratory",
    "biochem": "laboratory",
    "pediatr": "pediatrics",
    "paediatr": "pediatrics",
    "development": "development",
    "neurodev": "development",
    "nurs": "nurse",
    "counsel": "counseling",
    "cardio": "cardiology",
    "heart": "cardiology",
    "orthop": "orthopedics",
    "technic": "technician",
    "technolog": "technician",
    "telemed": "telemedicine",
    "telehealth": "telemedicine",
}
_BEGINNING = re.compile(rf"\b({'|'.join(_SUBJECT)})", re.IGNORECASE)
_MEANT = (
    (frozenset({"nurse", "pediatrics"}), "363LP0200X"),
    (frozenset({"nurse"}), "363L00000X"),
    (frozenset({"genetics", "laboratory"}), "207SG0203X"),
    (frozenset({"genetics", "counseling"}), "170300000X"),
    (frozenset({"genetics"}), "207SG0201X"),
    (frozenset({"pediatrics"}), "208000000X"),
    (frozenset({"cardiology"}), "207RC0000X"),
    (frozenset({"orthopedics"}), "207X00000X"),
)
_PHYSICIAN = "20"
_NON_PHYSICIAN = ("363", "364S")
_TECHNICIAN = "24"
_INTERPRETER = ("20", "363", "364S", "1701", "1744", "122")
"""Physicians, physician assistants, nurse practitioners, nurse specialists, doctors of genetics, specialists and dentists."""


def is_taxonomy(code: str) -> bool:
    """Whether a code is shaped like a NUCC code (ten characters, the last X) and not known to be none."""
    return _SHAPE.fullmatch(code) is not None and code not in ABSENT


def is_physician(code: str) -> bool:
    """Whether a code belongs to allopathic and osteopathic physicians."""
    return code.startswith(_PHYSICIAN)


def is_non_physician(code: str) -> bool:
    """Whether a code belongs to physician assistants, nurse practitioners or clinical nurse specialists."""
    return code.startswith(_NON_PHYSICIAN)


@lru_cache(maxsize=1024)
def is_technician(code: str) -> bool:
    """Whether a code belongs to technologists and technicians."""
    return code.startswith(_TECHNICIAN)


def subjects_of(label: str) -> frozenset[str]:
    """The subjects that a label speaks of, by the beginnings of its words; none if it has none of ours."""
    return frozenset(_SUBJECT[beginning.lower()] for beginning in _BEGINNING.findall(label))


@lru_cache(maxsize=1024)
def contradicts(label: str, code: str) -> bool:
    """Whether a label speaks of subjects, and a known code of none of them."""
    if code not in MEANING:
        return False
    meant = subjects_of(label)
    return bool(meant) and meant.isdisjoint(MEANING[code])


def meant_by(label: str) -> str | None:
    """The code of what a label speaks of, if it is one that is expected here."""
    subjects = subjects_of(label)
    return next((code for meaning, code in _MEANT if meaning <= subjects), None)


@lru_cache(maxsize=1024)
def does_not_interpret(code: str) -> bool:
    """Whether a code is of a profession that signs no interpretation: counselors, technicians, students and others."""
    return is_taxonomy(code) and not code.startswith(_INTERPRETER)
