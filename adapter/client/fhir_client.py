"""A FHIR client: the interactions and operations that the adapter asks of a FHIR server."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote

import requests

from adapter.client.deadline import timed_session
from adapter.client.loose import dict_in, list_in
from adapter.client.remark import Remark, is_outcome, remarks_of
from adapter.client.server_answer import json_of, json_or_none, unusable
from adapter.client.sign_in import SignIn
from adapter.client.target import is_loopback, target_at
from adapter.client.transaction import (
    EntryResult,
    TransactionResult,
    about_entries,
    check_is_transaction,
    is_repeatable,
    single_result,
    transaction_result,
)
from adapter.client.wire import AnswerLimits, Retries, Wire
from adapter.exchange import FORM, Method, Request, ServerAnswer
from adapter.fhir.json import canonical_bytes, read_json
from adapter.issues import AdapterError, Issue, NotFoundError, NotSupportedError
from adapter.json_types import JsonMapping, JsonObject

# A validator that cannot parse a resource refuses it with one of these and says why: that is a validation result.
_FINDS_INVALID = frozenset({400, 412, 422})
_FIRST_REFUSAL = 300
_NOT_MODIFIED = 304
_UNKNOWN_SYSTEM = frozenset({"x-unknown-system", "x-caused-by-unknown-system"})
_UNKNOWN_SYSTEM_WORDS = "is unknown and can't be validated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """What a server's $validate found; `outcome` is its OperationOutcome as sent, which may quote patient data."""

    remarks: tuple[Remark, ...]
    outcome: JsonObject = field(repr=False)

    @property
    def issues(self) -> list[Issue]:
        """The findings without the server's own words: these may be logged."""
        return [remark.issue for remark in self.remarks]


