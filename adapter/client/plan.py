"""What to ask of a server so that it holds a Bundle's resources, and nothing of others is overwritten (docs/identity.md)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from adapter.client.ability import Abilities
from adapter.client.fhir_client import FhirClient
from adapter.client.loose import dict_in, text_in
from adapter.client.meaning import says_the_same
from adapter.client.read_back import differences, own_part
from adapter.client.reconcile import Reconciled, reconciled
from adapter.fhir.ownership import SHARED_TYPES, Shared, identifiers, match_query, matched_identifier
from adapter.fhir.table import ElementTable
from adapter.issues import ConflictError, Issue, IssueType, NotFoundError, Severity
from adapter.json_types import JsonMapping, JsonObject, JsonValue

Found = dict[str, JsonObject]
"""The resources that a server holds, by the fullUrl of the entry that is about the same thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedEntry:
    """One entry of the transaction that is to be sent, or of what is not sent since the server holds it.

    `reference` is where the server holds it already (`Type/id`), `version` in which version; `reconciled` says what becomes of a
    resource that is merged.
    """

    entry: JsonObject
    is_sent: bool = True
    reference: str | None = None
    version: str | None = None
    reconciled: Reconciled | None = None

    @property
    def is_created(self) -> bool:
        """Whether the server is to make it unless it has it."""
        return bool("ifNoneExist" in dict_in(self.entry, "request"))


@dataclass(frozen=True, kw_only=True)
class Planner:
    """Plans for one server: `shared` says what becomes of resources that others may own, `table` what their elements are."""

    client: FhirClient
    shared: Shared
    abilities: Abilities
    table: ElementTable

    def plan(self, bundle: JsonMapping, *, look: bool = False) -> list[PlannedEntry]:
        """What is to be asked; with `look` everything is looked for first, since an earlier try may have been carried out.

        What is looked for may be left out of the transaction, so that all else points to where it is, not to its entry.
        Raises ConflictError where the server holds several resources with one identifier.
        """
        entries = [put_by_id(entry) if self.shared == "put" else entry for entry in bundle.get("entry", [])]
        held = self._held(entries, look=look)
        put = put_references(entries) if look else {}
        known = put | {url: _reference_of(resource) for url, resource in held.items()}
        return [self._planned(with_references(entry, known), held, put=put) for entry in entries]

    def was_sent(self, bundle: JsonMapping) -> bool:
        """Whether the first resource of our own is there, so that the Bundle was probably sent before."""
        own = (entry for entry in bundle.get("entry", []) if not self._is_shared(entry))
        url = next((url for entry in own for url in put_references([put_by_id(entry)]).values()), None)
        try:
            return url is not None and bool(self.client.read(*url.split("/")))
        except NotFoundError:
            return False

    def _held(self, entries: list[JsonObject], *, look: bool) -> Found:
        """What the server holds of the shared resources, where that is to be known beforehand."""
        asked: dict[tuple[str, tuple[str, str]], JsonObject | None] = {}
        found: Found = {}
        for entry in entries:
            if not self._is_shared(entry) or not (look or self._searches(entry["resource"]["resourceType"])):
                continue
            key = (entry["resource"]["resourceType"], _match(entry["resource"]))
            if key not in asked:
                asked[key] = only_one(self.client, *key)
            if (resource := asked[key]) is not None:
                found[entry["fullUrl"]] = resource
        return found

    def _searches(self, kind: str) -> bool:
        return self.shared == "merge" or kind in self.abilities.no_conditional_create

    def _is_shared(self, entry: JsonObject) -> bool:
        resource = dict_in(entry, "resource")
        others = self.shared != "put" and resource.get("resourceType") in SHARED_TYPES
        return others and "fullUrl" in entry and matched_identifier(resource) is not None

    def _planned(self, entry: JsonObject, held: Found, *, put: Mapping[str, str]) -> PlannedEntry:
        """The plan for one entry; `put` says where entries are put, if they are to be looked for there first."""
        if not self._is_shared(entry):
            return self._looked_for(entry, put) if put else PlannedEntry(entry=entry)
        resource = held.get(entry["fullUrl"])
        if resource is None:
            return PlannedEntry(entry=self._created(entry))
        if self.shared == "create":
            return _kept(entry, resource)
        return self._merged(entry, resource)

    def _created(self, entry: JsonObject) -> JsonObject:
        """The entry that makes a shared resource; if the server cannot do that conditionally, it is put by our id."""
        resource = entry["resource"]
        kind = resource["resourceType"]
        if kind in self.abilities.no_conditional_create:
            return put_by_id(entry)
        rest = {name: value for name, value in resource.items() if name != "id"}
        request = {"method": "POST", "url": kind, "ifNoneExist": match_query(*_match(resource))}
        return {**entry, "resource": rest, "request": request}

    def _merged(self, entry: JsonObject, held: JsonObject) -> PlannedEntry:
        both = reconciled(self.table, held, entry["resource"])
        if not both.changed:
            return _kept(entry, held, both)
        version = text_in(dict_in(held, "meta"), "versionId")
        condition = {"ifMatch": f'W/"{version}"'} if version else {}
        request = {"method": "PUT", "url": _reference_of(held), **condition}
        return PlannedEntry(
            entry={**entry, "resource": both.resource, "request": request}, reference=_reference_of(held), reconciled=both
        )

    def _looked_for(self, entry: JsonObject, put: Mapping[str, str]) -> PlannedEntry:
        """An entry that is put by id; it is not sent again if the server holds it in the same meaning."""
        request = entry["request"]
        if request["method"] != "PUT" or "?" in request["url"] or "resource" not in entry:
            return PlannedEntry(entry=entry)
        try:
            held = self.client.read(*request["url"].split("/"))
        except NotFoundError:
            return PlannedEntry(entry=entry)
        resource = entry["resource"]
        is_there = all(difference.kind == "kept" for difference in differences(resource, held, references=put))
        return _kept(entry, held) if is_there or says_the_same(resource, held) else PlannedEntry(entry=entry)


