"""`GET /health`: whether the service works."""

from flask import Request, Response

from adapter.files import adapter_version
from adapter.web.answer import JSON, json_answer
from adapter.web.query import check_parameters
from adapter.web.service import Service


def health(service: Service, request: Request) -> Response:
    """`GET /health`: whether the maps are loaded."""
    check_parameters(request, ())
    body = {"status": "ok", "version": adapter_version(), "maps": len(service.runtime.fhir_library.maps)}
    return json_answer(body, media_type=JSON)