class FhirClient:
    """A client of one FHIR server; all that it raises is an AdapterError whose text holds no patient data.

    `timeout` is in seconds, to connect and between two bytes. `trusted_servers` may be given real patient data, as may this
    machine; any other host only gets resources labelled HTEST (rule PRI-03). A session of the client's own follows the
    environment's proxies and certificates, except for this machine, and never sends its passwords; a `session` of the caller's
    stays the caller's to close, and has no limit of time for the head of an answer but the one between two bytes.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout: tuple[float, float] = (3.05, 30.0),
        retries: Retries | None = None,
        limits: AnswerLimits | None = None,
        session: requests.Session | None = None,
        trusted_servers: Iterable[str] = (),
    ) -> None:
        self.target = target_at(base_url, trusted_servers)
        self.source = f"FHIR server {self.target.host}"
        self._wire = Wire(
            session=session or timed_session(is_direct=is_loopback(self.target.host)),
            timeout=timeout,
            retries=retries or Retries(),
            limits=limits or AnswerLimits(),
            source=self.source,
        )

    def sign_in(self, how: SignIn, *, now: Callable[[], float], new_id: Callable[[], str]) -> None:
        """Sign in with every request from now on; `now` gives seconds since 1970, `new_id` ids that were never used."""
        how.apply(self._wire.session, now=now, new_id=new_id)

    def capabilities(self) -> JsonObject:
        """The server's CapabilityStatement."""
        return self._resource(self._get("metadata"), "CapabilityStatement")

    def read(self, resource_type: str, resource_id: str) -> JsonObject:
        """The newest version of a resource; raises NotFoundError if it is not there, or no longer."""
        return self._resource(self._get(f"{quote(resource_type)}/{quote(resource_id)}"), resource_type)

    def search(self, resource_type: str, query: str) -> tuple[JsonObject, ...]:
        """The resources that match a query (`identifier=system%7Cvalue`), of the first page; raises an AdapterError.

        The query travels in the body: an identifier of a patient has no place in a URL, which is logged on the way.
        """
        request = Request(
            method="POST",
            url=self._url(f"{quote(resource_type)}/_search"),
            headers={"Content-Type": FORM},
            body=query.encode("ascii"),
        )
        bundle = self._resource(self._wire.exchange(request), "Bundle")
        resources = [dict_in(entry, "resource") for entry in list_in(bundle, "entry")]
        return tuple(resource for resource in resources if resource.get("resourceType") == resource_type)

    def carry_out(self, entry: JsonMapping) -> EntryResult:
        """Carry out one entry of a transaction (PUT, or POST) as a request of its own; raises an AdapterError."""
        request, resource = entry["request"], entry["resource"]
        conditions = {"If-Match": request.get("ifMatch"), "If-None-Exist": request.get("ifNoneExist")}
        answer = self._send(
            request["method"],
            request["url"],
            resource,
            headers={name: value for name, value in conditions.items() if value is not None},
            is_repeatable=is_repeatable({"entry": [entry]}),
        )
        body = json_or_none(answer) or {}
        if answer.status >= _FIRST_REFUSAL and answer.status != _NOT_MODIFIED:
            json_of(answer, source=self.source)
        result = single_result(answer.status, answer.headers, body if is_outcome(body) else {}, source=self.source)
        if result.reference is None and isinstance(body.get("id"), str):
            result = replace(result, reference=f"{resource['resourceType']}/{body['id']}")
        return result

    def transaction(self, bundle: JsonMapping) -> TransactionResult:
        """Carry out a transaction Bundle, all of it or nothing; repeated after a cut connection only if that changes nothing."""
        check_is_transaction(bundle)
        answer = self._post("", bundle, is_repeatable=is_repeatable(bundle))
        try:
            response = self._resource(answer, "Bundle")
        except AdapterError as error:
            raise error from about_entries(error.__cause__, bundle)
        return transaction_result(response, count=len(bundle.get("entry", [])), source=self.source)

    def validate(self, resource: JsonMapping, *, profile: str | None = None) -> Validation:
        """What the server's $validate says of a resource, also against `profile`, a canonical URL."""
        params = {} if profile is None else {"profile": profile}
        answer = self._post(f"{quote(resource['resourceType'], safe='')}/$validate", resource, params=params)
        body = json_or_none(answer)
        if answer.status in _FINDS_INVALID and body is not None and is_outcome(body):
            outcome = body
        else:
            outcome = self._resource(answer, "OperationOutcome")
        return Validation(remarks=remarks_of(outcome, source=self.source), outcome=outcome)

    def validate_code(self, system: str, code: str) -> bool | None:
        """Whether the server has `code` in `system`; nothing if it does not know the system, or cannot be asked."""
        answer = self._get("CodeSystem/$validate-code", {"url": system, "code": code})
        try:
            parameters = _parameters(self._resource(answer, "Parameters"))
        except (NotFoundError, NotSupportedError):
            return None
        if _UNKNOWN_SYSTEM & parameters.keys() or _UNKNOWN_SYSTEM_WORDS in str(parameters.get("message")):
            return None
        return parameters["result"] is True if "result" in parameters else None

    def exchange(self, request: Request) -> ServerAnswer:
        """Any request, and the answer whatever its status; a resource that is not test data goes to a trusted server only."""
        if request.body is not None and request.headers.get("Content-Type") != FORM:
            self.target.check_may_go(read_json(request.body, "request"))
        return self._wire.exchange(request)

    def _get(self, path: str, params: Mapping[str, str] | None = None) -> ServerAnswer:
        return self._wire.exchange(Request(method="GET", url=self._url(path), params=params or {}))

    def _post(
        self, path: str, resource: JsonMapping, *, params: Mapping[str, str] | None = None, is_repeatable: bool = True
    ) -> ServerAnswer:
        return self._send("POST", path, resource, params=params, is_repeatable=is_repeatable)

    def _send(
        self,
        method: Method,
        path: str,
        resource: JsonMapping,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        is_repeatable: bool = True,
    ) -> ServerAnswer:
        self.target.check_may_go(resource)
        request = Request(
            method=method,
            url=self._url(path),
            params=params or {},
            headers=headers or {},
            body=canonical_bytes(resource),
            is_repeatable=is_repeatable,
        )
        return self._wire.exchange(request)

    def _url(self, path: str) -> str:
        return f"{self.target.base_url}/{path}".rstrip("/")

    def _resource(self, answer: ServerAnswer, resource_type: str) -> JsonObject:
        body = json_of(answer, source=self.source)
        if body.get("resourceType") != resource_type:
            text = f"The FHIR server did not answer with a {resource_type}: check that the base URL is the FHIR endpoint."
            raise unusable(text, source=self.source)
        return body


def _parameters(resource: JsonObject) -> JsonObject:
    parts = [part for part in list_in(resource, "parameter") if isinstance(part, dict)]
    return {str(part.get("name")): part.get("valueBoolean", part.get("valueString")) for part in parts}
