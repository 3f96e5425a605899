"""Small valid resources to spoil, and what tests of checks have in common."""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from adapter.fhir.bundle import transaction
from adapter.issues import AnyIssue, Issue

Resource = dict[str, Any]

CPT = "http://www.ama-assn.org/go/cpt"
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"
PATIENT = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "2020-02-29", "name": [{"family": "Test"}]}
ORGANIZATION = {"resourceType": "Organization", "id": "o", "name": "Test clinic"}
CODE = {"coding": [{"system": "http://loinc.org", "code": "1-8"}]}
SUBJECT = {"reference": "urn:uuid:p"}
OBSERVATION = {"resourceType": "Observation", "id": "ob", "status": "final", "code": CODE, "subject": SUBJECT, "valueInteger": 1}
CLAIM = {
    "resourceType": "Claim",
    "id": "c",
    "status": "active",
    "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/claim-type", "code": "professional"}]},
    "use": "claim",
    "patient": SUBJECT,
    "created": "2024-03-01",
    "provider": {"reference": "Organization/o"},
    "priority": {"coding": [{"code": "normal"}]},
    "diagnosis": [{"sequence": 1, "diagnosisCodeableConcept": CODE}],
    "insurance": [{"sequence": 1, "focal": True, "coverage": {"display": "self-pay"}}],
    "item": [
        {
            "sequence": 1,
            "diagnosisSequence": [1],
            "productOrService": {"coding": [{"system": CPT, "code": "0731T"}]},
            "modifier": [{"coding": [{"system": CPT, "code": "52"}]}],
            "servicedDate": "2024-02-29",
            "quantity": {"value": 1},
        }
    ],
}


def spoilt(resource: Resource, path: str, value: object = None) -> Resource:
    """A copy with another value at a path (`item.0.quantity`), or without what stands there."""
    copy = deepcopy(resource)
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    part: Any = copy
    for step in way:
        part = part[step]
    if value is None:
        del part[last]
    elif isinstance(part, list) and last == len(part):
        part.append(value)
    else:
        part[last] = value
    return copy


def bundle() -> Resource:
    """A transaction of one of each."""
    return transaction([deepcopy(each) for each in (ORGANIZATION, PATIENT, OBSERVATION, CLAIM)])


def said(issues: Iterable[AnyIssue]) -> list[tuple[str | None, str]]:
    """(rule, first expression) of each issue."""
    return [(issue.rule, issue.expression[0]) for issue in written(issues)]


def written(issues: Iterable[AnyIssue]) -> list[Issue]:
    """The issues as they are told."""
    return [issue.written() for issue in issues]
