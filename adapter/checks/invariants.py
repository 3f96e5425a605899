"""The invariants that matter for what the adapter makes, each with its key and source."""

from collections.abc import Iterator
from typing import Any

from adapter.checks.claim import CLAIM_INVARIANTS
from adapter.checks.invariant import US_CORE, Invariant, Resource, claims, has_code

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
_NPI = "http://hl7.org/fhir/sid/us-npi"
_NPI_LENGTH = 10
_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_DAY = 10


def _page(name: str) -> str:
    return f"http://hl7.org/fhir/R4/{name}.html#invs"


def _consent_policy(consent: Resource) -> Iterator[str]:
    if "policy" not in consent and "policyRule" not in consent:
        yield ""


def _consent_patient(consent: Resource) -> Iterator[str]:
    if "patient" not in consent and has_code(consent.get("scope"), _TERMINOLOGY + "consentscope", "patient-privacy"):
        yield ""


def _value_or_reason(observation: Resource) -> Iterator[str]:
    for path, part in [("", observation), *_each(observation, "component")]:
        if "dataAbsentReason" in part and _has_value(part):
            yield path


def _component_code(observation: Resource) -> Iterator[str]:
    own = _pairs(observation.get("code"))
    if _has_value(observation):
        yield from (path for path, part in _each(observation, "component") if own & _pairs(part.get("code")))


def _clinical_status_kept(condition: Resource) -> Iterator[str]:
    """con-3: a problem-list item needs a clinical status unless it was entered in error."""
    problem = any(
        has_code(each, _TERMINOLOGY + "condition-category", "problem-list-item") for each in condition.get("category", ())
    )
    if problem and "clinicalStatus" not in condition and not _in_error(condition):
        yield ""


def _abated_is_over(condition: Resource) -> Iterator[str]:
    over = has_code(condition.get("clinicalStatus"), _TERMINOLOGY + "condition-clinical", "inactive", "resolved", "remission")
    if not over and any(name.startswith("abatement") for name in condition):
        yield ".clinicalStatus"


def _error_has_no_status(condition: Resource) -> Iterator[str]:
    if "clinicalStatus" in condition and _in_error(condition):
        yield ".clinicalStatus"


def _in_error(condition: Resource) -> bool:
    return has_code(condition.get("verificationStatus"), _TERMINOLOGY + "condition-ver-status", "entered-in-error")


def _item_or_answer(response: Resource) -> Iterator[str]:
    for path, item in _each(response, "item"):
        if "item" in item and "answer" in item:
            yield path


def _detail_needs_code(request: Resource) -> Iterator[str]:
    if "orderDetail" in request and "code" not in request:
        yield ".orderDetail"


def _npi(resource: Resource) -> Iterator[str]:
    for path, identifier in _each(resource, "identifier"):
        if identifier.get("system") == _NPI and not is_npi(str(identifier.get("value", ""))):
            yield f"{path}.value"


def is_npi(text: str) -> bool:
    """Whether a text is an NPI: ten digits whose last one checks the others after the prefix 80840 (ISO/IEC 7812)."""
    if len(text) != _NPI_LENGTH or not (text.isascii() and text.isdigit()):
        return False
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate("80840" + text, start=1)]
    return sum(sum(divmod(each, 10)) for each in doubled) % 10 == 0


def _full_date(*names: str) -> Any:  # noqa: ANN401 - a function of a resource
    def breaks(resource: Resource) -> Iterator[str]:
        for name in names:
            if len(str(resource.get(name, "0000-00-00"))) < _DAY:
                yield f".{name}"

    return breaks


def _observation_value(observation: Resource) -> Iterator[str]:
    if not (_has_value(observation) or {"dataAbsentReason", "component", "hasMember"} & observation.keys()):
        yield ""


def _patient_name(patient: Resource) -> Iterator[str]:
    for path, name in _each(patient, "name"):
        absent = any(each.get("url") == _ABSENT for each in name.get("extension", ()))
        if not absent and "family" not in name and "given" not in name:
            yield path


def _performed(procedure: Resource) -> Iterator[str]:
    if procedure.get("status") in ("completed", "in-progress") and not any(name.startswith("performed") for name in procedure):
        yield ""


