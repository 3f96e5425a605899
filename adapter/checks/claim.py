"""The constraints of our claim profile, clm-0731t-1 to -7: facts that hold for every payer."""

from collections.abc import Iterator

from adapter.checks.invariant import Breaks, Invariant, each_of, pairs_of
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


def _too_many_modifiers(claim: Resource) -> Iterator[str]:
    return (f"{path}.modifier" for path, item in each_of(claim, "item") if len(item.get("modifier", ())) > _MOST_MODIFIERS)


def _repeated_modifier(claim: Resource) -> Iterator[str]:
    for path, item in each_of(claim, "item"):
        modifiers = _modifiers(item)
        if len(set(modifiers)) < len(modifiers):
            yield f"{path}.modifier"


def _together(one: str, other: str) -> Breaks:
    def breaks(claim: Resource) -> Iterator[str]:
        for path, item in each_of(claim, "item"):
            if {one, other} <= {code for _, code in _modifiers(item)}:
                yield f"{path}.modifier"

    return breaks


def _no_diagnosis(claim: Resource) -> Iterator[str]:
    if claim.get("use") == "claim":
        if "diagnosis" not in claim:
            yield ""
        yield from (path for path, item in each_of(claim, "item") if "diagnosisSequence" not in item)


def _several_units(claim: Resource) -> Iterator[str]:
    for path, item in each_of(claim, "item"):
        if _is_own(item) and item.get("quantity", {}).get("value", 1) > 1:
            yield f"{path}.quantity"


def _too_early(claim: Resource) -> Iterator[str]:
    for path, item in each_of(claim, "item"):
        day = item.get("servicedDate") or item.get("servicedPeriod", {}).get("start", "")
        if _is_own(item) and day[: len(FIRST_DAY_OF_0731T)] < FIRST_DAY_OF_0731T:
            yield f"{path}.serviced"


def _constraint(number: int, human: str, breaks: Breaks, *, severity: Severity = Severity.ERROR) -> Invariant:
    source = "StructureDefinition/claim-0731t"
    return Invariant(
        key=f"clm-0731t-{number}", human=human, source=source, breaks=breaks, counts=is_held_to_profile, severity=severity
    )


CLAIM_INVARIANTS = (
    _constraint(1, "a line has more than four modifiers", _too_many_modifiers),
    _constraint(2, "a modifier appears twice on a line", _repeated_modifier),
    _constraint(3, "52 and 53 exclude each other on a line", _together("52", "53")),
    _constraint(4, "26 and TC exclude each other on a line", _together("26", "TC")),
    _constraint(5, "a claim needs a diagnosis, and each line points at one", _no_diagnosis),
    # UNT-01: an error for Medicare alone, so no more than a warning for everybody.
    _constraint(6, "0731T is billed as one unit", _several_units, severity=Severity.WARNING),
    _constraint(7, "0731T needs a day of service, and did not exist before 2022-07-01", _too_early),
)
"""All constraints of the profile."""
