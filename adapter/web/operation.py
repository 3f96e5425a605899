"""What the service does, one function per call; each takes the service and the request, and gives the answer."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from flask import Request, Response

from adapter.assembly import Runtime
from adapter.case import AiReportDocument, EncounterDocument
from adapter.checks import check_resource
from adapter.client import FhirClient, resolve_server
from adapter.files import adapter_version
from adapter.issues import AdapterError, InvalidError, Issue, IssueType, Severity
from adapter.web.answer import FHIR_JSON, JSON, bytes_answer, json_answer, outcome_answer, status_of
from adapter.web.request import check_parameters, documents_of, options_of, resource_of, wanted_type


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What operations need: the assembled adapter, and the client of the configured FHIR server, if there is one."""

    runtime: Runtime
    client: FhirClient | None

    @property
    def base(self) -> str:
        """The canonical base of our definitions."""
        return self.runtime.settings.canonical_base


def service_of(runtime: Runtime) -> Service:
    """The service of a runtime."""
    settings = runtime.settings
    name = settings.fhir_server
    url = resolve_server(name, settings.named_servers) if name else None
    return Service(runtime=runtime, client=FhirClient(url, trusted_hosts=settings.trusted_hosts) if url else None)


def convert(service: Service, request: Request) -> Response:
    """`POST /convert`: documents of one encounter in, a Bundle (or that with outcome, lineage, coverage) out; nothing is kept."""
    check_parameters(request, ("form", "profiles", "ai_label"))
    media_type = wanted_type(request)
    options = options_of(request, service.runtime.options)
    made = service.runtime.pipeline.convert(documents_of(request), options, lineage=media_type == JSON)
    if made.content is None:
        return outcome_answer(made.issues, status_of(made.issues), service.base)
    answer = bytes_answer(made.content) if media_type == FHIR_JSON else json_answer(made.whole(service.base), media_type=JSON)
    counts = (f"{name}={sum(each.severity is severity for each in made.found)}" for name, severity in _COUNTED)
    answer.headers["Adapter-Issues"] = ", ".join(counts)
    return answer


_COUNTED = (("error", Severity.ERROR), ("warning", Severity.WARNING), ("information", Severity.INFORMATION))


def validate(service: Service, request: Request, resource_type: str) -> Response:
    """`POST /fhir/{type}/$validate`: our checks, and those of the configured server, each issue saying who said it."""
    check_parameters(request, ())
    resource = resource_of(request)
    if resource.get("resourceType") != resource_type:
        text = "the resource is not of the type that the URL names"
        raise InvalidError(Issue(severity=Severity.ERROR, code=IssueType.INVALID, rule="request/type", text=text))
    issues = [*(_said_by("adapter", each) for each in check_resource(resource)), *_server_issues(service, resource)]
    return outcome_answer(issues, HTTPStatus.OK, service.base)


def _server_issues(service: Service, resource: dict[str, Any]) -> Iterator[Issue]:
    if service.client is None:
        return
    try:
        validation = service.client.validate(resource)
    except AdapterError as error:
        for issue in error.issues:
            text = f"the configured server did not check this: {issue.text}"
            yield _said_by("server", replace(issue, severity=Severity.WARNING, text=text))
        return
    for remark in validation.remarks:
        yield _said_by("server", replace(remark.issue, text=remark.words or remark.issue.text))


def _said_by(who: str, issue: Issue) -> Issue:
    return replace(issue, source="; ".join(each for each in (f"said by: {who}", issue.source) if each))


def health(service: Service, request: Request) -> Response:
    """`GET /health`: whether the maps are loaded."""
    check_parameters(request, ())
    said = {"status": "ok", "version": adapter_version(), "maps": len(service.runtime.pipeline.library.maps)}
    return json_answer(said, media_type=JSON)


def encounter_schema(service: Service, request: Request) -> Response:  # noqa: ARG001 - as its siblings
    """`GET /schemas/encounter.json`."""
    check_parameters(request, ())
    return json_answer(EncounterDocument.model_json_schema(), media_type="application/schema+json")


def ai_report_schema(service: Service, request: Request) -> Response:  # noqa: ARG001 - as its siblings
    """`GET /schemas/ai-report.json`."""
    check_parameters(request, ())
    return json_answer(AiReportDocument.model_json_schema(), media_type="application/schema+json")
