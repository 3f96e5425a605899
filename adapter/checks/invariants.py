"""The invariants of R4 that matter for what the adapter makes, and the table of all invariants by resource type."""

from collections.abc import Iterator

from adapter.checks.claim import CLAIM_INVARIANTS
from adapter.checks.invariant import TERMINOLOGY, Breaks, Invariant, each_of, has_choice, has_code, pairs_of
from adapter.checks.us_core import US_CORE_INVARIANTS
from adapter.fhir.bundle import Resource
from adapter.issues import Issue, Severity


def _no_policy(consent: Resource) -> Iterator[str]:
    if "policy" not in consent and "policyRule" not in consent:
        yield ""


def _no_patient(consent: Resource) -> Iterator[str]:
    """As ppc-2 is meant: its expression in R4 compares with a system that does not exist, so it never fires."""
    if "patient" not in consent and has_code(consent.get("scope"), TERMINOLOGY + "consentscope", "patient-privacy"):
        yield ""


def _value_and_reason(observation: Resource) -> Iterator[str]:
    if "dataAbsentReason" in observation and has_choice(observation, "Observation", "value[x]"):
        yield ".dataAbsentReason"


def _repeated_code(observation: Resource) -> Iterator[str]:
    if "component" in observation and has_choice(observation, "Observation", "value[x]"):
        own = set(pairs_of(observation.get("code", {})))
        yield from (
            f"{path}.code" for path, part in each_of(observation, "component") if own & set(pairs_of(part.get("code", {})))
        )


def _no_clinical_status(condition: Resource) -> Iterator[str]:
    problem = (TERMINOLOGY + "condition-category", "problem-list-item")
    is_problem = any(has_code(each, *problem) for _, each in each_of(condition, "category"))
    if is_problem and "clinicalStatus" not in condition and not _is_in_error(condition):
        yield ""


def _abated_and_active(condition: Resource) -> Iterator[str]:
    over = (TERMINOLOGY + "condition-clinical", "inactive", "resolved", "remission")
    if has_choice(condition, "Condition", "abatement[x]") and not has_code(condition.get("clinicalStatus"), *over):
        yield ".clinicalStatus"


def _error_with_status(condition: Resource) -> Iterator[str]:
    if "clinicalStatus" in condition and _is_in_error(condition):
        yield ".clinicalStatus"


def _is_in_error(condition: Resource) -> bool:
    return has_code(condition.get("verificationStatus"), TERMINOLOGY + "condition-ver-status", "entered-in-error")


def _item_and_answer(part: Resource) -> Iterator[str]:
    """At any depth: items stand in items, and in answers."""
    for path, item in each_of(part, "item"):
        if "item" in item and "answer" in item:
            yield path
        inner = [("", item), *each_of(item, "answer")]
        yield from (f"{path}{between}{within}" for between, each in inner for within in _item_and_answer(each))


def _detail_without_code(request: Resource) -> Iterator[str]:
    if "orderDetail" in request and "code" not in request:
        yield ".orderDetail"


def _rule(key: str, page: str, human: str, *, breaks: Breaks, severity: Severity = Severity.ERROR) -> Invariant:
    source = f"http://hl7.org/fhir/R4/{page}.html#invs"
    return Invariant(key=key, human=human, source=source, breaks=breaks, severity=severity)


_BASE: dict[str, tuple[Invariant, ...]] = {
    "Claim": CLAIM_INVARIANTS,
    "Consent": (
        _rule("ppc-1", "consent", "a consent needs a policy or a policy rule", breaks=_no_policy),
        _rule("ppc-2", "consent", "a privacy consent needs its patient", breaks=_no_patient),
    ),
    "Observation": (
        _rule("obs-6", "observation", "a value and the reason for its absence are both there", breaks=_value_and_reason),
        _rule("obs-7", "observation", "a component repeats the code that the value belongs to", breaks=_repeated_code),
    ),
    "Condition": (
        _rule("con-3", "condition", "a problem has no clinical status", breaks=_no_clinical_status, severity=Severity.WARNING),
        _rule("con-4", "condition", "what is over must be inactive, resolved or in remission", breaks=_abated_and_active),
        _rule("con-5", "condition", "what was entered in error has no clinical status", breaks=_error_with_status),
    ),
    "QuestionnaireResponse": (
        _rule("qrs-1", "questionnaireresponse", "an item has items or answers, not both", breaks=_item_and_answer),
    ),
    "ServiceRequest": (
        _rule("prr-1", "servicerequest", "details of an order stand without its code", breaks=_detail_without_code),
    ),
}

INVARIANTS: dict[str, tuple[Invariant, ...]] = {
    name: (*_BASE.get(name, ()), *US_CORE_INVARIANTS.get(name, ())) for name in sorted({*_BASE, *US_CORE_INVARIANTS})
}
"""The invariants of each resource type."""


def check_invariants(resource: Resource, root: str | None = None) -> list[Issue]:
    """The invariants that a resource of sound structure breaks; expressions begin with `root`, or with the resource type."""
    name = resource["resourceType"]
    found: list[Issue] = []
    asked: dict[object, bool] = {None: True}
    for invariant in INVARIANTS.get(name, ()):
        counts = invariant.counts
        if counts not in asked and counts is not None:
            asked[counts] = counts(resource)
        if asked[counts]:
            found += invariant.issues(resource, root or name)
    return found
