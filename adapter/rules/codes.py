"""Rules about the shape and the system of codes: procedures, syndromes, genes, measurements, taxonomy."""

from collections.abc import Iterator, Sequence

from adapter.case import AiReport, Gene, Measurement, SyndromeCode
from adapter.code_tables.service_code import named_system, real_system, system_of
from adapter.code_tables.spelling import written_right
from adapter.issues import IssueType
from adapter.rules.case_outline import VITAL_SIGNS, feature_outline, line_outline
from adapter.rules.condition import LINES, Sign
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.procedure_code import meant_by
from adapter.rules.rule import ERROR, WARNING, Variant, rule
from adapter.rules.syndrome import listed, misspelled, syndrome_outline

_OF_CLAIMS = ("cpt", "hcpcs")
_SPELLED = Variant(
    name="spelled",
    text="The code is not written as its code system writes it; the output has it as the suggestion says. Correct the sender.",
)


@rule(
    "COD-01",
    title="Not shaped like a procedure code",
    severity=ERROR,
    code=IssueType.CODE_INVALID,
    text=(
        "A procedure code is five characters of CPT or HCPCS Level II, in capitals, without prefix, modifier or other letters. "
        "Correct it; modifiers have a place of their own."
    ),
    source="CPT and HCPCS Level II: shape of codes; 837P SV101-2",
    variants=(
        Variant(
            name="own",
            text=(
                "The code is of a system that is neither CPT nor HCPCS Level II, and a claim takes no other. Send the code "
                "of the service in CPT. If the system that was named is CPT under another name, say so in the sender's file."
            ),
        ),
    ),
    applies=(LINES,),
    asked_if=(Sign(line_outline, lambda there: there.strange_codes),),
)
def no_procedure_code(facts: Facts) -> Iterator[Finding]:
    """A line whose code is neither shaped like CPT nor like HCPCS Level II; suggests the code that was probably meant."""
    for line in facts.lines:
        if system_of(line.sent.code) not in _OF_CLAIMS:
            yield Finding(line.at("code"), suggestion=line.code if line.code != line.sent.code else None)
        elif real_system(line.sent.code, line.sent.system) not in _OF_CLAIMS:
            yield Finding(line.at("system"), variant="own")


@rule(
    "COD-02",
    title="Procedure code in the wrong code system",
    severity=WARNING,
    code=IssueType.CODE_INVALID,
    text="The code does not belong to the code system that was sent; the output names its own. Correct the sender.",
    source="HL7 Terminology: CPT, HCPCS Level II",
    applies=(LINES,),
    asked_if=(Sign(line_outline, lambda there: there.strange_codes),),
)
def code_of_another_system(facts: Facts) -> Iterator[Finding]:
    """A line whose code has the shape of the other code system of procedures; suggests that system, which the output has."""
    for line in facts.lines:
        code, sent = line.sent.code, line.sent.system
        real = real_system(code, sent)
        if sent is not None and real == system_of(code) and real != named_system(sent):
            yield Finding(line.at("system"), suggestion=real)


@rule(
    "COD-03",
    title="Code of an order or visit",
    severity=WARNING,
    code=IssueType.CODE_INVALID,
    text="The code does not have the shape of its code system. Correct it.",
    source="CPT, HCPCS Level II and LOINC: shape of codes",
    effect="none",
    variants=(
        Variant(
            name="no-visit",
            text="The code of the visit ends in a letter, as no visit's code does. Send the visit's; 0731T has its line.",
        ),
    ),
    applies=(),
)
def no_code_of_its_system(facts: Facts) -> Iterator[Finding]:
    """A test that is ordered, or the visit's code, that has not the shape of the system that was sent, or of any."""
    for at, order in enumerate(facts.case.orders):
        real, named = system_of(order.code), named_system(order.system)
        if real != named if named else order.system is None and real is None and meant_by(order.code) != order.code:
            meant = meant_by(order.code)
            yield Finding(f"orders[{at}].code", suggestion=meant if meant != order.code else None)
    visit = facts.case.encounter.em_code
    if visit is not None and system_of(visit) not in _OF_CLAIMS:
        yield Finding("encounter.em_code", suggestion=meant_by(visit) if meant_by(visit) != visit else None)
    elif visit is not None and visit[-1].isalpha():
        yield Finding("encounter.em_code", variant="no-visit")


