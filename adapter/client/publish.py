"""Our definitions on a FHIR server: put under their own ids, in the order of their references, and taken off again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from adapter.client.fhir_client import FhirClient
from adapter.client.loose import dict_in, list_in, text_in
from adapter.client.read_back import differences
from adapter.client.server_answer import json_of
from adapter.exchange import Request
from adapter.issues import AdapterError, Issue, IssueType, NotFoundError, Severity, UnavailableError
from adapter.json_types import JsonObject

State = Literal["created", "updated", "unchanged", "deleted", "not there", "refused"]
Act = Callable[[JsonObject, JsonObject | None], State]
"""What is done with a definition, and with what the server holds under its id."""
_ORDER = ("CodeSystem", "ValueSet", "ConceptMap", "StructureDefinition")
_TEST = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedDefinition:
    """What became of one definition; `problem` says why it was refused."""

    reference: str
    url: str
    state: State
    problem: Issue | None = None


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """Publishes definitions whose URLs begin with `canonical_base`, and no others."""

    client: FhirClient
    canonical_base: str

    def publish(self, definitions: Sequence[JsonObject]) -> Iterator[PublishedDefinition]:
        """Put the definitions; one that the server holds already is left as it is. Raises UnavailableError if it goes away."""
        for definition in sorted(definitions, key=_place):
            yield self._done(definition, self._put)

    def unpublish(self, definitions: Sequence[JsonObject]) -> Iterator[PublishedDefinition]:
        """Delete the definitions, those that others refer to last."""
        for definition in sorted(definitions, key=_place, reverse=True):
            yield self._done(definition, self._delete)

    def _done(self, definition: JsonObject, act: Act) -> PublishedDefinition:
        reference, url = f"{definition['resourceType']}/{definition['id']}", str(definition.get("url"))
        held = self._held(definition)
        if problem := self._objection(url, held):
            return PublishedDefinition(reference=reference, url=url, state="refused", problem=problem)
        try:
            return PublishedDefinition(reference=reference, url=url, state=act(definition, held))
        except UnavailableError:
            raise
        except AdapterError as error:
            return PublishedDefinition(reference=reference, url=url, state="refused", problem=error.issues[0])

    def _held(self, definition: JsonObject) -> JsonObject | None:
        try:
            return self.client.read(definition["resourceType"], definition["id"])
        except NotFoundError:
            return None

    def _objection(self, url: str, held: JsonObject | None) -> Issue | None:
        """What speaks against touching a definition: it is not ours, or what is held under its id is another's."""
        if not url.startswith(f"{self.canonical_base}/"):
            return _refusal(f"{url} is not a URL of ours: it does not begin with ADAPTER_CANONICAL_BASE, so it is not published.")
        if held is not None and held.get("url") != url:
            return _refusal("Under this id the server holds a definition with another URL: it is left as it is.")
        return None

    def _put(self, definition: JsonObject, held: JsonObject | None) -> State:
        resource = self._marked(definition)
        if held is not None and all(difference.kind == "kept" for difference in differences(resource, held)):
            return "unchanged"
        entry = {"request": {"method": "PUT", "url": f"{resource['resourceType']}/{resource['id']}"}, "resource": resource}
        return "created" if self.client.carry_out(entry).was_created else "updated"

    def _delete(self, definition: JsonObject, held: JsonObject | None) -> State:
        if held is None:
            return "not there"
        url = f"{self.client.target.base_url}/{definition['resourceType']}/{definition['id']}"
        answer = self.client.exchange(Request(method="DELETE", url=url))
        if answer.content:
            json_of(answer, source=self.client.source)
        return "deleted"

    def _marked(self, definition: JsonObject) -> JsonObject:
        """The definition as it goes to this server: a public one gets it with the label of test data."""
        if not self.client.target.is_public:
            return definition
        meta = dict_in(definition, "meta")
        return {**definition, "meta": {**meta, "security": [*list_in(meta, "security"), _TEST]}}


def _place(definition: JsonObject) -> tuple[int, str]:
    kind = text_in(definition, "resourceType") or ""
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER), str(definition.get("id"))


def _refusal(text: str) -> Issue:
    return Issue(severity=Severity.ERROR, code=IssueType.CONFLICT, rule="publish/foreign", text=text)
