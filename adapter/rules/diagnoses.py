"""Rules about the diagnoses of a claim."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from adapter.code_tables.icd10cm import HELD, diagnosis_code
from adapter.issues import IssueType
from adapter.rules.case_outline import MOST_DIAGNOSES, MOST_POINTERS, diagnosis_outline, first_day, line_outline
from adapter.rules.condition import ASKED, DIAGNOSES, Sign
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.rule import ERROR, INFORMATION, WARNING, Variant, rule

_SHAPE = re.compile(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?")
_CATEGORY_LENGTH = 3
_CERTAINTY: Mapping[str | None, str] = MappingProxyType({None: "unsaid", "ruled-out": "ruled-out"})


@rule(
    "DX-01",
    title="Diagnosis for every line",
    severity=ERROR,
    code=IssueType.REQUIRED,
    text=("Every line needs at least one pointer to a diagnosis of the claim. Send the diagnosis, and point at its order."),
    source="X12 837P HI, SV107",
    variants=(Variant(name="predetermination", severity=WARNING),),
    applies=(ASKED,),
    asked_if=(Sign(diagnosis_outline, lambda there: there.stray),),
)
def no_diagnosis_or_pointer(facts: Facts) -> Iterator[Finding]:
    """No diagnosis at all, a line that points at none, or a pointer at a diagnosis that is not there."""
    variant = "predetermination" if facts.use == "predetermination" else None
    for field in _without_diagnosis(facts):
        yield Finding(field, variant=variant)


def _without_diagnosis(facts: Facts) -> Iterator[str]:
    if not facts.case.diagnoses:
        yield "diagnoses"
        return
    orders = {diagnosis.order or place for place, diagnosis in enumerate(facts.case.diagnoses, 1)}
    for line in facts.lines:
        if not line.sent.dx_pointers:
            yield line.at("dx_pointers")
        for place, pointer in enumerate(line.sent.dx_pointers):
            if pointer not in orders:
                yield line.at("dx_pointers", place)


@rule(
    "DX-02",
    title="Diagnosis not established",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text="An outpatient claim codes no suspected disease and no AI proposal. Send confirmed conditions, signs or symptoms.",
    source="ICD-10-CM Official Guidelines, section IV.H",
    variants=(
        Variant(
            name="unsaid",
            text="Nobody says how certain this diagnosis is. Say `confirmed` if it is, or send signs.",
        ),
        Variant(
            name="ruled-out", text="This diagnosis was ruled out, and a claim codes what is there. Take it off, or send signs."
        ),
    ),
    applies=(ASKED, DIAGNOSES),
    asked_if=(Sign(line_outline, lambda there: not there.established),),
)
def diagnosis_not_established(facts: Facts) -> Iterator[Finding]:
    """A claim's diagnosis that the AI proposed, or that nobody marked as confirmed."""
    for at, diagnosis in enumerate(facts.case.diagnoses):
        if diagnosis.source == "ai":
            yield Finding(f"diagnoses[{at}].source")
        elif diagnosis.certainty != "confirmed":
            yield Finding(f"diagnoses[{at}].certainty", variant=_CERTAINTY.get(diagnosis.certainty))


@rule(
    "DX-03",
    title="Diagnosis outside ICD-10-CM",
    severity=ERROR,
    code=IssueType.CODE_INVALID,
    text="This is not shaped like an ICD-10-CM code. Send the ICD-10-CM code of the diagnosis.",
    source="http://hl7.org/fhir/sid/icd-10-cm",
    verified=True,
    applies=(DIAGNOSES,),
    asked_if=(Sign(diagnosis_outline, lambda there: there.strange),),
)
def not_shaped_like_icd_10_cm(facts: Facts) -> Iterator[Finding]:
    """A diagnosis that is not shaped like an ICD-10-CM code; suggests case and full stop where only they are wrong."""
    for at, diagnosis in enumerate(facts.case.diagnoses):
        if _SHAPE.fullmatch(diagnosis.icd10cm) is None:
            yield Finding(f"diagnoses[{at}].icd10cm", suggestion=_spelled(diagnosis.icd10cm))


def _spelled(code: str) -> str | None:
    plain = code.upper().replace(".", "")
    category, rest = plain[:_CATEGORY_LENGTH], plain[_CATEGORY_LENGTH:]
    spelled = f"{category}.{rest}" if rest else category
    return spelled if _SHAPE.fullmatch(spelled) else None