@rule(
    "COD-04",
    title="Code of a syndrome or gene",
    severity=WARNING,
    code=IssueType.CODE_INVALID,
    text="This is not a code of its code system; the output has it as it was sent. Correct it.",
    source="OMIM, Orphanet, MONDO, HGNC and NCBI Gene: shape of codes",
    variants=(_SPELLED,),
    effect="none",
    applies=(),
    asked_if=(Sign(syndrome_outline, lambda there: there.misspelled),),
)
def not_written_as_its_system(facts: Facts) -> Iterator[Finding]:
    """A code of a syndrome or gene of another shape than its system has; suggests it without prefix, or with the right one."""
    for ai, run in facts.case.runs:
        yield from _of_run(ai, run)
    for at, diagnosis in enumerate(facts.case.clinician_diagnoses):
        for place, coded in enumerate(diagnosis.codes):
            if written_right(coded.system, coded.code) != coded.code:
                yield _misspelled(f"clinician_diagnoses[{at}].codes[{place}].code", coded.system, coded.code)
    for at, finding in enumerate(facts.case.molecular):
        if finding.gene is not None:
            yield from _of_gene(f"molecular[{at}].gene", finding.gene)
        condition = finding.condition
        if condition is not None and written_right(condition.system, condition.code) != condition.code:
            yield _misspelled(f"molecular[{at}].condition.code", condition.system, condition.code)


def _of_run(ai: str, run: AiReport) -> Iterator[Finding]:
    """The codes of a run, of which there are many: a field is named only where it is wrong."""
    for at, candidate in enumerate(run.candidates):
        for place, coded in enumerate(candidate.codes):
            if written_right(coded.system, coded.code) != coded.code:
                yield _misspelled(f"{ai}.candidates[{at}].codes[{place}].code", coded.system, coded.code)
        for place, gene in enumerate(candidate.genes):
            yield from _of_gene(f"{ai}.candidates[{at}].genes[{place}]", gene)
    for place, gene in enumerate(run.genes):
        yield from _of_gene(f"{ai}.genes[{place}]", gene)


def _of_gene(field: str, gene: Gene) -> Iterator[Finding]:
    for name, code in misspelled(gene).items():
        yield _misspelled(f"{field}.{name}", name, code)


def _misspelled(field: str, system: str, code: str) -> Finding:
    written = written_right(system, code)
    return Finding(field, suggestion=written, variant=_SPELLED.name if written else None)


@rule(
    "COD-05",
    title="Code of a measurement",
    severity=WARNING,
    code=IssueType.CODE_INVALID,
    text="This is not a LOINC code: the shape or the check digit is wrong. Correct it.",
    source="LOINC: check digit",
    variants=(_SPELLED,),
    effect="none",
    applies=(),
    asked_if=(Sign(feature_outline, lambda there: there.strange),),
)
def no_loinc_code(facts: Facts) -> Iterator[Finding]:
    """A measurement whose LOINC code has another shape, or a wrong check digit; suggests it without its prefix."""
    for at, measurement in enumerate(facts.case.measurements):
        written = written_right("loinc", measurement.loinc) if measurement.loinc is not None else None
        if written != measurement.loinc:
            yield Finding(f"measurements[{at}].loinc", suggestion=written, variant=_SPELLED.name if written else None)


