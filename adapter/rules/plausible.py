"""Rules about what cannot be, by what is known of people: ages, sizes, and amounts that a claim can hold."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from adapter.issues import IssueType
from adapter.rules.case_outline import first_day
from adapter.rules.condition import ASKED, DIAGNOSES, LINES
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.moment import age
from adapter.rules.rule import WARNING, rule

_OLDEST = 125
_MOST = Decimal("99999999.99")
_MIDDLE = 50
_LARGEST = {
    ("8302-2", "cm"): 275,
    ("8306-3", "cm"): 275,
    ("9843-4", "cm"): 100,
    ("29463-7", "kg"): 650,
    ("29463-7", "g"): 650_000,
    ("39156-5", "kg/m2"): 250,
}
"""What nobody exceeds, by LOINC code and unit of a measurement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeRow:
    """Diagnoses, by the beginnings of their codes, that people of some ages in whole years have."""

    codes: tuple[str, ...]
    least: int
    most: int


AGES = (
    AgeRow(codes=("O", "Z33", "Z34", "Z36", "Z39", "Z3A"), least=9, most=64),
    AgeRow(codes=("R62.7", "R54", "Z00.0"), least=15, most=_OLDEST),
    AgeRow(codes=("Z00.11",), least=0, most=0),
    AgeRow(codes=("Z00.12",), least=0, most=17),
)
"""Pregnancy, adults, newborns, children; few and plain rows, of codes whose own title or chapter tells an age."""


def _age(facts: Facts) -> int | None:
    birth, day = facts.case.patient.birth_date, first_day(facts) or (facts.beginning or ("", ""))[1]
    return None if birth is None or not day else age(birth, day)


@rule(
    "PAT-01",
    title="Older than anybody",
    severity=WARNING,
    code=IssueType.VALUE,
    text="By the birth date the patient was more than 125 years old. Correct the date.",
    source="the oldest age that was ever proven is 122 years",
    applies=(),
)
def older_than_anybody(facts: Facts) -> Iterator[Finding]:
    """A patient of more than 125 years on the day of service."""
    years = _age(facts)
    if years is not None and years > _OLDEST:
        yield Finding("patient.birth_date")


@rule(
    "DX-10",
    title="Diagnosis of another age",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text="People of the patient's age do not have this diagnosis. Correct the code, or the birth date.",
    source="CMS Medicare Code Editor, age conflicts; titles of ICD-10-CM",
    applies=(ASKED, DIAGNOSES),
)
def diagnosis_of_another_age(facts: Facts) -> Iterator[Finding]:
    """A diagnosis of pregnancy, of an adult, a newborn or a child for a patient of another age."""
    years = _age(facts)
    for at, diagnosis in enumerate(facts.case.diagnoses):
        for row in AGES:
            if years is not None and diagnosis.icd10cm.startswith(row.codes) and not row.least <= years <= row.most:
                yield Finding(f"diagnoses[{at}].icd10cm", also=("patient.birth_date",))


@rule(
    "CHG-04",
    title="Charge that a claim cannot hold",
    severity=WARNING,
    code=IssueType.TOO_LONG,
    text="An 837P holds a charge of at most 99,999,999.99. Correct the charge.",
    source="X12 005010X222A1, SV102: ten digits under HIPAA",
    applies=(ASKED, LINES),
)
def charge_too_long(facts: Facts) -> Iterator[Finding]:
    """A charge of more than ten digits."""
    for line in facts.lines:
        if line.sent.charge is not None and line.sent.charge > _MOST:
            yield Finding(line.at("charge"))


@rule(
    "MEA-04",
    title="Percentile against standard deviations",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text="One of percentile and standard deviations lies above the middle, and the other below. Correct one of them.",
    source="the median is the 50th percentile, and nought standard deviations",
    effect="none",
    applies=(),
)
def percentile_against_deviations(facts: Facts) -> Iterator[Finding]:
    """A measurement whose percentile and standard deviations lie on two sides of the middle."""
    for at, measurement in enumerate(facts.case.measurements):
        percentile, deviations = measurement.percentile, measurement.sd
        if percentile is not None and deviations is not None and (percentile - _MIDDLE) * deviations < 0:
            yield Finding(f"measurements[{at}].percentile", also=(f"measurements[{at}].sd",))


@rule(
    "MEA-05",
    title="Larger than anybody",
    severity=WARNING,
    code=IssueType.VALUE,
    text="Nobody measures as much in this unit. Correct value or unit.",
    source="the largest that was ever measured: 272 cm and 635 kg",
    effect="none",
    applies=(),
)
def larger_than_anybody(facts: Facts) -> Iterator[Finding]:
    """A height, length, head circumference, weight or body mass index beyond the largest that is known."""
    for at, measurement in enumerate(facts.case.measurements):
        most = _LARGEST.get((measurement.loinc or "", measurement.unit or ""))
        if most is not None and measurement.value > most:
            yield Finding(f"measurements[{at}].value", also=(f"measurements[{at}].unit",))
