"""What cases are made of: the example Bundles, samples of every resource type in them, and our definitions, for one run only."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from adapter.client.loose import dict_in, list_in
from adapter.conformance.case_file import ConformanceCase, Kind, PlacedCase
from adapter.conformance.template import fill
from adapter.fhir.json import canonical_bytes, read_json
from adapter.fhir.ownership import match_query, matched_identifier
from adapter.json_types import JsonObject, JsonValue

TAG_SYSTEM = "urn:adapter-0731t:conformance"
"""The system of the tag that all resources of a run bear; its code is the run's name."""
_TEST = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}
_MANY = 200
_LONG_TEXT = " ".join(f"word{number}" for number in range(3000))
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplies:
    """What the adapter brings: example Bundles by name, its definitions, and the base of their URLs.

    `claiming` makes the Bundle of the fullest example with the profiles of others that its resources claim.
    """

    examples: Mapping[str, JsonObject]
    claiming: Callable[[], JsonObject]
    definitions: Sequence[JsonObject]
    canonical_base: str


def cases_of(placed: Sequence[PlacedCase], supplies: Supplies, *, run: str) -> tuple[ConformanceCase, ...]:
    """The cases of files, one for each thing that they are for; `run` is the name of the run, which makes all ids its own."""
    made = _Made(supplies, run)
    return tuple(case for one in placed for case in made.cases(one))


class _Made:
    """Makes the variables of cases, those of each kind when the first case asks for them."""

    def __init__(self, supplies: Supplies, run: str) -> None:
        self._supplies = supplies
        self._run = run
        self._by_kind: dict[Kind, list[tuple[str, JsonObject]]] = {}

    def cases(self, one: PlacedCase) -> Iterator[ConformanceCase]:
        kind = one.terms.for_each
        if kind not in self._by_kind:
            self._by_kind[kind] = [*self._of_kind(kind)]
        for suffix, own in self._by_kind[kind]:
            supplied = self._common | own
            yield ConformanceCase(
                identity=one.identity + suffix,
                group=one.group,
                title=str(fill(one.terms.title, supplied)),
                terms=one.terms,
                place=one.place,
                supplied=supplied,
            )

    @cached_property
    def _common(self) -> JsonObject:
        run, examples = self._run, self._supplies.examples
        mark = {"security": [_TEST], "tag": [{"system": TAG_SYSTEM, "code": run}]}
        richest = bundle_of_run(max(examples.values(), key=lambda bundle: len(bundle["entry"])), run)
        return {
            "run": run,
            "mark": mark,
            "test": {"security": [_TEST]},
            "base": self._supplies.canonical_base,
            "canonical": f"{self._supplies.canonical_base}/{run}",
            "complete": richest,
            "complete_count": len(list_in(richest, "entry")),
            "large": _large(run, mark),
            "long": _LONG_TEXT,
        }

    def _of_kind(self, kind: Kind) -> Iterator[tuple[str, JsonObject]]:
        """What each case of a kind has of its own, and the end of its name."""
        makers: dict[Kind, Callable[[], Iterator[tuple[str, JsonObject]]]] = {
            "once": lambda: iter([("", {})]),
            "resource-type": self._types,
            "example": self._examples,
            "definition": self._definitions,
            "profile": self._profiles,
        }
        return makers[kind]()

    def _types(self) -> Iterator[tuple[str, JsonObject]]:
        for name, sample in samples(self._supplies.examples.values(), self._run):
            yield f"/{name}", {"type": name, **_variants(sample, self._run)}

    def _examples(self) -> Iterator[tuple[str, JsonObject]]:
        for name, bundle in self._supplies.examples.items():
            yield f"/{name}", {"example": name, "whole": bundle}

    def _definitions(self) -> Iterator[tuple[str, JsonObject]]:
        for item in self._supplies.definitions:
            own = _definition(item, self._supplies.canonical_base, self._run)
            yield f"/{item['resourceType']}-{item['id']}", own

    def _profiles(self) -> Iterator[tuple[str, JsonObject]]:
        for profile, resource in claimed_profiles(self._supplies.claiming()):
            own = {"type": resource["resourceType"], "profile": profile, "claiming": _alone(resource, self._run)}
            yield f"/{profile.rpartition('/')[2]}", own


