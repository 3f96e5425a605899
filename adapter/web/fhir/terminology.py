"""The terminology operations over HTTP: GET and POST, on the service, on a type, and on an instance."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from flask import Request, Response

from adapter.checks import Release
from adapter.clock import instant_now
from adapter.fhir.json import read_json
from adapter.issues import Issue, UnreadableError, most_severe
from adapter.json_types import JsonMapping, JsonObject, JsonValue
from adapter.terminology.operation_error import OperationRefusedError
from adapter.terminology.wire.operation.capability import terminology_capabilities
from adapter.terminology.wire.operation.common import Invocation, OperationContext
from adapter.terminology.wire.operation.operations import OPERATIONS, TerminologyOperation
from adapter.terminology.wire.parameter import Arguments, OperationParameter, ParameterType, read_parameters, read_query
from adapter.terminology.wire.tx_outcome import tx_outcome
from adapter.web.answer import STATUS, json_answer
from adapter.web.negotiation import check_json_body, languages_of
from adapter.web.query import CACHE_BUSTERS, own_pairs_of, single
from adapter.web.service import Service

STATUSES = (200, 404, 422)
_KIND = "invalid-data"
_METADATA = {"mode": ("full", "normative", "terminology"), "_summary": ("true", "text", "data", "false")}


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationCall:
    """One call: a method and a path (`/fhir/ValueSet/{id}/$expand`) of an operation."""

    operation: TerminologyOperation
    method: str
    path: str
    call: Callable[..., Response]

    @property
    def parameters(self) -> Iterator[OperationParameter]:
        """What can stand in the query."""
        if self.method == "GET":
            yield from (
                row
                for row in self.operation.table.rows
                if row.kind.is_text and row.is_supported and row.name not in CACHE_BUSTERS
            )

    @property
    def needed(self) -> frozenset[str]:
        """What must stand in the query; an instance is a code system or value set of its own."""
        return self.operation.table.needed - (_OF_INSTANCE if "{id}" in self.path else frozenset())


_OF_INSTANCE = frozenset({"url", "system"})


def _calls() -> Iterator[OperationCall]:
    for operation in OPERATIONS:
        on_type = f"/fhir/{operation.type}" if operation.type else "/fhir"
        for where in (on_type, f"{on_type}/{{id}}") if operation.is_on_instance else (on_type,):
            for method in operation.methods:
                call = partial(carry_out, operation)
                yield OperationCall(operation=operation, method=method, path=f"{where}/${operation.name}", call=call)


def carry_out(operation: TerminologyOperation, service: Service, request: Request, **parts: str) -> Response:
    """Carry out an operation and answer; what is refused is an OperationOutcome."""
    try:
        arguments = _arguments(operation, request)
        call = Invocation(arguments=arguments, header=languages_of(request), instance=parts.get("id"))
        return _answer(operation.call(surroundings(service), call))
    except OperationRefusedError as error:
        return json_answer(tx_outcome(error.issues), STATUS[error.kind])


def _answer(resource: JsonObject) -> Response:
    """An answer; two expansions that differ only in their timestamp have one ETag, for their identifier is made from the rest."""
    answer = json_answer(resource)
    if "expansion" in resource:
        answer.set_etag(resource["expansion"]["identifier"], weak=True)
    return answer


def metadata(service: Service, request: Request, statement: JsonObject) -> Response:
    """`GET /fhir/metadata`: the CapabilityStatement, or (`mode=terminology`) the TerminologyCapabilities."""
    query = single(request, _METADATA)
    if query.get("mode") != "terminology":
        return json_answer(statement)
    about = {name: statement[name] for name in ("url", "version", "name", "title", "date", "implementation")}
    about["software"] = {name: statement["software"][name] for name in ("name", "version")}  # no releaseDate there in R4
    return json_answer(terminology_capabilities(service.runtime.catalog, about))


def surroundings(service: Service) -> OperationContext:
    """What operations of this service work with."""
    check = partial(_structure_issues, service.runtime.release)
    return OperationContext(catalog=service.runtime.catalog, now=instant_now(), check=check)


def _arguments(operation: TerminologyOperation, request: Request) -> Arguments:
    query = [(name, value) for name, value in own_pairs_of(request) if name != "_summary"]
    if request.method != "POST":
        return read_query(operation.table, query)
    check_json_body(request, "send a Parameters resource as application/fhir+json; XML is not read here")
    body = _wrapped(operation, _read(request))
    extra = [{"name": name, "valueString": value} for name, value in query]
    if extra and isinstance(body, dict) and isinstance(body.get("parameter", []), list):
        body = {**body, "parameter": [*body.get("parameter", []), *extra]}
    return read_parameters(operation.table, body)


def _read(request: Request) -> JsonValue:
    try:
        return read_json(request.get_data(), "body")
    except UnreadableError as error:
        raise OperationRefusedError(*(_bad_data(issue) for issue in error.issues)) from None


def _wrapped(operation: TerminologyOperation, body: JsonValue) -> JsonValue:
    """A resource as body stands for the parameter that holds one (http://hl7.org/fhir/R4/operations.html#request)."""
    kind = body.get("resourceType") if isinstance(body, dict) else None
    own = [row for row in operation.table.rows if row.kind is ParameterType.RESOURCE and row.holds == (kind,)]
    if len(own) != 1 or kind == "Parameters":
        return body
    return {"resourceType": "Parameters", "parameter": [{"name": own[0].name, "resource": body}]}


def _structure_issues(release: Release, resource: JsonMapping) -> Iterable[Issue]:
    """What of a resource is not as the release says; required elements may be missing, if the operation does not need them."""
    issues = [issue for issue in release.structure.issues(dict(resource)) if issue.rule != "structure/required"]
    return [_bad_data(issue) for issue in most_severe(issues)]


def _bad_data(issue: Issue) -> Issue:
    return replace(issue, detail=_KIND, location=(*issue.expression, *issue.location)[:1])


CALLS: tuple[OperationCall, ...] = tuple(_calls())
"""All calls of terminology operations."""
