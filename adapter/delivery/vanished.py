"""What was made before and is not made any more: marked as such, never silently left standing (modelling.md §6).

What has ended stays so, so what is made again after that is a resource of its own.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from adapter.delivery.status_guard import may_become
from adapter.fhir.json import canonical_bytes, read_any_json
from adapter.fhir.ownership import SHARED_TYPES
from adapter.fhir.resource_id import stable_id
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


_ID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def made_anew(before: JsonMapping | None, now: JsonMapping) -> JsonMapping:
    """The Bundle with new ids for what had ended in an earlier one: a server would keep it as it ended.

    The new id is made from the former, so it is the same however often it is asked for.
    """
    ended = {_url(entry): entry["resource"].get("status") for entry in (before["entry"] if before else ()) if _has_ended(entry)}
    names = dict(_new_ids(ended, before, now)) if before and ended else {}
    if not names:
        return now
    content = _ID.sub(lambda found: names.get(found[0], found[0]), canonical_bytes(now))
    anew: JsonObject = read_any_json(content, "outgoing")
    return anew


def _new_ids(ended: Mapping[str, str], before: JsonMapping, now: JsonMapping) -> Iterator[tuple[bytes, bytes]]:
    known = {_url(entry) for entry in before["entry"]}
    for entry in now["entry"]:
        kind, former = entry["resource"]["resourceType"], entry["resource"].get("id")
        own, status = former, entry["resource"].get("status")
        while (place := f"{kind}/{own}") in ended:
            following = stable_id(kind, own, "again")
            if f"{kind}/{following}" not in known and (_has_ended(entry) or may_become(kind, ended[place], status)):
                break
            own = following
        if own != former:
            yield former.encode(), own.encode()


def _has_ended(entry: JsonMapping) -> bool:
    """Whether a resource of ours has a status after which there is no other."""
    kind, status = entry["resource"]["resourceType"], entry["resource"].get("status")
    return kind not in SHARED_TYPES and (status == _IN_ERROR or status in _ENDS.get(kind, {}).values())


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
