"""The rule about values that do not stand in the output as they were sent."""

from collections.abc import Iterator

from adapter.code_tables.modifier_codes import is_of, systems_of
from adapter.issues import IssueType
from adapter.rules.case_outline import line_outline
from adapter.rules.condition import ASKED, Sign
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.rule import INFORMATION, Variant, rule


@rule(
    "MAP-01",
    title="Input changed on the way",
    severity=INFORMATION,
    code=IssueType.INFORMATIONAL,
    text="A value was corrected or left out on the way. See the lineage for which one.",
    source="adapter policy",
    effect="none",
    variants=(
        Variant(
            name="spelling",
            text="The output spells the URL of this code system as HL7 prefers. Nothing else changed; send it so.",
        ),
        Variant(
            name="left-out",
            text="The claim leaves this out: a diagnosis by AI, or a pointer at one. Correct the input.",
        ),
    ),
    applies=(ASKED,),
    asked_if=(Sign(line_outline, lambda there: there.of_ai or there.other_spelling),),
)
def changed_on_the_way(facts: Facts) -> Iterator[Finding]:
    """A system of a modifier that is spelled otherwise in the output, and what the claim leaves out."""
    for line in facts.lines:
        for place, modifier in enumerate(line.sent.modifiers):
            code, sent = line.codes[place], modifier.system
            if sent is not None and is_of(code, sent) and sent != systems_of(code)[0]:
                yield Finding(line.at("modifiers", place) + ".system", suggestion=systems_of(code)[0], variant="spelling")
    yield from (Finding(field, variant="left-out") for field in _left_out(facts))


def _left_out(facts: Facts) -> Iterator[str]:
    """Diagnoses that the AI proposed, and pointers at them."""
    of_ai = set[int]()
    for at, diagnosis in enumerate(facts.case.diagnoses):
        if diagnosis.source == "ai":
            of_ai.add(diagnosis.order or at + 1)
            yield f"diagnoses[{at}].icd10cm"
    for line in facts.lines:
        yield from (line.at("dx_pointers", place) for place, pointer in enumerate(line.sent.dx_pointers) if pointer in of_ai)
