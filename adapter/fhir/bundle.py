"""Transaction Bundles, and how the elements in them are named."""

from collections import Counter
from collections.abc import Callable, Sequence

from adapter.fhir.ownership import SHARED_TYPES, Shared, match_query, matched_identifier
from adapter.fhir.resource import Resource
from adapter.path import parse, pointer


def transaction(resources: Sequence[Resource], shared: Shared = "put") -> Resource:
    """The Bundle that writes these resources, in this order (http://hl7.org/fhir/R4/http.html#transaction).

    Sent twice it creates nothing new: what is ours is put under its id, and with `shared` as `create` what others may own is made
    only if the server holds nothing with its identifier. `merge` is for whoever sends: it needs to know what the server holds.
    """
    entries = [
        {
            "fullUrl": "urn:uuid:" + resource["id"],
            "resource": resource,
            "request": _request(resource, shared),
        }
        for resource in resources
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def _request(resource: Resource, shared: Shared) -> dict[str, str]:
    kind = resource["resourceType"]
    known = matched_identifier(resource) if shared == "create" and kind in SHARED_TYPES else None
    if known is None:
        return {"method": "PUT", "url": f"{kind}/{resource['id']}"}
    return {"method": "POST", "url": kind, "ifNoneExist": match_query(*known)}


def expression_roots(bundle: Resource) -> list[str]:
    """What FHIRPath expressions into each entry's resource begin with; what is no entry or no resource counts as none.

    The resource type where the Bundle holds one of it (`Claim`), otherwise the entry (`Bundle.entry[21].resource`).
    """
    entries = bundle.get("entry")
    types = [_type_of(entry) for entry in entries] if isinstance(entries, list) else []
    count = Counter(types)
    return [name if name and count[name] == 1 else f"Bundle.entry[{place}].resource" for place, name in enumerate(types)]


def element_pointers(bundle: Resource) -> Callable[[str], str]:
    """What gives the JSON pointer (RFC 6901) into the Bundle of an expression: `/entry/3/resource/status` of `Claim.status`."""
    roots = {root: ("entry", place, "resource") for place, root in enumerate(expression_roots(bundle)) if "." not in root}

    def pointer_of(expression: str) -> str:
        head, *rest = parse(expression)
        return pointer((*roots.get(str(head), ()), *rest))

    return pointer_of


def _type_of(entry: object) -> str | None:
    resource = entry.get("resource") if isinstance(entry, dict) else None
    name = resource.get("resourceType") if isinstance(resource, dict) else None
    return name if isinstance(name, str) else None
