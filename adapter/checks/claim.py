"""The constraints of our claim profile, clm-0731t-1 to -7: facts that hold for every payer."""

from collections.abc import Callable, Iterator

from adapter.checks.invariant import Breaks, Invariant, pairs_of
from adapter.code_tables.cpt import FIRST_DAY_OF_0731T
from adapter.fhir.resource import Resource
from adapter.issues import Severity

_CODE = "0731T"
_PROFILE = "/claim-0731t"
_MOST_MODIFIERS = 4


def is_held_to_profile(claim: Resource) -> bool:
    """Whether the constraints count: the claim bills 0731T or claims the profile, whatever its version, and is no draft.

    A draft is there to be fixed: the coding rules that made it one say what is wrong with it.
    """
    if claim.get("status") == "draft":
        return False
    profiles = [profile for profile in claim.get("meta", {}).get("profile", ()) if profile is not None]
    return any(profile.partition("|")[0].endswith(_PROFILE) for profile in profiles) or any(
        _is_own(item) for item in claim.get("item", ())
    )


def _is_own(item: Resource) -> bool:
    return any(code == _CODE for _, code in pairs_of(item.get("productOrService", {})))


def _modifiers(item: Resource) -> list[tuple[str | None, str | None]]:
    """(system, code) of all codings of all modifiers."""
    return [pair for concept in item.get("modifier", ()) for pair in pairs_of(concept)]


def _lines(is_wrong: Callable[[Resource], bool], element: str) -> Breaks:
    """The lines with something wrong, each with the element that it is wrong with."""
    return lambda claim: [f".item[{number}].{element}" for number, item in enumerate(claim.get("item", ())) if is_wrong(item)]


def _has_too_many_modifiers(item: Resource) -> bool:
    return len(item.get("modifier", ())) > _MOST_MODIFIERS


def _repeats_a_modifier(item: Resource) -> bool:
    modifiers = _modifiers(item)
    return len(set(modifiers)) < len(modifiers)


def _has_both(*codes: str) -> Callable[[Resource], bool]:
    both = set(codes)
    return lambda item: both <= {code for _, code in _modifiers(item)}


def _no_diagnosis(claim: Resource) -> Iterator[str]:
    if claim.get("use") == "claim":
        if "diagnosis" not in claim:
            yield ""
        yield from (f".item[{number}]" for number, item in enumerate(claim.get("item", ())) if "diagnosisSequence" not in item)


def _has_several_units(item: Resource) -> bool:
    return _is_own(item) and bool(item.get("quantity", {}).get("value", 1) > 1)


def _is_too_early(item: Resource) -> bool:
    day = item.get("servicedDate") or item.get("servicedPeriod", {}).get("start", "")
    return _is_own(item) and bool(day[: len(FIRST_DAY_OF_0731T)] < FIRST_DAY_OF_0731T)


def _constraint(number: int, human: str, breaks: Breaks, *, severity: Severity = Severity.ERROR) -> Invariant:
    source = "StructureDefinition/claim-0731t"
    return Invariant(
        key=f"clm-0731t-{number}", human=human, source=source, breaks=breaks, counts=is_held_to_profile, severity=severity
    )


CLAIM_INVARIANTS = (
    _constraint(1, "a line has more than four modifiers", _lines(_has_too_many_modifiers, "modifier")),
    _constraint(2, "a modifier appears twice on a line", _lines(_repeats_a_modifier, "modifier")),
    _constraint(3, "52 and 53 exclude each other on a line", _lines(_has_both("52", "53"), "modifier")),
    _constraint(4, "26 and TC exclude each other on a line", _lines(_has_both("26", "TC"), "modifier")),
    _constraint(5, "a claim needs a diagnosis, and each line points at one", _no_diagnosis),
    # UNT-01: an error for Medicare alone, so no more than a warning for everybody.
    _constraint(6, "0731T is billed as one unit", _lines(_has_several_units, "quantity"), severity=Severity.WARNING),
    _constraint(7, "0731T needs a day of service, and did not exist before 2022-07-01", _lines(_is_too_early, "serviced")),
)
"""All constraints of the profile."""
