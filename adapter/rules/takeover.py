"""The rule about values that do not stand in the output as they were sent."""

from collections.abc import Iterator

from adapter.rules.facts import Facts
from adapter.rules.finding import Finding, rule
from adapter.rules.modifier_codes import is_of, systems_of
from adapter.rules.modifiers import field_of


@rule("MAP-01")
def changed_on_the_way(facts: Facts) -> Iterator[Finding]:
    """A system of a modifier that is spelled otherwise in the output, and what the claim leaves out."""
    for at, line in enumerate(facts.lines):
        for place, modifier in enumerate(line.modifiers):
            code, sent = facts.codes[at][place], modifier.system
            if sent is not None and is_of(code, sent) and sent != systems_of(code)[0]:
                yield Finding(f"{field_of((at, place))}.system", suggestion=systems_of(code)[0], variant="spelling")
    if facts.use is not None:
        yield from (Finding(field, variant="left-out") for field in _left_out(facts))


def _left_out(facts: Facts) -> Iterator[str]:
    """Diagnoses that the AI proposed, pointers at them, and charges of nothing."""
    of_ai = set[int]()
    for at, diagnosis in enumerate(facts.case.diagnoses):
        if diagnosis.source == "ai":
            of_ai.add(diagnosis.order or at + 1)
            yield f"diagnoses[{at}].icd10cm"
    for at, line in enumerate(facts.lines):
        yield from (f"billing.lines[{at}].dx_pointers[{place}]" for place, each in enumerate(line.dx_pointers) if each in of_ai)
        if line.charge is not None and not line.charge:
            yield f"billing.lines[{at}].charge"
