"""Which modifiers never belong to 0731T alone, and which exclude one another, as two tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from adapter.issues import IssueType, Severity
from adapter.rules.billed_line import BilledLine
from adapter.rules.condition import ANALYSIS, NO_NOTICE, NOTICE, has_modifiers, sends
from adapter.rules.facts import ANALYSIS_CODE, Facts
from adapter.rules.finding import Finding
from adapter.rules.rule import ERROR, INFORMATION, WARNING, Rule, rule
from adapter.rules.suggestion import TEN


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifierGroup:
    """Modifiers that belong to other services than 0731T, and what to do about one."""

    id: str
    title: str
    modifiers: tuple[str, ...]
    text: str
    source: str
    first_of_day: bool = False


GROUPS: tuple[ModifierGroup, ...] = (
    ModifierGroup(
        id="MOD-70",
        title="Modifier of visits on 0731T",
        modifiers=("24", "57", "AI", "FS", "FT"),
        text="This modifier belongs to evaluation and management codes. Take it off the line of 0731T.",
        source="CPT and HCPCS Level II modifiers; NCCI policy manual, chapter 1",
    ),
    ModifierGroup(
        id="MOD-71",
        title="Modifier of anesthesia on 0731T",
        modifiers=(*("23", "47", "P1", "P2", "P3", "P4", "P5", "P6", "AA", "AD", "G8", "G9", "QK", "QS", "QX", "QY", "QZ"),),
        text="This modifier belongs to anesthesia. Take it off the line of 0731T.",
        source="CPT and HCPCS Level II modifiers",
    ),
    ModifierGroup(
        id="MOD-72",
        title="Modifier of preventive or emergency services on 0731T",
        modifiers=("33", "PT", "ET"),
        text="This modifier belongs to preventive or emergency services. Take it off the line of 0731T.",
        source="CPT and HCPCS Level II modifiers",
    ),
    ModifierGroup(
        id="MOD-73",
        title="Modifier of surgery on 0731T",
        modifiers=("54", "55", "56", "58", "63", "78", "79", "PA", "PB", "PC"),
        text="This modifier belongs to surgery with a global period, and 0731T has none. Take it off the line.",
        source="CMS Physician Fee Schedule: global period XXX",
    ),
    ModifierGroup(
        id="MOD-74",
        title="Modifier of a side or part of the body on 0731T",
        modifiers=(
            *("LT", "RT", "E1", "E2", "E3", "E4", "FA", "TA", "LC", "LD", "LM", "RC", "RI"),
            *(f"F{digit}" for digit in range(1, 10)),
            *(f"T{digit}" for digit in range(1, 10)),
        ),
        text="This modifier names a side or part of the body, and 0731T has none. Take it off the line.",
        source="CMS Physician Fee Schedule: bilateral indicator 0",
    ),
    ModifierGroup(
        id="MOD-75",
        title="Modifier of laboratory tests on 0731T",
        modifiers=("90", "91", "92", "QW", "QP", "LR"),
        text="This modifier belongs to laboratory tests. Take it off the line of 0731T.",
        source="CPT and HCPCS Level II modifiers",
    ),
    ModifierGroup(
        id="MOD-76",
        title="Modifier of a repeated or distinct service on 0731T",
        modifiers=("59", "76", "77", "XE", "XP", "XS", "XU"),
        text=(
            "0731T is payable once a day, and no modifier lifts that: nothing is repeated or distinct. Take it off, "
            "or bill one line."
        ),
        source="CMS MUE 1 with adjudication indicator 2; NCCI policy manual, chapter 1",
        first_of_day=True,
    ),
    ModifierGroup(
        id="MOD-77",
        title="Modifier of ambulances, equipment or drugs on 0731T",
        modifiers=(
            *("GM", "QL", "QM", "QN", "NU", "RR", "UE", "RA", "RB", "KH", "KI", "KJ", "BP", "BR", "BU", "MS", "LL"),
            *("JA", "JB", "JW", "JZ", "JG", "TB", "AU", "AV", "AW", "K0", "K1", "K2", "K3", "K4"),
            *("A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "BA", "BO", "EM", "FB", "FC", "GK", "GL", "LS", "NB", "NR"),
            *("J1", "J2", "J3", "J4", "J5", "JC", "JD", "JE", "JK", "JL", "N1", "N2", "N3", "QA", "QB", "QE", "QF", "QG", "QH"),
            *("KA", "KB", "KC", "KD", "KE", "KF", "KG", "KK", "KL", "KM", "KN", "KO", "KP", "KQ", "KR", "KS", "KT", "KU"),
            *("KV", "KW", "KY", "KZ", "QR", "TQ", "TW", "ZA", "ZB", "ZC"),
        ),
        text="This modifier belongs to ambulances, equipment, prostheses or drugs. Take it off the line of 0731T.",
        source="CMS HCPCS Level II modifiers",
    ),
    ModifierGroup(
        id="MOD-78",
        title="Modifier of facilities on 0731T",
        modifiers=("27", "73", "74", "CA", "ER", "PN", "PO", "SG"),
        text="This modifier belongs to the claim of a hospital or surgery centre. Take it off the line of 0731T.",
        source="CPT modifiers for hospital outpatient use; CMS HCPCS Level II modifiers",
    ),
    ModifierGroup(
        id="MOD-79",
        title="Modifier of therapy, dialysis, imaging or quality measures on 0731T",
        modifiers=(
            *("96", "97", "CO", "CQ", "GN", "GO", "GP", "1P", "2P", "3P", "8P"),
            *("CT", "FX", "FY", "GG", "GH", "PI", "PS", "G1", "G2", "G3", "G4", "G5", "G6"),
            *("AX", "CB", "CD", "CE", "CF", "CH", "CI", "CJ", "CK", "CL", "CM", "CN", "EA", "EB", "EC", "ED", "EE", "EJ", "GS"),
            *("MA", "MB", "MC", "MD", "ME", "MF", "MG", "MH", "QQ", "UN", "UP", "UQ", "UR", "US", "V5", "V6", "V7", "V8", "V9"),
        ),
        text="This modifier belongs to therapy, dialysis, radiology or quality measures. Take it off the line of 0731T.",
        source="CPT and HCPCS Level II modifiers; imaging family 99 of the CMS Physician Fee Schedule: not applicable",
    ),
    ModifierGroup(
        id="MOD-92",
        title="Modifier of vaccines, pregnancy, strokes, eyes, feet, home infusion or second opinions on 0731T",
        modifiers=(
            *("SL", "FP", "TH", "G7", "G0", "AP", "PL", "VP", "Q3", "Q7", "Q8", "Q9", "SH", "SJ", "SS", "SM", "SN", "SW"),
        ),
        text=(
            "This modifier belongs to vaccines, pregnancy, strokes, eyes, feet, organ donors, home infusion or second opinions. "
            "Take it off the line of 0731T."
        ),
        source="CMS HCPCS Level II modifiers",
    ),
)
"""Modifiers by the services that they belong to."""


def _of_group(group: ModifierGroup, facts: Facts) -> Iterator[Finding]:
    repeated = {id(line) for line in _repeated(facts)} if group.first_of_day else set[int]()
    return (Finding(place.field) for place in facts.on_analysis(*group.modifiers) if id(place.line) not in repeated)


def _repeated(facts: Facts) -> Iterator[BilledLine]:
    """The lines of 0731T that are not the first of their day: what their modifiers mean is told by UNT-03."""
    for services in facts.days:
        yield from [line for line in services if line.code == ANALYSIS_CODE][1:]


GROUP_RULES: tuple[Rule, ...] = tuple(
    Rule(
        id=group.id,
        title=group.title,
        severity=WARNING,
        code=IssueType.BUSINESS_RULE,
        text=group.text,
        source=group.source,
        applies=(ANALYSIS, sends(*group.modifiers)),
        find=partial(_of_group, group),
    )
    for group in GROUPS
)
"""The groups as rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Two sets of modifiers: one of the first and one of the second exclude each other on a line."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    severity: Severity
    text: str
    source: str


