"""The constraints of our claim profile (clm-0731t-1 to -7): facts that hold for every payer (modelling.md §7.5)."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from adapter.checks.invariant import Invariant, Resource

_CODE = "0731T"
_FIRST_DAY = "2022-07-01"
_MOST_MODIFIERS = 4


def _items(claim: Resource) -> list[tuple[str, Resource]]:
    return [(f".item[{place}]", item) for place, item in enumerate(claim.get("item", ()))]


def _modifiers(item: Resource) -> list[tuple[str | None, str | None]]:
    """(system, code) of all codings of all modifiers."""
    return [(each.get("system"), each.get("code")) for concept in item.get("modifier", ()) for each in concept.get("coding", ())]


def _is_own(item: Resource) -> bool:
    return any(each.get("code") == _CODE for each in item.get("productOrService", {}).get("coding", ()))


def _too_many_modifiers(claim: Resource) -> Iterator[str]:
    return (f"{path}.modifier" for path, item in _items(claim) if len(item.get("modifier", ())) > _MOST_MODIFIERS)


def _repeated_modifier(claim: Resource) -> Iterator[str]:
    return (f"{path}.modifier" for path, item in _items(claim) if len(set(_modifiers(item))) < len(_modifiers(item)))


def _together(one: str, other: str) -> Callable[[Resource], Iterator[str]]:
    def breaks(claim: Resource) -> Iterator[str]:
        return (f"{path}.modifier" for path, item in _items(claim) if {one, other} <= {code for _, code in _modifiers(item)})

    return breaks


def _no_diagnosis(claim: Resource) -> Iterator[str]:
    if claim.get("use") == "claim":
        if not claim.get("diagnosis"):
            yield ""
        yield from (path for path, item in _items(claim) if not item.get("diagnosisSequence"))


def _several_units(claim: Resource) -> Iterator[str]:
    for path, item in _items(claim):
        if _is_own(item) and item.get("quantity", {}).get("value", Decimal(1)) > 1:
            yield f"{path}.quantity"


def _too_early(claim: Resource) -> Iterator[str]:
    for path, item in _items(claim):
        day = item.get("servicedDate") or item.get("servicedPeriod", {}).get("start") or ""
        if _is_own(item) and day[: len(_FIRST_DAY)] < _FIRST_DAY:
            yield path


def _is_final(claim: Resource) -> bool:
    """Whether the claim is meant to be paid: a draft is allowed to be unfinished; the coding rules say what is wrong with it."""
    return claim.get("status") == "active"


def _of_active(breaks: Callable[[Resource], Iterator[str]]) -> Callable[[Resource], Iterator[str]]:
    return lambda claim: breaks(claim) if _is_final(claim) else iter(())


def _constraint(number: int, text: str, breaks: Callable[[Resource], Iterator[str]]) -> Invariant:
    source = "StructureDefinition/claim-0731t"
    return Invariant(key=f"clm-0731t-{number}", text=text, source=source, breaks=_of_active(breaks))


CLAIM_INVARIANTS = (
    _constraint(1, "a line has at most four modifiers", _too_many_modifiers),
    _constraint(2, "a modifier stands twice on a line", _repeated_modifier),
    _constraint(3, "52 and 53 exclude each other on a line", _together("52", "53")),
    _constraint(4, "26 and TC exclude each other on a line", _together("26", "TC")),
    _constraint(5, "a claim needs a diagnosis, and each line points at one", _no_diagnosis),
    _constraint(6, "0731T is one unit", _several_units),
    _constraint(7, "0731T did not exist before 2022-07-01", _too_early),
)
"""All constraints of the profile."""
