"""The syndromes that AI, laboratory and clinician speak of, by their codes: which are held, and which are dismissed."""

from collections.abc import Collection, Iterable
from typing import NamedTuple, Protocol

from adapter.case import Case, Molecular
from adapter.code_tables.classification import evidence
from adapter.code_tables.spelling import written_right
from adapter.rules.facts import Facts


class Coded(Protocol):
    """A code with its system."""

    @property
    def system(self) -> str:
        """The system, by the name that the Case has for it."""

    @property
    def code(self) -> str:
        """The code as it was sent."""


def supports(finding: Molecular) -> bool:
    """Whether a finding supports a diagnosis: a negative or uncertain one supports nothing."""
    return evidence(finding.classification, finding.result) == "positive"


Syndrome = tuple[str, Iterable[Coded]]
"""The case field at which a syndrome is supported or dismissed, and its codes."""

Key = tuple[str, str]
"""The system and the code of a syndrome, as the system writes it."""

HELD = frozenset({"clinical", "molecular"})
"""The certainties of a diagnosis that the clinician holds."""


def key_of(coded: Coded) -> Key:
    """The key of a code."""
    return coded.system, written_right(coded.system, coded.code) or coded.code


class Syndromes:
    """Syndromes that the clinician holds or dismisses: the case fields at which they stand, by their codes."""

    def __init__(self, listed: Iterable[Syndrome]) -> None:
        """Hold syndromes by their codes."""
        self._of_key: dict[Key, dict[str, None]] = {}
        self._of_system: dict[str, dict[str, None]] = {}
        for field, codes in listed:
            for code in codes:
                self._of_key.setdefault(key_of(code), {})[field] = None
                self._of_system.setdefault(code.system, {})[field] = None

    def agreeing(self, keys: Iterable[Key]) -> Collection[str]:
        """The fields of those that one of these codes means."""
        return next((self._of_key[key] for key in keys if key in self._of_key), ())

    def comparable(self, keys: Iterable[Key]) -> Collection[str]:
        """The fields of those that have a code of the system of one of these, so that they can be compared with it."""
        return next((self._of_system[system] for system, _ in keys if system in self._of_system), ())


def dispositions(case: Case) -> tuple[list[Syndrome], list[Syndrome]]:
    """The candidates that the clinician supports, and those that are rejected."""
    listed = [
        (f"{ai}.candidates[{at}].disposition", c.codes, c.disposition)
        for ai, run in case.runs
        for at, c in enumerate(run.candidates)
        if c.disposition in ("supported", "rejected")
    ]
    return (
        [(field, codes) for field, codes, disposition in listed if disposition == "supported"],
        [(field, codes) for field, codes, disposition in listed if disposition == "rejected"],
    )


def conclusions_of(case: Case) -> tuple[list[Syndrome], list[Syndrome]]:
    """The syndromes that the clinician holds, and those that are dismissed."""
    listed = list(enumerate(case.clinician_diagnoses))
    return (
        [(f"clinician_diagnoses[{at}]", d.codes) for at, d in listed if d.certainty in HELD and not d.is_group],
        [(f"clinician_diagnoses[{at}]", d.codes) for at, d in listed if d.certainty == "dismissed"],
    )


class SyndromeOutline(NamedTuple):
    """What a case says of syndromes: `both` that one of them is held and dismissed, `another` that a finding may be of another.

    `molecular` says that a diagnosis is of molecular certainty, `not_held` that the clinician names one that is not held.
    """

    both: bool
    another: bool
    molecular: bool
    not_held: bool


def syndrome_outline(facts: Facts) -> SyndromeOutline:
    """The outline of all syndromes, by a quick look at their codes."""
    case = facts.case
    candidates = [candidate for run in case.analyses for candidate in run.candidates]
    supported = _keys([c.codes for c in candidates if c.disposition == "supported"])
    rejected = _keys([c.codes for c in candidates if c.disposition == "rejected"])
    held = _keys([d.codes for d in case.clinician_diagnoses if d.certainty in HELD and not d.is_group])
    dismissed = _keys([d.codes for d in case.clinician_diagnoses if d.certainty == "dismissed"])
    against = rejected | dismissed
    expected = (supported & held) - against
    certainties = {diagnosis.certainty for diagnosis in case.clinician_diagnoses}
    return SyndromeOutline(
        both=not (held.isdisjoint(against) and dismissed.isdisjoint(supported)),
        another=any(finding.condition is None or key_of(finding.condition) not in expected for finding in case.molecular),
        molecular="molecular" in certainties,
        not_held=not certainties.issubset(HELD) or "rejected" in [candidate.disposition for candidate in candidates],
    )


def _keys(listed: Iterable[Iterable[Coded]]) -> set[Key]:
    return {key_of(code) for codes in listed for code in codes}
