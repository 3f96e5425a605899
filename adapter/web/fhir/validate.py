"""`POST /fhir/{type}/$validate`: our checks of a resource, and those of the configured server."""

from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus

from flask import Request, Response

from adapter.checks import check_resource
from adapter.issues import MOST_ISSUES, AdapterError, Issue, IssueType, Severity, UnreadableError, most_severe
from adapter.json_types import JsonObject
from adapter.readers.item_limit import check_items
from adapter.readers.step_budget import exceeded, values_in
from adapter.settings import Settings
from adapter.web.answer import outcome_answer
from adapter.web.query import check_parameters
from adapter.web.request import resource_of
from adapter.web.service import Service

_STEPS_PER_VALUE = 4
"""What checking a value takes, beside converting one (measured: 250,000 values in two seconds)."""


def validate(service: Service, request: Request, resource_type: str) -> Response:
    """`POST /fhir/{type}/$validate`: our checks, and those of the configured server, each issue saying who said it."""
    check_parameters(request, ())
    resource = resource_of(request)
    if resource.get("resourceType") != resource_type:
        is_type = resource_type in service.runtime.release.table.resource_types
        text = (
            "the resource is not of the type that the URL names; post it to the URL of its type"
            if is_type
            else "FHIR R4 has no resource of the type in the URL"
        )
        raise UnreadableError(Issue(severity=Severity.ERROR, code=IssueType.INVALID, rule="request/type", text=text))
    _check_size(resource, request.get_data(), service.runtime.settings)
    own = most_severe(check_resource(resource, service.runtime.release, advice=True, most=MOST_ISSUES + 1))
    issues = [*(_said_by("adapter", issue) for issue in own), *_server_issues(service, resource)]
    return outcome_answer(issues, HTTPStatus.OK, service.base)


def _check_size(resource: JsonObject, content: bytes, settings: Settings) -> None:
    """Refuse what would take longer than a request may; raises TooLargeError."""
    check_items(resource, name="body", content=content, most=settings.max_items)
    if _STEPS_PER_VALUE * values_in(resource) > settings.max_steps:
        raise exceeded(settings.max_steps)


def _server_issues(service: Service, resource: JsonObject) -> Iterator[Issue]:
    # A type that the release does not have would be a path of somebody else's choice on that server.
    if service.client is None or resource["resourceType"] not in service.runtime.release.table.resource_types:
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
    return replace(issue, source="; ".join(source for source in (f"said by: {who}", issue.source) if source))
