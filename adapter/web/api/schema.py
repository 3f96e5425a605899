"""The JSON Schemas of our documents."""

from flask import Request, Response

from adapter.web.answer import json_answer
from adapter.web.query import check_parameters
from adapter.web.service import Service


def encounter_schema(service: Service, request: Request) -> Response:
    """`GET /schemas/encounter.json`."""
    return _schema(service, request, "encounter")


def ai_report_schema(service: Service, request: Request) -> Response:
    """`GET /schemas/ai-report.json`."""
    return _schema(service, request, "ai-report")


def _schema(service: Service, request: Request, name: str) -> Response:
    check_parameters(request, ())
    runtime = service.runtime
    schema = runtime.document_words.schema(name, base=runtime.settings.canonical_base)
    return json_answer(schema, media_type="application/schema+json")
