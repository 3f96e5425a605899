"""Sending the case on the bench to a FHIR server that the settings name."""

from flask import Request, Response

from adapter.client import PUBLIC_SERVERS, Delivery, remarks_behind
from adapter.client.sent_json import describe_resource
from adapter.connection import sender_of
from adapter.fhir.outcome import operation_outcome
from adapter.issues import AdapterError
from adapter.json_types import JsonObject
from adapter.web.answer import JSON, json_answer
from adapter.web.query import check_parameters
from adapter.web.refusal import not_there
from adapter.web.service import Service
from adapter.web.workbench.bench import conversion_of
from adapter.web.workbench.own_page import check_own_page
from adapter.web.workbench.workload import Shipment, asked_of


def servers(service: Service, request: Request) -> Response:
    """`GET /servers`: the names of the FHIR servers that a case can be sent to: the user's, and public test servers."""
    check_parameters(request, ())
    return json_answer({"servers": _names(service)}, media_type=JSON)


def _names(service: Service) -> list[str]:
    return [*service.runtime.settings.named_servers, *PUBLIC_SERVERS]


def known_server(service: Service, name: str) -> str:
    """The name of a server in the body of a request; raises NotFoundError for one that the settings do not name."""
    if name not in _names(service):
        rule, text = "workbench/server", "there is no FHIR server of this name"
        raise not_there(rule, text, "GET /servers lists them; ADAPTER_SERVERS adds one", location=("body#/server",))
    return name


def send(service: Service, request: Request) -> Response:
    """`POST /workbench/send`: convert, send, read back and validate there; what became of each resource, or why nothing was sent.

    A server that is neither trusted nor on this machine gets only what is marked as test data, as with `adapter send`.
    """
    check_parameters(request, ())
    check_own_page(request)
    shipment = asked_of(request, Shipment)
    sender = sender_of(known_server(service, shipment.server), service.runtime.settings)
    conversion = conversion_of(service.drafted.of(shipment.drafts), shipment, to_public_server=sender.client.target.is_public)
    if conversion.bundle is None:
        return json_answer(_refused(AdapterError(*conversion.issues)), media_type=JSON)
    try:
        return json_answer(_delivered(sender.send(conversion.bundle)), media_type=JSON)
    except AdapterError as error:
        return json_answer(_refused(error), media_type=JSON)


def _delivered(delivery: Delivery) -> JsonObject:
    return {
        "sent": True,
        "good": delivery.is_good,
        "requests": delivery.requests,
        "validated": delivery.is_validated,
        "problems": [issue.text for issue in delivery.issues],
        "resources": [describe_resource(resource) for resource in delivery.resources],
    }


def _refused(error: AdapterError) -> JsonObject:
    words = [f"{remark.about}: {remark.words}" if remark.about else remark.words for remark in remarks_behind(error)]
    return {"sent": False, "good": False, "outcome": operation_outcome(error.issues), "words": words}
