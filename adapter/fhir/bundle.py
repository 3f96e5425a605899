"""Transaction Bundles, and how the elements in them are named."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

Resource = dict[str, Any]


def transaction(resources: Sequence[Resource]) -> Resource:
    """The Bundle that puts these resources under their own ids, in this order (http://hl7.org/fhir/R4/http.html#transaction).

    Sent twice it creates nothing new: each entry is a `PUT Type/id`.
    """
    entries = [
        {
            "fullUrl": "urn:uuid:" + resource["id"],
            "resource": resource,
            "request": {"method": "PUT", "url": f"{resource['resourceType']}/{resource['id']}"},
        }
        for resource in resources
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def expression_roots(bundle: Resource) -> list[str]:
    """What FHIRPath expressions into each entry's resource begin with; what is no entry or no resource counts as none.

    The resource type where the Bundle holds one of it (`Claim`), otherwise the entry (`Bundle.entry[21].resource`).
    """
    entries = bundle.get("entry")
    types = [_type_of(entry) for entry in entries] if isinstance(entries, list) else []
    count = Counter(types)
    return [name if name and count[name] == 1 else f"Bundle.entry[{place}].resource" for place, name in enumerate(types)]


def _type_of(entry: object) -> str | None:
    resource = entry.get("resource") if isinstance(entry, dict) else None
    name = resource.get("resourceType") if isinstance(resource, dict) else None
    return name if isinstance(name, str) else None