def bundle_of_run(bundle: JsonObject, run: str) -> JsonObject:
    """A transaction whose resources no other run shares: other ids, other identifiers, and the conditions that belong to them."""
    text = _UUID.sub(lambda match: _uuid_of_run(match[0], run), canonical_bytes(bundle).decode())
    copy = _object(text)
    return {**copy, "entry": [_entry_of_run(entry, run) for entry in copy["entry"]]}


def _entry_of_run(entry: JsonObject, run: str) -> JsonObject:
    resource, request = _with_own_identifiers(entry["resource"], run), entry["request"]
    if "ifNoneExist" in request and (identifier := matched_identifier(resource)):
        request = {**request, "ifNoneExist": match_query(*identifier)}
    return {**entry, "resource": resource, "request": request}


def _with_own_identifiers(resource: JsonObject, run: str) -> JsonObject:
    given = list_in(resource, "identifier")
    own = [{**item, "value": f"{item['value']}-{run}"} if "value" in item else item for item in given]
    return {**resource, "identifier": own} if own else resource


def samples(bundles: Iterable[JsonObject], run: str) -> Iterator[tuple[str, JsonObject]]:
    """The fullest resource of each type in Bundles, able to stand alone: what it refers to is named by an identifier."""
    richest: dict[str, bytes] = {}
    for bundle in bundles:
        for entry in bundle["entry"]:
            content = canonical_bytes(entry["resource"])
            kind = entry["resource"]["resourceType"]
            richest[kind] = max(richest.get(kind, b""), content, key=len)
    for kind in sorted(richest):
        resource = _alone(_with_own_identifiers(_object(richest[kind].decode()), f"{run}-sample"), run)
        yield kind, {name: member for name, member in resource.items() if name != "id"}


def claimed_profiles(bundle: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    """The profiles that the resources of a Bundle claim, each with the fullest that claims it."""
    resources = sorted((entry["resource"] for entry in bundle["entry"]), key=lambda one: len(canonical_bytes(one)))
    fullest = {profile: one for one in resources for profile in list_in(dict_in(one, "meta"), "profile")}
    return iter(sorted(fullest.items()))


def _variants(sample: JsonObject, run: str) -> JsonObject:
    """A sample, the same with a change, and the same with a label that is searched for."""
    meta = dict_in(sample, "meta")
    label = {"system": f"{TAG_SYSTEM}:search", "code": run}
    labelled = {**sample, "meta": {**meta, "tag": [*list_in(meta, "tag"), label]}}
    return {"sample": sample, "changed": {**sample, "language": "en"}, "labelled": labelled}


def _alone(value: JsonValue, run: str) -> JsonValue:
    if isinstance(value, list):
        return [_alone(item, run) for item in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("reference")
    if isinstance(reference, str) and not reference.startswith("#"):
        rest = {name: member for name, member in value.items() if name != "reference"}
        logical = {"system": f"{TAG_SYSTEM}:reference", "value": _uuid_of_run(reference, run)}
        return {**rest, "identifier": logical}
    return {name: _alone(member, run) for name, member in value.items()}


def _large(run: str, mark: JsonObject) -> JsonObject:
    """A transaction of many small resources."""
    entries = [
        {
            "resource": {
                "resourceType": "Basic",
                "id": f"{run}-large-{number}",
                "meta": mark,
                "code": {"text": f"number {number}"},
            },
            "request": {"method": "PUT", "url": f"Basic/{run}-large-{number}"},
        }
        for number in range(_MANY)
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def _definition(definition: JsonObject, base: str, run: str) -> JsonObject:
    """A definition under a URL and an id of the run, so that nobody's published one is overwritten."""
    text = canonical_bytes(definition).decode().replace(base, f"{base}/{run}")
    own = _object(text)
    short = sha256(f"{definition['resourceType']}/{definition['id']}/{run}".encode()).hexdigest()[:12]
    marked = {**dict_in(own, "meta"), "security": [_TEST]}
    copy = {**own, "id": f"{run}-{short}", "meta": marked}
    return {"type": copy["resourceType"], "definition": copy, "url": copy["url"], "id": copy["id"]}


def _uuid_of_run(text: str, run: str) -> str:
    digest = sha256(f"{run}/{text}".encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-8{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"


def _object(text: str) -> JsonObject:
    value = read_json(text.encode(), "resource")
    return dict(value)
