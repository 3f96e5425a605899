"""Rules about the diagnoses of a claim."""

import re
from collections.abc import Iterator

from adapter.rules.facts import Facts
from adapter.rules.finding import Finding, rule

DIAGNOSES = 12
POINTERS = 4
_SHAPE = re.compile(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?")
_CATEGORY_LENGTH = 3


@rule("DX-01")
def no_diagnosis_or_pointer(facts: Facts) -> Iterator[Finding]:
    """No diagnosis at all, a line that points at none, or a pointer at a diagnosis that is not there."""
    if facts.use is None:
        return
    variant = "predetermination" if facts.use == "predetermination" else None
    for field in _without_diagnosis(facts):
        yield Finding(field, variant=variant)


def _without_diagnosis(facts: Facts) -> Iterator[str]:
    if not facts.case.diagnoses:
        yield "diagnoses"
        return
    orders = {diagnosis.order or place for place, diagnosis in enumerate(facts.case.diagnoses, 1)}
    for at, line in enumerate(facts.lines):
        if not line.dx_pointers:
            yield f"billing.lines[{at}].dx_pointers"
        for place, pointer in enumerate(line.dx_pointers):
            if pointer not in orders:
                yield f"billing.lines[{at}].dx_pointers[{place}]"


@rule("DX-02")
def diagnosis_not_established(facts: Facts) -> Iterator[Finding]:
    """A claim's diagnosis that the AI proposed, or that nobody marked as confirmed."""
    if facts.use is None:
        return
    for at, diagnosis in enumerate(facts.case.diagnoses):
        if diagnosis.source == "ai":
            yield Finding(f"diagnoses[{at}].source")
        elif diagnosis.certainty != "confirmed":
            yield Finding(f"diagnoses[{at}].certainty")


@rule("DX-03")
def not_shaped_like_icd_10_cm(facts: Facts) -> Iterator[Finding]:
    """A diagnosis that is not shaped like an ICD-10-CM code; suggests case and full stop where only they are wrong."""
    for at, diagnosis in enumerate(facts.case.diagnoses):
        if _SHAPE.fullmatch(diagnosis.icd10cm) is None:
            yield Finding(f"diagnoses[{at}].icd10cm", suggestion=_mended(diagnosis.icd10cm))


def _mended(code: str) -> str | None:
    plain = code.upper().replace(".", "")
    category, rest = plain[:_CATEGORY_LENGTH], plain[_CATEGORY_LENGTH:]
    mended = f"{category}.{rest}" if rest else category
    return mended if _SHAPE.fullmatch(mended) else None


@rule("DX-04")
def too_many(facts: Facts) -> Iterator[Finding]:
    """A thirteenth diagnosis of what is asked of a payer, or a fifth pointer on a line."""
    if facts.use is None:
        return
    if len(facts.case.diagnoses) > DIAGNOSES:
        yield Finding(f"diagnoses[{DIAGNOSES}]")
    for at, line in enumerate(facts.lines):
        if len(line.dx_pointers) > POINTERS:
            yield Finding(f"billing.lines[{at}].dx_pointers[{POINTERS}]")
