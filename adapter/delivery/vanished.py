"""What was made before and is not made any more: marked as such, never silently left standing (modelling.md §6)."""

from collections.abc import Mapping
from types import MappingProxyType

from adapter.fhir.ownership import SHARED_TYPES
from adapter.json_types import JsonMapping, JsonObject

_IN_ERROR = "entered-in-error"
_VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
_ENDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "ServiceRequest": MappingProxyType({"active": "revoked", "on-hold": "revoked"}),
        "Claim": MappingProxyType({"draft": "cancelled", "active": "cancelled"}),
        "Consent": MappingProxyType({"proposed": "rejected", "active": "inactive"}),
    }
)
"""How statuses end that do not end as entered in error."""


def with_vanished(before: JsonMapping | None, now: JsonMapping) -> JsonObject:
    """The Bundle with what an earlier one had and it has not, each marked as no longer so.

    What others may own stays as it is; so does what has no status, such as Provenance, which tells of the past.
    """
    here = {_url(entry) for entry in now["entry"]}
    gone = [marked(entry) for entry in before["entry"] if _url(entry) not in here] if before else []
    return {**now, "entry": [*now["entry"], *(entry for entry in gone if entry is not None)]}


def vanished_in(before: JsonMapping | None, now: JsonMapping) -> list[str]:
    """`Type/id` of what was in the Bundle before and is not now."""
    here = {_url(entry) for entry in now["entry"]}
    return [_url(entry) for entry in (before["entry"] if before else ()) if _url(entry) not in here]


def _url(entry: JsonMapping) -> str:
    return f"{entry['resource']['resourceType']}/{entry['resource'].get('id')}"


def marked(entry: JsonObject) -> JsonObject | None:
    """The entry with its resource marked as no longer so; nothing if it has no status, or others may own it."""
    resource = entry["resource"]
    kind = resource["resourceType"]
    if kind in SHARED_TYPES:
        return None
    if kind == "Condition":
        verified = {"coding": [{"system": _VERIFICATION, "code": _IN_ERROR}]}
        rest = {name: value for name, value in resource.items() if name != "clinicalStatus"}  # con-5
        return {**entry, "resource": {**rest, "verificationStatus": verified}}
    if "status" not in resource:
        return None
    return {**entry, "resource": {**resource, "status": _end(kind, resource["status"])}}


def _end(kind: str, status: str) -> str:
    """How a status ends; what has ended so already stays so, however often it is marked."""
    ends = _ENDS.get(kind, {})
    return status if status in ends.values() else ends.get(status, _IN_ERROR)
