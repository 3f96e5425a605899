"""Invariants of R4 that are written by hand beside their FHIRPath, since they name the exact place, in plain words."""

from collections.abc import Iterator, Mapping

from adapter.checks.invariant import TERMINOLOGY, Breaks, Invariant, has_choice, has_code
from adapter.fhir.resource import Resource


def _no_policy(consent: Resource) -> Iterator[str]:
    if "policy" not in consent and "policyRule" not in consent:
        yield ""


def _value_and_reason(observation: Resource) -> Iterator[str]:
    if "dataAbsentReason" in observation and has_choice(observation, "Observation", "value[x]"):
        yield ".dataAbsentReason"


def _abated_and_active(condition: Resource) -> Iterator[str]:
    over = (TERMINOLOGY + "condition-clinical", "inactive", "resolved", "remission")
    if has_choice(condition, "Condition", "abatement[x]") and not has_code(condition.get("clinicalStatus"), *over):
        yield ".clinicalStatus"


def _detail_without_code(request: Resource) -> Iterator[str]:
    if "orderDetail" in request and "code" not in request:
        yield ".orderDetail"


def _error_with_status(condition: Resource) -> Iterator[str]:
    if "clinicalStatus" in condition and is_in_error(condition):
        yield ".clinicalStatus"


def is_in_error(condition: Resource) -> bool:
    """Whether a condition was entered in error."""
    return has_code(condition.get("verificationStatus"), TERMINOLOGY + "condition-ver-status", "entered-in-error")


def _rule(key: str, page: str, human: str, breaks: Breaks) -> Invariant:  # noqa: PLR0917 - as a row reads
    return Invariant(key=key, human=human, source=f"http://hl7.org/fhir/R4/{page}.html#invs", breaks=breaks)


BY_HAND: Mapping[str, tuple[Invariant, ...]] = {
    "Consent": (_rule("ppc-1", "consent", "a consent needs a policy or a policy rule", _no_policy),),
    "Observation": (_rule("obs-6", "observation", "a value and a reason for its absence are both present", _value_and_reason),),
    "Condition": (
        _rule("con-4", "condition", "a condition that has ended must be inactive, resolved or in remission", _abated_and_active),
        _rule("con-5", "condition", "a condition entered in error has no clinical status", _error_with_status),
    ),
    "ServiceRequest": (_rule("prr-1", "servicerequest", "an order has details but no code", _detail_without_code),),
}
"""The invariants by resource type. A test holds them to their FHIRPath."""
