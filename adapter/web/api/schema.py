"""The JSON Schemas of our documents."""

from flask import Request, Response

from adapter.case import AiReportDocument, EncounterDocument
from adapter.web.answer import json_answer
from adapter.web.query import check_parameters
from adapter.web.service import Service


def encounter_schema(service: Service, request: Request) -> Response:  # noqa: ARG001 - as its siblings
    """`GET /schemas/encounter.json`."""
    check_parameters(request, ())
    return json_answer(EncounterDocument.model_json_schema(), media_type="application/schema+json")


def ai_report_schema(service: Service, request: Request) -> Response:  # noqa: ARG001 - as its siblings
    """`GET /schemas/ai-report.json`."""
    check_parameters(request, ())
    return json_answer(AiReportDocument.model_json_schema(), media_type="application/schema+json")