@rule(
    "COD-06",
    title="Codes of two syndromes",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text="OMIM and MONDO codes of one item are of two syndromes, as MONDO matches them. Correct the one that does not hold.",
    source="MONDO: exact matches with OMIM entries",
    effect="none",
    applies=(),
    asked_if=(Sign(syndrome_outline, lambda there: there.of_two),),
)
def codes_of_two_syndromes(facts: Facts) -> Iterator[Finding]:
    """A MONDO code of a candidate or a clinician's syndrome that is another OMIM entry than all of its OMIM codes."""
    for ai, run in facts.case.runs:
        for at, candidate in enumerate(run.candidates):
            if not candidate.is_group:
                yield from _of_another_entry(f"{ai}.candidates[{at}]", candidate.codes)
    for at, diagnosis in enumerate(facts.case.clinician_diagnoses):
        if not diagnosis.is_group:
            yield from _of_another_entry(f"clinician_diagnoses[{at}]", diagnosis.codes)


def _of_another_entry(field: str, codes: Sequence[SyndromeCode]) -> Iterator[Finding]:
    for at, entry in listed(codes).of_two:
        yield Finding(f"{field}.codes[{at}].code", also=(f"{field}.codes[{entry}].code",))


_PER_CENT = 100


@rule(
    "MEA-01",
    title="Percentile",
    severity=WARNING,
    code=IssueType.VALUE,
    text="A percentile lies between 0 and 100. Correct it; standard deviations have a field of their own, `sd`.",
    source="UCUM: a percentile is a number of %",
    effect="none",
    applies=(),
    asked_if=(Sign(feature_outline, lambda there: there.strange),),
)
def percentile_out_of_range(facts: Facts) -> Iterator[Finding]:
    """A measurement whose percentile is below 0 or above 100."""
    for at, measurement in enumerate(facts.case.measurements):
        if measurement.percentile is not None and not 0 <= measurement.percentile <= _PER_CENT:
            yield Finding(f"measurements[{at}].percentile")


@rule(
    "MEA-02",
    title="Unit of a measurement",
    severity=WARNING,
    code=IssueType.CODE_INVALID,
    text=(
        "FHIR takes this measurement in one unit of UCUM only: cm or [in_i] for a length, g, kg or [lb_av] for the weight, "
        "kg/m2 for the body mass index. Convert it, or correct the code."
    ),
    source="http://hl7.org/fhir/R4/observation-vitalsigns.html",
    effect="none",
    applies=(),
    asked_if=(Sign(feature_outline, lambda there: there.strange),),
)
def unit_of_another_measurement(facts: Facts) -> Iterator[Finding]:
    """A height, length, head circumference, weight or body mass index in a unit that its profile does not have."""
    for at, measurement, units in _vital_signs(facts):
        if measurement.unit not in units:
            yield Finding(f"measurements[{at}].unit", also=(f"measurements[{at}].loinc",))


def _vital_signs(facts: Facts) -> Iterator[tuple[int, Measurement, tuple[str, ...]]]:
    """Each measurement that has a profile of vital signs: its place, itself, and the units of that profile."""
    for at, measurement in enumerate(facts.case.measurements):
        units = VITAL_SIGNS.get(written_right("loinc", measurement.loinc) or "") if measurement.loinc else None
        if units is not None:
            yield at, measurement, units


@rule(
    "MEA-03",
    title="Measurement of nothing or less",
    severity=WARNING,
    code=IssueType.VALUE,
    text="A length, weight or body mass index is above nothing. Correct the value; standard deviations have a field, `sd`.",
    source="http://hl7.org/fhir/R4/observation-vitalsigns.html: what these measurements are of",
    effect="none",
    applies=(),
    asked_if=(Sign(feature_outline, lambda there: there.strange),),
)
def nothing_measured(facts: Facts) -> Iterator[Finding]:
    """A height, length, head circumference, weight or body mass index that is not above nothing."""
    for at, measurement, _ in _vital_signs(facts):
        if measurement.value <= 0:
            yield Finding(f"measurements[{at}].value")
