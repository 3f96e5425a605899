"""The syndromes that AI, laboratory and clinician speak of, by their codes: which are held, and which are dismissed."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple, Protocol

from adapter.case import Case, Gene, Molecular
from adapter.code_tables.classification import evidence
from adapter.code_tables.mondo import is_entry, mondo_of
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


class Listed(NamedTuple):
    """What is known of the codes of one item, whoever has it: their keys, and whether one is not as its system writes it.

    `of_two` are the places of each MONDO code that is another entry of OMIM than all OMIM codes beside it, and of the first of
    these.
    """

    keys: frozenset[Key]
    is_misspelled: bool
    of_two: tuple[tuple[int, int], ...]


def listed(codes: Iterable[Coded]) -> Listed:
    """What is known of the codes of one item."""
    return _listed(tuple([(coded.system, coded.code) for coded in codes]))


_MOST_LISTED = 4_096


@lru_cache(maxsize=_MOST_LISTED)  # codes of public lists, which name nobody
def _listed(codes: tuple[Key, ...]) -> Listed:
    written = [written_right(system, code) for system, code in codes]
    return Listed(
        keys=frozenset([(system, right or code) for (system, code), right in zip(codes, written, strict=True)]),
        is_misspelled=any(right != code for (_, code), right in zip(codes, written, strict=True)),
        of_two=tuple(_of_two(codes)),
    )


def _of_two(codes: Sequence[Key]) -> Iterator[tuple[int, int]]:
    for at, (system, code) in enumerate(codes):
        if system == "mondo":
            answers = {place: _is_another(omim, code) for place, (other, omim) in enumerate(codes) if other == "omim"}
            if True in answers.values() and False not in answers.values():
                yield at, next(place for place, answer in answers.items() if answer)


def _is_another(omim: str, mondo: str) -> bool | None:
    """Whether a MONDO code is another entry than an OMIM code; nothing where one of them is unknown, or no entry."""
    entry, term = written_right("omim", omim), written_right("mondo", mondo)
    known = mondo_of("omim", entry) if entry else None
    return None if known is None or term is None or not is_entry(term) else known != term


def misspelled(gene: Gene) -> Mapping[str, str]:
    """The codes of a gene that are not written as their systems write them; the systems have the names of its fields."""
    return _misspelled(gene.hgnc, gene.entrez, gene.omim)


@lru_cache(maxsize=_MOST_LISTED)  # as above
def _misspelled(hgnc: str | None, entrez: str | None, omim: str | None) -> Mapping[str, str]:
    codes = (("hgnc", hgnc), ("entrez", entrez), ("omim", omim))
    return MappingProxyType({system: code for system, code in codes if code and written_right(system, code) != code})


class SyndromeOutline(NamedTuple):
    """What a case says of syndromes: `both` that one of them is held and dismissed, `another` that a finding may be of another.

    `molecular` says that a diagnosis is of molecular certainty, `not_held` that the clinician names one that is not held,
    `misspelled` that a code of a syndrome or gene is not as its system writes it, and `of_two` that an item has codes of two.
    """

    both: bool
    another: bool
    molecular: bool
    not_held: bool
    misspelled: bool
    of_two: bool


def syndrome_outline(facts: Facts) -> SyndromeOutline:
    """The outline of all syndromes, by a quick look at their codes."""
    case = facts.case
    proposed = [(candidate, listed(candidate.codes)) for run in case.analyses for candidate in run.candidates]
    concluded = [(diagnosis, listed(diagnosis.codes)) for diagnosis in case.clinician_diagnoses]
    conditions = [listed((finding.condition,)) if finding.condition else None for finding in case.molecular]
    keys: dict[str | None, frozenset[Key]] = {}
    for candidate, known in proposed:
        keys[candidate.disposition] = keys.get(candidate.disposition, _NO_KEYS) | known.keys
    for diagnosis, known in concluded:
        said = "held" if diagnosis.certainty in HELD and not diagnosis.is_group else diagnosis.certainty
        keys[said] = keys.get(said, _NO_KEYS) | known.keys
    supported, held, dismissed = (keys.get(said, _NO_KEYS) for said in ("supported", "held", "dismissed"))
    against = keys.get("rejected", _NO_KEYS) | dismissed
    certainties = {diagnosis.certainty for diagnosis, _ in concluded}
    everything = [known for _, known in (*proposed, *concluded)] + [known for known in conditions if known]
    return SyndromeOutline(
        both=not (held.isdisjoint(against) and dismissed.isdisjoint(supported)),
        another=any(known is None or not known.keys <= (supported & held) - against for known in conditions),
        molecular="molecular" in certainties,
        not_held=not certainties.issubset(HELD) or "rejected" in keys,
        misspelled=any(known.is_misspelled for known in everything) or any(map(misspelled, _genes(case))),
        of_two=any(known.of_two for known in everything),
    )


_NO_KEYS: frozenset[Key] = frozenset()


def _genes(case: Case) -> list[Gene]:
    """All genes that AI and laboratory name."""
    genes = [gene for run in case.analyses for candidate in run.candidates for gene in candidate.genes]
    genes += [gene for run in case.analyses for gene in run.genes]
    return genes + [finding.gene for finding in case.molecular if finding.gene is not None]