_NOTICE = "CMS Claims Processing Manual, chapter 30, section 50; CR 7228"

EXCLUSIONS: tuple[Exclusion, ...] = (
    Exclusion(
        first=("GA",),
        second=("GY", "GZ", "GX"),
        severity=ERROR,
        text="GA says that a required notice was given; GX, GY and GZ say otherwise. Keep the one that holds.",
        source=_NOTICE,
    ),
    Exclusion(
        first=("GZ",),
        second=("GX", "GY"),
        severity=ERROR,
        text="GZ says that a denial for medical necessity is expected and no notice given; GX and GY say otherwise. Keep one.",
        source=_NOTICE,
    ),
    Exclusion(
        first=("59",),
        second=("XE", "XP", "XS", "XU"),
        severity=ERROR,
        text="XE, XP, XS and XU say in particular what 59 says in general. Keep one.",
        source="CMS MLN: proper use of modifiers 59 and X{EPSU}",
    ),
    Exclusion(
        first=("76",),
        second=("77",),
        severity=ERROR,
        text="76 says the same clinician repeated the service, 77 another one. Keep the one that holds.",
        source="CPT modifiers 76 and 77",
    ),
    Exclusion(
        first=("50",),
        second=("LT", "RT"),
        severity=ERROR,
        text="50 says both sides, LT and RT say one. Keep the one that holds.",
        source="CPT modifier 50; CMS HCPCS Level II modifiers",
    ),
    Exclusion(
        first=("62",),
        second=("66", "80", "81", "82", "AS"),
        severity=ERROR,
        text="62 says two surgeons; a team or an assistant is something else. Keep the one that holds.",
        source="CPT modifiers 62, 66 and 80 to 82",
    ),
    Exclusion(
        first=("GC",),
        second=("GE",),
        severity=ERROR,
        text="GC says that a teaching physician was present, GE that none was. Keep the one that holds.",
        source="CMS Claims Processing Manual, chapter 12, section 100",
    ),
    Exclusion(
        first=("KX",),
        second=("GA", "GY", "GZ"),
        severity=WARNING,
        text="KX says that the payer's requirements are met; GA, GY and GZ expect a denial. Keep the one that holds.",
        source="CMS Claims Processing Manual, chapter 20; Medicare contractors: KX with GA, GY or GZ is rejected",
    ),
)
"""Modifiers that exclude one another on a line; others have rules of their own (MOD-10, MOD-11, MOD-20, MOD-31, MOD-47)."""


