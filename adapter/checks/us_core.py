"""The invariants of US Core 6.1.0 for what the adapter makes; they count for resources that claim a US Core profile."""

from collections.abc import Callable, Iterator

from adapter.checks.invariant import TERMINOLOGY, Breaks, Invariant, claims, each_of, has_choice, has_code
from adapter.code_tables.npi import has_npi_form, is_npi
from adapter.fhir.resource import Resource

US_CORE = "http://hl7.org/fhir/us/core/"

_PAGES = "http://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-"
_NPI = "http://hl7.org/fhir/sid/us-npi"
_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_WHOLE_DAY = len("2026-01-31")


def claims_us_core(resource: Resource) -> bool:
    """Whether a resource claims a profile of US Core."""
    return claims(resource, US_CORE)


def _npis(is_wrong: Callable[[str], bool]) -> Breaks:
    """The NPIs with something wrong."""
    return lambda resource: [
        f".identifier[{number}].value"
        for number, identifier in enumerate(resource.get("identifier", ()))
        if identifier.get("system") == _NPI and "value" in identifier and is_wrong(identifier["value"])
    ]


def _has_no_npi_form(npi: str) -> bool:
    return not has_npi_form(npi)


def _has_wrong_digit(npi: str) -> bool:
    return has_npi_form(npi) and not is_npi(npi)


def _partial_date(observation: Resource) -> Iterator[str]:
    if "effectiveDateTime" in observation and len(observation["effectiveDateTime"]) < _WHOLE_DAY:
        yield ".effectiveDateTime"


def _no_result(observation: Resource) -> Iterator[str]:
    instead = {"dataAbsentReason", "component", "hasMember"}
    if instead.isdisjoint(observation) and not has_choice(observation, "Observation", "value[x]"):
        yield ""


def _nameless(patient: Resource) -> Iterator[str]:
    for path, name in each_of(patient, "name"):
        is_absent = any(extension.get("url") == _ABSENT for extension in name.get("extension", ()))
        if not is_absent and {"family", "given", "_family", "_given"}.isdisjoint(name):
            yield path


def _not_performed(procedure: Resource) -> Iterator[str]:
    if procedure.get("status") in {"completed", "in-progress"} and not has_choice(procedure, "Procedure", "performed[x]"):
        yield ""


def _not_effective(report: Resource) -> Iterator[str]:
    has_results = report.get("status") in {"partial", "preliminary", "final", "amended", "corrected", "appended"}
    if has_results and not has_choice(report, "DiagnosticReport", "effective[x]"):
        yield ""


def _one_of(*names: str) -> Breaks:
    return lambda resource: [""] if resource.keys().isdisjoint(names) else []


def _no_member_number(coverage: Resource) -> Iterator[str]:
    typed = any(
        has_code(identifier.get("type"), TERMINOLOGY + "v2-0203", "MB") for _, identifier in each_of(coverage, "identifier")
    )
    if not typed and "subscriberId" not in coverage:
        yield ""


def _us_core(number: int, page: str, *, human: str, breaks: Breaks) -> Invariant:
    return Invariant(key=f"us-core-{number}", human=human, source=f"{_PAGES}{page}.html", breaks=breaks, counts=claims_us_core)


def _npi(number: int, human: str, breaks: Breaks) -> Invariant:
    """A rule of what an NPI is; it holds whether a resource claims US Core or not."""
    return Invariant(key=f"us-core-{number}", human=human, source=f"{_PAGES}practitioner.html", breaks=breaks)


NPI_INVARIANTS = (
    _npi(16, "an NPI has ten digits", _npis(_has_no_npi_form)),
    _npi(17, "the last digit of this NPI does not check the others; a digit is wrong", _npis(_has_wrong_digit)),
)
_CLINICAL_RESULT = "observation-clinical-result"

US_CORE_INVARIANTS: dict[str, tuple[Invariant, ...]] = {
    "Observation": (
        _us_core(1, _CLINICAL_RESULT, human="a date needs its day", breaks=_partial_date),
        _us_core(
            2, _CLINICAL_RESULT, human="a value, a component, a member or a reason for absence is needed", breaks=_no_result
        ),
    ),
    "Patient": (
        _us_core(6, "patient", human="a name needs a family or given name, or a reason for its absence", breaks=_nameless),
    ),
    "Procedure": (_us_core(7, "procedure", human="a procedure in progress or completed needs its time", breaks=_not_performed),),
    "DiagnosticReport": (
        _us_core(10, "diagnosticreport-note", human="a report with results needs their time", breaks=_not_effective),
    ),
    "PractitionerRole": (
        _us_core(
            13,
            "practitionerrole",
            human="a role needs a practitioner, organization, service or location",
            breaks=_one_of("practitioner", "organization", "healthcareService", "location"),
        ),
        Invariant(
            key="pd-1",
            human="a role needs a telecom or an endpoint",
            source=f"{_PAGES}practitionerrole.html",
            breaks=_one_of("telecom", "endpoint"),
            counts=claims_us_core,
        ),
    ),
    "RelatedPerson": (
        _us_core(14, "relatedperson", human="a name or a relationship is needed", breaks=_one_of("name", "relationship")),
    ),
    "Coverage": (_us_core(15, "coverage", human="a member number or a subscriber number is needed", breaks=_no_member_number),),
    "Practitioner": NPI_INVARIANTS,
    "Organization": NPI_INVARIANTS,
}
"""The invariants of each resource type."""
