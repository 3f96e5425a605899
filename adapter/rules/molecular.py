"""Rules that hold AI proposal, molecular finding, clinician's conclusion and billed diagnosis side by side.

Prose is never compared: codes, dispositions and certainties are.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from types import MappingProxyType

from adapter.case import Case, CodedCondition, Gene
from adapter.code_tables.classification import evidence
from adapter.issues import IssueType
from adapter.rules.case_outline import line_outline
from adapter.rules.condition import ASKED, CANDIDATES, CLINICIAN, DIAGNOSES, MOLECULAR, Sign
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.rule import WARNING, Variant, rule
from adapter.rules.syndrome import HELD, Coded, Key, Syndromes, conclusions_of, dispositions, key_of, supports, syndrome_outline


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
    asked_if=(Sign(syndrome_outline, lambda there: there.another),),
)
def finding_of_another_syndrome(facts: Facts) -> Iterator[Finding]:
    """A positive finding whose condition, or without one its gene, is of another syndrome than the clinician supports."""
    supporting = [(at, finding) for at, finding in enumerate(facts.case.molecular) if supports(finding)]
    yield from _of_other_genes(
        [(at, finding.gene) for at, finding in supporting if finding.gene and not finding.condition], facts
    )
    yield from _of_other_conditions([(at, finding.condition) for at, finding in supporting if finding.condition], facts)


def _of_other_genes(numbered: list[tuple[int, Gene]], facts: Facts) -> Iterator[Finding]:
    if not numbered:
        return
    genes = _genes(facts.case)
    for at, gene in numbered:
        against = genes.against(gene.symbol)
        if against:
            yield Finding(f"molecular[{at}].gene.symbol", also=against)


def _of_other_conditions(conditions: list[tuple[int, CodedCondition]], facts: Facts) -> Iterator[Finding]:
    if not conditions:
        return
    sides = [[Syndromes(side) for side in both] for both in (dispositions(facts.case), conclusions_of(facts.case))]
    numbered = [(at, key_of(condition)) for at, condition in conditions]
    are_comparable = all(held.comparable([key]) for _, key in numbered for held, _ in sides)
    synonyms = {} if are_comparable else _synonyms(facts.case)
    for at, key in numbered:
        keys = synonyms.get(key, (key,))
        for held, dismissed in sides:
            against = _contradicting(keys, held, dismissed)
            if against:
                yield Finding(f"molecular[{at}].condition", also=against)


def _synonyms(case: Case) -> Mapping[Key, Collection[Key]]:
    """The codes of one syndrome by each of its codes, one of each system, as the candidates have them."""
    synonyms: dict[Key, Collection[Key]] = {}
    for _, run in case.runs:
        for candidate in run.candidates:
            keys = [key_of(code) for code in candidate.codes if not candidate.is_group]
            one_of_each = {system: (system, code) for system, code in reversed(keys)}
            for key in keys:
                synonyms.setdefault(key, {**one_of_each, key[0]: key}.values())
    return synonyms


@dataclass(frozen=True, kw_only=True)
class _Genes:
    """The genes of the candidates: those of supported ones, whose fields these are, and those of all others.

    A supported candidate without genes may be of any.
    """

    fields: tuple[str, ...]
    supported: frozenset[str]
    others: frozenset[str]
    may_be_any: bool

    def against(self, symbol: str) -> tuple[str, ...]:
        """The supported candidates, if the gene is of none of them and of another candidate."""
        is_of_them = self.may_be_any or symbol.upper() in self.supported
        return () if is_of_them or symbol.upper() not in self.others else self.fields


def _genes(case: Case) -> _Genes:
    supported: dict[str, set[str]] = {}
    others = set[str]()
    for ai, run in case.runs:
        for at, candidate in enumerate(run.candidates):
            symbols = {gene.symbol.upper() for gene in candidate.genes}
            if candidate.disposition == "supported":
                supported[f"{ai}.candidates[{at}].genes"] = symbols
            else:
                others |= symbols
    return _Genes(
        fields=tuple(supported),
        supported=frozenset().union(*supported.values()),
        others=frozenset(others),
        may_be_any=not all(supported.values()),
    )


def _contradicting(keys: Collection[Key], held: Syndromes, dismissed: Syndromes) -> tuple[str, ...]:
    against = () if held.agreeing(keys) else held.comparable(keys)
    return (*against, *dismissed.agreeing(keys))


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
    asked_if=(Sign(syndrome_outline, lambda there: there.molecular),),
)
def molecular_without_finding(facts: Facts) -> Iterator[Finding]:
    """A diagnosis of molecular certainty for which the case has no finding at all, or none that supports it."""
    findings = facts.case.molecular
    conditions = [finding.condition for finding in findings if supports(finding)]
    keys = {key_of(condition) for condition in conditions if condition is not None}
    systems = {system for system, _ in keys}
    also = tuple(f"molecular[{place}]" for place in range(len(findings)))
    for at, diagnosis in enumerate(() if None in conditions else facts.case.clinician_diagnoses):
        if diagnosis.certainty == "molecular" and not _may_be_of(diagnosis.codes, keys, systems):
            yield Finding(f"clinician_diagnoses[{at}].certainty", variant="negative" if findings else None, also=also)


def _may_be_of(codes: Iterable[Coded], keys: AbstractSet[tuple[str, str]], systems: AbstractSet[str]) -> bool:
    """Whether a syndrome has one of some codes, or there are codes of a system that it has no code of."""
    own = set(map(key_of, codes))
    return not own.isdisjoint(keys) or not systems <= {system for system, _ in own}


@rule(
    "MOL-03",
    title="Result against classification",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text="The result and the classification of a finding contradict each other. Correct the one that does not hold.",
    source="ACMG/AMP classes of variants",
    applies=(MOLECULAR,),
)
def result_against_classification(facts: Facts) -> Iterator[Finding]:
    """A finding whose classification is positive and whose result is negative, or the other way round."""
    for at, finding in enumerate(facts.case.molecular):
        both = {evidence(finding.classification, None), evidence(None, finding.result)}
        if both == {"positive", "negative"}:
            yield Finding(f"molecular[{at}].result", also=(f"molecular[{at}].classification",))


@rule(
    "MOL-04",
    title="Disposition against the clinician's diagnosis",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text="The clinician both supports and dismisses one syndrome. Correct the diagnosis, or the disposition of the candidate.",
    source="modelling of 0731T: the disposition is the clinician's",
    applies=(CLINICIAN,),
    asked_if=(Sign(syndrome_outline, lambda there: there.both),),
)
def held_and_dismissed(facts: Facts) -> Iterator[Finding]:
    """A held syndrome that the clinician dismissed or rejected elsewhere, or a dismissed one that is a supported candidate."""
    held, dismissed = conclusions_of(facts.case)
    supported, rejected = dispositions(facts.case)
    for conclusions, others in ((held, [*rejected, *dismissed]), (dismissed, supported)):
        field_of = {key: field for field, codes in reversed(others if conclusions else []) for key in map(key_of, codes)}
        for field, codes in conclusions:
            against = next((field_of[key] for key in map(key_of, codes) if key in field_of), None)
            if against is not None:
                yield Finding(f"{field}.certainty", also=(against,))


@rule(
    "DX-08",
    title="Billed as confirmed, but not confirmed",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text=(
        "The claim confirms a syndrome that the clinician dismissed, rejected or only considers. Correct the certainty of one of "
        "the two, or bill signs."
    ),
    source="ICD-10-CM Official Guidelines, section IV.H",
    applies=(ASKED, DIAGNOSES),
    asked_if=(Sign(line_outline, lambda there: there.confirmed), Sign(syndrome_outline, lambda there: there.not_held)),
)
def confirmed_and_not_held(facts: Facts) -> Iterator[Finding]:
    """A confirmed diagnosis, by name or code, of a syndrome that is dismissed, rejected or a differential, and not held."""
    held, not_held = _named_by_the_clinician(facts.case)
    confirmed = [(at, d) for at, d in enumerate(facts.case.diagnoses if not_held else ()) if d.certainty == "confirmed"]
    by_code = _not_held_by_code({_bare(diagnosis.icd10cm) for _, diagnosis in confirmed}, held, not_held)
    for at, diagnosis in confirmed:
        name = _folded(diagnosis.display or "")
        by_name = not_held.get(name) if name not in held else None
        against = by_name or by_code.get(_bare(diagnosis.icd10cm))
        if against is not None:
            yield Finding(f"diagnoses[{at}].certainty", also=(against,))


def _not_held_by_code(codes: AbstractSet[str], held: Iterable[str], not_held: Mapping[str, str]) -> Mapping[str, str]:
    """For each code of one syndrome alone that the clinician does not hold, the field that says so."""
    alone = codes & _OF_ONE
    if not alone:
        return {}
    names = _first_by_code(alone, {_plain(name): name for name in held})
    return _first_by_code(alone - names.keys(), {_plain(name): field for name, field in not_held.items()})


def _named_by_the_clinician(case: Case) -> tuple[set[str], dict[str, str]]:
    """The names of syndromes that the clinician holds, and those that are dismissed or open, with the fields that say so."""
    held, not_held = set[str](), dict[str, str]()
    for at, diagnosis in enumerate(case.clinician_diagnoses):
        if diagnosis.certainty in HELD:
            held.add(_folded(diagnosis.name))
        else:
            not_held.setdefault(_folded(diagnosis.name), f"clinician_diagnoses[{at}].certainty")
    for ai, run in case.runs:
        for at, candidate in enumerate(run.candidates):
            if candidate.name is not None and candidate.disposition == "rejected":
                not_held.setdefault(_folded(candidate.name), f"{ai}.candidates[{at}].disposition")
    return held, not_held


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


@rule(
    "DX-06",
    title="Billed diagnosis that the AI proposed",
    severity=WARNING,
    code=IssueType.INCOMPLETE,
    text="Nobody says who made this diagnosis, and the AI proposes the same syndrome. Say `source`: the AI makes no diagnosis.",
    source="ICD-10-CM Official Guidelines, section IV.H; what the AI says stays marked as said by the AI",
    applies=(DIAGNOSES, CANDIDATES),
    asked_if=(Sign(line_outline, lambda there: there.of_nobody),),
)
def diagnosis_of_the_ai(facts: Facts) -> Iterator[Finding]:
    """A diagnosis for the claim without a source that names the syndrome of a candidate."""
    unsaid = [(at, diagnosis) for at, diagnosis in enumerate(facts.case.diagnoses) if diagnosis.source is None]
    proposed: dict[str, str] = {}
    for ai, run in facts.case.runs if unsaid else ():
        for at, c in enumerate(run.candidates):
            if c.name:
                proposed.setdefault(_plain(c.name), f"{ai}.candidates[{at}].name")
    named = _first_by_code({_bare(diagnosis.icd10cm) for _, diagnosis in unsaid}, proposed)
    for at, diagnosis in unsaid:
        by_name = proposed.get(_plain(diagnosis.display)) if diagnosis.display else None
        candidate = by_name or named.get(_bare(diagnosis.icd10cm))
        if candidate is not None:
            yield Finding(f"diagnoses[{at}].icd10cm", also=(candidate,))


def _first_by_code(codes: Iterable[str], proposed: Mapping[str, str]) -> Mapping[str, str]:
    """For each code that names syndromes, the field of the first candidate that is one of them."""
    first = (
        (code, next((field for name, field in proposed.items() if name.startswith(_NAMED[code])), None))
        for code in codes
        if code in _NAMED
    )
    return {code: field for code, field in first if field is not None}


def _bare(code: str) -> str:
    """An ICD-10-CM code without its full stop."""
    return code.upper().replace(".", "")


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

_OF_ONE = _NAMED.keys() - {"Q8719", "Q872", "Q873", "Q870"}
"""Those of the codes that name one syndrome; of the others, one of their syndromes says nothing of another."""