def _together(row: Exclusion, facts: Facts) -> Iterator[Finding]:
    for line in facts.lines:
        first = next((item for item, code in enumerate(line.codes) if code in row.first), None)
        second = next((item for item, code in enumerate(line.codes) if code in row.second), None)
        if first is not None and second is not None:
            yield Finding(line.at("modifiers", max(first, second)), also=(line.at("modifiers", min(first, second)),))


EXCLUSION_RULES: tuple[Rule, ...] = tuple(
    Rule(
        id=f"MOD-{80 + number}",
        title=f"{' or '.join(row.first)} with {' or '.join(row.second)}",
        severity=row.severity,
        code=IssueType.CONFLICT,
        text=row.text,
        source=row.source,
        applies=(has_modifiers(2), sends(*row.first), sends(*row.second)),
        find=partial(_together, row),
    )
    for number, row in enumerate(EXCLUSIONS)
)
"""The exclusions as rules."""

_OF_NOTICE = ("GA", "GX", "GY", "GZ")


@rule(
    "MOD-90",
    title="Modifier of Medicare's advance notice for another payer",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text=(
        "GA, GX, GY and GZ belong to the advance notice (ABN) of original Medicare; other payers reject them. Take it off, and "
        "ask the plan for its own decision before the service."
    ),
    source="CMS Claims Processing Manual, chapter 30; policies of Medicare Advantage plans",
    applies=(NO_NOTICE, sends(*_OF_NOTICE)),
)
def notice_of_another_payer(facts: Facts) -> Iterator[Finding]:
    """A modifier of the advance notice on a claim to a payer that knows none."""
    return (Finding(place.field) for code in _OF_NOTICE for place in facts.places.get(code, ()))


@rule(
    "MOD-91",
    title="Advance notice behind a modifier",
    severity=INFORMATION,
    code=IssueType.INFORMATIONAL,
    text="GA and GX say that the patient was given an advance notice. Keep the signed notice: the contractor asks for it.",
    source="CMS Claims Processing Manual, chapter 30, section 50",
    applies=(NOTICE, sends("GA", "GX")),
)
def notice_on_file(facts: Facts) -> Iterator[Finding]:
    """GA or GX on a claim to a payer that asks for the notice."""
    return (Finding(place.field) for code in ("GA", "GX") for place in facts.places.get(code, ()))


@rule(
    "MOD-06",
    title="Modifier that the payer does not take",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text="The payer's policy does not list this modifier for 0731T. Take it off, or correct `modifiers` in the policy.",
    source="payer policy, modifiers and telehealth.accepts",
    applies=(ANALYSIS, has_modifiers(1)),
)
def not_taken_by_the_payer(facts: Facts) -> Iterator[Finding]:
    """One of the ten modifiers of the source documents, GT or GQ on 0731T that the payer's policy lists nowhere."""
    policy = facts.policy
    for code in _LISTED:
        if code in facts.places and code not in policy.modifiers and code not in policy.telehealth.accepts:
            yield from (Finding(place.field) for place in facts.on_analysis(code))


_LISTED = (*TEN, "GT", "GQ")
