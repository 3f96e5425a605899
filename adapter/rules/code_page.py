"""One page for the code 0731T: what the source documents say, what is right, where that comes from, and how certain it is."""

from collections.abc import Iterable
from dataclasses import dataclass

from adapter.code_tables.cpt import FIRST_DAY_OF_0731T
from adapter.rules.circumstances import SUNSET
from adapter.rules.policy import Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFact:
    """One row: the subject, what is right in our own words, its source with date, and what the source documents say otherwise."""

    subject: str
    is_so: str
    source: str
    certainty: Certainty
    document: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Rows that belong together."""

    title: str
    facts: tuple[CodeFact, ...]


_FEE = "CMS physician fee schedule relative value file, July 2026 release (2026-06-30); the same in October 2025 and 2024"
_NCCI = "NCCI tables effective 2024-07-01, and an undated copy put up 2026-04-06; the tables of Q4 2026 were not read"
_OPPS = "CMS OPPS Addendum B, CY 2025; CY 2026 was not read"
_CODEBOOK = "0731T codebook page"
_HCPCS = "CMS HCPCS Level II and CPT modifiers, as payers' public guidance tells them"
_NUCC = "NUCC code set 25.1, read whole in a copy; 26.1, pediatrics only"


def _fact(subject: str, is_so: str, source: str, certainty: Certainty, document: str | None = None) -> CodeFact:  # noqa: PLR0917 - a row
    return CodeFact(subject=subject, is_so=is_so, source=source, certainty=certainty, document=document)


_INDICATORS = Section(
    title="Indicators",
    facts=(
        _fact("fee schedule status", "C: the Medicare contractor sets the price; all relative values are 0", _FEE, "copy"),
        _fact("global period", "XXX: none applies, so 22 and modifiers of surgery rarely do", _FEE, "copy"),
        _fact("PC/TC", "0: the service does not split, so neither 26 nor TC may be used", _FEE, "copy"),
        _fact("50, 51, 62, 66, assistants (80, 82, AS)", "0, 0, 0, 0, 0: not payable, or with documentation only", _FEE, "copy"),
        _fact("supervision of diagnostic tests", "09: the concept does not apply", _FEE, "copy"),
        _fact("imaging family", "99: none", _FEE, "copy"),
        _fact("MUE", "1 unit, adjudication indicator 2: absolute for a day of service, and no modifier lifts it", _NCCI, "copy"),
        _fact(
            "pairs (PTP)",
            "established, consultation and inpatient visits, indicator 1; new-patient visits are not paired",
            _NCCI,
            "copy",
        ),
        _fact("OPPS", "status S, APC 5733, national rate $59.40, minimum copayment $11.88 in CY 2025", _OPPS, "copy"),
        _fact(
            "BETOS",
            "not found; it sorts spending for statistics, and no claim has it",
            "a crosswalk of 2016, older than the code, was all that could be read; not CMS's RBCS, which took its place",
            "not found",
        ),
    ),
)
_DATES = Section(
    title="Dates",
    facts=(
        _fact(
            "valid from", f"{FIRST_DAY_OF_0731T}: the first day of service that can be billed (DOS-01)", _CODEBOOK, "secondary"
        ),
        _fact("in the printed book from", "2023-01-01; it was billable half a year before", _CODEBOOK, "secondary"),
        _fact(
            "sunset",
            f"{SUNSET}, unless it is extended or converted (DOS-02)",
            "CPT Assistant, February 2013, abstract: five years after first publication; first printed in CPT 2023",
            "inferred",
        ),
        _fact(
            "Medicare's telehealth from any place",
            "in force through 2027-12-31 (TEL-05); 0731T itself is not known to be on the list",
            "Consolidated Appropriations Act, 2026 (H.R. 7148), signed 2026-02-03, as law firms summarize it",
            "secondary",
        ),
    ),
)
_MODIFIERS = Section(
    title="The ten modifiers of the source documents",
    facts=(
        _fact(
            "22",
            "substantially more work, for services with a global period; carried, and warned of",
            _HCPCS,
            "secondary",
            "more effort in the report",
        ),
        _fact(
            "52",
            "part of the service left out; it still ends with a finished report",
            _HCPCS,
            "secondary",
            "partial analysis or interpretation",
        ),
        _fact(
            "53",
            "begun and stopped; never with a finished report, and not for consent alone",
            _HCPCS,
            "secondary",
            "stopped for safety, privacy or technical reasons",
        ),
        _fact(
            "26", "the professional part; not with PC/TC 0", _HCPCS, "secondary", "interpretation only, if the payer splits it"
        ),
        _fact("TC", "the technical part; not with PC/TC 0", _HCPCS, "secondary", "image acquisition or platform only"),
        _fact(
            "80",
            "a physician who assists at surgery, and 0731T is not surgery",
            _HCPCS,
            "secondary",
            "help with taking the photographs",
        ),
        _fact("82", "as 80, where no resident was available", _HCPCS, "secondary", "an assistant when there is no resident"),
        _fact(
            "AS",
            "a PA, NP or CNS who assists at surgery, and 0731T is not surgery",
            _HCPCS,
            "secondary",
            "a PA, NP or CNS takes the photographs",
        ),
        _fact(
            "TG", "complex, high-tech level of care; it never means telehealth", _HCPCS, "secondary", "telehealth, synchronous"
        ),
        _fact(
            "95",
            "live audio and video, for codes listed for it; that 0731T is listed is not confirmed",
            _HCPCS,
            "secondary",
            "live telemedicine",
        ),
    ),
)
_TAXONOMY = Section(
    title="The five taxonomy rows of the source documents",
    facts=(
        _fact(
            "2080P2900X",
            "does not exist; 207SG0201X is Clinical Genetics (M.D.)",
            _NUCC,
            "copy",
            "Medical Genetics and Genomics Physician",
        ),
        _fact("207RC0000X", "Internal Medicine, Cardiovascular Disease; 208000000X is Pediatrics", _NUCC, "copy", "Pediatrician"),
        _fact("363L00000X", "Nurse Practitioner", _NUCC, "copy", "Telemedicine"),
        _fact("207X00000X", "Orthopaedic Surgery; 363L00000X is Nurse Practitioner", _NUCC, "copy", "Nurse Practitioner"),
        _fact("246Z00000X", "Specialist/Technologist, Other: no clinician", _NUCC, "copy", "Clinical Laboratory Geneticist"),
    ),
)
_RELATED = Section(
    title="The six related codes of the source documents",
    facts=(
        _fact(
            "99213",
            "visit of an established patient, low complexity, 20 minutes or more since 2021",
            "CPT evaluation and management since 2021",
            "secondary",
            "15 minutes",
        ),
        _fact(
            "99203",
            "visit of a new patient, low complexity, 30 minutes or more; never with 99213 on one day",
            "CPT evaluation and management since 2021",
            "secondary",
            "30 minutes",
        ),
        _fact(
            "81406",
            "molecular pathology of one gene, tier 2 level 7: name the gene",
            "CMS clinical laboratory fee schedule guidance",
            "secondary",
            "a panel of 5 to 50 genes",
        ),
        _fact(
            "88271",
            "molecular cytogenetics, charged for each DNA probe",
            "payers' laboratory guidance",
            "secondary",
            "initial single target",
        ),
        _fact(
            "G0452",
            "a physician's interpretation of a molecular pathology procedure, on the laboratory's side",
            "CMS HCPCS Level II",
            "secondary",
            "intensive behavioral health, care planning",
        ),
        _fact(
            "0731T",
            "AI analysis of a face and a provider's report on it; both documents agree",
            "CPT Appendix S: augmentative",
            "publisher",
        ),
    ),
)
_PAYERS = Section(
    title="The five payers of the source documents",
    facts=(
        _fact(
            "Medicare",
            "the contractor decides; L35490 (WPS) and L33392 (NGS) exist, and what they say of 0731T was not seen",
            "CMS Medicare Coverage Database, 2024-11-17",
            "publisher",
        ),
        _fact(
            "UnitedHealthcare",
            "Category III codes are not covered unless another policy says so",
            "2026T0644 series, 2026-04-01, as summarized",
            "secondary",
        ),
        _fact(
            "Cigna",
            "Category III codes are unproven by default unless a policy covers them",
            "policy 0558, 2026-04-15, as summarized",
            "secondary",
        ),
        _fact("Aetna", "no document on Category III codes or facial analysis was found", "no document found", "not found"),
        _fact(
            "BCBS",
            "licensees differ; Arkansas covers no Category III code without a policy",
            "Arkansas BCBS 2022013, reviewed 2023-03",
            "publisher",
        ),
    ),
)

CODE = "0731T"
PAGE: tuple[Section, ...] = (_INDICATORS, _DATES, _MODIFIERS, _TAXONOMY, _RELATED, _PAYERS)
"""All that is known of 0731T, section by section: the source documents, and what payers and CMS published by 2026-11-28."""


def describe_code() -> dict[str, object]:
    """The page as JSON, the same on the command line and over HTTP."""
    return {
        "code": CODE,
        "sections": [{"title": section.title, "facts": list(map(_described, section.facts))} for section in PAGE],
    }


def _described(fact: CodeFact) -> dict[str, str | None]:
    return {
        "subject": fact.subject,
        "is": fact.is_so,
        "document": fact.document,
        "source": fact.source,
        "certainty": fact.certainty,
    }


def as_markdown() -> str:
    """The page for docs/code-0731t.md."""
    return "".join(_markdown())


def _markdown() -> Iterable[str]:
    yield "# 0731T on one page\n\n"
    yield "Written by `adapter code 0731T --markdown` from `adapter/rules/code_page.py`: change that, not this page.\n"
    yield "All words are our own.\n\n"
    yield "*publisher*: read from the publisher; *copy*: read in a copy of the publisher's file; *secondary*: by others;\n"
    yield "*inferred*: concluded; *not found*: looked for.\n"
    for section in PAGE:
        yield f"\n## {section.title}\n\n| what | is | the source documents say | source | certainty |\n|---|---|---|---|---|\n"
        for fact in section.facts:
            yield f"| {fact.subject} | {fact.is_so} | {fact.document or ''} | {fact.source} | {fact.certainty} |\n"