@rule(
    "DX-04",
    title="Too many diagnoses or pointers",
    severity=ERROR,
    code=IssueType.TOO_LONG,
    text=("A claim holds twelve diagnoses and a line four pointers. Keep those that matter most, or split the claim."),
    source="NUCC 1500 manual, items 21 and 24E",
    applies=(ASKED,),
    asked_if=(Sign(line_outline, lambda there: there.too_many),),
)
def too_many(facts: Facts) -> Iterator[Finding]:
    """A thirteenth diagnosis of what is asked of a payer, or a fifth pointer on a line."""
    if len(facts.case.diagnoses) > MOST_DIAGNOSES:
        yield Finding(f"diagnoses[{MOST_DIAGNOSES}]")
    for line in facts.lines:
        if len(line.sent.dx_pointers) > MOST_POINTERS:
            yield Finding(line.at("dx_pointers", MOST_POINTERS))


@rule(
    "DX-05",
    title="Diagnosis that cannot be billed",
    severity=ERROR,
    code=IssueType.CODE_INVALID,
    text="This code is a header: ICD-10-CM has more exact codes below it, and only those are billable. Send one of them.",
    source=f"ICD-10-CM, releases of {', '.join(release.name for release in HELD)} (CDC)",
    verified=True,
    variants=(
        Variant(name="unknown", text="ICD-10-CM has no such code in the release of this day of service. Correct the code."),
        Variant(
            name="other release",
            severity=WARNING,
            text=(
                "The adapter does not have the ICD-10-CM release of this day of service, and those that it has do not show that "
                "the code could be billed then. Check it in the release of that day."
            ),
        ),
    ),
    applies=(DIAGNOSES,),
    asked_if=(Sign(diagnosis_outline, lambda there: there.strange),),
)
def not_billable(facts: Facts) -> Iterator[Finding]:
    """A diagnosis whose code is a header or unknown on the first day of service; where that is not certain, a warning."""
    day = first_day(facts)
    for at, diagnosis in enumerate(facts.case.diagnoses):
        if _SHAPE.fullmatch(diagnosis.icd10cm) is not None:
            known = diagnosis_code(diagnosis.icd10cm, day)
            if not known.is_certain:
                yield Finding(f"diagnoses[{at}].icd10cm", variant="other release")
            elif known.standing != "billable":
                yield Finding(f"diagnoses[{at}].icd10cm", variant=None if known.standing == "header" else "unknown")


@rule(
    "DX-07",
    title="Diagnosis that does not come first",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text="A code of external causes explains an injury and never comes first. Send the condition first.",
    source="ICD-10-CM Official Guidelines, section I.C.20 and I.A.13",
    variants=(
        Variant(name="manifestation", text="This condition comes after the disease that causes it. Send the disease first."),
        Variant(
            name="factor",
            severity=INFORMATION,
            text="A Z code comes first only where the encounter was for it. Check that it tells the reason of the service.",
        ),
    ),
    applies=(ASKED, DIAGNOSES),
    asked_if=(Sign(diagnosis_outline, lambda there: there.behind),),
)
def not_first(facts: Facts) -> Iterator[Finding]:
    """The first diagnosis of a claim, if it is an external cause, a manifestation, or a Z code."""
    _, at = min((diagnosis.order or place, place) for place, diagnosis in enumerate(facts.case.diagnoses, 1))
    first = diagnosis_code(facts.case.diagnoses[at - 1].icd10cm)
    field = f"diagnoses[{at - 1}].icd10cm"
    if first.is_external_cause:
        yield Finding(field)
    elif first.is_manifestation:
        yield Finding(field, variant="manifestation")
    elif first.is_factor:
        yield Finding(field, variant="factor")


@rule(
    "DX-09",
    title="Pointer repeated",
    severity=WARNING,
    code=IssueType.DUPLICATE,
    text="The line points at this diagnosis already. Take the repeat off.",
    source="X12 837P SV107",
    applies=(ASKED,),
    asked_if=(Sign(diagnosis_outline, lambda there: there.stray),),
)
def pointer_repeated(facts: Facts) -> Iterator[Finding]:
    """A pointer of a line that one before it repeats."""
    for line in facts.lines:
        pointers = line.sent.dx_pointers
        if len(set(pointers)) < len(pointers):
            at = next(place for place, pointer in enumerate(pointers) if pointer in pointers[:place])
            yield Finding(line.at("dx_pointers", at))
