"""Rules about the diagnoses of a claim."""

from collections.abc import Iterator

from adapter.rules.facts import Facts
from adapter.rules.finding import Finding, rule


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
