"""Rules that hold AI proposal, molecular finding, clinician's conclusion and billed diagnosis side by side.

Prose is never compared: codes, dispositions and certainties are.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Protocol

from adapter.case import Case, Molecular
from adapter.code_tables.classification import evidence
from adapter.issues import IssueType
from adapter.rules.condition import CANDIDATES, CLINICIAN, DIAGNOSES, MOLECULAR
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.rule import WARNING, Variant, rule


class _Coded(Protocol):
    @property
    def system(self) -> str: ...
    @property
    def code(self) -> str: ...


_PREFIX = re.compile(r"^[A-Za-z]+[:_]")


def supports(finding: Molecular) -> bool:
    """Whether a finding supports a diagnosis: a negative or uncertain one supports nothing."""
    return evidence(finding.classification, finding.result) == "positive"


def _agree(one: Iterable[_Coded], other: Iterable[_Coded]) -> bool | None:
    """Whether two sets of codes mean one syndrome; nothing where they share no code system and cannot be compared."""
    mine, theirs = _by_system(one), _by_system(other)
    shared = mine.keys() & theirs.keys()
    return any(mine[system] & theirs[system] for system in shared) if shared else None


def _by_system(codes: Iterable[_Coded]) -> dict[str, set[str]]:
    systems: dict[str, set[str]] = {}
    for coded in codes:
        systems.setdefault(coded.system, set()).add(_PREFIX.sub("", coded.code))
    return systems


@rule(
    "MOL-01",
    title="Molecular finding of another syndrome",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text=(
        "A pathogenic variant is for another syndrome than the one that the clinician supports. Check the finding, the "
        "disposition of the candidate and the diagnosis."
    ),
    source="modelling of 0731T: AI, molecular finding and clinician stand side by side",
    applies=(MOLECULAR,),
)
def finding_of_another_syndrome(facts: Facts) -> Iterator[Finding]:
    """A positive finding whose condition differs from all syndromes of a kind that the clinician supports, or is dismissed."""
    for at, finding in enumerate(facts.case.molecular):
        if finding.condition is not None and supports(finding):
            condition = (finding.condition,)
            for held, dismissed in (_candidates(facts.case), _conclusions(facts.case)):
                against = _contradicting(condition, held, dismissed)
                if against:
                    yield Finding(f"molecular[{at}].condition", also=against)


Syndrome = tuple[str, Iterable[_Coded]]
"""The case field at which a syndrome is supported or dismissed, and its codes."""


def _candidates(case: Case) -> tuple[list[Syndrome], list[Syndrome]]:
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


def _conclusions(case: Case) -> tuple[list[Syndrome], list[Syndrome]]:
    listed = list(enumerate(case.clinician_diagnoses))
    return (
        [
            (f"clinician_diagnoses[{at}]", d.codes)
            for at, d in listed
            if d.certainty in ("clinical", "molecular") and not d.is_group
        ],
        [(f"clinician_diagnoses[{at}]", d.codes) for at, d in listed if d.certainty == "dismissed"],
    )


def _contradicting(condition: Iterable[_Coded], held: list[Syndrome], dismissed: list[Syndrome]) -> tuple[str, ...]:
    verdicts = [(field, _agree(condition, codes)) for field, codes in held]
    against = [] if any(verdict for _, verdict in verdicts) else [field for field, verdict in verdicts if verdict is False]
    return (*against, *(field for field, codes in dismissed if _agree(condition, codes)))


@rule(
    "MOL-02",
    title="Molecular certainty without a finding",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text="The diagnosis is molecular, and the case has no finding that supports it. Send the finding, or say `clinical`.",
    source="modelling of 0731T: certainty of a clinician's diagnosis",
    variants=(
        Variant(
            name="negative",
            text=(
                "The diagnosis is molecular, and no finding of the case is positive for it. Correct the certainty or the finding."
            ),
        ),
    ),
    applies=(CLINICIAN,),
)
def molecular_without_finding(facts: Facts) -> Iterator[Finding]:
    """A diagnosis of molecular certainty for which the case has no finding at all, or none that supports it."""
    findings = facts.case.molecular
    for at, diagnosis in enumerate(facts.case.clinician_diagnoses):
        if diagnosis.certainty == "molecular" and not any(_may_support(finding, diagnosis.codes) for finding in findings):
            also = tuple(f"molecular[{place}]" for place in range(len(findings)))
            yield Finding(f"clinician_diagnoses[{at}].certainty", variant="negative" if findings else None, also=also)


def _may_support(finding: Molecular, codes: Iterable[_Coded]) -> bool:
    return supports(finding) and (finding.condition is None or _agree((finding.condition,), codes) is not False)


@rule(
    "DX-06",
    title="Billed diagnosis that the AI proposed",
    severity=WARNING,
    code=IssueType.INCOMPLETE,
    text="Nobody says who made this diagnosis, and the AI proposes the same syndrome. Say `source`: the AI makes no diagnosis.",
    source="ICD-10-CM Official Guidelines, section IV.H; what the AI says stays marked as said by the AI",
    applies=(DIAGNOSES, CANDIDATES),
)
def diagnosis_of_the_ai(facts: Facts) -> Iterator[Finding]:
    """A diagnosis for the claim without a source that names the syndrome of a candidate."""
    proposed: dict[str, str] = {}
    for ai, run in facts.case.runs:
        for at, c in enumerate(run.candidates):
            if c.name:
                proposed.setdefault(_plain(c.name), f"{ai}.candidates[{at}].name")
    for at, diagnosis in enumerate(facts.case.diagnoses):
        if diagnosis.source is None:
            candidate = _candidate_of(diagnosis.icd10cm, diagnosis.display, proposed)
            if candidate is not None:
                yield Finding(f"diagnoses[{at}].icd10cm", also=(candidate,))


def _candidate_of(code: str, display: str | None, proposed: Mapping[str, str]) -> str | None:
    if display is not None and _plain(display) in proposed:
        return proposed[_plain(display)]
    names = _NAMED.get(code.upper().replace(".", ""), ())
    return next((field for name, field in proposed.items() if name.startswith(names)), None) if names else None


def _plain(name: str) -> str:
    """A name without case, the word syndrome, and the number of its type."""
    return re.sub(r"\b(syndrome|disease|type|[0-9]+[a-z]?)\b|[^a-z ]", "", name.lower().replace("-", " ")).strip()


_NAMED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Q754": ("franceschetti", "treacher collins"),
        "D821": ("digeorge", "di george"),
        "Q8711": ("prader willi",),
        "Q8719": (
            "aarskog",
            "cockayne",
            "cornelia de lange",
            "de lange",
            "dubowitz",
            "noonan",
            "robinow",
            "russell silver",
            "silver russell",
            "seckel",
        ),
        "Q872": ("holt oram", "klippel trenaunay", "nail patella", "rubinstein taybi", "vater"),
        "Q873": ("beckwith wiedemann", "sotos", "weaver"),
        "Q8740": ("marfan",),
        "Q8781": ("alport",),
        "Q8782": ("arterial tortuosity",),
        "Q909": ("down", "trisomy"),
        "Q913": ("edwards",),
        "Q917": ("patau",),
        "Q933": ("wolf hirschhorn",),
        "Q934": ("cri du chat",),
        "Q9351": ("angelman",),
        "Q9381": ("velocardiofacial", "velo cardio facial"),
        "Q9382": ("williams",),
        "Q969": ("turner",),
        "Q984": ("klinefelter",),
        "Q992": ("fragile x",),
        "Q870": ("acrocephalosyndactyly", "apert", "goldenhar", "moebius", "pierre robin", "robin", "whistling face"),
    }
)
"""Syndromes that ICD-10-CM names in a code or among its inclusion terms, by the code without its full stop."""
