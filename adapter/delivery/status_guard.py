"""What a target holds already counts: a lower status never replaces a higher one, and what has ended stays so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from adapter.client import FhirClient
from adapter.client.plan import only_one, put_references, with_references
from adapter.fhir.ownership import SHARED_TYPES, matched_identifier
from adapter.issues import NotFoundError
from adapter.json_types import JsonMapping, JsonObject
from adapter.rules.transition import ALLOWED


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A resource that was not written, since the target's status may not become ours."""

    reference: str
    held: str
    ours: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """What may be written, and what was left as the target has it."""

    bundle: JsonObject
    kept: tuple[Kept, ...] = ()


@cache
def may_become(kind: str, held: str, ours: str) -> bool:
    """Whether a status may become another, in one step or in several; a status may always stay what it is."""
    table = ALLOWED.get(kind, {})
    if held == ours or held not in table:
        return True
    seen, waiting = {held}, [held]
    while waiting:
        new = table[waiting.pop()] - seen
        seen |= new
        waiting.extend(new)
    return ours in seen


def guarded(client: FhirClient, bundle: JsonMapping) -> Guarded:
    """The Bundle without what the target's state forbids; of what others may own, the target's status stays in it."""
    entries, kept = [], []
    known: dict[str, str] = {}
    for entry in bundle["entry"]:
        forbidden = _forbidden(client, entry)
        if forbidden is None:
            entries.append(entry)
            continue
        kept.append(forbidden)
        if entry["resource"]["resourceType"] in SHARED_TYPES:
            entries.append({**entry, "resource": {**entry["resource"], "status": forbidden.held}})
        else:
            known |= put_references([entry])
    named: list[JsonObject] = with_references(entries, known) if known else entries
    return Guarded(bundle={**bundle, "entry": named}, kept=tuple(kept))


def _forbidden(client: FhirClient, entry: JsonMapping) -> Kept | None:
    resource = entry["resource"]
    kind, ours = resource["resourceType"], resource.get("status")
    if kind not in ALLOWED or not isinstance(ours, str):
        return None
    for held in _held(client, resource):
        status = held.get("status")
        if isinstance(status, str) and not may_become(kind, status, ours):
            return Kept(reference=f"{kind}/{held.get('id')}", held=status, ours=ours)
    return None


def _held(client: FhirClient, resource: JsonMapping) -> Iterator[Mapping[str, object]]:
    kind = resource["resourceType"]
    try:
        yield client.read(kind, resource["id"])
    except NotFoundError:
        identifier = matched_identifier(resource) if kind in SHARED_TYPES else None
        match = only_one(client, kind, identifier) if identifier else None
        if match is not None:
            yield match