def _effective(report: Resource) -> Iterator[str]:
    known = ("partial", "preliminary", "final", "amended", "corrected", "appended")
    if report.get("status") in known and not any(name.startswith("effective") for name in report):
        yield ""


def _named_or_related(person: Resource) -> Iterator[str]:
    if "name" not in person and "relationship" not in person:
        yield ""


def _member(coverage: Resource) -> Iterator[str]:
    typed = any(has_code(each.get("type"), _TERMINOLOGY + "v2-0203", "MB") for each in coverage.get("identifier", ()))
    if not typed and "subscriberId" not in coverage:
        yield ""


def _has_value(part: Resource) -> bool:
    return any(name.startswith("value") for name in part)


def _pairs(concept: Resource | None) -> set[tuple[Any, Any]]:
    return {(each.get("system"), each.get("code")) for each in (concept or {}).get("coding", ())}


def _each(resource: Resource, name: str) -> list[tuple[str, Resource]]:
    return [(f".{name}[{place}]", part) for place, part in enumerate(resource.get(name, ()))]


def _us_core(key: str, text: str, breaks: Any) -> Invariant:  # noqa: ANN401 - a function of a resource
    return Invariant(key=key, text=text, source="http://hl7.org/fhir/us/core/STU6.1/", breaks=breaks, profile=US_CORE)


_NPI_RULE = Invariant(
    key="us-core-16/17",
    text="an NPI has ten digits, the last of which checks the others; mend the number or its system",
    source="http://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-practitioner.html",
    breaks=_npi,
)

INVARIANTS: dict[str, tuple[Invariant, ...]] = {
    "Consent": (
        Invariant(key="ppc-1", text="a consent needs a policy or a policy rule", source=_page("consent"), breaks=_consent_policy),
        Invariant(key="ppc-2", text="a privacy consent needs its patient", source=_page("consent"), breaks=_consent_patient),
    ),
    "Observation": (
        Invariant(
            key="obs-6",
            text="a value and a reason for its absence can not both be there",
            source=_page("observation"),
            breaks=_value_or_reason,
        ),
        Invariant(
            key="obs-7",
            text="a component repeats the code of the observation",
            source=_page("observation"),
            breaks=_component_code,
        ),
        _us_core("us-core-1", "a date needs at least its day", _full_date("effectiveDateTime")),
        _us_core("us-core-2", "a value, a component, a member or a reason for absence is needed", _observation_value),
    ),
    "Condition": (
        Invariant(
            key="con-3", text="a problem needs its clinical status", source=_page("condition"), breaks=_clinical_status_kept
        ),
        Invariant(
            key="con-4",
            text="what has an end is inactive, resolved or in remission",
            source=_page("condition"),
            breaks=_abated_is_over,
        ),
        Invariant(
            key="con-5",
            text="what was entered in error has no clinical status",
            source=_page("condition"),
            breaks=_error_has_no_status,
        ),
    ),
    "QuestionnaireResponse": (
        Invariant(
            key="qrs-1",
            text="an item has answers or items, not both",
            source=_page("questionnaireresponse"),
            breaks=_item_or_answer,
        ),
    ),
    "ServiceRequest": (
        Invariant(
            key="prr-1", text="details of an order need its code", source=_page("servicerequest"), breaks=_detail_needs_code
        ),
    ),
    "Patient": (_us_core("us-core-6", "a name needs a family or a given name, or the reason for its absence", _patient_name),),
    "Procedure": (
        _us_core("us-core-1", "a date needs at least its day", _full_date("performedDateTime")),
        _us_core("us-core-7", "a procedure that goes on or is done needs its time", _performed),
    ),
    "DiagnosticReport": (
        _us_core("us-core-1", "a date needs at least its day", _full_date("effectiveDateTime")),
        _us_core("us-core-10", "a report with results needs the time that they are true of", _effective),
    ),
    "RelatedPerson": (_us_core("us-core-14", "a related person needs a name or a relationship", _named_or_related),),
    "Coverage": (_us_core("us-core-15", "a coverage needs a member number or a subscriber number", _member),),
    "Practitioner": (_NPI_RULE,),
    "Organization": (_NPI_RULE,),
    "Claim": CLAIM_INVARIANTS,
}
"""The invariants of each resource type."""

__all__ = ["INVARIANTS", "claims", "is_npi"]