def only_one(client: FhirClient, kind: str, identifier: tuple[str, str]) -> JsonObject | None:
    """The resource that the server holds with this identifier; raises ConflictError if there are several."""
    resources = [resource for resource in client.search(kind, match_query(*identifier)) if identifier in identifiers(resource)]
    if len(resources) > 1:
        raise ConflictError(_several(kind, tuple(map(_reference_of, resources)), client.source))
    return resources[0] if resources else None


def put_by_id(entry: JsonObject) -> JsonObject:
    """The entry that puts a resource by our id, if it is one that would be made conditionally."""
    if "ifNoneExist" not in entry["request"]:
        return entry
    resource = entry["resource"]
    identity = resource.get("id") or entry["fullUrl"].removeprefix("urn:uuid:")
    request = {"method": "PUT", "url": f"{resource['resourceType']}/{identity}"}
    return {**entry, "resource": {**resource, "id": identity}, "request": request}


def put_references(entries: Iterable[JsonMapping]) -> dict[str, str]:
    """Where the entries that are put by id will be (`Type/id`), by their fullUrl."""
    requests = {entry["fullUrl"]: dict_in(entry, "request") for entry in entries if "fullUrl" in entry}
    return {
        full_url: request["url"]
        for full_url, request in requests.items()
        if request["method"] == "PUT" and "?" not in request["url"]
    }


def with_references(value: JsonValue, known: Mapping[str, str]) -> JsonValue:
    """The value with every `reference` that is known by another name under that name."""
    if isinstance(value, dict):
        return {name: _named(name, member, known) for name, member in value.items()}
    return [with_references(item, known) for item in value] if isinstance(value, list) else value


def _named(name: str, member: JsonValue, known: Mapping[str, str]) -> JsonValue:
    if name == "reference" and isinstance(member, str):
        return known.get(member, member)
    return with_references(member, known)


def _match(resource: JsonObject) -> tuple[str, str]:
    identifier = matched_identifier(resource)
    assert identifier is not None  # noqa: S101 - only resources with one are shared
    return identifier


def _kept(entry: JsonObject, held: JsonObject, both: Reconciled | None = None) -> PlannedEntry:
    version = text_in(dict_in(held, "meta"), "versionId")
    kept = {**entry, "resource": own_part(held)}
    return PlannedEntry(entry=kept, is_sent=False, reference=_reference_of(held), version=version, reconciled=both)


def _reference_of(resource: JsonObject) -> str:
    return f"{resource.get('resourceType')}/{resource.get('id')}"


def _several(kind: str, references: tuple[str, ...], source: str) -> Issue:
    named = " and ".join(references)
    text = f"The FHIR server holds several {kind} resources with one identifier ({named}), so nothing was sent."
    hint = "have the server's owner join them, or correct the identifier of one"
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.CONFLICT,
        rule="send/several",
        text=text,
        suggestion=hint,
        source=source,
        expression=(kind,),
    )
